"""The self-test that every embedder shares: canaries of known order, and an alarm on variance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict

import numpy as np

from footage.embedder import Vector, Vectors
from footage.errors import EmbedderBroken

LEAST_SPREAD = 1e-3  # of the coordinates over different inputs; a constant model has 0


class TextCanary(TypedDict):
    """``anchor`` must be nearer to ``near`` than to ``far``, by ``margin`` in cosine."""

    anchor: str
    near: str
    far: str
    margin: float


def check_order(encode: Callable[[str], Vector], canaries: Sequence[TextCanary], name: str) -> None:
    """Raise `EmbedderBroken` where a canary's order is not as known."""
    for canary in canaries:
        anchor, near, far = (encode(canary[key]) for key in ("anchor", "near", "far"))
        margin = float(anchor @ near - anchor @ far)
        # written so that a NaN fails too
        if not margin >= canary["margin"]:
            raise EmbedderBroken(
                f"the {name} model fails its self-test: {canary['anchor']!r} should be nearer to"
                f" {canary['near']!r} than to {canary['far']!r} (margin {margin:.3f})"
            )


def check_spread(vectors: Vectors, name: str) -> None:
    """Raise `EmbedderBroken` where different inputs [n, dimension] get all but equal vectors."""
    spread = float(np.std(vectors, axis=0).mean()) if np.isfinite(vectors).all() else 0.0
    if spread < LEAST_SPREAD:
        raise EmbedderBroken(
            f"the {name} model fails its self-test: it gives different inputs the same vector"
        )
