"""What texts mean, as vectors: for passages of speech and writing, whatever embeds the pictures.

It is the text half of ``lite``, which ships with footage.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from footage.embedder import Fingerprint, Vectors
from footage.embedders.lite import MODEL_FOLDER
from footage.embedders.text_tower import TextTower, text_tower
from footage.errors import EmbedderBroken


class Sentences:
    """An embedding space of English sentences; its model is loaded when first used."""

    def __init__(self, folder: Path = MODEL_FOLDER) -> None:
        """Raises `EmbedderBroken` where ``folder`` does not hold a model."""
        self._folder = folder
        try:
            card = json.loads((folder / "model.json").read_text("utf-8"))
            self._max_tokens = int(card["max_tokens"])
            self.fingerprint = Fingerprint(
                name="sentences",
                version=card["version"],
                dimension=int(card["dimension"]),
                options={"model": card["sha256"]["text.onnx"]},
            )
        except (OSError, ValueError, KeyError) as error:
            raise EmbedderBroken(f"the model in {folder} cannot be read ({error})") from error

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return self.fingerprint.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The unit vectors of texts, float32 [n, dimension]; beyond 128 tokens a text is cut."""
        # One by one: beside other texts the int8 model rounds otherwise (to a cosine of .985), and
        # a batch is but a fifth faster.
        vectors = [self._tower.encode([text])[0] for text in texts]
        return np.array(vectors, np.float32).reshape(len(texts), self.dimension)

    @cached_property
    def _tower(self) -> TextTower:
        return text_tower(self._folder, self._max_tokens)
