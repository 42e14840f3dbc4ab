"""Rows are cut where they change, and where it would cost least."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.analysis.segmentation import NOISE, Numbers, boundaries, noise_of, scatter


def rows(*lengths: int, noise: float = 0.05, seed: int = 1, same: bool = False) -> Numbers:
    """Unit vectors around one random direction after the other, so many of each."""
    rng = np.random.default_rng(seed)
    centres = [rng.normal(size=32) for _ in lengths]
    found = [
        centres[0 if same else at] / 5.7 + rng.normal(size=32) * noise
        for at, length in enumerate(lengths)
        for _ in range(length)
    ]
    made = np.array(found)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def cost(vectors: Numbers, seconds: Numbers, edges: tuple[int, ...]) -> float:
    """Of a cutting, straight from what scatter is."""
    total = 0.0
    for first, after in pairwise(edges):
        inside, weights = vectors[first:after], seconds[first:after, None]
        mean = (inside * weights).sum(axis=0) / weights.sum()
        total += float((weights * (inside - mean) ** 2).sum())
    return total


@pytest.mark.parametrize("lengths", [(4, 4), (6, 2, 9), (3, 12, 5, 4)])
def test_chapters_are_found(lengths: tuple[int, ...]) -> None:
    seconds = np.full(sum(lengths), 10.0)
    wanted = [0, *np.cumsum(lengths)[:-1].tolist()]
    assert boundaries(rows(*lengths), seconds, most=24) == wanted


def test_what_looks_the_same_throughout_is_one_chapter() -> None:
    for length in (10, 100, 400):
        still = rows(length)
        noise = float(1 - np.linalg.norm(still.mean(axis=0)) ** 2)
        assert boundaries(still, np.full(length, 10.0), most=24, noise=noise) == [0]
    assert boundaries(np.tile(still[:1], (50, 1)), np.full(50, 10.0), most=24) == [0]


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 50))
def test_no_cutting_costs_less(count: int, length: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors, seconds = rows(length, 1, noise=0.5, seed=seed), rng.uniform(0.5, 9, length + 1)
    n = len(vectors)
    found = boundaries(vectors, seconds, most=24, count=count)
    assert len(found) == min(count, n)
    best = min(
        cost(vectors, seconds, (0, *inner, n))
        for inner in combinations(range(1, n), len(found) - 1)
    )
    assert cost(vectors, seconds, (*found, n)) == pytest.approx(best, abs=1e-9)


def test_scatter_is_what_it_says() -> None:
    vectors, seconds = rows(3, 3, noise=0.3), np.array([1.0, 2, 3, 4, 5, 6])
    table = scatter(vectors, seconds)
    for first, last in combinations(range(6), 2):
        expected = cost(vectors, seconds, (first, last + 1))
        assert table[first, last] == pytest.approx(expected)


def test_nothing_has_no_chapters() -> None:
    assert boundaries(np.zeros((0, 4)), np.zeros(0), most=24) == []
    assert boundaries(rows(1), np.ones(1), most=24) == [0]


def test_noise_is_how_far_pictures_of_a_segment_are_apart() -> None:
    spans = np.array([[0, 4], [4, 8.0]])
    frames = np.array([[at, at + 1] for at in range(8)], dtype=np.float64)
    vectors = np.array([[1, 0], [1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [1, 0], [1, 0]], np.float64)
    assert noise_of(spans, frames, vectors) == pytest.approx(2 / 6)
    assert noise_of(spans, frames[::4], vectors[::4]) == NOISE
