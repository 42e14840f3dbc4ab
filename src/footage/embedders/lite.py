"""``lite``: footage's own small dual encoder, shipped inside the package as int8 ONNX towers.

``lite_model/MODEL_CARD.md`` says what it is made of, how good it is, and where it fails.
"""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footage.embedder import Fingerprint, Vector, Vectors, checked_text
from footage.embedders.canaries import check_model
from footage.embedders.local import LocalEmbedder
from footage.embedders.shelf import damaged
from footage.embedders.text_tower import TextTower, text_tower
from footage.errors import EmbedderBroken
from footage.onnx import open_session
from footage.settings import Sampling

MODEL_FOLDER = Path(__file__).parent / "lite_model"
# One core decodes while another embeds; more threads only help where there are more cores.
THREADS = max(1, min(4, (os.cpu_count() or 2) // 2))
# The text tower learned from sentences: a word alone is meant better beside one that holds it.
# Measured in training/README.md, where longer queries gained nothing from it.
WORD_IN_SENTENCE = "there is {} in the picture"


class LiteEmbedder(LocalEmbedder):
    """The default embedder: offline, CPU, English text."""

    def __init__(self, sampling: Sampling, *, folder: Path = MODEL_FOLDER) -> None:
        """Read the model's description; its towers are loaded when first used.

        Raises `EmbedderBroken` where ``folder`` does not hold a model.
        """
        super().__init__(sampling)
        self._folder = folder
        try:
            self._card = json.loads((folder / "model.json").read_text("utf-8"))
            self.image_size = tuple(self._card["image_size"])
            self.fingerprint = Fingerprint(
                name=self._card["name"],
                version=self._card["version"],
                dimension=self._card["dimension"],
                options=sampling.options,
            )
        except (OSError, ValueError, KeyError) as error:
            raise EmbedderBroken(f"the lite model in {folder} cannot be read ({error})") from error

    def embed_images(self, images: NDArray[np.uint8]) -> Vectors:
        """Unit vectors [n, dimension] of RGB images [n, 260, 260, 3]."""
        vectors: Vectors = self._image_tower.run(None, {"pixels": images})[0]
        return vectors

    def encode_text(self, text: str) -> Vector:
        """The unit vector [dimension] of an English text; beyond 128 tokens it is cut."""
        alone = len(checked_text(text).split()) == 1
        forms = [text, WORD_IN_SENTENCE.format(text)] if alone else [text]
        mean = self._encode_texts(forms).mean(axis=0)
        vector: Vector = mean / np.linalg.norm(mean)
        return vector

    def self_test(self, *, full: bool = True) -> None:
        """Verify checksums, then the order of known pairs; see `Embedder.self_test`."""
        if full and (path := damaged(self._folder, self._card["sha256"])):
            raise EmbedderBroken(f"{path} is damaged: its checksum differs")
        check_model(
            self.fingerprint.name,
            self._folder,
            embed_images=self.embed_images if full else None,
            encode_texts=self._encode_texts,
        )

    def _encode_texts(self, texts: list[str]) -> Vectors:
        return self._text_tower.encode(texts)

    @cached_property
    def _image_tower(self) -> Any:
        return open_session(self._folder / "image.onnx", threads=THREADS)

    @cached_property
    def _text_tower(self) -> TextTower:
        return text_tower(self._folder, self._card["max_tokens"])
