"""ConSE: an image as the weighted mean of the names of what ImageNet's classifier sees in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.minilm import tokenizer
from training.text import embed_texts

CLASSES = Path(__file__).with_name("imagenet_classes.txt")
PROMPT = "a photo of a {}"
TOP = 50
"""Classes kept of the 1,000: the tail is noise, which the mean would add up."""


def class_embeddings(model: Path) -> np.ndarray:
    """Unit vectors [1000, 384] of "a photo of a {class}", in the order of the classifier."""
    names = CLASSES.read_text(encoding="utf-8").splitlines()
    return embed_texts(model, tokenizer(), [PROMPT.format(name) for name in names])


def conse(logits: np.ndarray, classes: np.ndarray, top: int = TOP) -> np.ndarray:
    """Unit vectors [n, 384]: mean of the `top` classes' vectors, weighted by the softmax."""
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    cut = np.partition(weights, -top, axis=1)[:, -top, None]
    return unit(np.where(weights >= cut, weights, 0.0) @ classes)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of `vectors` [n, d] at length 1, float32."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
