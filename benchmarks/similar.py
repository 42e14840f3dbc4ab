"""Which photographs are alike enough to be recommended, judged by what their captions speak of.

Of the photographs that have a kind (`clusters.label_of`), pairs of one kind should score above the
floor that the library's unrelated pairs give, and pairs of two kinds should not. `train` was used
to choose, `dev` only reports.
"""

from __future__ import annotations

import argparse
import json

import numpy as np

from benchmarks.clusters import label_of, looked_at
from benchmarks.tables import table
from footage.index.unit import unit

MOST = 1_200  # photographs of a split
DEVIATIONS = (1.5, 2.0, 2.5, 3.0, 3.5)


def run(options: argparse.Namespace) -> str:
    rows = [json.loads(line) for line in (options.data / "captions.jsonl").open(encoding="utf-8")]
    lines: list[list[object]] = []
    for split in ("train", "dev"):
        own = [row for row in rows if row["source"] == "flickr8k" and row["split"] == split]
        own = own[: 300 if options.quick else MOST]
        looks = unit(looked_at(options.work, options.data, split, own))
        kinds = np.array([label_of(row["captions"]) or "" for row in own])
        first, second = np.triu_indices(len(own), 1)
        scores = (looks @ looks.T)[first, second]
        known = (kinds[first] != "") & (kinds[second] != "")
        same = kinds[first] == kinds[second]
        usual = np.median(scores)
        spread = 1.4826 * np.median(np.abs(scores - usual))
        for deviations in DEVIATIONS:
            above = scores >= usual + deviations * spread
            found, wrong = above[known & same], above[known & ~same]
            right = found.sum() / max(found.sum() + wrong.sum(), 1)
            lines.append([split, deviations, found.mean(), wrong.mean(), right])
    return table(["split", "deviations", "of one kind", "of two kinds", "right of those"], lines)
