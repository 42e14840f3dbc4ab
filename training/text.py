"""Sentences to unit vectors, by a text tower in ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from training.features import session

BATCH = 16


def embed_texts(model: Path, tokens: Tokenizer, texts: Sequence[str]) -> np.ndarray:
    """Unit vectors float32 [n, d] of `texts`; `tokens` must pad a batch."""
    encoder = session(model)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = [
        _embed_batch(encoder, tokens, [texts[i] for i in order[start : start + BATCH]])
        for start in range(0, len(order), BATCH)
    ]
    vectors = np.concatenate(parts)
    out = np.empty_like(vectors)
    out[order] = vectors
    return out


def _embed_batch(
    encoder: onnxruntime.InferenceSession, tokens: Tokenizer, texts: list[str]
) -> np.ndarray:
    encoded = tokens.encode_batch(texts)
    feed = {
        "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
        "attention_mask": np.array([e.attention_mask for e in encoded], dtype=np.int64),
    }
    return encoder.run(None, feed)[0]


class Texts(dict[str, np.ndarray]):
    """Unit vectors [d] of sentences by a package's text tower, one at a time as queries come."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._tower = folder / "text.onnx"
        self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def __missing__(self, sentence: str) -> np.ndarray:
        self[sentence] = embed_texts(self._tower, self._tokens, [sentence])[0]
        return self[sentence]
