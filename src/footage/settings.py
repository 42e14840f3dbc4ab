"""Settings: the ``FOOTAGE_*`` environment, and ``library.toml`` inside each library."""

from __future__ import annotations

import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

import tomli_w
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from footage.durable import draft_of
from footage.errors import LibraryError, LibraryTooNew, LibraryUnwritable
from footage.validation import first_wrong

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FORMAT = 1
FILE_NAME = "library.toml"
_ALWAYS_THERE = ("format", "id", "embedder", "sampling")  # a file cut short must not mean defaults


class Environment(BaseSettings):
    """What the environment says; each can be overridden by an option.

    ``FOOTAGE_LIBRARY`` is read by `footage.paths.default_library`.
    """

    model_config = SettingsConfigDict(env_prefix="FOOTAGE_", env_ignore_empty=True, extra="ignore")

    milvus_uri: str | None = None  # FOOTAGE_MILVUS_URI: a server for new libraries
    milvus_token: SecretStr | None = None  # FOOTAGE_MILVUS_TOKEN: never written to disk
    marengo_dollars_a_minute: float | None = Field(default=None, ge=0)
    """FOOTAGE_MARENGO_DOLLARS_A_MINUTE: the price, where the one known here is out of date."""
    dollars_a_month: float | None = Field(default=None, ge=0)
    """FOOTAGE_DOLLARS_A_MONTH: what a library may spend at services in a calendar month (UTC)."""
    marengo_rpm: int | None = Field(default=None, ge=1)
    marengo_rpd: int | None = Field(default=None, ge=1)
    """FOOTAGE_MARENGO_RPM, _RPD: requests a minute and a day that your plan with Twelve Labs lets
    you make; without them the service's refusals teach it."""
    models: Path | None = None  # FOOTAGE_MODELS: where models that were fetched lie


class Sampling(BaseModel):
    """How a video is cut and looked at. Part of the embedding's fingerprint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fps: float = Field(default=1.0, gt=0, le=30)  # frames embedded a second
    shortest: float = Field(default=1.0, ge=0.5, le=600)  # seconds; shorter shots join a neighbour
    longest: float = Field(default=15.0, ge=1, le=3600)  # seconds; longer shots are split

    @property
    def options(self) -> dict[str, str]:
        """As a fingerprint holds them."""
        return {key: str(value) for key, value in self.model_dump().items()}

    @property
    def in_words(self) -> str:
        """For people."""
        return f"{self.fps:g} fps, segments of {self.shortest:g}-{self.longest:g} s"

    def words_from(self, other: Sampling) -> str:
        """The options of the command line that turn ``other`` into this one."""
        words = [f"--fps {self.fps:g}"] if self.fps != other.fps else []
        if (self.shortest, self.longest) != (other.shortest, other.longest):
            words.append(f"--segment-length {self.shortest:g}-{self.longest:g}")
        return " ".join(words)

    @model_validator(mode="after")
    def _room_to_split(self) -> Sampling:
        if self.longest < 2 * self.shortest:
            raise ValueError(
                "the longest segment must last at least twice the shortest, or no shot can be split"
            )
        return self


class IndexSettings(BaseModel):
    """How a server indexes the vectors, as `footage tune --apply` settled it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index_type: Literal["FLAT", "HNSW"] = "HNSW"
    m: int = Field(default=16, ge=2, le=2048)  # links of a node of the graph
    ef_construction: int = Field(default=200, ge=1, le=32_768)  # candidates while it is built
    ef: int = Field(default=128, ge=1, le=32_768)  # candidates while it is searched


class Space(BaseModel):
    """What videos are embedded with: vectors of one space may be compared."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    embedder: str
    sampling: Sampling


class Beside(Space):
    """A space beside the one that is searched: growing, or kept to go back to."""

    fingerprint: str = Field(pattern=r"^[\w-]{1,64}$")  # names its archive folder and collections
    searched: bool = False  # whether it was, until a migration from it, which one can take back


Part = Literal["tag", "folder", "year", "month"]  # what the name of a partition is made of


class LibrarySettings(BaseModel):
    """``library.toml``: what a library is; written when it is made, and by what changes it."""

    model_config = ConfigDict(extra="forbid")

    format: int = FORMAT
    id: str = Field(default_factory=lambda: uuid.uuid4().hex, pattern=r"^[0-9a-f]{32}$")
    created: datetime = Field(default_factory=lambda: datetime.now(timezone.utc))
    embedder: str = "lite"
    milvus_uri: str | None = None  # None: the embedded engine, in the library's own folder
    sampling: Sampling = Sampling()
    index: IndexSettings | None = None  # None: by the number of segments
    beside: Beside | None = None  # what `footage migrate` grows, or has left
    partition_by: tuple[Part, ...] = ()  # the rule of `footage partitions`; none: one partition

    @field_validator("partition_by")
    @classmethod
    def _each_once(cls, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        if len(set(parts)) < len(parts):
            raise ValueError("it names a part twice")
        return parts

    @property
    def place(self) -> tuple[str | None, IndexSettings | None, tuple[Part, ...]]:
        """Where the index is and what it is like."""
        return self.milvus_uri, self.index, self.partition_by

    @property
    def space(self) -> Space:
        """What is searched."""
        return Space(embedder=self.embedder, sampling=self.sampling)

    @classmethod
    def load(cls, folder: Path) -> LibrarySettings:
        """Read ``library.toml``; raises `LibraryError` naming what is wrong in it."""
        path = folder / FILE_NAME
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise LibraryError(
                f"{path} cannot be read ({error})",
                remedy="`footage doctor --repair` makes it anew from what is left",
            ) from error
        found = values.get("format", 0)
        if isinstance(found, int) and found > FORMAT:
            raise LibraryTooNew(f"{folder} was written by a newer footage (format {found})")
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            raise LibraryError(
                f"{path} is not right: {first_wrong(error)}",
                remedy="correct that line, or `footage doctor --repair` makes it anew",
            ) from error
        if missing := [name for name in _ALWAYS_THERE if name not in values]:
            raise LibraryError(
                f"{path} is cut short: {', '.join(missing)} not in it",
                remedy="`footage doctor --repair` makes it anew from what is left",
            )
        return settings

    def save(self, folder: Path) -> None:
        """Write ``library.toml`` whole or not at all; raises `LibraryUnwritable`."""
        path = folder / FILE_NAME
        try:
            with draft_of(path) as draft:
                draft.write_text(tomli_w.dumps(self.model_dump(exclude_none=True)), "utf-8")
        except OSError as error:
            raise LibraryUnwritable(f"{path} cannot be written ({error.strerror})") from error
