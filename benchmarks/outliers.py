"""Planted outliers: average precision of what footage ranks them by, beside other ways.

Videos of four photographs each of three kinds, by their captions, and a few photographs of other
kinds among them (the labels of `clusters.py`). A ranking is good where the strangers come first.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score
from sklearn.neighbors import LocalOutlierFactor

from benchmarks.clusters import MOST_TRAIN, label_of, looked_at
from benchmarks.tables import table
from footage.analysis import neighbours
from footage.analysis.material import Material
from footage.analysis.outliers import NEIGHBOURS, STANDS_OUT, scored
from footage.embedder import Vectors

A_VIDEO = 4
PLANTED = 15
TRIALS = 20
USUAL = {"train": ("dog", "ball", "snow"), "dev": ("dog", "cycling", "snow")}

Scores = NDArray[np.floating]


def run(options: argparse.Namespace) -> str:
    rows = [json.loads(line) for line in (options.data / "captions.jsonl").open(encoding="utf-8")]
    lines = []
    for split, usual in USUAL.items():
        own = [row for row in rows if row["source"] == "flickr8k" and row["split"] == split]
        own = own[: 200 if options.quick else MOST_TRAIN]
        vectors = looked_at(options.work, options.data, split, own)
        names = [label_of(row["captions"]) for row in own]
        lines += [[split, *line] for line in judged(vectors, names, usual)]
    head = ["photographs of", "ranked by", "average precision", "deviation of trials"]
    return table(head, lines)


def judged(
    vectors: Vectors, names: Sequence[str | None], usual: Sequence[str]
) -> list[list[object]]:
    found: dict[str, list[float]] = {}
    flagged = []
    for seed in range(TRIALS):
        chance = np.random.default_rng(seed)
        rows, planted = drawn(chance, names, usual)
        material = films(vectors[rows])
        for name, way in WAYS.items():
            found.setdefault(name, []).append(
                float(average_precision_score(planted, way(material)))
            )
        told = by_distance(material) >= STANDS_OUT
        right = float((told & planted).sum())
        flagged.append((right / max(told.sum(), 1), right / planted.sum()))
    precision, recall = np.mean(flagged, axis=0)
    lines: list[list[object]] = [
        [name, f"{np.mean(scores):.3f}", f"{np.std(scores):.3f}"] for name, scores in found.items()
    ]
    told = f"told as outliers: precision {precision:.2f}, recall {recall:.2f}"
    return [*lines, [told, "", ""]]


def drawn(
    chance: np.random.Generator, names: Sequence[str | None], usual: Sequence[str]
) -> tuple[list[int], NDArray[np.bool_]]:
    """Rows in a random order, and which of them are planted."""
    ordinary = [at for at, name in enumerate(names) if name in usual]
    strange = [at for at, name in enumerate(names) if name and name not in usual]
    rows = [*ordinary, *chance.choice(strange, PLANTED, replace=False).tolist()]
    order = chance.permutation(len(rows))
    return [rows[at] for at in order], order >= len(ordinary)


def films(vectors: Vectors) -> Material:
    owners = (np.arange(len(vectors)) // A_VIDEO).astype(np.int32)
    spans = np.zeros((len(vectors), 2))
    return Material((), owners, spans, vectors.astype(np.float16))


def by_distance(material: Material) -> Scores:
    _, cosines = neighbours.elsewhere(material, NEIGHBOURS["library"])
    return scored(material, cosines, "library")[1]


def by_factor(material: Material) -> Scores:
    rows = material.wide(range(len(material)))
    return -LocalOutlierFactor(n_neighbors=20).fit(rows).negative_outlier_factor_


def by_middle(material: Material) -> Scores:
    rows = material.wide(range(len(material)))
    return -(rows @ material.mean.astype(np.float32))


def by_forest(material: Material) -> Scores:
    rows = material.wide(range(len(material)))
    return -IsolationForest(random_state=0).fit(rows).score_samples(rows)


def nearest(count: int) -> Callable[[Material], Scores]:
    def way(material: Material) -> Scores:
        return 1 - np.nanmean(neighbours.elsewhere(material, count)[1], axis=1)

    return way


WAYS: dict[str, Callable[[Material], Scores]] = {
    f"**distance to the {NEIGHBOURS['library']} nearest of other videos**": by_distance,
    "to the nearest": nearest(1),
    "to the 5 nearest": nearest(5),
    "local outlier factor (20)": by_factor,
    "cosine with the mean": by_middle,
    "isolation forest": by_forest,
}
