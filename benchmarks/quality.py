"""Text to image recall of the lite embedder on the captions' `dev` split, whole and by kind.

Every caption is a query, its own image the one right answer among all of the split's; int8 as
shipped, beside fp32 and ConSE alone where `python -m training` left its report. Short queries, of a
word or two, have several right answers. The worst failures are printed too.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.kinds import KINDS, ShortQuery, kinds_of, short_queries
from benchmarks.tables import table
from footage.embedders.lite import LiteEmbedder
from footage.settings import Sampling

CUTS = (1, 5, 10)
BATCH = 16
WORST = 10


def run(options: argparse.Namespace) -> str:
    rows = [json.loads(line) for line in (options.data / "captions.jsonl").open(encoding="utf-8")]
    rows = [row for row in rows if row["split"] == "dev"]
    if options.quick:
        rows = rows[:100]
    embedder = LiteEmbedder(Sampling())
    images = np.concatenate(
        [embedder.embed_images(batch) for batch in batches(options.data, rows, embedder)]
    )
    captions = [(answer, text) for answer, row in enumerate(rows) for text in row["captions"]]
    places = np.array([place(images @ embedder.encode_text(text), at) for at, text in captions])
    texts = [text for _, text in captions]
    return "\n\n".join(
        [
            f"lite {embedder.fingerprint.version}: {len(texts):,} captions, {len(rows):,} images",
            _whole(places),
            _by_kind(texts, places),
            _short(embedder, images, [row["captions"] for row in rows]),
            _worst(texts, places, len(rows)),
        ]
    )


def place(scores: NDArray[np.float32], answer: int) -> int:
    """How many images score higher than the right one."""
    return int((scores > scores[answer]).sum())


def recall(places: NDArray[np.int64]) -> list[str]:
    return [f"{100 * float((places < cut).mean()):.1f}" if len(places) else "–" for cut in CUTS]


def _whole(places: NDArray[np.int64]) -> str:
    figures = [["int8 (shipped)", *recall(places)]]
    report = Path("training/work/report.json")
    if report.is_file():
        trained = json.loads(report.read_text("utf-8"))["dev"]
        figures += [
            [f"{name} (at training)", *(f"{found[f'R@{cut}']:.1f}" for cut in CUTS)]
            for name, found in trained.items()
        ]
    return table(["towers", *(f"R@{cut}" for cut in CUTS)], figures)


def _by_kind(texts: list[str], places: NDArray[np.int64]) -> str:
    named = [kinds_of(text) for text in texts]
    lines = []
    for kind in KINDS:
        own = places[[kind in kinds for kinds in named]]
        lines.append([kind, f"{len(own):,}", *recall(own)])
    return table(["captions that name", "queries", *(f"R@{cut}" for cut in CUTS)], lines)


def _short(embedder: LiteEmbedder, images: NDArray[np.float32], captions: list[list[str]]) -> str:
    queries = short_queries(captions)
    found = [(query, images @ embedder.encode_text(query.text)) for query in queries]
    lines = []
    for kind in KINDS:
        own = [(query, scores) for query, scores in found if query.kind == kind]
        if own:
            figures = np.array([_figures(query, scores) for query, scores in own]).mean(axis=0)
            first, precision, chance = figures
            cells = [f"{first:.2f}", f"{100 * precision:.0f}", f"{100 * chance:.0f}"]
            lines.append([kind, str(len(own)), *cells])
        else:
            lines.append([kind, "0", "–", "–", "–"])
    header = ["short queries of", "queries", "MRR", "R-precision, %", "by chance, %"]
    weakest = sorted(found, key=lambda pair: _figures(*pair)[1])[:WORST]
    names = ", ".join(f"{query.text} ({query.kind})" for query, _ in weakest)
    return f"{table(header, lines)}\n\nWorst short queries: {names}"


def _figures(query: ShortQuery, scores: NDArray[np.float32]) -> tuple[float, float, float]:
    """1 / the place of the first right image; of as many images as are right, the share found."""
    ranked = query.answers[np.argsort(-scores)]
    right = int(ranked.sum())
    return 1 / (1 + int(ranked.argmax())), float(ranked[:right].mean()), float(ranked.mean())


def _worst(texts: list[str], places: NDArray[np.int64], images: int) -> str:
    lines = [
        f"- place {places[i] + 1} of {images}: {texts[i]}" for i in np.argsort(-places)[:WORST]
    ]
    return "Worst captions:\n" + "\n".join(lines)


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
