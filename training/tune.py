"""The comparison behind the recipe's constants, on images held out of `train`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.conse import unit
from training.evaluate import recall
from training.head import Head, Recipe, train
from training.pipeline import Corpus

QUICK = Recipe(seeds=2)
VARIANTS = {
    "two seeds": QUICK,
    "conse_weight 0": replace(QUICK, conse_weight=0.0),
    "conse_weight 0.15": replace(QUICK, conse_weight=0.15),
    "conse_weight 0.6": replace(QUICK, conse_weight=0.6),
    "dropout 0.4": replace(QUICK, dropout=0.4),
    "dropout 0.75": replace(QUICK, dropout=0.75),
    "as shipped": Recipe(),
}


def compare(corpus: Corpus) -> dict[str, dict[str, dict[str, float]]]:
    """Held-out recall by variant and source, printed as it comes."""
    results = {}
    for name, recipe in VARIANTS.items():
        head = train(corpus.examples(corpus.splits["fit"]), recipe)
        results[name] = held_out_recall(corpus, head)
        print(name, results[name], flush=True)
    return results


def held_out_recall(corpus: Corpus, head: Head) -> dict[str, dict[str, float]]:
    """Recall by source: every caption of Flickr8k, the mean of an image's captions of Visual7W.

    One question-answer pair hardly names its image ("When was this taken? Daytime.").
    """
    held = corpus.splits["held"]
    images = unit(head.images(corpus.features[held], corpus.conse[held]))
    sources = np.array([corpus.rows[i].source for i in held])
    results = {}
    for source, pooled in (("flickr8k", False), ("v7w", True)):
        own = sources == source
        sentences, answers = _queries(corpus, held[own], pooled=pooled)
        results[source] = recall(unit(sentences @ head.adapter), images[own], answers)
    return results


def _queries(corpus: Corpus, rows: np.ndarray, *, pooled: bool) -> tuple[np.ndarray, np.ndarray]:
    groups = [corpus.sentences[corpus.captions[row, : corpus.counts[row]]] for row in rows]
    if pooled:
        return np.stack([group.mean(axis=0) for group in groups]), np.arange(len(rows))
    return np.concatenate(groups), np.repeat(np.arange(len(rows)), corpus.counts[rows])
