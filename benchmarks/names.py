"""What clusters, and single photographs, are named by, judged by their captions.

The clusters are those of `clusters`. A concept is right where one of its words stands in the
captions of a quarter of the cluster's photographs, and twice as often as in those of the others;
of a single one, where it stands in one of its captions. `train` was used to choose, `dev` only
reports.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from benchmarks.chapters import concept_vectors, photographs, stems
from benchmarks.clusters import MOST_TRAIN, Labels, clustered, material
from benchmarks.tables import table
from footage.analysis import showing

LEVELS = (3.0, 3.25, 3.5, 3.75, 4.0)
ALONE_LEVELS = (3.0, 3.5, 4.0, 4.5)
ALONE = 300  # single photographs
TOLD = 2  # concepts in a name
OFTEN, TIMES = 0.25, 2.0


def run(options: argparse.Namespace) -> str:
    concepts = concept_vectors()
    lines, alone = [], []
    for split, own, looks in photographs(options, 200 if options.quick else MOST_TRAIN):
        labels = clustered(looks)
        captions = [stems(" ".join(row["captions"])) for row in own]
        for level in LEVELS:
            showing.LEVEL = level
            names = showing.group_concepts(material(looks), labels, concepts)
            lines.append([split, f"{level:.2f}", *judged(names, labels, captions)])
        rows = np.random.default_rng(0).choice(len(looks), min(ALONE, len(looks)), replace=False)
        for level in ALONE_LEVELS:
            showing.ALONE_LEVEL = level
            names = showing.picture_concepts(material(looks), rows.tolist(), concepts)
            alone.append(
                [split, f"{level:.2f}", *judged_alone(names, [captions[row] for row in rows])]
            )
    head = ["split", "deviations", "named", "first right", "told, right"]
    return f"{table(head, lines)}\n\nsingle photographs\n{table(head, alone)}"


def judged(
    names: Sequence[Sequence[str]], labels: Labels, captions: Sequence[set[str]]
) -> list[str]:
    right = [
        [is_right(name, labels == group, captions) for name in told[:TOLD]]
        for group, told in enumerate(names)
    ]
    return counted(right)


def judged_alone(names: Sequence[Sequence[str]], captions: Sequence[set[str]]) -> list[str]:
    right = [
        [bool(stems(name) & own) for name in told]
        for told, own in zip(names, captions, strict=True)
    ]
    return counted(right)


def counted(right: Sequence[Sequence[bool]]) -> list[str]:
    """How many are named, the first concept right, and of all told how many are."""
    named = [own for own in right if own]
    told = sum(map(len, named))
    first = sum(own[0] for own in named)
    return [f"{len(named)} of {len(right)}", str(first), f"{sum(map(sum, named))} of {told}"]


def is_right(name: str, inside: np.ndarray, captions: Sequence[set[str]]) -> bool:
    said = np.array([bool(stems(name) & own) for own in captions])
    here, elsewhere = float(said[inside].mean()), float(said[~inside].mean())
    return here >= OFTEN and here >= TIMES * elsewhere
