"""Vectors of unit length: their inner product is their cosine."""

from __future__ import annotations

import numpy as np

from footage.embedder import Vectors

_ROUNDING = 1e-5  # of a length: what float32 leaves of 1, with room


def unit(vectors: Vectors) -> Vectors:
    """Float32 vectors [n, dimension], each scaled to length 1; zeros stay zeros.

    One that has that length already, to rounding, is kept bit for bit: rows are compared by digest
    with those of libraries whose vectors were written as they came.
    """
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    kept = (np.abs(lengths - 1.0) <= _ROUNDING) | (lengths == 0.0)
    return np.asarray(vectors / np.where(kept, 1.0, lengths), dtype=np.float32)
