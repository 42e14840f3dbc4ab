"""Clusters beside plain k-means, on photographs labelled by what their captions speak of.

A photograph has a label where half of its captions and no two others name one kind alone; clusters
are made of all photographs of the split, labelled or not, and judged on those with a label. `train`
was used to choose, `dev` only reports. Also: whether the clusters stay what they are when a tenth
is added, and how true the map is.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from benchmarks.quality import batches
from benchmarks.tables import table
from footage.analysis import grouping, layout
from footage.analysis.material import Material
from footage.embedder import Vectors
from footage.embedders.lite import LiteEmbedder
from footage.settings import Sampling

MOST_TRAIN = 3_000
KINDS = {
    "dog": "dog dogs puppy greyhound terrier retriever poodle",
    "snow": "ski skier skiing skis snowboard snowboarder snowboarding sled snow snowy",
    "cycling": "bicycle bike bicyclist cyclist biker bmx bikes",
    "motor": "motorcycle motorbike motocross motorcyclist atv",
    "ball": "football soccer rugby",
    "court": "basketball tennis volleyball racquet racket",
    "baseball": "baseball batter softball",
    "skateboard": "skateboard skateboarder skateboarding skate rollerblade",
    "surf": "surf surfer surfing surfboard wakeboard wave waves",
    "pool": "pool swimming swim swimmer diving",
    "climb": "climb climbing climber cliff",
    "horse": "horse horses rodeo cowboy",
    "boat": "boat kayak kayaker canoe raft rafting",
    "car": "car race racing truck",
    "swing": "swing slide playground trampoline swings",
    "stage": "guitar microphone singing band concert stage musicians",
    "crowd": "crowd parade festival",
    "food": "food eating table restaurant meal",
}
Labels = NDArray[np.int64]


def run(options: argparse.Namespace) -> str:
    rows = [json.loads(line) for line in (options.data / "captions.jsonl").open(encoding="utf-8")]
    parts = []
    for split in ("train", "dev"):
        own = [row for row in rows if row["source"] == "flickr8k" and row["split"] == split]
        own = own[: 200 if options.quick else MOST_TRAIN]
        vectors = looked_at(options.work, options.data, split, own)
        names = [label_of(row["captions"]) for row in own]
        parts.append(f"{split}: {judged(vectors, names)}")
    return "\n\n".join(parts)


def label_of(captions: Sequence[str]) -> str | None:
    votes: Counter[str] = Counter()
    for caption in captions:
        words = set(re.findall("[a-z]+", caption.lower()))
        votes.update(kind for kind, named in KINDS.items() if words & set(named.split()))
    if not votes:
        return None
    (kind, count), *others = votes.most_common(2)
    clear = count >= max(2, len(captions) / 2) and not any(number > 1 for _, number in others)
    return kind if clear else None


def looked_at(work: Path, data: Path, split: str, rows: list[dict]) -> Vectors:
    """The vectors of the photographs, kept in the work folder."""
    embedder = LiteEmbedder(Sampling())
    path = work / f"clusters-{split}-{len(rows)}-{embedder.fingerprint.id}.npy"
    if not path.exists():
        np.save(path, np.concatenate([*map(embedder.embed_images, batches(data, rows, embedder))]))
    return np.asarray(np.load(path), dtype=np.float32)


def judged(vectors: Vectors, names: Sequence[str | None]) -> str:
    kinds = sorted({name for name in names if name})
    known = [at for at, name in enumerate(names) if name]
    truth = np.array([kinds.index(names[at] or "") for at in known])
    ours = clustered(vectors)
    count = int(ours.max()) + 1
    ways: dict[str, Callable[[Vectors], Labels]] = {
        "**footage, automatic**": clustered,
        f"footage, {len(kinds)} asked for": lambda rows: clustered(rows, len(kinds)),
        f"k-means, {count}": lambda rows: k_means(rows, count),
        f"k-means, {len(kinds)}": lambda rows: k_means(rows, len(kinds)),
        "HDBSCAN (leaves out most)": lambda rows: HDBSCAN(
            min_cluster_size=10, copy=True
        ).fit_predict(reduced(rows)),
    }
    lines = []
    for name, way in ways.items():
        found = way(vectors)
        own = found[known]
        scores = [
            adjusted_rand_score(truth, own),
            normalized_mutual_info_score(truth, own),
            purity(truth, own),
            stability(vectors, way),
        ]
        lines.append([name, str(len(set(found.tolist()) - {-1})), *(f"{s:.3f}" for s in scores)])
    head = [
        "clusters by",
        "how many",
        "adjusted Rand",
        "NMI",
        "purity",
        "the same with a tenth more",
    ]
    about = f"{len(names):,} photographs, {len(known):,} with one of {len(kinds)} labels"
    return f"{about}\n\n{table(head, lines)}\n\n{map_figures(vectors)}"


def material(vectors: Vectors) -> Material:
    count = len(vectors)
    owners, spans = np.arange(count, dtype=np.int32), np.zeros((count, 2))
    return Material((), owners, spans, vectors.astype(np.float16))


def reduced(vectors: Vectors) -> Vectors:
    rows = material(vectors)
    return grouping.reduced(rows, grouping.reduction(rows))


def clustered(vectors: Vectors, count: int | None = None) -> Labels:
    return grouping.grouped(reduced(vectors), count)


def k_means(vectors: Vectors, count: int) -> Labels:
    return KMeans(count, n_init=4, random_state=0).fit_predict(vectors).astype(np.int64)


def purity(truth: Labels, found: Labels) -> float:
    counts = [np.bincount(truth[found == group]).max() for group in set(found.tolist())]
    return float(sum(counts)) / len(truth)


def stability(vectors: Vectors, way: Callable[[Vectors], Labels]) -> float:
    """Rand index of nine tenths clustered alone and as part of the whole; the mean of three."""
    scores = []
    for seed in range(3):
        kept = np.sort(np.random.default_rng(seed).permutation(len(vectors))[len(vectors) // 10 :])
        scores.append(adjusted_rand_score(way(vectors[kept]), way(vectors)[kept]))
    return float(np.mean(scores))


def map_figures(vectors: Vectors) -> str:
    rows = reduced(vectors)
    flat = np.asarray(rows[:, :2], dtype=np.float32)
    drawn, how = layout.laid_out(rows)
    true = [
        f"{trustworthiness(rows, places, n_neighbors=12, metric='cosine'):.3f}"
        for places in (drawn, flat)
    ]
    return f"Trustworthiness of the map (12 neighbours): {how} {true[0]}, two components {true[1]}"
