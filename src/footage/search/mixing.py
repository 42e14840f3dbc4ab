"""How the parts of a query, a text and examples, become the one vector that is searched.

The cosines of a picture with what is in a library differ more from one another than those of a
sentence do: in lite 1.4 to 1.7 times as much. So in a plain sum of the two the picture decides
nearly alone (`benchmarks/README.md`, mixtures). Each part is therefore measured by its own height,
which is how far its best hits stand above the floor, and equal weights are equal says. What is not
wanted has a weight below 0, and is taken off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from footage.embedder import Vector
from footage.errors import InvalidQuery
from footage.index.segments import Hit

BEST = 10  # hits whose mean is the top: one alone may be the very picture that is asked by
LEAST_HEIGHT = 1e-3  # in cosine; of less, the index's rounding would decide


def mixed(
    parts: Sequence[tuple[Vector, float]], search: Callable[[Vector], Sequence[Hit]]
) -> Vector:
    """The sum of unit vectors by weight over height, as a unit vector, float32 [dimension].

    ``search`` gives the best hits of a vector, as many as there are to the floor. Where they stand
    at no height, as all do in a library of one segment, the weights alone count.
    Raises `InvalidQuery` where the parts cancel each other out, and where none is wanted.
    """
    if not any(weight > 0 for _, weight in parts):
        raise InvalidQuery(
            "of what is seen the query says only what is not wanted",
            remedy="say also what is wanted, as in: beach - people",
        )
    if len(parts) == 1:
        return parts[0][0]
    heights = np.array([_height(search(vector)) for vector, _ in parts])
    if heights.min() < LEAST_HEIGHT:
        heights[:] = 1.0
    weights = np.array([weight for _, weight in parts]) / heights
    total = (weights / np.abs(weights).sum()) @ np.stack([vector for vector, _ in parts]).astype(
        float
    )
    norm = float(np.linalg.norm(total))
    if norm < 1e-6:
        raise InvalidQuery(
            "the parts of the query cancel each other out", remedy="leave one of them out"
        )
    return np.asarray(total / norm, dtype=np.float32)


def _height(hits: Sequence[Hit]) -> float:
    scores = sorted((hit.score for hit in hits), reverse=True)
    return float(np.mean(scores[:BEST])) - scores[-1] if scores else 0.0
