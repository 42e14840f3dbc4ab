"""The sampled frames of some videos, as short vectors by time."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from footage.analysis.grouping import Reduction
from footage.analysis.material import Held, Material, Tell, untold
from footage.catalog import Video
from footage.embedder import VideoEmbedding
from footage.errors import ArchiveDamaged

log = logging.getLogger(__name__)

DIMENSIONS = 64

Looks = NDArray[np.float32]
Frames = tuple[NDArray[np.float64], Looks]
"""Times in seconds [m] and looks [m, k]."""


@dataclass(frozen=True, eq=False)
class FrameSet:
    """Frames of some videos, N of them, in the order of the videos and of time.

    ``owners`` int32 [N] are places in ``videos``; ``times`` float64 [N] seconds at which each was
    taken; ``looks`` float16 [N, k] unit vectors around the mean of all; ``shots`` of each video the
    seconds at which shots begin.
    """

    videos: tuple[Video, ...]
    owners: NDArray[np.int32]
    times: NDArray[np.float64]
    looks: NDArray[np.float16]
    shots: tuple[NDArray[np.float64], ...]

    def __len__(self) -> int:
        return len(self.owners)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where the frames of each video begin, and after the last one where they end."""
        return np.searchsorted(self.owners, np.arange(len(self.videos) + 1))

    def of(self, owner: int) -> Frames:
        """Times [m] and looks [m, k] of one video's frames."""
        rows = slice(int(self.starts[owner]), int(self.starts[owner + 1]))
        return self.times[rows], self.looks[rows].astype(np.float32)


def frame_set(held: Held, material: Material, by: Reduction, tell: Tell = untold) -> FrameSet:
    """The frames of the videos of some segments; of a video that keeps none, its segments."""
    owners, times, looks, shots = [], [], [], []
    for at, video in enumerate(material.videos):
        tell("reading frames", at, len(material.videos))
        seen, vectors, cuts = _of_video(held, material, at, video, by)
        owners.append(np.full(len(seen), at, dtype=np.int32))
        times.append(seen)
        looks.append(vectors)
        shots.append(cuts)
    if not owners:
        nothing = np.zeros((0, by.axes.shape[1]), np.float16)
        return FrameSet((), np.zeros(0, np.int32), np.zeros(0), nothing, ())
    return FrameSet(
        material.videos,
        np.concatenate(owners),
        np.concatenate(times),
        np.concatenate(looks),
        tuple(shots),
    )


def _of_video(
    held: Held, material: Material, at: int, video: Video, by: Reduction
) -> tuple[NDArray[np.float64], NDArray[np.float16], NDArray[np.float64]]:
    try:
        track, shots = held.archive.frames(video.video_id, held.embedder.fingerprint, 0.0, np.inf)
    except ArchiveDamaged as error:
        log.warning("%s is left out: %s", video.title, error.what)
        return np.zeros(0), np.zeros((0, by.axes.shape[1]), np.float16), np.zeros(0)
    if len(track):
        return track.spans[:, 0], by.of(track.vectors).astype(np.float16), np.array(shots)
    rows = np.flatnonzero(material.owners == at)
    return material.spans[rows, 0], by.of(material.wide(rows)).astype(np.float16), np.array(shots)


def with_file(frames: FrameSet, video: Video, embedding: VideoEmbedding, by: Reduction) -> FrameSet:
    """The same and the frames of one more video, which is the last."""
    track = embedding.frames or next(iter(embedding.tracks.values()))
    owners = np.full(len(track), len(frames.videos), dtype=np.int32)
    return FrameSet(
        (*frames.videos, video),
        np.concatenate([frames.owners, owners]),
        np.concatenate([frames.times, track.spans[:, 0]]),
        np.concatenate([frames.looks, by.of(track.vectors).astype(np.float16)]),
        (*frames.shots, np.array(embedding.shots)),
    )
