"""The self-test that embedders on this machine share: canaries of known order and known vectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from footage.embedder import Vectors
from footage.errors import EmbedderBroken

LEAST_SPREAD = 1e-3  # of the coordinates over different inputs; a constant model has 0


class TextOrder(BaseModel):
    """``query`` must be nearer to ``near`` than to ``far``, by ``margin`` in cosine."""

    query: str
    near: str
    far: str
    margin: float


class ImageOrder(BaseModel):
    """``query`` must be nearer to picture ``near`` than to picture ``far``, by ``margin``."""

    query: str
    near: int
    far: int
    margin: float


class Canaries(BaseModel):
    """What ``canary.json`` of a model says; the pictures and vectors lie in ``canary.npz``."""

    min_cosine: float
    sentences: list[str]
    text_orders: list[TextOrder]
    image_orders: list[ImageOrder]


def check_model(
    name: str,
    folder: Path,
    *,
    embed_images: Callable[[NDArray[np.uint8]], Vectors] | None,
    encode_texts: Callable[[list[str]], Vectors],
) -> None:
    """Run the canaries of the model in ``folder``; raises `EmbedderBroken` where one fails.

    Without ``embed_images`` only those of sentences.
    """
    try:
        canaries = Canaries.model_validate_json((folder / "canary.json").read_bytes())
        with np.load(folder / "canary.npz", allow_pickle=False) as known:
            pixels, images, sentences = (known[key] for key in ("pixels", "images", "sentences"))
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise EmbedderBroken(f"the {name} model's canaries cannot be read ({error})") from error
    check_known(name, "text", encode_texts(canaries.sentences), sentences, canaries.min_cosine)
    for order in canaries.text_orders:
        query, near, far = encode_texts([order.query, order.near, order.far])
        _check_order(name, order.query, float(query @ near - query @ far), order.margin)
    if embed_images is None:
        return
    pictures = embed_images(pixels)
    check_known(name, "image", pictures, images, canaries.min_cosine)
    for seen in canaries.image_orders:
        query = encode_texts([seen.query])[0]
        margin = float(query @ pictures[seen.near] - query @ pictures[seen.far])
        _check_order(name, seen.query, margin, seen.margin)


def check_spread(name: str, kind: str, vectors: Vectors) -> None:
    """Raise `EmbedderBroken` where different inputs [n, dimension] get all but equal vectors."""
    spread = float(np.std(vectors, axis=0).mean()) if np.isfinite(vectors).all() else 0.0
    if spread < LEAST_SPREAD:
        raise _broken(name, f"it gives every {kind} the same vector")


def check_known(name: str, kind: str, made: Vectors, known: Vectors, least: float) -> None:
    """Raise `EmbedderBroken` where vectors [n, dimension] are not what they were before."""
    check_spread(name, kind, made)
    cosine = float((made * known).sum(axis=1).min()) if made.shape == known.shape else 0.0
    # written so that a NaN fails too
    if not cosine >= least:
        raise _broken(name, f"its {kind} vectors are not what they were (cosine {cosine:.3f})")


def _check_order(name: str, query: str, margin: float, least: float) -> None:
    if not margin >= least:
        raise _broken(name, f"it ranks {query!r} wrongly (margin {margin:.3f}, not {least:.3f})")


def _broken(name: str, why: str) -> EmbedderBroken:
    return EmbedderBroken(f"the {name} model fails its self-test: {why}")
