"""Text to image recall of the lite embedder on the captions' `dev` split.

Every caption is a query, its own image the one right answer among all of the split's; int8 as
shipped, beside fp32 and ConSE alone where `python -m training` left its report.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.tables import table
from footage.embedders.lite import MODEL_FOLDER, LiteEmbedder
from footage.settings import Sampling

CUTS = (1, 5, 10)
BATCH = 16


def run(options: argparse.Namespace) -> str:
    rows = [json.loads(line) for line in (options.data / "captions.jsonl").open(encoding="utf-8")]
    rows = [row for row in rows if row["split"] == "dev"]
    if options.quick:
        rows = rows[:100]
    figures = {"int8 (shipped)": recall(LiteEmbedder(Sampling()), options.data, rows)}
    report = Path("training/work/report.json")
    if report.is_file():
        trained = json.loads(report.read_text("utf-8"))["dev"]
        figures |= {f"{name} (at training)": found for name, found in trained.items()}
    captions = sum(len(row["captions"]) for row in rows)
    text = table(
        ["towers", *(f"R@{cut}" for cut in CUTS)],
        [[name, *(f"{found[f'R@{cut}']:.1f}" for cut in CUTS)] for name, found in figures.items()],
    )
    return f"{captions:,} captions, {len(rows):,} images ({MODEL_FOLDER.name})\n\n{text}"


def recall(embedder: LiteEmbedder, data: Path, rows: list[dict]) -> dict[str, float]:
    images = np.concatenate(
        [embedder.embed_images(batch) for batch in batches(data, rows, embedder)]
    )
    places = []
    for answer, row in enumerate(rows):
        for caption in row["captions"]:
            scores = images @ embedder.encode_text(caption)
            places.append(int((scores > scores[answer]).sum()))
    return {f"R@{cut}": 100 * float(np.mean(np.array(places) < cut)) for cut in CUTS}


def batches(data: Path, rows: list[dict], embedder: LiteEmbedder) -> Iterator[NDArray[np.uint8]]:
    for at in range(0, len(rows), BATCH):
        yield np.stack(
            [
                np.asarray(
                    Image.open(data / row["image"]).convert("RGB").resize(embedder.image_size)
                )
                for row in rows[at : at + BATCH]
            ]
        )
