"""Libraries with a known structure: vectors written straight to the archive, no films."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import footage
from footage.catalog import Video
from footage.embedder import Fingerprint, Route, Track, Vector, VideoEmbedding
from footage.embedders.local import LocalEmbedder
from footage.errors import InvalidQuery
from footage.media.identity import FileStamp
from footage.settings import Sampling

DIMENSION = 64
NAMES = ("dog", "car", "beach", "concert", "snow", "coffee", "computer", "night")


def direction(name: str, dimension: int = DIMENSION) -> Vector:
    """What a thing looks like: a unit vector, another for each name."""
    chance = np.random.default_rng(int.from_bytes(name.encode()[:8], "big"))
    vector = chance.normal(size=dimension)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


class PlantedEmbedder(LocalEmbedder):
    """Knows what `NAMES` look like, and reads them in texts; it is never handed a picture."""

    image_size = (8, 8)

    def __init__(self, *, reads: bool = True) -> None:
        super().__init__(Sampling())
        self.reads = reads
        self.fingerprint = Fingerprint("planted", "1", DIMENSION, Sampling().options)

    def embed_images(self, _images: NDArray[np.uint8]) -> Any:
        raise AssertionError("nothing is embedded here")

    def encode_text(self, text: str) -> Vector:
        if not self.reads:
            raise InvalidQuery("it reads no texts", remedy="show it a picture")
        return direction(text if text in NAMES else "nothing in particular")

    def self_test(self, *, full: bool = True) -> None:
        """It is itself."""


def looks(
    names: Sequence[str], *, noise: float = 0.3, seed: int = 0, dimension: int = DIMENSION
) -> NDArray[np.float32]:
    """A vector for each name, with noise of that length."""
    chance = np.random.default_rng(seed)
    rows = np.array([direction(name, dimension) for name in names]).reshape(-1, dimension)
    rows = rows + noise * chance.normal(size=rows.shape) / np.sqrt(dimension)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def plant(
    library: footage.Library,
    number: int,
    vectors: NDArray[np.float32],
    *,
    frames: NDArray[np.float32] | None = None,
    recorded: datetime | None = None,
    seconds: float = 5.0,
    title: str | None = None,
) -> str:
    """Put a video of these segments into a library; returns its id. Its file is not there."""
    video_id = f"{number:032x}"
    spans = np.arange(len(vectors))[:, None] * seconds + np.array([0, seconds])
    when = recorded or datetime(2024, 1, 1, tzinfo=timezone.utc) + timedelta(days=number)
    video = Video(
        video_id=video_id,
        title=title or f"video {number}",
        duration=len(vectors) * seconds,
        width=640,
        height=360,
        fps=25.0,
        codec="h264",
        has_audio=False,
        recorded_at=when,
        added_at=when,
    )
    looked = None
    if frames is not None:
        starts = np.arange(len(frames), dtype=np.float64)
        looked = Track(np.column_stack([starts, starts + 1]), frames)
    tracks = {Route("visual", "clip"): Track(spans, vectors)}
    embedding = VideoEmbedding(video.duration, tracks, looked)
    library.catalog.put(video)
    library.catalog.locate(Path(f"/nowhere/{video_id}.mp4"), FileStamp(1, 1, number), video_id)
    library.archive.write(video_id, library.embedder.fingerprint, embedding)
    library.catalog.record_embedding(video_id, embedding.segments, {}, partition="default")
    return video_id
