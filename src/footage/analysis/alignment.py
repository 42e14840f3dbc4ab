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
