"""How long a search takes at 10,000 and 100,000 segments, and where the time goes.

The engine alone, beside exact numpy over the same vectors, on one thread as the engine scans, and
on all; the whole `Library.search`; and milvus-lite 3.x, in an environment of its own. What is
compared takes turns, some queries each, so that other work on the machine meets all alike.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController, threadpool_info

import footage
from benchmarks.measure import cpu_seconds, engines
from benchmarks.tables import table
from footage.embedder import Track, Vector, Vectors, VideoEmbedding
from footage.embedders.local import VISUAL
from footage.index.schema import METRIC
from footage.index.unit import unit
from footage.library import Library
from footage.media.identity import FileStamp

SEGMENTS_A_VIDEO = 100
FRAMES_A_SEGMENT = 6  # one a second
QUERIES = 200
A_TURN = 20  # queries of one kind before the next kind has its turn
PAUSE = 0.1  # seconds before a turn: the threads of numpy's BLAS spin for a while
LIMIT = 10
WORDS = ("dog", "beach", "car", "child", "kitchen", "street", "horse", "snow", "guitar", "boat")
ONE_THREAD, ALL_THREADS = "exact numpy, 1 thread", "exact numpy, all threads"
_LITE3 = Path(__file__).with_name("lite3.py")


class Cost(NamedTuple):
    """What one kind of search cost: seconds of each, and CPU seconds of all, the engine's too."""

    times: list[float]
    cpu: float = 0.0


def run(options: argparse.Namespace) -> str:
    rows = []
    for count in (1_000, 5_000) if options.quick else (10_000, 100_000):
        costs = measured(options.work, count)
        exact = [float(np.median(costs[name].times)) for name in (ONE_THREAD, ALL_THREADS)]
        for name, cost in costs.items():
            p50, p95 = np.percentile(cost.times, (50, 95)) * 1e3
            ratios = [f"{np.median(cost.times) / floor:.1f}" for floor in exact]
            cpu = f"{1e3 * cost.cpu / len(cost.times):.1f}" if cost.cpu else "-"
            rows.append([f"{count:,}", name, f"{p50:.1f}", f"{p95:.1f}", cpu, *ratios])
    head = ["segments", "what", "p50 ms", "p95 ms", "CPU ms", "x numpy 1 thread", "x all threads"]
    return f"numpy on {blas()}\n\n{table(head, rows)}"


def blas() -> str:
    """Which kernels numpy uses, and on how many threads: what it is to be compared with."""
    return ", ".join(
        f"{pool['internal_api']} {pool['version']} ({pool.get('architecture')}), "
        f"{pool['num_threads']} threads"
        for pool in threadpool_info()
        if pool["user_api"] == "blas"
    )


def measured(work: Path, count: int) -> dict[str, Cost]:
    """What every kind of search cost, by its name."""
    with synthetic(work / f"framed-{count}.library", count) as library:
        vectors, queries = of(library)
        costs = ours(library, vectors, queries)
    lite3 = lite3_times(work, vectors, queries)
    for kind in ("FLAT", "HNSW"):
        costs[f"milvus-lite {lite3['version']} {kind}, top 10"] = Cost(lite3[kind])
    return costs


def ours(library: Library, vectors: Vectors, queries: Vectors) -> dict[str, Cost]:
    """Exact numpy, the embedded engine and the whole search, in turns."""
    names = [f"{row:032x}" for row in range(len(vectors))]
    index = library.index
    pools = ThreadpoolController()  # made once: to find the pools takes milliseconds

    def on_one_thread(i: int) -> None:
        with pools.limit(limits=1):
            exact(vectors, names, queries[i])

    kinds = {
        ONE_THREAD: on_one_thread,
        ALL_THREADS: lambda i: exact(vectors, names, queries[i]),
        "milvus-lite 2.5 FLAT, top 10": lambda i: index.search(queries[i], limit=LIMIT),
        "milvus-lite 2.5 FLAT, top 200": lambda i: index.search(queries[i], limit=200),
        "Library.search, text to 10 moments": lambda i: library.search(text(i)),
        "Library.search, grouped by video": lambda i: library.search(text(i), group_by_video=True),
    }
    with index._milvus.session():  # else it is let go while the others have their turns
        return in_turns(kinds)


def exact(vectors: Vectors, names: Sequence[str], query: Vector) -> list[tuple[str, float]]:
    """The best rows by name, with their cosines, best first: all that the engine is asked for."""
    scores = vectors @ query
    best = np.argpartition(scores, -LIMIT)[-LIMIT:]
    best = best[np.argsort(-scores[best])]
    return [(names[row], float(scores[row])) for row in best.tolist()]


def text(i: int) -> str:
    return f"a {WORDS[i % 10]} and a {WORDS[i // 10 % 10]}"


def cpu_now() -> float:
    """CPU seconds so far, of this process and the engine it has started."""
    return time.process_time() + sum(map(cpu_seconds, engines(os.getpid())))


def in_turns(
    kinds: dict[str, Callable[[int], object]], cpu: Callable[[], float] = cpu_now
) -> dict[str, Cost]:
    costs = {name: Cost([]) for name in kinds}
    for call in kinds.values():
        call(0)
    for first in range(0, QUERIES, A_TURN):
        for name, call in kinds.items():
            time.sleep(PAUSE)
            before = cpu()
            for i in range(first, first + A_TURN):
                began = time.perf_counter()
                call(i)
                costs[name].times.append(time.perf_counter() - began)
            costs[name] = costs[name]._replace(cpu=costs[name].cpu + cpu() - before)
    return costs


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
        held = sum(library.catalog.embedded().values()), library.index.count()
        if held == (count, count) and library.index.describe()["metric"] == METRIC:
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
        embedding = VideoEmbedding(
            600.0, {VISUAL: track}, frames=_frames(track, rng), shots=tuple(starts[1:].tolist())
        )
        add(library, f"{number:032x}", embedding)
    library.reindex()
    return library


def _frames(track: Track, rng: np.random.Generator) -> Track:
    """A frame a second, each about as near to its segment as in a film (a cosine of 0.9)."""
    whole = np.repeat(track.vectors, FRAMES_A_SEGMENT, axis=0)
    noise = rng.standard_normal(whole.shape, np.float32) / np.sqrt(whole.shape[1])
    times = np.arange(len(whole), dtype=np.float64)
    return Track(np.column_stack([times, times + 1]), unit(whole + noise / 2))


def add(
    library: Library, video_id: str, embedding: VideoEmbedding, recorded: datetime | None = None
) -> None:
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
            *(recorded or now, now),
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
