"""The nearest other rows of some material, found block by block."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from footage.analysis.material import Material, Tell, evenly, untold

MOST_AMONG = 10_000  # rows, evenly picked, that neighbours are looked for among
BLOCK = 1024

Near = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Of each row the rows nearest to it, int64 [n, k], and the cosines, float32 [n, k].

Where there are fewer, row -1 and cosine NaN."""


def elsewhere(material: Material, count: int, tell: Tell = untold) -> Near:
    """The nearest rows of other videos.

    Of a large material, those among `MOST_AMONG` of its rows: a sample shows what is rare as well,
    and better where copies abound (A. Zimek and others, "Subsampling for efficient and effective
    unsupervised outlier detection ensembles", KDD 2013).
    """
    among = evenly(len(material), MOST_AMONG)
    known = material.wide(among)
    owners = material.owners[among]
    found = [np.full((0, count), -1)], [np.full((0, count), np.nan, np.float32)]
    for rows, block in material.blocks(BLOCK):
        tell("looking for neighbours", rows.start, len(material))
        near = block @ known.T
        near[material.owners[rows][:, None] == owners] = np.nan
        at, cosines = _best(near, count)
        found[0].append(np.where(at < 0, -1, among[at]))
        found[1].append(cosines)
    return np.concatenate(found[0]), np.concatenate(found[1])


def inside(material: Material, count: int, tell: Tell = untold) -> Near:
    """The nearest other rows of the same video."""
    at = np.full((len(material), count), -1)
    cosines = np.full((len(material), count), np.nan, np.float32)
    for owner, rows in _videos(material):
        tell("looking for neighbours", owner, len(material.videos))
        own = material.wide(rows)
        near = own @ own.T
        np.fill_diagonal(near, np.nan)
        best, cosines[rows] = _best(near, count)
        at[rows] = np.where(best < 0, -1, rows[best])
    return at, cosines


def _videos(material: Material) -> Iterator[tuple[int, NDArray[np.int64]]]:
    starts = np.searchsorted(material.owners, np.arange(len(material.videos) + 1))
    for owner, (first, last) in enumerate(pairwise(starts.tolist())):
        if last > first:
            yield owner, np.arange(first, last)


def _best(near: NDArray[np.float32], count: int) -> Near:
    """The places and values of the largest in each row, the first of equals first; NaN is none."""
    values = np.where(np.isnan(near), -np.inf, near)
    kept = min(count, values.shape[1])
    at = np.argpartition(-values, kept - 1, axis=1)[:, :kept]
    chosen = np.take_along_axis(values, at, axis=1)
    order = np.lexsort((at, -chosen), axis=1)
    at, chosen = np.take_along_axis(at, order, axis=1), np.take_along_axis(chosen, order, axis=1)
    none = ~np.isfinite(chosen)
    at, chosen = np.where(none, -1, at), np.where(none, np.nan, chosen)
    short = ((0, 0), (0, count - kept))
    return (
        np.pad(at, short, constant_values=-1),
        np.pad(chosen, short, constant_values=np.nan).astype(np.float32),
    )
