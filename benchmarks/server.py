"""The same library on the embedded engine and on a Milvus 2.3.5 server: search, recall, move.

The engines alone, top 10, beside exact numpy over the same vectors in the same run. The server
runs on this machine (see tests/milvus_server.py); its calls go through two relays in Python, which
cost about as much as a network does.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

import footage
from benchmarks.search import LIMIT, SEGMENTS_A_VIDEO, add, of, timed
from benchmarks.tables import table
from footage.embedder import Track, Vectors, VideoEmbedding
from footage.embedders.local import VISUAL
from footage.library import Library
from footage.settings import IndexSettings
from footage.tune import exact_scores, perturbed, recall_of

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from milvus_server import MilvusServer

FLAT = IndexSettings(index_type="FLAT")
GRAPHS = tuple(IndexSettings(ef=ef) for ef in (32, 64, 128, 256))


def run(options: argparse.Namespace) -> str:
    count = 5_000 if options.quick else 100_000
    data, folder = options.work / "milvus", options.work / "server.library"
    for path in (data, folder):
        shutil.rmtree(path, ignore_errors=True)
    with clustered(folder, count) as library, MilvusServer(data) as server:
        vectors = of(library)[0]
        queries = np.concatenate([perturbed(vectors, seed=seed) for seed in (0, 1)])
        truth = exact_scores(vectors, queries)
        exact = timed(lambda i: np.argpartition(vectors @ queries[i], -LIMIT)[-LIMIT:])
        rows = [_row("exact numpy, one query at a time", exact, exact, 1.0)]
        rows.append(_measured("embedded FLAT", library, queries, truth, exact))
        there = library.move(server.uri, milvus_token=server.token)
        for settings in (FLAT, *GRAPHS):
            _use(library, settings)
            rows.append(_measured(f"server {_name(settings)}", library, queries, truth, exact))
        back = library.move(None)
    for path in (data, folder):
        shutil.rmtree(path, ignore_errors=True)
    head = ["what", "p50 ms", "p95 ms", "recall@10", "x exact numpy"]
    return (
        f"{count:,} segments of {vectors.shape[1]} floats\n\n{table(head, rows)}\n\n"
        f"move to the server: {there.rate:,.0f} segments a second; "
        f"back to the embedded engine: {back.rate:,.0f}"
    )


def clustered(
    folder: Path, count: int, *, recorded: Callable[[int], datetime | None] = lambda _number: None
) -> Library:
    """A library whose vectors lie as those of videos do: topics, videos, segments of a video."""
    library = footage.open(folder)
    chance = np.random.default_rng(1)
    dimension = library.embedder.fingerprint.dimension
    topics = _unit(chance.standard_normal((200, dimension)))
    starts = np.arange(SEGMENTS_A_VIDEO) * 6.0
    spans = np.column_stack([starts, starts + 6])
    for number in range(count // SEGMENTS_A_VIDEO):
        about = topics[chance.integers(len(topics))]
        video = _unit(about + 0.7 * _unit(chance.standard_normal(dimension)))
        noise = _unit(chance.standard_normal((SEGMENTS_A_VIDEO, dimension)))
        track = Track(spans, _unit(video + 0.5 * noise).astype(np.float32))
        add(library, f"{number:032x}", VideoEmbedding(600.0, {VISUAL: track}), recorded(number))
    library.reindex()
    return library


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _use(library: Library, settings: IndexSettings) -> None:
    library._save_settings(index=settings)
    library._close_index()
    library.index.settle()


def _name(settings: IndexSettings) -> str:
    if settings.index_type == "FLAT":
        return "FLAT"
    return f"HNSW M={settings.m} efConstruction={settings.ef_construction} ef={settings.ef}"


def _measured(
    name: str, library: Library, queries: Vectors, truth: Vectors, exact: Sequence[float]
) -> list[object]:
    for query in queries[:20]:
        library.index.search(query, limit=LIMIT)
    times = timed(lambda i: library.index.search(queries[i], limit=LIMIT))
    scores = [[hit.score for hit in library.index.search(query, limit=LIMIT)] for query in queries]
    return _row(name, times, exact, recall_of(scores, truth))


def _row(name: str, times: Sequence[float], exact: Sequence[float], recall: float) -> list[object]:
    p50, p95 = np.percentile(times, (50, 95)) * 1e3
    return [
        *(name, f"{p50:.1f}", f"{p95:.1f}", f"{recall:.3f}"),
        f"{np.median(times) / np.median(exact):.1f}",
    ]
