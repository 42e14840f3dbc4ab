"""Recall of text-to-image search, and the speed of a tower."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from benchmarks.kinds import KINDS, kinds_of
from training.data import Row
from training.features import run_images, session
from training.shapes import SIZE
from training.text import embed_texts

CUTS = (1, 5, 10)
_CHUNK = 2048


def caption_queries(rows: Sequence[Row]) -> tuple[list[str], np.ndarray]:
    """Every caption of every row as its own query, and the row [n] that answers it."""
    texts = [caption for row in rows for caption in row.captions]
    answers = np.repeat(np.arange(len(rows)), [len(row.captions) for row in rows])
    return texts, answers


def ranks(queries: np.ndarray, images: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Rank [n], from 0, of image `answers[i]` for query i: how many images score higher."""
    parts = []
    for start in range(0, len(queries), _CHUNK):
        scores = queries[start : start + _CHUNK] @ images.T
        own = np.take_along_axis(scores, answers[start : start + _CHUNK, None], axis=1)
        parts.append((scores > own).sum(axis=1))
    return np.concatenate(parts)


def recall(queries: np.ndarray, images: np.ndarray, answers: np.ndarray) -> dict[str, float]:
    """Percent of queries whose image is among the first 1, 5 and 10."""
    places = ranks(queries, images, answers)
    return {f"R@{cut}": round(100 * float((places < cut).mean()), 1) for cut in CUTS}


@dataclass(frozen=True)
class Embedded:
    """Rows through a pair of towers: queries [q, 384], images [n, 384], answers [q]."""

    rows: Sequence[Row]
    queries: np.ndarray
    images: np.ndarray
    answers: np.ndarray

    def recall(self) -> dict[str, float]:
        """Of every caption."""
        return recall(self.queries, self.images, self.answers)

    def recall_by_kind(self) -> dict[str, dict[str, float]]:
        """Of the captions that name something of the kind, with their number as `queries`."""
        captions = [caption for row in self.rows for caption in row.captions]
        kinds = [kinds_of(caption) for caption in captions]
        figures = {}
        for kind in KINDS:
            own = np.array([kind in named for named in kinds])
            found = recall(self.queries[own], self.images, self.answers[own])
            figures[kind] = {"queries": int(own.sum()), **found}
        return figures


def embed(image_tower: Path, text_tower: Path, tokens: Tokenizer, rows: Sequence[Row]) -> Embedded:
    """From end to end: JPEGs and captions through a pair of towers."""
    texts, answers = caption_queries(rows)
    images = run_images(image_tower, [row.image for row in rows])
    return Embedded(rows, embed_texts(text_tower, tokens, texts), images, answers)


def milliseconds(model: Path, batch: int, *, rounds: int = 30) -> float:
    """Median milliseconds a frame of an image tower on one thread."""
    tower = session(model, threads=1)
    pixels = np.random.default_rng(0).integers(0, 256, (batch, SIZE, SIZE, 3), dtype=np.uint8)
    tower.run(None, {"pixels": pixels})
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        tower.run(None, {"pixels": pixels})
        times.append(time.perf_counter() - start)
    return round(1000 * float(np.median(times)) / batch, 1)
