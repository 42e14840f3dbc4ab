"""Whether a picture and a sentence that are asked by together have an equal say in what is found.

Queries are a picture of the captions' `dev` split and a caption of another; the other 999 pictures
are searched. A say is which share of the ten best of that part alone are among the ten best of
both, and how much the whole order is that of the part (Spearman's rho). In a plain sum of the two
vectors, and as `search/mixing.py` mixes them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality import batches
from benchmarks.tables import table
from footage.embedder import Route
from footage.embedders.lite import LiteEmbedder
from footage.index.segments import Hit
from footage.search.groups import FLOOR_RANK
from footage.search.mixing import mixed
from footage.settings import Sampling

PAIRS = 500
BEST = 10
WEIGHTS = (0.1, 0.3, 0.5, 0.7, 0.9)  # of the text; the picture has the rest
Vector = NDArray[np.float32]
Mix = Callable[[Vector, Vector, float, Vector], Vector]


def run(options: argparse.Namespace) -> str:
    rows = [json.loads(line) for line in (options.data / "captions.jsonl").open(encoding="utf-8")]
    rows = [row for row in rows if row["split"] == "dev"]
    if options.quick:
        rows = rows[:100]
    embedder = LiteEmbedder(Sampling())
    images = np.concatenate(
        [embedder.embed_images(batch) for batch in batches(options.data, rows, embedder)]
    )
    chance = np.random.default_rng(0)
    pairs = [chance.choice(len(rows), 2, replace=False) for _ in range(PAIRS)]
    texts = {at: embedder.encode_text(rows[at]["captions"][0]) for _, at in pairs}
    lines = [
        [name, f"{weight:g}", *says(images, texts, pairs, mix, weight)]
        for name, mix in (("plain sum", _plain), ("mixed", _mixed))
        for weight in WEIGHTS
    ]
    header = ["", "weight of the text", "picture's best", "text's best", "picture's order",
              "text's order", "place of the text's own picture"]  # fmt: skip
    return f"{_spread(images, texts)}\n\n{table(header, lines)}"


def says(
    images: Vector,
    texts: dict[int, Vector],
    pairs: list[NDArray[np.int64]],
    mix: Mix,
    weight: float,
) -> list[str]:
    found = []
    for picture, text in pairs:
        searched = np.delete(images, picture, axis=0)
        answer = text - (text > picture)
        query = mix(images[picture], texts[text], weight, searched)
        scores, alone = searched @ query, (searched @ images[picture], searched @ texts[text])
        best = [_best(scores) & _best(one) for one in alone]
        orders = [np.corrcoef(_ranks(scores), _ranks(one))[0, 1] for one in alone]
        place = 1 + int((scores > scores[answer]).sum())
        found.append([len(best[0]) / BEST, len(best[1]) / BEST, *orders, place])
    figures = np.array(found)
    means = [f"{100 * share:.0f} %" for share in figures[:, :2].mean(axis=0)]
    rhos = [f"{rho:.2f}" for rho in figures[:, 2:4].mean(axis=0)]
    return [*means, *rhos, f"{np.median(figures[:, 4]):.0f}"]


def _spread(images: Vector, texts: dict[int, Vector]) -> str:
    sentences = np.stack(list(texts.values()))
    own = images @ images.T
    pictures = own[~np.eye(len(own), dtype=bool)].reshape(len(own), -1).std(axis=1).mean()
    words = (sentences @ images.T).std(axis=1).mean()
    lengths = (np.linalg.norm(vectors.mean(axis=0)) for vectors in (images, sentences))
    return (
        f"Standard deviation of the cosines with all pictures: {pictures:.3f} of a picture, "
        f"{words:.3f} of a caption, {pictures / words:.2f} to 1. Lengths of the mean picture and "
        f"the mean caption: {', '.join(f'{length:.2f}' for length in lengths)}."
    )


def _plain(picture: Vector, text: Vector, weight: float, _searched: Vector) -> Vector:
    return (1 - weight) * picture + weight * text


def _mixed(picture: Vector, text: Vector, weight: float, searched: Vector) -> Vector:
    def search(query: Vector) -> list[Hit]:
        scores = np.sort(searched @ query)[::-1][:FLOOR_RANK]
        return [Hit("", "", 0, 0, float(score), Route("visual", "clip")) for score in scores]

    return mixed([(picture, 1 - weight), (text, weight)], search)


def _best(scores: Vector) -> set[int]:
    return set(np.argsort(-scores)[:BEST].tolist())


def _ranks(scores: Vector) -> NDArray[np.float64]:
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores)] = np.arange(len(scores))
    return ranks
