"""What chapters are named by that nobody speaks in, judged by the captions of what they show.

A video is two to six stretches of two to five photographs each, three in five of them of one kind
(`clusters.label_of`), the others of anything. A name is right where one of its words stands in a
caption of the stretch. `train` was used to choose, `dev` only reports.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.clusters import label_of, looked_at
from benchmarks.tables import table
from footage.analysis import naming, showing
from footage.embedders.lite import LiteEmbedder
from footage.index.unit import unit
from footage.settings import Sampling

MOST = 1_200  # photographs of a split
VIDEOS = 300
LEVELS = (3.0, 3.25, 3.5, 3.75, 4.0)
_LITTLE_WORDS = "a an the of in on at with and to from over view scene people person"
SAYS_NOTHING = set(_LITTLE_WORDS.split())
Rows = NDArray[np.int64]


def run(options: argparse.Namespace) -> str:
    concepts = concept_vectors()
    lines = []
    for split, own, looks in photographs(options, 300 if options.quick else MOST):
        captions = [row["captions"] for row in own]
        for level in LEVELS:
            named, right = judged(looks, captions, concepts, level)
            lines.append([split, f"{level:.2f}", f"{named:.2f}", f"{right:.2f}"])
    return table(["split", "deviations", "named", "of them right"], lines)


def concept_vectors() -> NDArray[np.float32]:
    """The unit vectors of all concepts, as lite embeds them, [n, dimension]."""
    embedder = LiteEmbedder(Sampling())
    return unit(np.array([embedder.encode_text(name) for name in naming.concepts()]))


def photographs(
    options: argparse.Namespace, most: int
) -> Iterator[tuple[str, list[dict], NDArray[np.float32]]]:
    """Of `train`, then of `dev`, the first rows of captions and what their pictures look like."""
    rows = [json.loads(line) for line in (options.data / "captions.jsonl").open(encoding="utf-8")]
    for split in ("train", "dev"):
        own = [row for row in rows if row["source"] == "flickr8k" and row["split"] == split][:most]
        yield split, own, unit(looked_at(options.work, options.data, split, own))


def judged(
    looks: NDArray[np.float32],
    captions: Sequence[Sequence[str]],
    concepts: NDArray[np.float32],
    level: float,
) -> tuple[float, float]:
    """The share of stretches that is named at a level, and of these the share named rightly."""
    showing.LEVEL = level
    all_, named, right = 0, 0, 0
    for stretches in videos(captions):
        parts = np.repeat(np.arange(len(stretches)), list(map(len, stretches)))
        shown = looks[np.concatenate(stretches)]
        for name, own in zip(
            showing.shown_concepts(shown, parts, len(stretches), concepts), stretches, strict=True
        ):
            said = " ".join(caption for row in own for caption in captions[row])
            all_ += 1
            named += bool(name)
            right += bool(stems(name) & stems(said))
    return named / all_, right / max(named, 1)


def videos(captions: Sequence[Sequence[str]]) -> Iterator[list[Rows]]:
    dice = np.random.default_rng(1)
    kinds: dict[str, list[int]] = {}
    for at, own in enumerate(captions):
        if kind := label_of(own):
            kinds.setdefault(kind, []).append(at)
    known = sorted(kind for kind, own in kinds.items() if len(own) >= 5)
    for _ in range(VIDEOS):
        chosen = dice.choice(known, int(dice.integers(2, 7)), replace=False)
        pools = [kinds[kind] if dice.random() < 0.6 else range(len(captions)) for kind in chosen]
        yield [dice.choice(list(pool), int(dice.integers(2, 6)), replace=False) for pool in pools]


def stems(text: str) -> set[str]:
    """The beginnings of its words that say something: car of cars, climb of climbing."""
    words = set(re.findall("[a-z]+", text.lower())) - SAYS_NOTHING
    return {re.sub(r"(?<=...)(ing|ers?|ed|e?s)$", "", word)[:6] for word in words}
