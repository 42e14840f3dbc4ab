"""Embeddings that mean something: footage's lite towers, turned into 512 dimensions.

Each model has a space of its own: a rotation that keeps every cosine, so that text, images and
frames agree within a model and say nothing across two. Rotated dimensions weigh about alike, so
the first 256 values, which Marengo 3.5 may be asked for, keep the order of most neighbours.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from twelvelabs import EmbeddingData, EmbeddingUsage, TimeBasedMetadataEntry

from footage.embedder import Track, VideoEmbedding, VideoFile
from footage.embedders.lite import LiteEmbedder
from footage.embedders.local import LocalEmbedder, pool
from footage.media.shots import segments
from footage.settings import Sampling
from marengo_double.contents import Content
from marengo_double.plans import DIMENSION, NEW, Plan
from marengo_double.sound import FEATURES, RATE, Floats, Line, Transcriber, features, read_samples

Vectors = NDArray[np.float32]
Span = tuple[float, float]

_SEEDS = {"marengo3.0": 30, "marengo3.5": 35}
_LONGEST_SEGMENT = 10.0  # seconds, of dynamic segments; the service does not say where it cuts
_LEAST_UNCERTAINTY = 0.01
_TOKENS = {"video": 256, "image": 256, "audio": 25}  # a second, a picture; invented


class Parts(NamedTuple):
    """One embedding in the making, and the vectors [n, 512] it is the mean of."""

    option: str | None
    scope: str | None
    span: Span | None
    vectors: Vectors


class Embeddings:
    """Answers plans. Videos, sounds and transcripts are worked out once for each content."""

    def __init__(self, towers: LocalEmbedder | None, transcriber: Transcriber | None) -> None:
        self._towers = towers or _lite()
        self._transcriber = transcriber
        self._seen: dict[str, VideoEmbedding] = {}
        self._heard: dict[str, Floats] = {}
        self._read: dict[str, list[Line]] = {}
        self._lock = threading.RLock()  # so that no content is worked out twice at once

    def answer(self, plan: Plan, contents: Sequence[Content]) -> list[EmbeddingData]:
        """All embeddings that ``plan`` asks for; empty where nothing of it is in the media."""
        return [_finished(parts, plan) for parts in self._parts(plan, contents)]

    def usage(self, plan: Plan, contents: Sequence[Content]) -> EmbeddingUsage | None:
        """What 3.5 says it has counted; the numbers are made up, but grow with the content."""
        if plan.model != NEW:
            return None
        tokens = {"text": len(plan.text.split())} if plan.text else {}
        for content in contents:
            amount = 1 if content.kind == "image" else round(seconds_of(plan, content))
            tokens[content.kind] = tokens.get(content.kind, 0) + amount * _TOKENS[content.kind]
        if plan.truncated:
            reason = "model_context_window"
            return EmbeddingUsage(input_tokens=tokens, truncated=True, truncation_reason=reason)
        return EmbeddingUsage(input_tokens=tokens, truncated=False)

    def _parts(self, plan: Plan, contents: Sequence[Content]) -> Iterator[Parts]:
        if plan.input_type in {"video", "audio"}:
            yield from self._timed(plan, contents[0])
            return
        whole = [self._whole(plan, source.media_type, content)
                 for source, content in zip(plan.sources, contents, strict=True)]  # fmt: skip
        if plan.text:
            whole.append(self._texts(plan, [plan.text]))
        option = plan.options[0] if plan.options else None
        yield Parts(option, plan.scopes[0] if plan.scopes else None, None, np.concatenate(whole))

    def _whole(self, plan: Plan, kind: str, content: Content) -> Vectors:
        """A source of a `multi_input` as one vector [1, 512]."""
        if kind == "image":
            return self._picture(plan, content)
        length = self._duration(content)
        option = "visual" if kind == "video" else "audio"
        vectors = self._vectors(plan, content, option, (0.0, length))
        return np.atleast_2d(_unit(vectors.mean(axis=0))) if len(vectors) else vectors

    def _timed(self, plan: Plan, content: Content) -> Iterator[Parts]:
        start, end = _stretch(plan, self._duration(content))
        cuts = self._video(content).shots if content.kind == "video" else ()
        for scope in plan.scopes:
            spans = _spans(plan, start, end, cuts) if scope == "clip" else [(start, end)]
            for span in spans:
                made = {
                    option: self._vectors(plan, content, option, span) for option in plan.options
                }
                made = {option: vectors for option, vectors in made.items() if len(vectors)}
                if plan.separate:
                    for option, vectors in made.items():
                        yield Parts(option, scope, span, vectors)
                if plan.fused and made:
                    yield Parts("fused", scope, span, self._fused(plan, made, span))

    def _fused(self, plan: Plan, made: dict[str, Vectors], span: Span) -> Vectors:
        notes = [note.text for note in plan.notes if _overlaps(note, span)]
        means = [_unit(vectors.mean(axis=0)) for vectors in made.values()]
        return np.stack([*means, *(self._texts(plan, notes) if notes else [])])

    def _vectors(self, plan: Plan, content: Content, option: str, span: Span) -> Vectors:
        """What one option has to say on a span, [n, 512]; n is 0 where it has nothing to say."""
        if option == "visual":
            frames = self._video(content).frames
            assert frames is not None  # noqa: S101 - a local embedder keeps them
            return _within(frames, span) @ _rotation(plan.model, frames.vectors.shape[1])
        if option == "audio":
            samples = self._samples(content)[int(span[0] * RATE) : int(span[1] * RATE)]
            made = [features(samples)] if len(samples) else np.zeros((0, FEATURES), np.float32)
            return np.asarray(made) @ _rotation(plan.model, FEATURES)
        said = [
            line.text
            for line in self._lines(content)
            if line.start < span[1] and line.end > span[0]
        ]
        return self._texts(plan, [" ".join(said)]) if said else np.zeros((0, DIMENSION), np.float32)

    def _texts(self, plan: Plan, texts: list[str]) -> Vectors:
        vectors = np.stack([self._towers.encode_text(text) for text in texts])
        return vectors @ _rotation(plan.model, vectors.shape[1])

    def _picture(self, plan: Plan, content: Content) -> Vectors:
        with Image.open(content.path) as image:
            pixels = image.convert("RGB").resize(self._towers.image_size)
        vectors = self._towers.embed_images(np.asarray(pixels, dtype=np.uint8)[None])
        return vectors @ _rotation(plan.model, vectors.shape[1])

    def _video(self, content: Content) -> VideoEmbedding:
        with self._lock:
            if content.id not in self._seen:
                assert content.info is not None  # noqa: S101 - videos have been probed
                video = VideoFile(content.path, content.id, content.info)
                self._seen[content.id] = self._towers.embed(
                    video, on_progress=lambda _: None, on_thumbnail=lambda *_: None
                )
            return self._seen[content.id]

    def _duration(self, content: Content) -> float:
        return self._video(content).duration if content.kind == "video" else content.seconds

    def _samples(self, content: Content) -> Floats:
        with self._lock:
            if content.id not in self._heard:
                self._heard[content.id] = read_samples(content.path)
            return self._heard[content.id]

    def _lines(self, content: Content) -> list[Line]:
        if self._transcriber is None:
            return []
        with self._lock:
            if content.id not in self._read:
                samples = self._samples(content)
                self._read[content.id] = self._transcriber(samples) if len(samples) else []
            return self._read[content.id]


def seconds_of(plan: Plan, content: Content) -> float:
    """How many seconds of a content a plan pays for; 0 for a picture."""
    if content.kind == "image":
        return 0.0
    start, end = _stretch(plan, content.seconds)
    return end - start


def _stretch(plan: Plan, duration: float) -> Span:
    end = duration if plan.end is None else min(plan.end, duration)
    return min(plan.start or 0.0, end), end


def _spans(plan: Plan, start: float, end: float, cuts: Sequence[float]) -> list[Span]:
    assert plan.segmentation is not None  # noqa: S101 - what has a duration has a segmentation
    seconds = plan.segmentation.seconds
    if plan.segmentation.fixed:
        edges = [*np.arange(start, end - 1e-6, seconds).tolist(), end]
        return list(pairwise(edges))
    inner = [cut - start for cut in cuts]
    longest = max(_LONGEST_SEGMENT, 2.0 * seconds)
    found = segments(inner, end - start, shortest=float(seconds), longest=longest)
    return [(start + first, start + last) for first, last in found]


def _within(frames: Track, span: Span) -> Vectors:
    """The vectors of the frames that begin in a span, else of the one on show."""
    begin = frames.spans[:, 0]
    inside = (begin >= span[0]) & (begin < span[1])
    return frames.vectors[inside] if inside.any() else pool(frames, [span]).vectors


def _overlaps(note: TimeBasedMetadataEntry, span: Span) -> bool:
    return note.start < span[1] and max(note.end, note.start + 1e-6) > span[0]


def _finished(parts: Parts, plan: Plan) -> EmbeddingData:
    mean = _unit(parts.vectors.mean(axis=0))[: plan.dimension]
    values: dict[str, object] = {
        "embedding": _floats(mean),
        "embedding_option": parts.option,
        "embedding_scope": parts.scope,
        "start_sec": None if parts.span is None else round(parts.span[0], 3),
        "end_sec": None if parts.span is None else round(parts.span[1], 3),
    }
    if plan.uncertainty:
        spread = parts.vectors.std(axis=0)[: plan.dimension]
        values["embedding_uncertainty"] = _floats(np.maximum(spread, _LEAST_UNCERTAINTY))
    return EmbeddingData(**values)  # type: ignore[arg-type]


def _floats(vector: Vectors) -> list[float]:
    return [round(float(value), 7) for value in vector]


def _unit(vector: Vectors) -> Vectors:
    norm = float(np.linalg.norm(vector))
    return vector / norm if norm > 0 else vector


@lru_cache(maxsize=16)
def _rotation(model: str, dimension: int) -> Vectors:
    """Orthonormal rows [dimension, 512] that belong to a model: they keep every dot product."""
    random = np.random.default_rng([_SEEDS[model], dimension])
    orthonormal = np.linalg.qr(random.standard_normal((DIMENSION, dimension)))[0]
    rotation: Vectors = orthonormal.T.astype(np.float32)
    return rotation


@lru_cache(maxsize=1)
def _lite() -> LiteEmbedder:
    return LiteEmbedder(Sampling())
