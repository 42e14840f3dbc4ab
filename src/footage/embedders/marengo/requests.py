"""What the service is asked for, and the structure each model wants it in."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from footage.errors import InvalidQuery

if TYPE_CHECKING:
    from twelvelabs import AsyncVideoInputRequest

Model = Literal["marengo3.0", "marengo3.5"]
Kind = Literal["image", "audio", "video"]

OLD: Model = "marengo3.0"
NEW: Model = "marengo3.5"
DIMENSION = 512
MOST_BASE64 = 36_000_000  # bytes before encoding that a task takes within its request
SEPARATE = ("separate_embedding",)


@dataclass(frozen=True, slots=True)
class Source:
    """Where media lie: exactly one of the three is given."""

    url: str | None = None
    base64: str | None = None
    asset_id: str | None = None

    def __post_init__(self) -> None:
        given = [self.url, self.base64, self.asset_id]
        if sum(value is not None for value in given) != 1:
            raise ValueError("a source is a url, base64 or an asset_id: exactly one of them")

    @classmethod
    def of(cls, data: bytes | Path) -> Source:
        """Bytes, or those of a file, sent along within the request; raises `OSError`."""
        content = data.read_bytes() if isinstance(data, Path) else data
        return cls(base64=base64.b64encode(content).decode("ascii"))

    def __repr__(self) -> str:
        shown = self.url or self.asset_id or f"{len(self.base64 or '')} characters of base64"
        return f"Source({shown})"

    def body(self) -> dict[str, str]:
        """As the SDK spells it."""
        named = {"url": self.url, "base_64_string": self.base64, "asset_id": self.asset_id}
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Pieces of at least ``seconds`` that follow what happens, or of exactly ``seconds``."""

    strategy: str  # dynamic or fixed
    seconds: int

    def body(self) -> dict[str, Any]:
        """The settings, without what a model wants around them."""
        name = "min_duration_sec" if self.strategy == "dynamic" else "duration_sec"
        return {"strategy": self.strategy, self.strategy: {name: self.seconds}}


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """A video to embed. What is None or empty is left to the service."""

    source: Source
    model: Model = OLD
    options: tuple[str, ...] = ()  # visual, audio, and transcription with 3.0
    scopes: tuple[str, ...] = ("clip",)
    types: tuple[str, ...] = SEPARATE
    segmentation: Segmentation | None = None
    dimension: int | None = None  # with 3.5: the first values alone
    start: float | None = None  # seconds
    end: float | None = None

    def arguments(self) -> dict[str, Any]:
        """Of the SDK's ``embed.v_2.tasks.create``."""
        arguments: dict[str, Any] = {
            "input_type": "video",
            "model_name": self.model,
            "video": self._video(),
        }
        if self.dimension is not None:
            arguments["embedding_dimension"] = self.dimension
        return arguments

    def _video(self) -> AsyncVideoInputRequest:
        from twelvelabs import AsyncVideoInputRequest, MediaSource

        video: dict[str, Any] = {
            "start_sec": self.start,
            "end_sec": self.end,
            "embedding_option": list(self.options) or None,
            "embedding_scope": list(self.scopes) or None,
            "embedding_type": None if self.types == SEPARATE else list(self.types),
            "segmentation": self._segmentation(),
        }
        given = {name: value for name, value in video.items() if value is not None}
        return AsyncVideoInputRequest(media_source=MediaSource(**self.source.body()), **given)

    def _segmentation(self) -> dict[str, Any] | None:
        if self.segmentation is None:
            return None
        settings = self.segmentation.body()
        return {"temporal": settings} if self.model == NEW else settings


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture, a sound or a short clip in a query."""

    kind: Kind
    source: Source
    name: str | None = None  # a text refers to it as <@name>


@dataclass(frozen=True, slots=True)
class QueryParts:
    """What is searched for: a text, media, or both, as one vector.

    3.5 takes any mixture. 3.0 takes a text, one sound or one clip, or pictures with or without a
    text.
    """

    text: str | None = None
    media: tuple[Medium, ...] = ()
    model: Model = OLD
    dimension: int | None = None  # with 3.5
    option: str | None = None  # with 3.0: the side of a clip that is searched by; else `visual`

    def arguments(self) -> dict[str, Any]:
        """Of the SDK's ``embed.v_2.create``; raises `InvalidQuery` for what 3.0 cannot mix."""
        if not self.text and not self.media:
            raise InvalidQuery("the query is empty", remedy="give a text, a picture or a sound")
        kind, value = self._input()
        arguments: dict[str, Any] = {"input_type": kind, "model_name": self.model, kind: value}
        if self.dimension is not None:
            arguments["embedding_dimension"] = self.dimension
        return arguments

    def _input(self) -> tuple[str, Any]:
        kinds = [medium.kind for medium in self.media]
        if self.model == NEW or (kinds and set(kinds) == {"image"} and len(kinds) > 1):
            return "multi_input", self._multi()
        if not self.media:
            from twelvelabs import TextInputRequest

            return "text", TextInputRequest(input_text=self.text or "")
        if len(self.media) > 1 or (self.text and kinds != ["image"]):
            raise InvalidQuery(
                f"{self.model} cannot search by {_listed(kinds, self.text)} at once",
                remedy=f"ask for one of them, or use {NEW}",
            )
        return self._one(self.media[0])

    def _one(self, medium: Medium) -> tuple[str, Any]:
        import twelvelabs as sdk

        source = sdk.MediaSource(**medium.source.body())
        if medium.kind == "image" and self.text:
            both = sdk.TextImageInputRequest(media_source=source, input_text=self.text)
            return "text_image", both
        if medium.kind == "image":
            return "image", sdk.ImageInputRequest(media_source=source)
        option = self.option or ("audio" if medium.kind == "audio" else "visual")
        whole: Any = {"embedding_scope": ["asset"], "embedding_option": [option]}
        if medium.kind == "audio":
            return "audio", sdk.AudioInputRequest(media_source=source, **whole)
        return "video", sdk.VideoInputRequest(media_source=source, **whole)

    def _multi(self) -> Any:
        from twelvelabs import MultiInputMediaSource, MultiInputRequest

        sources = [
            MultiInputMediaSource(
                media_type=medium.kind,
                **({"name": medium.name} if medium.name else {}),
                **medium.source.body(),
            )
            for medium in self.media
        ]
        given: dict[str, Any] = {"input_text": self.text, "media_sources": sources}
        return MultiInputRequest(**{name: value for name, value in given.items() if value})


def _listed(kinds: list[Kind], text: str | None) -> str:
    return " and ".join([*(["text"] if text else []), *kinds])
