"""Several parts of a query become one vector in which equal weights are equal says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.embedder import Route, Vector, Vectors
from footage.errors import InvalidQuery
from footage.index.segments import Hit
from footage.search.groups import FLOOR_RANK
from footage.search.mixing import mixed

VISUAL = Route("visual", "clip")
DIMENSION = 32


def library(seed: int = 0, size: int = 400, gap: float = 0.0) -> Vectors:
    """Vectors [n, dimension] of pictures; ``gap`` moves all of them one way, as CLIP's are."""
    vectors = np.random.default_rng(seed).normal(size=(size, DIMENSION))
    vectors[:, 0] += gap
    return unit(vectors)


def unit(vectors: np.ndarray) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def searching(vectors: Vectors) -> Callable[[Vector], list[Hit]]:
    def search(query: Vector) -> list[Hit]:
        scores = vectors @ query
        best = np.argsort(-scores)[:FLOOR_RANK]
        return [Hit(f"{at}", f"{at}", 0, 1, float(scores[at]), VISUAL) for at in best]

    return search


def says(query: Vector, part: Vector, vectors: Vectors) -> float:
    """How much the order that a query finds things in is that of one of its parts."""
    return float(np.corrcoef(vectors @ query, vectors @ part)[0, 1])


def faint(direction: np.ndarray, loud: float) -> Vector:
    """A sentence: mostly of its own direction, where no picture is, and so all cosines are small."""
    vector = np.zeros(DIMENSION)
    vector[:-1] = unit(direction)[:-1] * loud
    vector[-1] = 3.0
    return unit(vector)


def test_one_part_is_taken_as_it_is() -> None:
    part = library()[0]

    def search(_: Vector) -> list[Hit]:
        raise AssertionError("nothing to compare")

    assert mixed([(part, 0.1)], search) is part


@pytest.mark.parametrize("gap", [0.0, 2.0, 5.0])
@pytest.mark.parametrize("loud", [0.3, 1.0, 3.0])
def test_equal_weights_are_equal_says_however_faint_one_is(gap: float, loud: float) -> None:
    vectors = library(gap=gap)[:, :]
    vectors[:, -1] = 0
    vectors = unit(vectors)
    for seed in range(5):
        picture = unit(library(seed + 1, 1, gap)[0] * np.append(np.ones(DIMENSION - 1), 0))
        text = faint(np.random.default_rng(seed + 50).normal(size=DIMENSION), loud)
        query = mixed([(picture, 1.0), (text, 1.0)], searching(vectors))
        assert np.linalg.norm(query) == pytest.approx(1, abs=1e-5)
        shares = says(query, picture, vectors), says(query, text, vectors)
        assert shares == (pytest.approx(0.7, abs=0.2), pytest.approx(0.7, abs=0.2))


@given(st.floats(0.02, 0.48), st.integers(0, 5))
def test_weights_move_the_say_from_one_to_the_other(less: float, seed: int) -> None:
    vectors = library()
    one, other = library(seed + 1, 2)
    found = [
        mixed([(one, weight), (other, 1 - weight)], searching(vectors))
        for weight in (less, 1 - less)
    ]
    assert says(found[0], one, vectors) < says(found[1], one, vectors)
    assert says(found[0], other, vectors) > says(found[1], other, vectors)


@given(st.floats(0.01, 100), st.integers(0, 5))
def test_only_the_ratio_of_weights_counts(scale: float, seed: int) -> None:
    search = searching(library())
    one, other = library(seed + 1, 2)
    np.testing.assert_allclose(
        mixed([(one, 1.0), (other, 2.0)], search),
        mixed([(one, scale), (other, 2 * scale)], search),
        atol=1e-5,
    )


@pytest.mark.parametrize("size", [0, 1])
def test_where_nothing_stands_out_the_weights_alone_count(size: int) -> None:
    one, other = np.eye(2, DIMENSION, dtype=np.float32)
    query = mixed([(one, 3.0), (other, 4.0)], searching(library(size=size)))
    assert (query[0], query[1]) == (pytest.approx(0.6), pytest.approx(0.8))
    assert query.dtype == np.float32


def test_parts_that_cancel_each_other_out() -> None:
    one = library()[0]
    with pytest.raises(InvalidQuery, match="cancel each other out; leave one"):
        mixed([(one, 1.0), (-one, 1.0)], searching(library(size=1)))


@given(st.integers(0, 5))
def test_what_is_not_wanted_is_taken_off(seed: int) -> None:
    vectors = library()
    wanted, unwanted = library(seed + 1, 2)
    query = mixed([(wanted, 1.0), (unwanted, -1.0)], searching(vectors))
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-5)
    assert says(query, wanted, vectors) > 0.3
    assert says(query, unwanted, vectors) < -0.3
    both = mixed([(wanted, 2.0), (wanted, -1.0)], searching(vectors))
    np.testing.assert_allclose(both, wanted, atol=1e-5)


@pytest.mark.parametrize("weights", [[-1.0], [-1.0, -2.0]])
def test_something_must_be_wanted(weights: list[float]) -> None:
    parts = list(zip(library(), weights, strict=False))
    with pytest.raises(InvalidQuery, match="only what is not wanted; say also"):
        mixed(parts, searching(library()))
