"""Vectors of unit length: their inner product is their cosine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from footage.embedder import Vector, Vectors

_AT_ONCE = 1 << 18  # numbers: for more, OpenBLAS wakes threads that then spin for 30 ms
_ROUNDING = 1e-5  # of a length: what float32 leaves of 1, with room


def unit(vectors: NDArray[np.floating]) -> Vectors:
    """Vectors [n, dimension] as float32, each scaled to length 1; zeros stay zeros.

    One that has that length already, to rounding, is kept bit for bit: rows are compared by digest
    with those of libraries whose vectors were written as they came.
    """
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    kept = (np.abs(lengths - 1.0) <= _ROUNDING) | (lengths == 0.0)
    return np.asarray(vectors / np.where(kept, 1.0, lengths), dtype=np.float32)


def products(vectors: Vectors, vector: Vector) -> Vectors:
    """The inner product of each of ``vectors`` [n, dimension] with a vector, float32 [n].

    On the calling thread alone: the time is that of reading the vectors, and a search has other
    work for the other cores.
    """
    found = np.empty(len(vectors), np.float32)
    step = max(1, _AT_ONCE // max(1, vectors.shape[1]))
    for at in range(0, len(vectors), step):
        np.dot(vectors[at : at + step], vector, out=found[at : at + step])
    return found
