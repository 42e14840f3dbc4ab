"""How long a search takes at 10,000 and 100,000 segments.

The engine alone, beside exact numpy over the same vectors; the whole `Library.search`; and
milvus-lite 3.x, in an environment of its own, in the same run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

import footage
from benchmarks.tables import table
from footage.embedder import Track, VideoEmbedding
from footage.embedders.local import VISUAL
from footage.library import Library
from footage.media.identity import FileStamp

SEGMENTS_A_VIDEO = 100
QUERIES = 200
LIMIT = 10
WORDS = ("dog", "beach", "car", "child", "kitchen", "street", "horse", "snow", "guitar", "boat")
_LITE3 = Path(__file__).with_name("lite3.py")


def run(options: argparse.Namespace) -> str:
    rows = []
    for count in (1_000, 5_000) if options.quick else (10_000, 100_000):
        for name, times, exact in measured(options.work, count):
            p50, p95 = np.percentile(times, (50, 95)) * 1e3
            ratio = np.median(times) / np.median(exact)
            rows.append([f"{count:,}", name, f"{p50:.1f}", f"{p95:.1f}", f"{ratio:.1f}"])
    return table(["segments", "what", "p50 ms", "p95 ms", "x exact numpy"], rows)


def measured(work: Path, count: int) -> Iterator[tuple[str, list[float], list[float]]]:
    """What was timed, its seconds, and those of exact numpy."""
    with synthetic(work / f"search-{count}.library", count) as library:
        vectors, queries = of(library)
        exact = timed(lambda i: np.argpartition(vectors @ queries[i], -LIMIT)[-LIMIT:])
        engine = timed(lambda i: library.index.search(queries[i], limit=LIMIT))
        whole = timed(lambda i: library.search(f"a {WORDS[i % 10]} and a {WORDS[i // 10 % 10]}"))
        by_video = timed(lambda i: library.search(f"a {WORDS[i % 10]}", group_by_video=True))
    yield "exact numpy, one query at a time", exact, exact
    yield "milvus-lite 2.5 FLAT, top 10", engine, exact
    yield "Library.search, text to 10 moments", whole, exact
    yield "Library.search, grouped by video", by_video, exact
    lite3 = lite3_times(work, vectors, queries)
    for kind in ("FLAT", "HNSW"):
        yield f"milvus-lite {lite3['version']} {kind}, top 10", lite3[kind], exact


def timed(call: Callable[[int], object]) -> list[float]:
    call(0)
    times = []
    for i in range(QUERIES):
        began = time.perf_counter()
        call(i)
        times.append(time.perf_counter() - began)
    return times


def synthetic(folder: Path, count: int) -> Library:
    """A library of made-up vectors, all else as in a real one: archive, catalog, index."""
    if folder.exists():
        library = footage.open(folder)
        if sum(library.catalog.embedded().values()) == count == library.index.count():
            return library
        library.close()
        shutil.rmtree(folder)
    library = footage.open(folder)
    rng = np.random.default_rng(1)
    starts = np.arange(SEGMENTS_A_VIDEO) * 6.0
    for number in range(count // SEGMENTS_A_VIDEO):
        vectors = rng.standard_normal((SEGMENTS_A_VIDEO, library.embedder.fingerprint.dimension))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        track = Track(np.column_stack([starts, starts + 6]), vectors.astype(np.float32))
        add(library, f"{number:032x}", VideoEmbedding(600.0, {VISUAL: track}))
    library.reindex()
    return library


def add(library: Library, video_id: str, embedding: VideoEmbedding) -> None:
    now = datetime.now(timezone.utc)
    library.archive.write(video_id, library.embedder.fingerprint, embedding)
    library.catalog.put(
        footage.Video(
            *(
                video_id,
                f"video {video_id[-4:]}",
                embedding.duration,
                1280,
                720,
                30.0,
                "h264",
                True,
            ),
            *(now, now),
        )
    )
    library.catalog.locate(Path(f"/videos/{video_id}.mp4"), FileStamp(1, 1, 1), video_id)
    library.catalog.record_embedding(video_id, embedding.segments, {})


def of(library: Library) -> tuple[np.ndarray, np.ndarray]:
    vectors = np.concatenate(
        [
            library.embedding(video_id).tracks[VISUAL].vectors
            for video_id in library.catalog.embedded()
        ]
    )
    rng = np.random.default_rng(2)
    queries = rng.standard_normal((QUERIES, vectors.shape[1])).astype(np.float32)
    return vectors, queries / np.linalg.norm(queries, axis=1, keepdims=True)


def lite3_times(work: Path, vectors: np.ndarray, queries: np.ndarray) -> dict:
    """The same vectors and queries through milvus-lite 3.x, which cannot live beside 2.5."""
    home = work / "lite3"
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "-q", "pymilvus>=3.0.2", "milvus-lite>=3.2", "numpy"],
            check=True,
        )
    np.savez(work / "lite3.npz", vectors=vectors, queries=queries)
    done = subprocess.run(
        [python, _LITE3, work / "lite3.npz", str(LIMIT)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit("run it as: python -m benchmarks search")
