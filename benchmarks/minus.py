"""One thing without another: how often the picture without comes before the picture with both.

Pairs of pictures by the words of their captions, frozen in ``queries/minus.<split>.jsonl``. Scored
are the pictures themselves, by the vector that a query becomes in `footage.search.mixing`; all
pictures of the pairs of a split are searched. And of the ten best, how many show the one thing, by
most of their captions, and how many the other, by any.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality import batches
from benchmarks.spokenboard import SEEN, SPLITS, Minus, captions_of, named, read, surely
from benchmarks.tables import table
from footage.embedder import Route
from footage.embedders.lite import LiteEmbedder
from footage.index.segments import Hit
from footage.search.mixing import mixed
from footage.search.moments import FLOOR_RANK
from footage.settings import Sampling

WEIGHTS = (0.25, 0.5, 0.75, 1.0, 1.5)  # of what is not wanted; what is has 1
BEST = 10
Vectors = NDArray[np.float32]


def run(options: argparse.Namespace) -> str:
    rows = []
    for split in SPLITS:
        pairs = [Minus(**row) for row in read("minus", split)]
        rows += _figures(split, pairs[:60] if options.quick else pairs, options)
    shares = ("without comes first, %", "the best show A, %", "B, %")
    return table(["pictures of", "query", "pairs", *shares], rows)


def _figures(split: str, pairs: Sequence[Minus], options: argparse.Namespace) -> list[list[object]]:
    embedder, captions = LiteEmbedder(Sampling()), captions_of(options.data)
    names = sorted({name for pair in pairs for name in (pair.without, pair.both)})
    pictures = np.concatenate(
        list(
            map(
                embedder.embed_images,
                batches(options.data, [{"image": n} for n in names], embedder),
            )
        )
    )
    place = {name: at for at, name in enumerate(names)}
    subjects = sorted({(pair.one, pair.other) for pair in pairs})
    texts = {thing: embedder.encode_text(thing) for both in subjects for thing in both}
    rows = []
    for weight in (0.0, *WEIGHTS):
        right, best = [], []
        for one, other in subjects:
            scores = pictures @ _query(texts[one], texts[other], weight, pictures)
            right += [
                scores[place[pair.without]] > scores[place[pair.both]]
                for pair in pairs
                if (pair.one, pair.other) == (one, other)
            ]
            shown = [captions[names[at]] for at in np.argsort(-scores)[:BEST]]
            wanted = np.mean([surely(each, one) for each in shown])
            best.append((wanted, np.mean([named(each, SEEN[other]) > 0 for each in shown])))
        name = f"A - {weight:g}:B" if weight else "A"
        shares = (np.mean(right), *np.mean(best, axis=0))
        rows.append([split, name, len(pairs), *(f"{100 * share:.0f}" for share in shares)])
    return rows


def _query(one: Vectors, other: Vectors, weight: float, pictures: Vectors) -> Vectors:
    def search(vector: Vectors) -> list[Hit]:
        scores = np.sort(pictures @ vector)[::-1][:FLOOR_RANK]
        return [Hit("", "", 0, 0, float(score), Route("visual", "clip")) for score in scores]

    return mixed([(one, 1.0), (other, -weight)] if weight else [(one, 1.0)], search)
