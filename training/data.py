"""Captioned images: reading them and splitting them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

HELD_OUT = {"flickr8k": 1000, "v7w": 500}
"""Images of `train`, by source, on which choices are made, so that `dev` only reports."""


@dataclass(frozen=True)
class Row:
    """One captioned image."""

    image: Path
    split: str
    source: str
    captions: tuple[str, ...]


def load_rows(data: Path) -> list[Row]:
    """Read `captions.jsonl` below `data`, in the file's order."""
    lines = (data / "captions.jsonl").read_text(encoding="utf-8").splitlines()
    return [_row(data, json.loads(line)) for line in lines]


def _row(data: Path, record: dict) -> Row:
    return Row(
        image=data / record["image"],
        split=record["split"],
        source=record["source"],
        captions=tuple(record["captions"]),
    )


def split_rows(rows: Sequence[Row]) -> dict[str, np.ndarray]:
    """Indices of `fit`, `held` (held out of train, by a hash of the file name) and `dev`."""
    train = [i for i, row in enumerate(rows) if row.split == "train"]
    held: list[int] = []
    for source, count in HELD_OUT.items():
        own = [i for i in train if rows[i].source == source]
        held += sorted(own, key=lambda i: _digest(rows[i].image.name))[:count]
    fit = sorted(set(train) - set(held))
    dev = [i for i, row in enumerate(rows) if row.split == "dev"]
    return {"fit": np.array(fit), "held": np.array(sorted(held)), "dev": np.array(dev)}


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def load_pixels(image: Path, size: int) -> np.ndarray:
    """RGB uint8 [size, size, 3], squashed (the aspect is ignored) with a bicubic filter."""
    with Image.open(image) as opened:
        squashed = opened.convert("RGB").resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(squashed)


def pixel_batches(images: Sequence[Path], size: int, batch: int) -> Iterator[np.ndarray]:
    """Yield uint8 [n, size, size, 3] for consecutive groups of at most `batch` images."""
    for start in range(0, len(images), batch):
        group = images[start : start + batch]
        yield np.stack([load_pixels(image, size) for image in group])
