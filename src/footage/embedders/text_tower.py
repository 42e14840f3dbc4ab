"""The text half of the model that footage ships: English sentences to unit vectors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from footage.embedder import Vectors
from footage.onnx import open_session

REMEMBERED = 64  # texts: pictures and passages are searched by the same one, page by page


@lru_cache(maxsize=2)
def text_tower(folder: Path, max_tokens: int) -> TextTower:
    """The tower of a folder, one for whoever uses it: 23 MB that are loaded once."""
    return TextTower(folder, max_tokens=max_tokens)


class TextTower:
    """``text.onnx`` and ``tokenizer.json`` of a folder; loaded when first used.

    What was encoded last is remembered. Safe for several threads.
    """

    def __init__(self, folder: Path, *, max_tokens: int) -> None:
        """``max_tokens``: what of a text goes beyond is cut."""
        self._folder = folder
        self._max_tokens = max_tokens
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._encoded)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The unit vectors [n, dimension] of some texts, computed at once; not to be written to."""
        return self._remembered(tuple(texts))

    def _encoded(self, texts: tuple[str, ...]) -> Vectors:
        encodings = [self._tokenizer.encode(text) for text in texts]
        longest = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(texts), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = encoding.attention_mask
        vectors: Vectors = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        vectors.setflags(write=False)
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
