"""A map of vectors: where to draw each so that what is alike lies together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from footage.analysis.material import Tell, evenly, untold
from footage.embedder import Vectors

LANDMARKS = 800  # that t-SNE places; the others go between those they are like
NEIGHBOURS = 3
FEWEST = 12  # of which more than a plane is to be shown
PERPLEXITY = 30.0
STEPS, EXAGGERATED = 400, 100
EXAGGERATION = 12.0

Places = NDArray[np.float32]


def laid_out(rows: Vectors, tell: Tell = untold) -> tuple[Places, str]:
    """Places float32 [n, 2] in [0, 1] of unit vectors [n, d], and by what: ``t-sne`` or ``pca``.

    The columns are principal components, the widest first. t-SNE places at most `LANDMARKS`
    vectors, evenly picked; each other one goes to the mean of the places of those nearest to it,
    weighed by their nearness. Fewer than `FEWEST` are placed by their first two components.
    """
    if len(rows) < FEWEST:
        return _scaled(rows), "pca"
    landmarks = np.asarray(rows[evenly(len(rows), LANDMARKS)], dtype=np.float32)
    settled = t_sne(landmarks, tell)
    return _scaled(_between(rows, landmarks, settled)), "t-sne"


def t_sne(rows: Vectors, tell: Tell = untold) -> Places:
    """Places float32 [n, 2] of vectors [n, d] (L. van der Maaten, G. Hinton, JMLR 9, 2008).

    Exact, from the first two columns on, so the same rows get the same places. The rate is that of
    A. Belkina and others, Nature Communications 10, 2019. (scikit-learn's crashes on equal rows.)
    """
    near = _affinities(rows, min(PERPLEXITY, (len(rows) - 1) / 3))
    places = _scaled(rows) - 0.5
    places = 1e-4 * places / max(float(places.std()), 1e-9)
    places = places + 1e-6 * np.random.default_rng(0).normal(size=places.shape)  # equals part
    speed, gains = np.zeros_like(places), np.ones_like(places)
    rate = max(len(rows) / EXAGGERATION / 4, 10.0)
    for step in range(STEPS):
        if step % 20 == 0:
            tell("drawing the map", step, STEPS)
        early = step < EXAGGERATED
        slope = _slope(near * EXAGGERATION if early else near, places)
        against = slope * speed > 0
        gains = np.maximum(np.where(against, 0.8 * gains, gains + 0.2), 0.01)
        speed = (0.5 if early else 0.8) * speed - rate * gains * slope
        places = places + speed
        places -= places.mean(axis=0)
    return np.asarray(places, dtype=np.float32)


def _affinities(rows: Vectors, perplexity: float) -> NDArray[np.float32]:
    """How near each two rows are, as probabilities [n, n]; each has ``perplexity`` neighbours."""
    lengths = (rows**2).sum(axis=1)
    far = np.maximum(lengths[:, None] + lengths - 2 * rows @ rows.T, 0).astype(np.float64)
    np.fill_diagonal(far, np.inf)
    far -= far.min(axis=1, keepdims=True)
    low, high = np.full(len(rows), 1e-3), np.full(len(rows), 1e6)
    for _ in range(40):  # halves the range of each row's precision
        precision = np.sqrt(low * high)
        weights = np.exp(-far * precision[:, None])
        totals = weights.sum(axis=1)
        logs = np.where(np.isfinite(far), far, 0)
        entropy = np.log(totals) + precision * (weights * logs).sum(axis=1) / totals
        wide = entropy > np.log(perplexity)
        low, high = np.where(wide, precision, low), np.where(wide, high, precision)
    weights /= totals[:, None]
    return np.asarray((weights + weights.T) / (2 * len(rows)), dtype=np.float32)


def _slope(near: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float64]:
    here = places.astype(np.float32)
    lengths = (here**2).sum(axis=1)
    close = 1 / (1 + np.maximum(lengths[:, None] + lengths - 2 * here @ here.T, 0))
    np.fill_diagonal(close, 0)
    pull = (near - close / max(float(close.sum()), 1e-9)) * close
    slope = 4 * (pull.sum(axis=1)[:, None] * here - pull @ here)
    return np.asarray(slope, dtype=np.float64)


def _between(rows: Vectors, landmarks: Vectors, settled: Places, block: int = 4096) -> Places:
    places = np.empty((len(rows), 2), dtype=np.float32)
    count = min(NEIGHBOURS, len(landmarks))
    for at in range(0, len(rows), block):
        near = rows[at : at + block] @ landmarks.T
        best = np.argpartition(-near, count - 1, axis=1)[:, :count]
        far = np.maximum(1 - np.take_along_axis(near, best, axis=1), 1e-6)
        weights = far**-2  # a landmark itself stays where it is
        weights /= weights.sum(axis=1, keepdims=True)
        places[at : at + block] = (weights[:, :, None] * settled[best]).sum(axis=1)
    return places


def _scaled(places: NDArray[np.floating]) -> Places:
    """The first two columns, together within [0, 1] and in the middle of it."""
    flat = np.zeros((len(places), 2), dtype=np.float32)
    flat[:, : min(2, places.shape[1])] = places[:, :2]
    if not len(flat):
        return flat
    low, high = flat.min(axis=0), flat.max(axis=0)
    size = max(float((high - low).max()), 1e-9)
    return np.asarray((flat - (low + high) / 2) / size + 0.5, dtype=np.float32)
