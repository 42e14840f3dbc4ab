"""How one video runs along another: from which frames look alike to aligned stretches.

Every two frames that look alike vote for the offset between the two videos, at each of some speeds
(a Hough transform: P. Hough, 1962; for copies of videos M. Douze, H. Jégou, C. Schmid, "An
image-based approach to video copy detection", 2010). Along the line with most votes all frames are
compared, and the stretch of highest sum is taken (J. Bentley, "Algorithm design techniques", 1984).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SPEEDS = (1.0, 25 / 24, 24 / 25, 1.02, 1 / 1.02, 1.06, 1 / 1.06, 1.1, 1 / 1.1)
"""Of film shown as television and back, and about."""
FASTER = 0.05  # that much better a speed other than 1 must explain the votes
CELL = 1.0  # seconds of offset
APART = 3.0  # seconds from the line, where frames are of something else
Numbers = NDArray[np.float64]
Looks = NDArray[np.float32]


class Line(NamedTuple):
    """Second ``offset + speed * s`` of one video shows what second s of the other does."""

    speed: float
    offset: float
    votes: float

    def at(self, times: Numbers) -> Numbers:
        """Where in the second video it is as at these times of the first."""
        return self.offset + self.speed * times

    def back(self, times: Numbers) -> Numbers:
        """Where in the first video it is as at these times of the second."""
        return (times - self.offset) / self.speed


class Aligned(NamedTuple):
    """A stretch [start, end) of the first video, and how its frames compare along the line."""

    start: float
    end: float
    line: Line
    frames: int
    near: float
    """The mean cosine of the frames on the line."""
    contrast: float
    """How far above that of frames that are apart from the line, in both videos."""
    looks: int
    """How many different looks the stretch has."""


def best_line(times: Numbers, others: Numbers, weights: Numbers) -> Line | None:
    """The line that most pairs of times [n] in two videos lie on; a second votes once for it."""
    best: Line | None = None
    for speed in SPEEDS:
        line = _voted(speed, times, others, weights)
        bar = 0.0 if best is None else best.votes * (1 + FASTER if best.speed == 1 else 1)
        if line is not None and line.votes > bar:
            best = line
    return best


def _voted(speed: float, times: Numbers, others: Numbers, weights: Numbers) -> Line | None:
    if not len(times):
        return None
    offsets = others - speed * times
    cells = np.floor((offsets - offsets.min()) / CELL).astype(np.int64)
    # a frame votes once a cell, with its best
    key = cells * 1_000_003 + np.unique(times, return_inverse=True)[1].ravel()
    order = np.lexsort((-weights, key))
    once = order[np.concatenate([[True], np.diff(key[order]) > 0])]
    votes = np.bincount(cells[once], weights[once], int(cells.max()) + 3)
    near = votes[:-1] + votes[1:]  # an offset may lie on an edge
    cell = int(near.argmax())
    inside = once[(cells[once] == cell) | (cells[once] == cell + 1)]
    offset = float(np.average(offsets[inside], weights=weights[inside]))
    return Line(speed, offset, float(near[cell]))


def on_line(line: Line, a: tuple[Numbers, Looks], b: tuple[Numbers, Looks]) -> Numbers:
    """The cosine of each frame of a with what b shows at that moment; NaN where b shows nothing.

    Of the frames before and after the moment the one more like it counts.
    """
    (times, looks), (others, other_looks) = a, b
    wanted = line.at(times)
    step = float(np.median(np.diff(others))) if len(others) > 1 else 1.0
    after = np.clip(np.searchsorted(others, wanted), 0, len(others) - 1)
    before = np.clip(after - 1, 0, len(others) - 1)
    found = np.full(len(times), np.nan)
    for at in (before, after):
        near = np.einsum("nk,nk->n", looks, other_looks[at]).astype(np.float64)
        there = np.abs(others[at] - wanted) <= step
        found = np.fmax(found, np.where(there, near, np.nan))
    return found


def best_stretch(scores: Numbers, gap: int) -> tuple[int, int] | None:
    """The places [first, last) with the highest sum, over at most ``gap`` missing ones in a row."""
    best, found, total, first, missing = 0.0, None, 0.0, 0, 0
    for at, score in enumerate(scores.tolist()):
        missing = missing + 1 if np.isnan(score) else 0
        if missing > gap or total <= 0:
            total, first = 0.0, at
        total += 0.0 if np.isnan(score) else score
        if total > best:
            best, found = total, (first, at + 1)
    return found


def different_looks(looks: Looks, same: float) -> int:
    """How many looks there are of which none is as like another as ``same``."""
    kept: list[int] = []
    for at in range(len(looks)):
        if not kept or float((looks[kept] @ looks[at]).max()) < same:
            kept.append(at)
    return len(kept)


def refined(line: Line, cuts: Numbers, other_cuts: Numbers, within: float = 0.8) -> Line:
    """The line through the shots that begin in both videos; frames alone are a second apart."""
    if not len(cuts) or not len(other_cuts):
        return line
    off = other_cuts[None, :] - line.at(cuts)[:, None]
    nearest = off[np.arange(len(cuts)), np.abs(off).argmin(axis=1)]
    nearest = nearest[np.abs(nearest) <= within]
    if not len(nearest):
        return line
    return line._replace(offset=line.offset + float(np.median(nearest)))
