"""Whether a share changes or bursts along an order of bins, and how sure that is.

Each unit (a video) has a value (the share of it that shows something) and lies in a bin (a month).
If values had nothing to do with bins, any other assignment of the units to the bins would be as
likely; so the largest statistic of all windows is compared with the largest under random
assignments. That counts every window that was looked at: the max-statistic permutation test
(T. Nichols, A. Holmes, Human Brain Mapping 15, 2002) of a scan statistic (M. Kulldorff, "A spatial
scan statistic", 1997), with Monte Carlo p-values (M. Dwass, 1957).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SHUFFLES = 999
SEED = 20_240_601
LONGEST = 26  # bins of a window
BLOCK = 64  # shuffles at a time

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
    edges = _edges(bins, count)
    heights = _heights(_ordered(values, bins), edges)
    if heights is None or not np.isfinite(heights).any():
        return []
    chance = np.random.default_rng(SEED)
    largest = np.empty(SHUFFLES)
    for at in range(SHUFFLES):
        mixed = _heights(chance.permutation(values), edges)
        largest[at] = 0.0 if mixed is None else np.nanmax(mixed)
    return _strongest(heights, largest, alpha)


def change(values: Numbers, bins: NDArray[np.int64], count: int) -> Window | None:
    """Where the mean before differs most from that after, or None where nothing varies.

    The window is that of the bins from the change on; its ``height`` is negative for a fall. This
    is the cumulative sum test of E. Page (1954), its significance by shuffling.
    """
    edges = _edges(bins, count)
    observed = _after(_ordered(values, bins)[None], edges)
    if observed is None:
        return None
    chance = np.random.default_rng(SEED)
    largest: list[float] = []
    for at in range(0, SHUFFLES, BLOCK):
        shuffles = min(BLOCK, SHUFFLES - at)
        mixed = chance.permuted(np.tile(values, (shuffles, 1)), axis=1)
        after = _after(mixed, edges)
        largest += [] if after is None else np.nanmax(np.abs(after), axis=1).tolist()
    best = int(np.nanargmax(np.abs(observed[0])))
    height = float(observed[0, best])
    return Window(best + 1, count, height, _p(abs(height), np.array(largest)))


def rotated_bursts(profiles: Numbers, *, alpha: float) -> list[Window]:
    """Like `bursts`, of what is on where in its unit: ``profiles`` [n, bins], each along its unit.

    If it were no matter where, each unit's profile could begin anywhere: they are turned round by
    chance, which keeps how long things last.
    """
    count, width = profiles.shape
    spread = float(profiles.std()) if count else 0.0
    if spread < 1e-12:
        return []

    def heights(rows: Numbers) -> Numbers:
        means = rows.mean(axis=0) - profiles.mean()
        return _sliding(np.concatenate([[0.0], np.cumsum(means)]), max(1, width // 2)) / spread

    chance = np.random.default_rng(SEED)
    largest = np.empty(SHUFFLES)
    for at in range(SHUFFLES):
        turns = (np.arange(width) + chance.integers(0, width, (count, 1))) % width
        largest[at] = np.nanmax(heights(np.take_along_axis(profiles, turns, axis=1)))
    return _strongest(heights(profiles), largest, alpha)


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


def _strongest(heights: Numbers, largest: Numbers, alpha: float) -> list[Window]:
    """The highest window, and others up to ``alpha`` that do not overlap a higher one."""
    found: list[Window] = []
    while np.isfinite(heights).any():
        size, first = np.unravel_index(int(np.nanargmax(heights)), heights.shape)
        height = float(heights[size, first])
        window = Window(int(first), int(first + size + 1), height, _p(height, largest))
        if found and window.p > alpha:
            break
        found.append(window)
        if window.p > alpha:
            break
        heights = _without(heights, window)
    return found


def _heights(ordered: Numbers, edges: NDArray[np.int64]) -> Numbers | None:
    """Of every window the height of its mean [sizes, bins]; NaN for one that is not looked at."""
    total = len(ordered)
    spread = float(ordered.std()) if total else 0.0
    if total < 2 or spread < 1e-12:
        return None
    sums = np.concatenate([[0.0], np.cumsum(ordered - ordered.mean())])[edges]
    most = min(LONGEST, len(edges) - 1)
    over, held = _sliding(sums, most), _sliding(edges.astype(np.float64), most)
    # the deviation of the sum of so many, drawn without putting back
    deviation = spread * np.sqrt(held * (total - held) / (total - 1))
    looked_at = (held > 0) & (held <= total / 2)
    return np.where(looked_at, over / np.where(looked_at, deviation, 1), np.nan)


def _sliding(sums: Numbers, most: int) -> Numbers:
    """What lies in each window, of cumulative sums [bins + 1]: [sizes, bins]; NaN past the end."""
    bins = len(sums) - 1
    found = np.full((most, bins), np.nan)
    for size in range(1, most + 1):
        found[size - 1, : bins - size + 1] = sums[size:] - sums[:-size]
    return found


def _after(rows: Numbers, edges: NDArray[np.int64]) -> Numbers | None:
    """Of rows of ordered values, the height of what comes after each edge: [rows, bins - 1]."""
    total, inner = rows.shape[1], edges[1:-1]
    if total < 2 or not len(inner):
        return None
    spread = rows.std(axis=1, keepdims=True)
    if float(spread.min()) < 1e-12:
        return None
    before = np.cumsum(rows - rows.mean(axis=1, keepdims=True), axis=1)
    sums = np.concatenate([np.zeros((len(rows), 1)), before], axis=1)[:, inner]
    held = inner.astype(np.float64)
    parts = (held > 0) & (held < total)
    if not parts.any():
        return None
    deviation = spread * np.sqrt(np.where(parts, held * (total - held) / (total - 1), 1))
    return np.where(parts, -sums / deviation, np.nan)


def _without(heights: Numbers, window: Window) -> Numbers:
    """The heights of the windows that do not overlap it."""
    sizes, bins = heights.shape
    first = np.arange(bins)
    last = first + np.arange(1, sizes + 1)[:, None]
    return np.where((last <= window.first) | (first >= window.last), heights, np.nan)


def _p(height: float, largest: Numbers) -> float:
    return float(1 + (largest >= height - 1e-12).sum()) / (1 + len(largest))
