"""A real embedder small enough to reason about: it sees colours and reads their names."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from footage.embedder import Fingerprint, Vector, Vectors
from footage.embedders.local import LocalEmbedder
from footage.errors import EmbedderBroken
from footage.settings import Sampling

COLOURS = {
    "red": (220, 30, 30),
    "green": (30, 200, 30),
    "blue": (30, 30, 220),
    "white": (235, 235, 235),
    "black": (20, 20, 20),
    "yellow": (220, 220, 30),
}


class ColourEmbedder(LocalEmbedder):
    """Vectors [4]: the mean red, green and blue around grey, and a constant."""

    image_size = (16, 16)

    def __init__(self, sampling: Sampling | None = None, *, version: str = "1") -> None:
        sampling = sampling or Sampling()
        super().__init__(sampling)
        self.fingerprint = Fingerprint("colours", version, 4, sampling.options)
        self.embedded = 0

    def embed_images(self, images: NDArray[np.uint8]) -> Vectors:
        self.embedded += len(images)
        return _vectors(images.reshape(len(images), -1, 3).mean(axis=1))

    def encode_text(self, text: str) -> Vector:
        named = [rgb for name, rgb in COLOURS.items() if name in text.split()]
        return _vectors(np.array([named[0] if named else (128, 128, 128)], dtype=np.float64))[0]

    def self_test(self, *, full: bool = True) -> None:  # noqa: ARG002 - there is no less to test
        """Whether it still tells red from green."""
        red, green = self.encode_text("red"), self.encode_text("green")
        if red @ green > 0.9:
            raise EmbedderBroken("the colours model fails its self-test: red is green")


def _vectors(rgb: NDArray[np.float64]) -> Vectors:
    vectors = np.column_stack([rgb / 127.5 - 1.0, np.full(len(rgb), 0.2)])
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
