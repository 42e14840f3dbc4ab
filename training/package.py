"""`model.json`: what the runtime must know of the towers, and checksums of every file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from training.head import Recipe
from training.shapes import MAX_TOKENS, SIZE, WORDS

VERSION = "2"
FILES = ("image.onnx", "text.onnx", "tokenizer.json", "canary.json", "canary.npz")


def write(folder: Path, report: dict, recipe: Recipe) -> None:
    """Describe the files in `folder`; written last, so a half-made folder has no `model.json`."""
    described = {
        "name": "lite",
        "version": VERSION,
        "dimension": WORDS,
        "image_size": [SIZE, SIZE],
        "resize": "bicubic",
        "max_tokens": MAX_TOKENS,
        "conse_weight": recipe.conse_weight,
        "sha256": {name: _digest(folder / name) for name in FILES},
        "dev": report["dev"]["int8"],
    }
    (folder / "model.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
