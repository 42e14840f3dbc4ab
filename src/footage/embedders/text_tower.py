"""The text half of the model that footage ships: English sentences to unit vectors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from footage.embedder import Vectors
from footage.onnx import open_session


class TextTower:
    """``text.onnx`` and ``tokenizer.json`` of a folder; loaded when first used."""

    def __init__(self, folder: Path, *, max_tokens: int) -> None:
        """``max_tokens``: what of a text goes beyond is cut."""
        self._folder = folder
        self._max_tokens = max_tokens

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The unit vectors [n, dimension] of some texts, computed at once."""
        encodings = [self._tokenizer.encode(text) for text in texts]
        longest = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(texts), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = encoding.attention_mask
        vectors: Vectors = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors

    @cached_property
    def _session(self) -> Any:
        return open_session(self._folder / "text.onnx", threads=1)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(self._max_tokens)
        return tokenizer
