"""The shelf: models that were fetched once, each in a folder with a note of what is in it.

    <models>/ViT-B-32__openai/<revision>/footage.json, config.json, visual/…, textual/…

A folder appears under its revision only when it is whole; a fetch that was interrupted goes on in
``.fetching`` beside it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path

from filelock import FileLock
from platformdirs import user_data_path
from pydantic import BaseModel, Field, ValidationError

from footage import durable
from footage.errors import EmbedderBroken, EmbedderUnavailable, NotFound
from footage.settings import Environment

NOTE = "footage.json"
DRAFT = ".fetching"
PART = ".part"  # ends the name of a file that is not whole
_CHUNK = 1 << 20
OnProgress = Callable[[int, int], None]
"""Told bytes done and in all."""


class Pace(BaseModel):
    """How fast a model is on this machine."""

    provider: str
    batch: int = Field(gt=0)  # frames at once: the fewest that are about as fast as any
    milliseconds: float  # a frame


class Note(BaseModel):
    """What a model's folder must hold, written when it was fetched."""

    name: str
    source: str
    revision: str
    fetched: datetime = Field(default_factory=lambda: datetime.now(timezone.utc))
    dimension: int
    size: int  # bytes
    sha256: dict[str, str]  # by path in the folder
    pace: Pace | None = None

    @property
    def version(self) -> str:
        """The same for the same files, wherever they came from."""
        listed = json.dumps(self.sha256, sort_keys=True)
        return hashlib.blake2b(listed.encode(), digest_size=6).hexdigest()


class Shelf:
    """The folder of all models on this machine; `FOOTAGE_MODELS` names another."""

    def __init__(self, root: Path | None = None) -> None:
        given = root or Environment().models
        self.root = given or user_data_path("footage", appauthor=False) / "models"

    def folder(self, name: str, revision: str) -> Path:
        """Where this revision of a model lies, whether or not it is there."""
        return self._shelf(name) / revision

    def find(self, name: str, revision: str | None = None) -> Note | None:
        """The note of a model at a revision, else of what was fetched last; None where none is."""
        if revision:
            path = self.folder(name, revision) / NOTE
            return self._read(path) if path.is_file() else None
        found = [self._read(path) for path in self._shelf(name).glob(f"*/{NOTE}")]
        return max(found, key=lambda note: note.fetched, default=None)

    def notes(self) -> list[Note]:
        """All that is on the shelf, by name."""
        found = [self._read(path) for path in self.root.glob(f"*/*/{NOTE}")]
        return sorted(found, key=lambda note: (note.name, note.fetched))

    @contextlib.contextmanager
    def drafting(self, name: str) -> Iterator[Path]:
        """The folder that a model is gathered in, for one process at a time; it stays on errors.

        Raises `EmbedderUnavailable` where nothing can be written.
        """
        place = self.folder(name, DRAFT)
        try:
            place.mkdir(parents=True, exist_ok=True)
            with FileLock(place.with_name(f"{DRAFT}.lock")):
                place.mkdir(exist_ok=True)  # whoever held the lock before may have kept it
                yield place
        except OSError as error:
            raise EmbedderUnavailable(
                f"the model cannot be stored in {place.parent} ({error.strerror or error})",
                remedy="free some space, or name another folder in FOOTAGE_MODELS; what was "
                "fetched is kept",
            ) from error

    def keep(self, draft: Path, note: Note) -> Path:
        """Put a whole draft in its place and return that."""
        place = self.folder(note.name, note.revision)
        for part in draft.rglob(f"*{PART}"):  # of another revision, given up
            part.unlink()
        with durable.draft_of(draft / NOTE) as file:
            file.write_text(note.model_dump_json(indent=2), "utf-8")
        if place.exists():  # damaged, or it would not have been fetched
            shutil.rmtree(place)
        draft.rename(place)
        durable.sync_folder(place.parent)
        return place

    def size(self, name: str) -> int:
        """The bytes of all there is of a model, whole or not. Raises `NotFound` for none."""
        there = [path for path in self._shelf(name).rglob("*") if path.is_file()]
        if not (size := sum(path.stat().st_size for path in there)):  # a fetch that never began
            raise NotFound(
                f"no model called {name} is on the shelf", remedy="`footage models` lists them"
            )
        return size

    def delete(self, name: str) -> int:
        """Delete all there is of a model; returns the bytes freed. Raises `NotFound`."""
        freed = self.size(name)
        shutil.rmtree(self._shelf(name))
        return freed

    def _shelf(self, name: str) -> Path:
        return self.root / name.replace("/", "--")

    def _read(self, path: Path) -> Note:
        try:
            return Note.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise EmbedderBroken(
                f"{path} cannot be read",
                remedy=f"delete {path.parent} and run `footage models fetch` again",
            ) from error


def checksums(folder: Path, names: list[str]) -> dict[str, str]:
    """SHA-256 in hex of files in ``folder``, by name. Raises `EmbedderBroken` for one unread."""
    return {name: sha256(folder / name) for name in sorted(names)}


def damaged(folder: Path, expected: Mapping[str, str]) -> Path | None:
    """The first file in ``folder`` whose SHA-256 is not the expected one, by name; None for none.

    Raises `EmbedderBroken` for one that cannot be read.
    """
    paths = ((folder / name, digest) for name, digest in expected.items())
    return next((path for path, digest in paths if sha256(path) != digest), None)


def sha256(path: Path) -> str:
    """SHA-256 of a file in hex. Raises `EmbedderBroken` where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise EmbedderBroken(f"{path} cannot be read ({error.strerror})") from error
    return digest.hexdigest()
