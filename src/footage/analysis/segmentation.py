"""Where one thing ends and the next begins: a row of vectors cut into homogeneous stretches.

The best cuts into each number of stretches are found exactly, by dynamic programming over the
scatter within stretches, as in kernel temporal segmentation (Potapov, Douze, Harchaoui and Schmid,
"Category-specific video summarization", ECCV 2014). How many there are is chosen by a penalty on
each (Yao, "Estimating the number of change-points via Schwarz' criterion", 1988), in seconds.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

MOST_ROWS = 1_200  # what n x n numbers are kept of: 12 MB
# A stretch is one of its own where that explains so many seconds of the video's usual variety:
# this, times the root of its length in seconds; in two hours that is a minute. With .66 to .82 the
# chapters of five of the six sample films are those of their storyboards; in the sixth, two parts
# are one segment.
PENALTY = 0.7
# Variety is a mean squared distance from the mean. At least so many times that of the pictures of
# one shot has to be there: else what stays the same would be cut up for its noise.
_OVER_NOISE = 3.0
NOISE = 0.05
"""Where nobody knows how far pictures of one shot are from each other: of one thing, mostly."""


def boundaries(
    vectors: Numbers, seconds: Numbers, *, most: int, count: int | None = None, noise: float = NOISE
) -> list[int]:
    """The rows at which a stretch begins, the first row among them.

    ``vectors`` [n, d] are unit vectors in the order of time, ``seconds`` [n] how long each is.
    With a ``count`` there are so many stretches, or a row each where there are fewer rows; else
    those that the penalty favours, ``most`` at most. ``noise`` is the mean squared distance of what
    is the same.
    """
    rows = len(vectors)
    most = min(most if count is None else count, rows)
    if most <= 1:
        return [0] if rows else []
    least, begins = _best(scatter(vectors, seconds), most)
    chosen = most if count is not None else _chosen(least, float(seconds.sum()), noise)
    return _followed(begins, chosen)


def noise_of(spans: Numbers, frames: Numbers, vectors: Numbers) -> float:
    """How far pictures of one segment are from each other: the pooled variance within segments.

    ``spans`` [n, 2] of segments and ``frames`` [m, 2] of pictures are seconds, ``vectors`` [m, d]
    those of the pictures. `NOISE` where no segment has two.
    """
    owners = np.searchsorted(spans[:, 0], frames[:, 0] + 1e-6, side="right") - 1
    squares, freedom = 0.0, 0
    for number in np.unique(owners[owners >= 0]):
        inside = vectors[owners == number]
        squares += float(((inside - inside.mean(axis=0)) ** 2).sum())
        freedom += len(inside) - 1
    return squares / freedom if freedom else NOISE


def scatter(vectors: Numbers, weights: Numbers) -> Numbers:
    """[n, n]: the weighted squared distances of rows i to j from their mean, 0 where j < i.

    That is the sum of the weights less the squared length of the weighted sum over it.
    """
    weighted = vectors * weights[:, None]
    sums = np.vstack([np.zeros(vectors.shape[1]), np.cumsum(weighted, axis=0)])
    products = sums @ sums.T
    squares = np.diag(products)
    lengths = squares[None, :] + squares[:, None] - 2 * products  # of sums[j] - sums[i]
    totals = np.concatenate([[0.0], np.cumsum(weights)])
    spans = totals[None, :] - totals[:, None]
    inside = np.cumsum(np.concatenate([[0.0], weights * (vectors**2).sum(axis=1)]))
    own = inside[None, :] - inside[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = own - np.where(spans > 0, lengths / spans, 0.0)
    return np.triu(np.maximum(found[:-1, 1:], 0.0))


def _best(costs: Numbers, most: int) -> tuple[Numbers, NDArray[np.int64]]:
    """The least scatter of 1 to ``most`` stretches, and where the last begins, [most, n]."""
    rows = len(costs)
    blocked = np.where(np.tri(rows, k=-1, dtype=bool), np.inf, costs)
    least = np.full((most, rows), np.inf)
    begins = np.zeros((most, rows), np.int64)
    least[0] = costs[0]
    for more in range(1, most):
        # the stretch from row i on to j, after the best of one stretch fewer up to row i - 1
        totals = least[more - 1, :-1, None] + blocked[1:]
        begins[more] = totals.argmin(axis=0) + 1
        least[more] = totals.min(axis=0)
    return least[:, -1], begins


def _chosen(least: Numbers, seconds: float, noise: float) -> int:
    """How many stretches are best, penalty and all."""
    variety = max(least[0] / seconds, _OVER_NOISE * noise, 1e-9)
    counts = np.arange(1, len(least) + 1)
    return 1 + int(np.argmin(least / variety + PENALTY * sqrt(seconds) * counts))


def _followed(begins: NDArray[np.int64], count: int) -> list[int]:
    found, row = [], begins.shape[1] - 1
    for more in range(count - 1, 0, -1):
        at = int(begins[more, row])
        found.append(at)
        row = at - 1
    return [0, *reversed(found)]
