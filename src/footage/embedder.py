"""What an embedder is: it turns a video into segments with vectors, and a query into a vector.

The implementations are in ``embedders/``. All vectors of one `Fingerprint` may be compared with
each other and with nothing else.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.errors import InvalidQuery, InvalidVector
from footage.example import Example
from footage.ledger import Ledger
from footage.media.frames import Damage
from footage.media.probe import VideoInfo
from footage.media.web import Place

Vector = NDArray[np.float32]
"""One embedding, shape [dimension]."""
Vectors = NDArray[np.float32]
"""Embeddings, shape [n, dimension]."""
Spans = NDArray[np.float64]
"""Start and end in seconds, shape [n, 2]."""


class Route(NamedTuple):
    """One searchable kind of vector: what of a video was embedded, over what stretch of it."""

    modality: str  # visual, audio, speech, screen or fused
    scope: str  # clip (a segment) or asset (the whole video)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What must be equal for two embeddings to be the same work: model, version, options."""

    name: str
    version: str
    dimension: int
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """A short, file-name-safe identifier: the name and 12 hex digits."""
        return _identifier(self.name, self.version, self.dimension, tuple(self.options.items()))


@lru_cache  # a search asks for it with every hit
def _identifier(
    name: str, version: str, dimension: int, options: tuple[tuple[str, str], ...]
) -> str:
    known = {"name": name, "version": version, "dimension": dimension, "options": dict(options)}
    text = json.dumps(known, sort_keys=True)
    digest = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
    return f"{name.split(':', maxsplit=1)[0]}-{digest}"


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Spans of one video and their vectors, in time order.

    ``spans`` is float64 [n, 2], ``vectors`` float32 [n, dimension].
    """

    spans: Spans
    vectors: Vectors

    def __len__(self) -> int:
        return len(self.spans)


@dataclass(frozen=True, slots=True, eq=False)
class VideoEmbedding:
    """All that an embedder makes of one video: a track a route, and the sampled frames if any."""

    duration: float  # seconds, measured
    tracks: Mapping[Route, Track]
    frames: Track | None = None
    shots: tuple[float, ...] = ()
    """Seconds at which a shot begins, without the first; empty where nobody looked for shots."""
    damage: Damage = field(default_factory=Damage)

    @property
    def segments(self) -> int:
        """How many rows this video has in the index."""
        return sum(len(track) for track in self.tracks.values())


@dataclass(frozen=True, slots=True)
class Part:
    """What of a query becomes one vector, and what that counts beside the others' vectors."""

    text: str | None = None
    examples: tuple[Example, ...] = ()
    weight: float = 1.0
    """Below 0 it is what is not wanted."""

    @property
    def identity(self) -> str | None:
        """All that its vector is made of, but the embedder; None for what may soon be another.

        The files of its examples are read whole. Raises `MediaError`.
        """
        if not self.examples:
            return self.text
        each = [example.identity for example in self.examples]
        return None if None in each else json.dumps([self.text, *each])


@dataclass(frozen=True, slots=True)
class VideoFile:
    """A video about to be embedded: a file, or what lies on the web."""

    path: Place
    video_id: str
    info: VideoInfo


class Embedder(ABC):
    """Turns videos and queries into vectors of one space."""

    fingerprint: Fingerprint
    routes: tuple[Route, ...]
    concurrency: int = 1
    """How many videos may be embedded at the same time."""
    keeps_frames: bool = True
    """Whether `VideoEmbedding.frames` are given, for a closer look at what was found."""
    sent_to: str | None = None
    """Where videos are sent to be embedded; None where they stay on this machine."""

    @abstractmethod
    def embed(
        self,
        video: VideoFile,
        *,
        on_progress: Callable[[float], None],
        on_thumbnail: Callable[[float, bytes], None],
    ) -> VideoEmbedding:
        """Embed a whole video.

        ``on_progress`` is told the seconds done so far and may raise to stop the work;
        ``on_thumbnail`` is handed a JPEG and its time in seconds for each frame looked at.
        Raises `MediaError` for a file that cannot be used, `EmbedderError` for a model that cannot.
        """

    def parts(
        self,
        terms: Sequence[tuple[str, float]],
        examples: Sequence[Example] = (),
        *,
        text_weight: float = 1.0,
    ) -> list[Part]:
        """What of a query this embedder makes one vector of: of each text, and of each example.

        ``terms`` are texts and their weights, which ``text_weight`` multiplies. A part whose weight
        is below 0 is what is not wanted. All lie in the space of the videos, so that their weighted
        sum can be searched.
        """
        texts = [Part(text, weight=weight * text_weight) for text, weight in terms]
        return texts + [Part(None, (each,), each.weight) for each in examples]

    def encode(self, part: Part) -> Vector:
        """Embed a part of a query as a unit vector, float32 [dimension].

        Raises `InvalidQuery` for what this embedder cannot be asked, `MediaError` for a file that
        cannot be used, and `EmbedderError` for a model that cannot.
        """
        if part.text is not None:
            return self.encode_text(part.text)
        (example,) = part.examples
        by_kind = {
            "image": self.encode_image,
            "clip": self.encode_clip,
            "sound": self.encode_sound,
        }
        return by_kind[example.kind](example)

    @abstractmethod
    def encode_text(self, text: str) -> Vector:
        """Embed a query's text as a unit vector, float32 [dimension]. Raises `InvalidQuery`."""

    def encode_image(self, example: Example) -> Vector:
        """Embed a picture; most embedders that look at frames can."""
        raise self._cannot("a picture", example)

    def encode_clip(self, example: Example) -> Vector:
        """Embed what is seen in a stretch of a video."""
        raise self._cannot("a clip", example)

    def encode_sound(self, example: Example) -> Vector:
        """Embed what is heard in a stretch of a file."""
        raise self._cannot("a sound", example)

    def _cannot(self, what: str, example: Example) -> InvalidQuery:
        return InvalidQuery(
            f"{self.fingerprint.name} cannot search by {what}, as {example}",
            remedy="say it in words, or use an embedder that can, such as marengo:3.0",
        )

    def attach(self, ledger: Ledger) -> None:  # noqa: B027 - most have nothing to note
        """Told by a library where to note what is under way elsewhere, and what was paid."""

    def kept(self, video_id: str) -> None:  # noqa: B027
        """Told by a library that the embedding of a video is safely stored."""

    def price(self, video: VideoFile) -> float:  # noqa: ARG002
        """About how many dollars embedding a video costs now; 0 on this machine.

        Raises `MediaError` for one that would be refused where it is to be sent.
        """
        return 0.0

    def check_ready(self) -> None:  # noqa: B027
        """Raise `EmbedderError` where embedding cannot begin, for want of a key, say; cheap."""

    @abstractmethod
    def self_test(self, *, full: bool = True) -> None:
        """Check that the model is itself; raises `EmbedderBroken` with the reason where it is not.

        ``full`` is for before a video is embedded, and for `footage doctor`: files, pictures and
        sentences. Without it only what answers a search is looked at, in hundredths of a second.
        """


def checked_text(text: object) -> str:
    """``text``, where it is one; raises `InvalidQuery`."""
    if not isinstance(text, str):
        raise InvalidQuery(f"the text to embed is {text!r:.100}", remedy="give one text")
    return text


def checked_vector(vector: object, dimension: int) -> Vector:
    """``vector`` as a unit float32 array [dimension].

    Raises `InvalidVector` for another length, a NaN or infinity, or a vector of zeros.
    """
    try:
        array = np.asarray(vector, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InvalidVector(
            "the given vector is not a list of numbers", remedy=f"give {dimension} floats"
        ) from error
    if array.shape != (dimension,):
        shape = " x ".join(map(str, array.shape)) or "a single number"
        raise InvalidVector(
            f"the given vector has shape {shape}, this library searches {dimension} dimensions",
            remedy="embed the query with this library's embedder",
        )
    norm = float(np.linalg.norm(array.astype(np.float64)))
    if not np.isfinite(norm) or norm == 0.0:
        raise InvalidVector(
            "the given vector has a NaN, an infinity, or only zeros in it",
            remedy="check what made it",
        )
    return (array / norm).astype(np.float32)
