"""A closer look at the best hits: at the frames that a segment's vector is the mean of.

A segment is a compromise made before any question was asked. What is asked for may be on in one
frame of it, or in one of two short shots that share it; the frames' own vectors, which the archive
keeps, say so. So the best hits are scored again with their best frame, and moments end where what
matches ends.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from footage.embedder import Spans, Track, Vector, Vectors
from footage.errors import ArchiveDamaged
from footage.index.segments import Hit

log = logging.getLogger(__name__)

LOOKED_AT = 60  # hits: reading the frames of one takes a twentieth of a millisecond
SHARE = 0.6  # of the way from the floor to the best piece, that its neighbours must reach
LONGEST_PIECE = 4.0  # seconds of a shot that are judged as one

Read = Callable[[str, float, float], tuple[Track, tuple[float, ...]]]
"""The frames of a video, by id, that begin between two times, and the shots that begin there."""


class CloserLook:
    """The frames of one library, for one query at a time."""

    def __init__(self, read: Read) -> None:
        """``read`` may raise `ArchiveDamaged`: such a hit stays as it is."""
        self._read = read

    def rescored(self, hits: Sequence[Hit], query: Vector) -> list[Hit]:
        """The hits, best first, the first `LOOKED_AT` of them by segment and best frame.

        Their score becomes the mean of two cosines: of the query with the segment, and with that
        frame of it which is nearest. The others follow with at most the score of the last of them.
        """
        looked_at = self._looked_at(hits[:LOOKED_AT], query)
        looked_at.sort(key=lambda hit: -hit.score)
        lowest = looked_at[-1].score if looked_at else 0.0
        return looked_at + [hit._replace(score=min(hit.score, lowest)) for hit in hits[LOOKED_AT:]]

    def sharpened(
        self, video_id: str, start: float, end: float, *, query: Vector, floor: float
    ) -> tuple[float, float]:
        """The part of [start, end) seconds that matches ``query``; ``floor`` is what does not.

        Around the piece of it whose frames match best, those pieces stay that reach `SHARE` of
        its height above the floor. Pieces are shots, and parts of long ones.
        """
        frames, shots = self._frames(video_id, start, end)
        pieces = _pieces(start, end, shots)
        scores = _scores(pieces, frames, query)
        seen = np.flatnonzero(~np.isnan(scores))
        if len(seen) < 2:
            return start, end
        best = int(np.nanargmax(scores))
        enough = floor + SHARE * (scores[best] - floor)
        first = last = best
        for at in seen[seen < best][::-1]:
            if scores[at] < enough:
                break
            first = at
        for at in seen[seen > best]:
            if scores[at] < enough:
                break
            last = at
        # pieces too short to have a frame go with what stays, if nothing lies beyond them
        return (
            start if first == seen[0] else float(pieces[first, 0]),
            end if last == seen[-1] else float(pieces[last, 1]),
        )

    def mean(self, video_id: str, start: float, end: float) -> Vector | None:
        """What [start, end) seconds of a video look like on the whole, as a unit vector [d].

        None where no frame begins there.
        """
        frames, _ = self._frames(video_id, start, end)
        if len(frames) == 0:
            return None
        mean = frames.vectors.mean(axis=0, dtype=np.float64)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)

    def _looked_at(self, hits: Sequence[Hit], query: Vector) -> list[Hit]:
        frames = [self._frames(hit.video_id, hit.start, hit.end)[0] for hit in hits]
        there = [at for at, own in enumerate(frames) if len(own)]
        scored = list(hits)
        if there:
            cosines = _cosines(np.concatenate([frames[at].vectors for at in there]), query)
            first = np.cumsum([0, *(len(frames[at]) for at in there[:-1])])
            for at, best in zip(there, np.maximum.reduceat(cosines, first).tolist(), strict=True):
                # rounded, so that frames that are alike do not put hits in an order of their own
                scored[at] = hits[at]._replace(score=round((hits[at].score + best) / 2, 5))
        return scored

    def _frames(self, video_id: str, start: float, end: float) -> tuple[Track, tuple[float, ...]]:
        try:
            return self._read(video_id, start, end)
        except ArchiveDamaged as error:
            log.warning("%s; its hits are taken as they are", error.what)
            return Track(np.zeros((0, 2)), np.zeros((0, 0), np.float32)), ()


def _pieces(start: float, end: float, shots: Sequence[float]) -> Spans:
    """Shots, the long ones in equal parts, as float64 [n, 2]."""
    edges = [start]
    for left, right in pairwise([start, *shots, end]):
        parts = max(1, round((right - left) / LONGEST_PIECE))
        edges += np.linspace(left, right, parts + 1)[1:].tolist()
    return np.array(list(pairwise(edges)))


def _scores(pieces: Spans, frames: Track, query: Vector) -> NDArray[np.float64]:
    """The mean cosine of each piece's frames; NaN for a piece between two frames."""
    if len(frames) == 0:
        return np.full(len(pieces), np.nan)
    times = frames.spans[:, 0]
    inside = (times >= pieces[:, :1] - 1e-3) & (times < pieces[:, 1:] - 1e-3)
    counts = inside.sum(axis=1)
    return np.where(
        counts > 0, (inside @ _cosines(frames.vectors, query)) / np.maximum(counts, 1), np.nan
    )


def _cosines(frames: Vectors, query: Vector) -> NDArray[np.float64]:
    """Of each frame with the query; kept in half precision, frames are not quite unit vectors."""
    vectors = frames.astype(np.float64)
    norms = np.maximum(np.linalg.norm(vectors, axis=1), 1e-9)
    return np.asarray(vectors @ query.astype(np.float64) / norms)
