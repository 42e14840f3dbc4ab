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
FASTER = 0.1  # that much better a speed other than 1 must explain the votes
ONE_MORE = 0.35  # and about a frame more
CELL = 1.0  # seconds of offset
APART = 3.0  # seconds from the line, where frames are of something else
CUTS_WITHIN = 0.8  # seconds from the line, that a shot may begin in the other video
CUTS_APART = 0.12  # seconds from the line through all of them
LEVER = 8.0  # seconds between the first and the last of them, that tell a speed
SLOWEST = 0.01  # difference of speed that is told
SAME_LOOK = 0.9  # cosine from which two frames of a video have one look
Numbers = NDArray[np.float64]
Looks = NDArray[np.float32]
Frames = tuple[Numbers, Looks]


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


class Pair(NamedTuple):
    """The frames of two videos, and ``usual`` looks [u, k] of any, to compare theirs with."""

    a: Frames
    b: Frames
    usual: Looks


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
    variety: float
    """How far frames lie from their mean, in the video with less of it: 0 where nothing moves."""


def best_line(times: Numbers, others: Numbers, weights: Numbers) -> Line | None:
    """The line that most pairs of times [n] in two videos lie on; a second votes once for it."""
    best: Line | None = None
    most = _most_votes(times, weights)
    for speed in SPEEDS:
        if best is not None and most <= best.votes + max(FASTER * best.votes, ONE_MORE):
            break
        line = _voted(speed, times, others, weights)
        bar = 0.0 if best is None else best.votes
        if best is not None and best.speed == 1:
            bar += max(FASTER * bar, ONE_MORE)
        if line is not None and line.votes > bar:
            best = line
    return best


def _most_votes(times: Numbers, weights: Numbers) -> float:
    """The votes of a line that the best pair of each time lies on."""
    if not len(times):
        return 0.0
    _, at = np.unique(times, return_inverse=True)
    best = np.zeros(int(at.max()) + 1)
    np.maximum.at(best, at.ravel(), weights)
    return float(best.sum())


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


def on_line(line: Line, pair: Pair) -> Numbers:
    """The cosine of each frame of a with what b shows at that moment; NaN where b shows nothing.

    Of the frames before and after the moment the one more like it counts.
    """
    (times, looks), (others, other_looks) = pair.a, pair.b
    wanted = line.at(times)
    step = _step(others)
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


def compared(
    line: Line, pair: Pair, on: Numbers, stretch: tuple[int, int], *, once: bool = False
) -> Aligned:
    """How the frames of a stretch [first, last) of a compare with those of b on the line.

    ``on`` are the cosines of `on_line`. Beside them stand the cosines with what is apart from the
    line in both videos, and with usual looks: a camera that stands still looks the same at all
    times, and black is alike wherever it is. With ``once`` each look of the stretch counts once,
    however long it stands still.
    """
    a, b, usual = pair
    rows = np.arange(*stretch)
    rows = rows[~np.isnan(on[rows])]
    start, end = float(a[0][rows[0]]), float(a[0][rows[-1]])
    if once:
        rows = rows[_distinct(a[1][rows])]
    near = float(on[rows].mean())
    others = [_typical(a[1][rows] @ usual.T)]
    apart = np.abs(b[0][None, :] - line.at(a[0][rows])[:, None]) > APART
    others.append(_typical(a[1][rows] @ b[1].T, apart))
    there = np.clip(np.searchsorted(b[0], line.at(a[0][rows])), 0, len(b[0]) - 1)
    away = np.abs(a[0][None, :] - a[0][rows][:, None]) > APART
    others.append(_typical(b[1][there] @ a[1].T, away))
    contrast = near - max(others)
    looks, other_looks = a[1][rows], b[1][np.unique(there)]
    variety = min(1 - float((one.mean(axis=0) ** 2).sum()) for one in (looks, other_looks))
    return Aligned(start, end, line, len(rows), near, contrast, len(_distinct(looks)), variety)


def _typical(cosines: Looks, counted: NDArray[np.bool_] | None = None) -> float:
    """What half of the cosines [n, m] lie below; -1 where hardly any count."""
    chosen = cosines.ravel() if counted is None else cosines[counted]
    return float(np.quantile(chosen, 0.5)) if len(chosen) >= 5 * len(cosines) else -1.0


def _distinct(looks: Looks) -> list[int]:
    """Places of looks of which none is as like another as `SAME_LOOK`."""
    kept: list[int] = []
    for at in range(len(looks)):
        if not kept or float((looks[kept] @ looks[at]).max()) < SAME_LOOK:
            kept.append(at)
    return kept


def fitted(
    found: Aligned, times: Numbers, others: Numbers, durations: tuple[float, float]
) -> Aligned:
    """The stretch to where the next frames, which differ, begin; or to an end of either video."""
    step = max(_step(times), _step(others) / found.line.speed)
    whole = durations[0] or float(times[-1]) + step, durations[1] or float(others[-1]) + step
    first, last = found.line.back(np.array([0.0, whole[1]])).tolist()
    first, last = max(0.0, first), min(whole[0], last)
    start, end = found.start, found.end + step
    start = first if start - first <= 1.2 * step else start
    end = last if last - end <= 1.2 * step else end
    return found._replace(start=max(start, first), end=min(end, last))


def _step(times: Numbers) -> float:
    return float(np.median(np.diff(times))) if len(times) > 1 else 1.0


def refined(found: Aligned, cuts: Numbers, other_cuts: Numbers) -> Line:
    """The line through the shots that begin in both videos: frames alone are a second apart.

    ``cuts`` are all of the first video, and of the second, in seconds. Where some are known far
    enough from each other, they tell the speed as well.
    """
    line = found.line
    cuts = cuts[(cuts > found.start - CELL) & (cuts < found.end + 2 * CELL)]
    if not len(cuts) or not len(other_cuts):
        return line
    off = other_cuts[None, :] - line.at(cuts)[:, None]
    nearest = off[np.arange(len(cuts)), np.abs(off).argmin(axis=1)]
    close = np.abs(nearest) <= CUTS_WITHIN
    cuts, nearest = cuts[close], nearest[close]
    if not len(cuts):
        return line
    if len(cuts) >= 3 and np.ptp(cuts) >= LEVER:
        slope, shift = np.polyfit(cuts, nearest, 1)
        left = np.abs(nearest - slope * cuts - shift).max()
        if left < CUTS_APART and abs(slope) > SLOWEST:
            return Line(line.speed + float(slope), line.offset + float(shift), line.votes)
    return line._replace(offset=line.offset + float(np.median(nearest)))
