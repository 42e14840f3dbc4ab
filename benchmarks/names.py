"""What clusters are named by, judged by the captions of their photographs.

The clusters are those of `clusters`. A concept is right where one of its words stands in the
captions of a quarter of the cluster's photographs, and twice as often as in those of the others.
`train` was used to choose, `dev` only reports.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from benchmarks.chapters import concept_vectors, photographs, stems
from benchmarks.clusters import MOST_TRAIN, Labels, clustered, material
from benchmarks.tables import table
from footage.analysis import naming, showing

LEVELS = (3.0, 3.25, 3.5, 3.75, 4.0)
TOLD = 2  # concepts in a name
OFTEN, TIMES = 0.25, 2.0


def run(options: argparse.Namespace) -> str:
    concepts = concept_vectors()
    lines = []
    for split, own, looks in photographs(options, 200 if options.quick else MOST_TRAIN):
        labels = clustered(looks)
        means = np.array([looks[labels == group].mean(axis=0) for group in range(labels.max() + 1)])
        captions = [stems(" ".join(row["captions"])) for row in own]
        before = naming.standing_out(material(looks), means, concepts)
        lines.append([split, "none", *judged(before, labels, captions)])
        for level in LEVELS:
            showing.LEVEL = level
            names = showing.group_concepts(material(looks), labels, concepts)
            lines.append([split, f"{level:.2f}", *judged(names, labels, captions)])
    return table(["split", "deviations", "named", "first right", "told, right"], lines)


def judged(
    names: Sequence[Sequence[str]], labels: Labels, captions: Sequence[set[str]]
) -> list[str]:
    """How many clusters are named, the first concept right, and of all told how many are."""
    right = [
        [is_right(name, labels == group, captions) for name in told[:TOLD]]
        for group, told in enumerate(names)
    ]
    named = [own for own in right if own]
    told = sum(map(len, named))
    first = sum(own[0] for own in named)
    return [f"{len(named)} of {len(names)}", str(first), f"{sum(map(sum, named))} of {told}"]


def is_right(name: str, inside: np.ndarray, captions: Sequence[set[str]]) -> bool:
    said = np.array([bool(stems(name) & own) for own in captions])
    here, elsewhere = float(said[inside].mean()), float(said[~inside].mean())
    return here >= OFTEN and here >= TIMES * elsewhere
