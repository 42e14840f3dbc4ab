"""`python -m training.verify --data DIR`: check the packaged files as a user's machine has them.

Needs onnxruntime, tokenizers, numpy and Pillow only: nothing that the weights were made with.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from training.data import load_rows
from training.evaluate import embed
from training.features import session
from training.text import Texts

PACKAGE = Path(__file__).parent.parent / "src" / "footage" / "embedders" / "lite_model"


def check_digests(folder: Path) -> None:
    """Raise ValueError for a file that is not the one `model.json` describes."""
    described = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    for name, digest in described["sha256"].items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise ValueError(f"{name} is not the file that model.json describes: train again")


def check_canary(folder: Path) -> dict[str, float]:
    """Raise ValueError for a wrong order; give the least share of a margin and the least cosine."""
    canary = json.loads((folder / "canary.json").read_text(encoding="utf-8"))
    texts = Texts(folder)
    with np.load(folder / "canary.npz") as arrays:
        images = session(folder / "image.onnx").run(None, {"pixels": arrays["pixels"]})[0]
        sentences = np.stack([texts[sentence] for sentence in canary["sentences"]])
        cosines = [*(images * arrays["images"]).sum(1), *(sentences * arrays["sentences"]).sum(1)]
    shares = [
        texts[order["query"]] @ (texts[order["near"]] - texts[order["far"]]) / order["margin"]
        for order in canary["text_orders"]
    ]
    shares += [
        texts[order["query"]] @ (images[order["near"]] - images[order["far"]]) / order["margin"]
        for order in canary["image_orders"]
    ]
    figures = {"least_share": float(min(shares)), "least_cosine": float(min(cosines))}
    if figures["least_share"] < 1 or figures["least_cosine"] < canary["min_cosine"]:
        raise ValueError(f"the model fails its self-test: {figures}")
    return figures


def main() -> None:
    """Check files, self-test and recall on `dev`; print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m training.verify", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of captions.jsonl")
    parser.add_argument("--model", type=Path, default=PACKAGE, help="the package's model folder")
    options = parser.parse_args()
    check_digests(options.model)
    rows = [row for row in load_rows(options.data) if row.split == "dev"]
    tokens = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    image, text = options.model / "image.onnx", options.model / "text.onnx"
    figures = {"canary": check_canary(options.model)}
    figures["dev"] = embed(image, text, tokens, rows).recall()
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
