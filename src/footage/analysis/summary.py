"""A video at a glance: its chapters, each with a picture and a few words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footage.analysis.material import Held, untold
from footage.analysis.naming import concept_vectors
from footage.analysis.segmentation import MOST_ROWS, NOISE, boundaries, noise_of
from footage.analysis.showing import shown_concepts
from footage.analysis.titles import titles
from footage.catalog import Video
from footage.embedder import Route, Track, VideoEmbedding
from footage.errors import NotFound, UsageError
from footage.index.unit import unit
from footage.reader import Line
from footage.times import clock

MOST_CHAPTERS = 24  # found by themselves; more is no glance
MOST_ASKED = 200
# Of two pictures of the same stretch, the more unlike what was shown before: how much that counts
# beside how much it is like its stretch (Carbonell and Goldstein, "The use of MMR", SIGIR 1998).
DIVERSITY = 0.3


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a video: when it is shown, in seconds, and its file if there is one."""

    time: float
    path: Path | None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A stretch of a video, in seconds, in which much stays the same."""

    start: float
    end: float
    title: str
    """A few words of what is said in it; else what it shows, where that tells it from the rest of
    the video; else the time at which it begins."""
    picture: Picture
    """Of its segment that is most like the whole, and least like those of other chapters."""
    pictures: tuple[Picture, ...]
    """Of its other segments too, in the order of time."""

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``chapters``."""
        path = self.picture.path
        return {
            "start": round(self.start, 3),
            "end": round(self.end, 3),
            "title": self.title,
            "time": round(self.picture.time, 3),
            "thumbnail": str(path) if path else None,
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """A video and its chapters, which leave none of it out."""

    video: Video
    chapters: tuple[Chapter, ...]

    def to_json(self) -> dict[str, Any]:
        """The shape of ``summary --json``."""
        return {
            "video_id": self.video.video_id,
            "title": self.video.title,
            "duration": self.video.duration,
            "chapters": [chapter.to_json() for chapter in self.chapters],
        }


def find_summary(held: Held, reference: str | Path, *, chapters: int | None = None) -> Summary:
    """The chapters of a video: as many as ``chapters`` says, else as many as there seem to be.

    They are found in the vectors of its segments, see `segmentation`. Raises `NotFound`,
    `UsageError` or `ArchiveDamaged`.
    """
    if chapters is not None and not 1 <= chapters <= MOST_ASKED:
        raise UsageError(f"{chapters} chapters cannot be", remedy=f"ask for 1 to {MOST_ASKED}")
    video = held.video(reference).present()
    embedding = held.embedding(video.video_id)
    track = _pooled(_track(embedding, video))
    seconds = np.maximum(track.spans[:, 1] - track.spans[:, 0], 1e-3)
    vectors = track.vectors.astype(np.float64)
    noise = _noise(track, embedding.frames)
    firsts = boundaries(vectors, seconds, most=MOST_CHAPTERS, count=chapters, noise=noise)
    starts = [0.0, *(float(track.spans[first, 0]) for first in firsts[1:])]
    ends = [*starts[1:], max(video.duration, float(track.spans[-1, 1]))]
    keys = _keys(vectors, seconds, [*firsts, len(vectors)])
    lines = _lines(held, video)
    names = titles([_said(lines, start, end) for start, end in zip(starts, ends, strict=True)])
    if not all(names):
        shown = _shown(held, embedding, track, starts)
        names = [said or seen for said, seen in zip(names, shown, strict=True)]
    pictures = [
        Picture(float(start + end) / 2, held.thumbnails.at(video.video_id, float(start)))
        for start, end in track.spans
    ]
    return Summary(
        video,
        tuple(
            Chapter(start, end, name or clock(start), pictures[key], tuple(pictures[first:after]))
            for start, end, name, key, first, after in zip(
                starts, ends, names, keys, firsts, [*firsts[1:], len(vectors)], strict=True
            )
        ),
    )


def _track(embedding: VideoEmbedding, video: Video) -> Track:
    """The segments that are looked at: by what is seen, where an embedder tells that apart."""
    for route in (Route("visual", "clip"), Route("fused", "clip"), *embedding.tracks):
        track = embedding.tracks.get(route)
        if track is not None and route.scope == "clip" and len(track):
            return track
    raise NotFound(f"{video.title} has no segments", remedy="`footage doctor` says why")


def _noise(track: Track, frames: Track | None) -> float:
    if frames is None or frames.vectors.shape[1] != track.vectors.shape[1]:
        return NOISE
    return noise_of(track.spans, frames.spans, frames.vectors.astype(np.float64))


def _pooled(track: Track) -> Track:
    """Neighbours taken together where a video has very many segments."""
    step = -(-len(track) // MOST_ROWS)
    if step == 1:
        return track
    firsts = np.arange(0, len(track), step)
    lasts = np.minimum(firsts + step, len(track)) - 1
    spans = np.column_stack([track.spans[firsts, 0], track.spans[lasts, 1]])
    sums = np.add.reduceat(track.vectors.astype(np.float64), firsts, axis=0)
    return Track(spans, unit(sums))


def _keys(
    vectors: NDArray[np.float64], seconds: NDArray[np.float64], edges: Sequence[int]
) -> list[int]:
    """For each stretch the row that stands for it."""
    keys: list[int] = []
    for first, after in pairwise(edges):
        inside = vectors[first:after]
        mean = (inside * seconds[first:after, None]).sum(axis=0)
        worth = inside @ (mean / max(float(np.linalg.norm(mean)), 1e-9))
        if keys:
            worth = worth - DIVERSITY * (inside @ vectors[keys].T).max(axis=1)
        keys.append(first + int(worth.argmax()))
    return keys


def _shown(
    held: Held, embedding: VideoEmbedding, track: Track, starts: Sequence[float]
) -> list[str]:
    """What is seen in the chapters that begin at some seconds, empty where nobody can say."""
    vectors = concept_vectors(held, untold)
    if vectors is None:
        return [""] * len(starts)
    frames = embedding.frames
    known = frames is not None and len(frames) and frames.vectors.shape[1] == vectors.shape[1]
    looked = frames if known and frames is not None else track
    parts = np.searchsorted(starts, looked.spans[:, 0] + 1e-6, side="right") - 1
    found = shown_concepts(unit(looked.vectors), parts, len(starts), vectors)
    return [name[:1].upper() + name[1:] for name in found]


def _lines(held: Held, video: Video) -> Sequence[Line]:
    try:
        return held.text_store.transcript(video, "speech").lines
    except NotFound:  # nothing was read of it
        return ()


def _said(lines: Sequence[Line], start: float, end: float) -> str:
    """What begins to be said in [start, end) seconds."""
    begins = [line.start for line in lines]
    first, after = bisect_right(begins, start - 1e-9), bisect_right(begins, end - 1e-9)
    return " ".join(line.text for line in lines[first:after])
