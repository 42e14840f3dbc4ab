"""Vectors are brought to unit length, and left alone where they have it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from footage.embedder import Vectors
from footage.index import unit as module
from footage.index.unit import products, unit

VECTORS = arrays(np.float32, (3, 5), elements=st.floats(-1e6, 1e6, width=32, allow_subnormal=False))


@given(VECTORS)
def test_lengths_are_one_or_zero(vectors: Vectors) -> None:
    lengths = np.linalg.norm(unit(vectors).astype(np.float64), axis=1)
    was_zero = ~vectors.any(axis=1)
    assert lengths[was_zero] == pytest.approx(0.0)
    assert lengths[~was_zero] == pytest.approx(1.0, abs=2e-5)


@given(VECTORS)
def test_what_is_unit_is_kept_bit_for_bit(vectors: Vectors) -> None:
    once = unit(vectors)
    assert unit(once).tobytes() == once.tobytes()


def test_directions_stay() -> None:
    assert unit(np.array([[3, 0], [0, -0.5]], np.float32)).tolist() == [[1, 0], [0, -1]]


@given(rows=st.integers(0, 40), at_once=st.integers(1, 60), seed=st.integers(0, 9))
def test_products_are_those_of_the_whole(rows: int, at_once: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((rows, 7)).astype(np.float32)
    vector = rng.standard_normal(7).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_AT_ONCE", at_once)
        found = products(vectors, vector)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, vectors @ vector, rtol=1e-5, atol=1e-6)
