"""Whether a share changes or bursts along an order of bins, and how sure that is.

Each unit (a video) has a value (the share of it that shows something) and lies in a bin (a month).
If values had nothing to do with bins, any other assignment of the units to the bins would be as
likely; so the largest statistic of all windows is compared with the largest under random
assignments. That counts every window that was looked at: the max-statistic permutation test
(T. Nichols, A. Holmes, Human Brain Mapping 15, 2002) of a scan statistic (M. Kulldorff, "A spatial
scan statistic", 1997), with Monte Carlo p-values (M. Dwass, 1957).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SHUFFLES, MORE = 999, 9_000
SEED = 20_240_601
LONGEST = 26  # bins of a window
BLOCK = 64  # shuffles at a time
LEAST_SPREAD = 1e-12
CARRIERS, OF_THEM = 2, 1 / 3  # units, and part of those that have any, that carry a burst
NOTEWORTHY = 1 / 4  # of what the strongest unit has: what counts as having any

Numbers = NDArray[np.float64]


class Window(NamedTuple):
    """Bins [first, last), the height of their mean above the others', and how likely by chance."""

    first: int
    last: int
    height: float
    """In standard deviations."""
    p: float


def bursts(values: Numbers, bins: NDArray[np.int64], count: int, *, alpha: float) -> list[Window]:
    """Windows whose units have larger values than chance gives, the strongest first.

    ``values`` [n] of units in ``bins`` [n] of 0 to ``count`` - 1. Windows do not overlap, and hold
    at most half of the units and `LONGEST` bins. The first is always given, whatever its ``p``, the
    others up to ``alpha``; none where there is nothing to vary.
    """
    if len(values) < 2 or float(values.std()) < LEAST_SPREAD:
        return []
    edges = _edges(bins, count)
    held = edges[1:] - edges[:-1]
    spans = _spans(count, LONGEST)
    inside = edges[spans.last] - edges[spans.first]
    spans = spans.only((inside > 0) & (inside <= len(values) / 2) & (held[spans.first] > 0))
    if not len(spans.first):
        return []
    heights = _over(_ordered(values, bins)[None], edges, spans)[0]
    largest = _largest(
        values, lambda rows: _over(rows, edges, spans).max(axis=1), float(heights.max())
    )
    return _strongest(spans, heights, largest, alpha)


def change(values: Numbers, bins: NDArray[np.int64], count: int) -> Window | None:
    """Where the mean before differs most from that after, or None where nothing varies.

    The window is that of the bins from the change on; its ``height`` is negative for a fall. This
    is the cumulative sum test of E. Page (1954), its significance by shuffling.
    """
    if len(values) < 2 or float(values.std()) < LEAST_SPREAD:
        return None
    edges = _edges(bins, count)
    first = np.flatnonzero((edges[1:-1] > 0) & (edges[1:-1] < len(values))) + 1
    if not len(first):
        return None
    spans = _Spans(first, np.full(len(first), count))
    heights = _over(_ordered(values, bins)[None], edges, spans)[0]
    best = int(np.abs(heights).argmax())
    height = float(heights[best])
    largest = _largest(
        values, lambda rows: np.abs(_over(rows, edges, spans)).max(axis=1), abs(height)
    )
    return Window(int(first[best]), count, height, _p(abs(height), largest))


def rotated_bursts(profiles: Numbers, *, alpha: float) -> list[Window]:
    """Like `bursts`, of what is on where in its unit: ``profiles`` [n, bins], each along its unit.

    If it were no matter where, each unit's profile could begin anywhere: they are turned round by
    chance, each as a whole, which keeps how long things last. A window must be carried by several
    units: what one alone shows there is its own.
    """
    count, width = profiles.shape
    if not count or float(profiles.std()) < LEAST_SPREAD:
        return []
    spans = _spans(width, max(1, width // 2))

    def heights(rows: Numbers) -> Numbers:
        means = (rows.mean(axis=0) - profiles.mean()) / profiles.std()
        sums = np.concatenate([[0.0], np.cumsum(means)])
        # a sum of more varies more
        return np.asarray(
            (sums[spans.last] - sums[spans.first]) / np.sqrt(spans.last - spans.first)
        )

    chance = np.random.default_rng(SEED)
    largest = np.empty(SHUFFLES)
    for at in range(SHUFFLES):
        turns = (np.arange(width) + chance.integers(0, width, (count, 1))) % width
        largest[at] = heights(np.take_along_axis(profiles, turns, axis=1)).max()
    # chance may use any window, so that leaving some out makes nothing look surer
    carried = np.where(_is_carried(profiles, spans), heights(profiles), -np.inf)
    return _strongest(spans, carried, largest, alpha)


def adjusted(p_values: Sequence[float]) -> list[float]:
    """The p-values, each as the share of false ones if all up to it are believed.

    Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate", 1995.
    """
    count = len(p_values)
    order = sorted(range(count), key=lambda at: p_values[at])
    found, least = [0.0] * count, 1.0
    for rank, at in reversed(list(enumerate(order, start=1))):
        least = min(least, p_values[at] * count / rank)
        found[at] = least
    return found


def _ordered(values: Numbers, bins: NDArray[np.int64]) -> Numbers:
    return values[np.argsort(bins, kind="stable")]


def _edges(bins: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """How many units lie before each bin, and in all: [count + 1]."""
    return np.concatenate([[0], np.cumsum(np.bincount(bins, minlength=count))])


def _strongest(spans: _Spans, heights: Numbers, largest: Numbers, alpha: float) -> list[Window]:
    """The highest window, and others up to ``alpha`` that do not overlap a higher one."""
    found: list[Window] = []
    left = heights.copy()
    while len(left) and np.isfinite(left).any():
        best = int(left.argmax())
        height = float(left[best])
        window = Window(int(spans.first[best]), int(spans.last[best]), height, _p(height, largest))
        if found and window.p > alpha:
            break
        found.append(window)
        if window.p > alpha:
            break
        left[(spans.last > window.first) & (spans.first < window.last)] = -np.inf
    return found


class _Spans(NamedTuple):
    """Windows by their first bins [w], and the bins after their last [w]."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def only(self, kept: NDArray[np.bool_]) -> _Spans:
        return _Spans(self.first[kept], self.last[kept])


def _spans(count: int, longest: int) -> _Spans:
    first = np.repeat(np.arange(count), longest)
    last = first + np.tile(np.arange(1, longest + 1), count)
    return _Spans(first, last).only(last <= count)


def _is_carried(profiles: Numbers, spans: _Spans) -> NDArray[np.bool_]:
    """Of each window [w], whether enough units show more in it than beside it."""
    count, width = profiles.shape
    sums = np.concatenate([np.zeros((count, 1)), np.cumsum(profiles, axis=1)], axis=1)
    inside, lengths = sums[:, spans.last] - sums[:, spans.first], spans.last - spans.first
    excess = inside / lengths - (sums[:, -1:] - inside) / np.maximum(width - lengths, 1)
    carriers = ((excess > 0) & (excess >= NOTEWORTHY * excess.max(axis=0))).sum(axis=0)
    having = (profiles.max(axis=1) >= NOTEWORTHY * profiles.max()).sum()
    return np.asarray(carriers >= max(CARRIERS, OF_THEM * having))


def _largest(values: Numbers, statistic: Callable[[Numbers], Numbers], observed: float) -> Numbers:
    """The statistic [up to BLOCK] of rows of values, for `SHUFFLES` random orders of these.

    For `MORE` where none reaches what was observed: among many subjects, that it is rarer than one
    in a thousand must show.
    """
    chance = np.random.default_rng(SEED)

    def shuffled(count: int) -> Numbers:
        parts = [
            statistic(chance.permuted(np.tile(values, (min(BLOCK, count - at), 1)), axis=1))
            for at in range(0, count, BLOCK)
        ]
        return np.concatenate(parts)

    largest = shuffled(SHUFFLES)
    if (largest < observed - 1e-12).all():
        largest = np.concatenate([largest, shuffled(MORE)])
    return largest


def _over(rows: Numbers, edges: NDArray[np.int64], spans: _Spans) -> Numbers:
    """Of rows of values in the order of bins, the height of the mean in each window: [rows, w]."""
    total = rows.shape[1]
    sums = np.zeros((len(rows), total + 1))
    np.cumsum(rows - rows.mean(axis=1, keepdims=True), axis=1, out=sums[:, 1:])
    inside = sums[:, edges[spans.last]] - sums[:, edges[spans.first]]
    held = (edges[spans.last] - edges[spans.first]).astype(np.float64)
    # the deviation of the sum of so many, drawn without putting back
    deviation = rows[0].std() * np.sqrt(held * (total - held) / (total - 1))
    return np.asarray(inside / deviation)


def _p(height: float, largest: Numbers) -> float:
    return float(1 + (largest >= height - 1e-12).sum()) / (1 + len(largest))
