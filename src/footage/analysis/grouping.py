"""Groups of vectors: many small pieces by k-means, joined by average linkage.

k-means cuts a large group into as many parts as small ones get together; average linkage finds
groups of any size, and takes too long for many vectors. So spherical k-means (I. Dhillon, D. Modha,
"Concept decompositions for large sparse text data using clustering", Machine Learning 42, 2001)
makes some hundreds of pieces, and these are joined (R. Sokal, C. Michener, "A statistical method
for evaluating systematic relationships", 1958). The mean cosine between the members of two groups
is the product of their means, so no matrix of all pairs is needed; nor for the silhouette
(P. Rousseeuw, "Silhouettes", 1987).

How many groups there are follows from `ALIKE`: the silhouette would nearly always choose two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.analysis.material import BLOCK, Material, Tell, evenly, untold
from footage.embedder import Vectors
from footage.index.unit import unit

DIMENSIONS = 32  # of the principal components: what is beyond hardly tells groups apart
MOST_PIECES = 300
LEARNED_FROM = 20_000  # rows, evenly picked, that k-means looks at; all are then assigned
ROUNDS = 30
ALIKE = 0.2
"""Groups with this mean cosine or more between their members, around the mean of all, are one.
Chosen on labelled pictures (`benchmarks/README.md`, clusters), where 0.15 does as well."""
MOST_GROUPS = 40  # that are found without being asked for
SMALLEST = 0.004  # of all: what is smaller goes to the group nearest to it
SEED = 20_240_501

Labels = NDArray[np.int64]


class Reduction(NamedTuple):
    """The principal components of some vectors around their mean."""

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    """[d, up to `DIMENSIONS`], the widest first."""

    def of(self, vectors: Vectors) -> Vectors:
        """Vectors [n, d] there, at unit length: how they differ from the mean, not how far."""
        return unit((vectors - self.mean) @ self.axes)


def reduction(material: Material, dimensions: int = DIMENSIONS) -> Reduction:
    """Principal components (H. Hotelling, 1933) of all rows, without a wide copy of them."""
    mean = material.mean
    size = len(mean)
    scatter = np.zeros((size, size))
    for _, block in material.blocks():
        centred = block - mean.astype(np.float32)
        scatter += (centred.T @ centred).astype(np.float64)
    _, axes = np.linalg.eigh(scatter)
    axes = axes[:, ::-1][:, : min(dimensions, size)]
    # of the two directions of an axis, that in which its largest number is positive
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return Reduction(mean.astype(np.float32), (axes * signs).astype(np.float32))


def reduced(material: Material, by: Reduction) -> Vectors:
    """All rows there, float32 [n, up to `DIMENSIONS`]."""
    parts = [by.of(block) for _, block in material.blocks()]
    return np.concatenate(parts) if parts else np.zeros((0, by.axes.shape[1]), np.float32)


def grouped(rows: Vectors, count: int | None = None, tell: Tell = untold) -> Labels:
    """Which group each unit vector [n, d] is of, int64 [n]; the largest group is 0.

    ``count`` groups where it is given and there are so many different vectors, else as many as
    `ALIKE` leaves, at most `MOST_GROUPS`. The same rows give the same groups.
    """
    if len(rows) < 2 or count == 1:
        return np.zeros(len(rows), dtype=np.int64)
    pieces = _pieces(rows, max(MOST_PIECES, 3 * (count or 0)), tell)
    steps = _linkage(rows, pieces, tell)
    if count is not None:
        return _cut(pieces, steps, count)
    unlike = sum(step.near < ALIKE for step in steps)
    found = _cut(pieces, steps, min(1 + unlike, MOST_GROUPS))
    return ordered(_without_small(rows, found, max(2, round(SMALLEST * len(rows)))))


def ordered(labels: Labels) -> Labels:
    """The same groups numbered from 0: the largest first, then those whose member comes first."""
    _, first, inverse, counts = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    ranks = np.empty(len(counts), dtype=np.int64)
    ranks[np.lexsort((first, -counts))] = np.arange(len(counts))
    return np.asarray(ranks[inverse.ravel()])


def silhouette(rows: Vectors, labels: Labels) -> float:
    """The mean silhouette of rows [n, d], by 1 - cosine.

    0 where there is one group, and for a row alone in its group, as P. Rousseeuw has it.
    """
    means, counts = _means(rows, labels)
    if len(counts) < 2:
        return 0.0
    total = 0.0
    for at in range(0, len(rows), BLOCK):
        total += float(_widths(rows[at : at + BLOCK], labels[at : at + BLOCK], means, counts).sum())
    return total / len(rows)


def _widths(
    rows: Vectors, labels: Labels, means: Vectors, counts: NDArray[np.int64]
) -> NDArray[np.floating]:
    near, at, count = rows @ means.T, np.arange(len(rows)), counts[labels]
    self_left_out = (near[at, labels] * count - 1) / np.maximum(count - 1, 1)
    near[at, labels] = -np.inf
    inside, outside = 1 - self_left_out, 1 - near.max(axis=1)
    widths = (outside - inside) / np.maximum(np.maximum(inside, outside), 1e-9)
    return np.asarray(np.where(count > 1, widths, 0.0))


def centres(rows: Vectors | NDArray[np.float16], most: int, tell: Tell = untold) -> Vectors:
    """About the middles of at most so many groups of unit vectors [n, d], as unit vectors.

    Spherical k-means from k-means++ (D. Arthur, S. Vassilvitskii, 2007), seeded, on some rows.
    """
    chance = np.random.default_rng(SEED)
    learned: Vectors = rows[evenly(len(rows), LEARNED_FROM)].astype(np.float32)
    middles = _first_centres(learned, min(most, max(2, len(learned) // 2)), chance)
    for done in range(ROUNDS):
        tell("finding groups", done, ROUNDS)
        labels = _nearest(learned, middles)
        sums = np.zeros_like(middles)
        np.add.at(sums, labels, learned)
        empty = np.linalg.norm(sums, axis=1) < 1e-6
        moved = np.where(empty[:, None], middles, unit(sums))
        if np.abs(moved - middles).max() < 1e-4:
            break
        middles = moved
    return middles


def _pieces(rows: Vectors, most: int, tell: Tell) -> Labels:
    return ordered(_nearest(rows, centres(rows, most, tell)))


def _first_centres(rows: Vectors, count: int, chance: np.random.Generator) -> Vectors:
    centres = [rows[np.abs(rows @ rows.mean(axis=0)).argmax()]]
    far = np.maximum(1 - rows @ centres[0], 0)
    while len(centres) < count and far.max() > 1e-4:
        centres.append(rows[chance.choice(len(rows), p=far / far.sum())])
        far = np.minimum(far, np.maximum(1 - rows @ centres[-1], 0))
    return np.array(centres)


def _nearest(rows: Vectors, centres: Vectors, block: int = 8192) -> Labels:
    parts = [
        (rows[at : at + block] @ centres.T).argmax(axis=1) for at in range(0, len(rows), block)
    ]
    return np.concatenate(parts).astype(np.int64)


def _means(rows: Vectors, labels: Labels) -> tuple[Vectors, NDArray[np.int64]]:
    counts = np.bincount(labels)
    sums = np.zeros((len(counts), rows.shape[1]), dtype=np.float64)
    np.add.at(sums, labels, rows)
    return np.asarray(sums / np.maximum(counts, 1)[:, None], dtype=np.float32), counts


class _Step(NamedTuple):
    """Two groups are joined, into the first of them; ``near`` is their mean cosine."""

    one: int
    other: int
    near: float


def _linkage(rows: Vectors, pieces: Labels, tell: Tell) -> list[_Step]:
    """How the pieces are joined, the nearest first, down to one group."""
    means, counts = _means(rows, pieces)
    near = (means @ means.T).astype(np.float64)
    np.fill_diagonal(near, -np.inf)
    weights = counts.astype(np.float64)
    steps = []
    for done in range(len(counts) - 1):
        if done % 50 == 0:
            tell("joining groups", done, len(counts) - 1)
        one, other = sorted(divmod(int(near.argmax()), len(counts)))
        steps.append(_Step(one, other, float(near[one, other])))
        # Lance and Williams' update of the mean
        total = weights[one] + weights[other]
        joined = (weights[one] * near[one] + weights[other] * near[other]) / total
        near[one], near[:, one] = joined, joined
        near[other], near[:, other] = -np.inf, -np.inf
        near[one, one] = -np.inf
        weights[one] = total
    return steps


def _cut(pieces: Labels, steps: Sequence[_Step], count: int) -> Labels:
    """The groups that are left when ``count`` of them are."""
    into = np.arange(int(pieces.max()) + 1)
    for one, other, _ in steps[: max(0, len(into) - count)]:
        into[into == other] = one
    return ordered(into[pieces])


def _without_small(rows: Vectors, labels: Labels, least: int) -> Labels:
    """What is of a group of fewer than ``least`` goes to the larger group nearest to it."""
    means, counts = _means(rows, labels)
    large = np.flatnonzero(counts >= least)
    stray = np.flatnonzero(counts[labels] < least)
    if not len(large) or not len(stray):
        return labels
    moved = labels.copy()
    moved[stray] = large[(rows[stray] @ means[large].T).argmax(axis=1)]
    return np.asarray(moved)
