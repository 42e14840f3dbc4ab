"""The embedders, by name."""

from __future__ import annotations

from footage.embedder import Embedder
from footage.errors import EmbedderUnavailable
from footage.settings import Sampling

NAMES = ("lite",)


def open_embedder(name: str, sampling: Sampling) -> Embedder:
    """The embedder called ``name``; its model is loaded when first used.

    Raises `EmbedderUnavailable` for an unknown name.
    """
    if name == "lite":
        from footage.embedders.lite import LiteEmbedder

        return LiteEmbedder(sampling)
    raise EmbedderUnavailable(
        f"there is no embedder called {name!r}", remedy=f"choose one of: {', '.join(NAMES)}"
    )
