"""A batch at Twelve Labs: footage beside the loop of the tutorials, and through 1,000 faults.

Against the stand-in of the service (`marengo_double/`) on this machine: a request that creates
takes 0.2 s and a task is ready 6 s after that. The loop does what the tutorials do, with today's
SDK: create a task, look every two seconds until it is ready, insert its segments, then the next.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from twelvelabs import AsyncVideoInputRequest, MediaSource, TwelveLabs

import footage
from benchmarks.films import write_film
from benchmarks.tables import table
from footage.embedders.marengo.embedder import MarengoEmbedder
from footage.embedders.marengo.patience import Patience
from footage.embedders.marengo.requests import QueryParts
from footage.embedders.marengo.service import Service
from footage.errors import FootageError
from footage.ingest.report import Kind
from footage.settings import Sampling
from marengo_double import Double
from marengo_double.service import Latency

KEY = "tlk_benchmark"
LATENCY = Latency(create=0.2, ready=6.0)
LOOK_EVERY = 2.0  # seconds: `wait_for_done(sleep_interval=2)`
SIZE = (360, 360)
FAULT_KINDS: list[dict[str, Any]] = [
    {"status": 429, "retry_after": "0.05"},
    {"status": 429, "retry_after": "soon"},
    {"status": 500},
    {"status": 502, "html": True},
    {"drop": "before"},
    {"drop": "reset"},
    {"drop": "body"},
    {"malformed": True},
]
CREATE, READ = "POST /embed-v2/tasks", "GET /embed-v2/tasks/*"
FAULTS: list[dict[str, Any]] = [
    *(
        {"on": "* *", "probability": 0.08, "seed": seed, **kind}
        for seed, kind in enumerate(FAULT_KINDS)
    ),
    {"on": CREATE, "probability": 0.2, "seed": 90, "status": 504, "after": True},
    {"on": READ, "probability": 0.1, "seed": 91, "without": ["data"]},
    {"on": READ, "probability": 0.1, "seed": 92, "nan": True},
]


def run(options: argparse.Namespace) -> str:
    videos, faults = (6, 100) if options.quick else (24, 1_000)
    folder = films(options.work / "marengo-films", max(videos, faults // 10))
    some = sorted(folder.iterdir())[:videos]
    return "\n\n".join([batch(some, options.work), trouble(folder, options.work, faults)])


def films(folder: Path, count: int) -> Path:
    """Short films, no two alike."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / f"{number:03}.mp4"
        if not path.exists():
            colour = np.random.default_rng(number).integers(0, 256, 3, dtype=np.uint8)
            picture = np.broadcast_to(colour, (SIZE[1], SIZE[0], 3))
            write_film(path, (picture for _ in range(50 + number)), fps=10, crf=23)
    return folder


def batch(paths: list[Path], work: Path) -> str:
    """The same videos by the loop and by footage, and by footage again."""
    with Double(key=KEY, latency=LATENCY) as double:
        warm(double)
        began = time.perf_counter()
        loop(double, paths, work / "marengo-loop.db")
        looped, loop_calls = time.perf_counter() - began, len(double.calls)
    with Double(key=KEY, latency=LATENCY) as double, opened(double, work) as library:
        warm(double)
        began = time.perf_counter()
        assert not library.add(*paths).failed
        ours, calls = time.perf_counter() - began, len(double.calls)
        last = max(task.ready_at for task in double.tasks)
        library.search("a red wall")
        searchable = time.time() - last
        double.calls.clear()
        began = time.perf_counter()
        library.add(*paths)
        again, calls_again = time.perf_counter() - began, len(double.calls)
    head = ["", "s", "ratio", "calls", "calls a video"]
    rows = [
        [f"the loop, {len(paths)} videos", looped, "1.0", loop_calls, loop_calls / len(paths)],
        ["footage", ours, f"{looped / ours:.1f}x faster", calls, calls / len(paths)],
        ["footage, the same again", again, "", calls_again, calls_again / len(paths)],
    ]
    kinds = f"The last task was ready {searchable:.1f} s before the last video was searched."
    return table(head, rows) + "\n\n" + kinds


def warm(double: Double) -> None:
    """Have the double load its models, which is no part of either's time."""
    with Service(KEY, double.url) as service:
        service.embed_query(QueryParts("a red wall"))
    double.calls.clear()


def loop(double: Double, paths: list[Path], database: Path) -> None:
    """One video after the other, as the tutorials do it."""
    from pymilvus import MilvusClient  # noqa: PLC0415

    database.unlink(missing_ok=True)
    milvus = MilvusClient(str(database))
    milvus.create_collection("videos", dimension=512, auto_id=True)
    client = TwelveLabs(api_key=KEY, base_url=double.url)
    for path in paths:
        content = base64.b64encode(path.read_bytes()).decode("ascii")
        video = AsyncVideoInputRequest(media_source=MediaSource(base_64_string=content))
        task = client.embed.v_2.tasks.create(
            input_type="video", model_name="marengo3.0", video=video
        )
        while (found := client.embed.v_2.tasks.retrieve(task.id)).status == "processing":
            time.sleep(LOOK_EVERY)
        rows = [
            {"vector": each.embedding, "start": each.start_sec, "end": each.end_sec}
            for each in found.data or []
        ]
        milvus.insert("videos", rows)
    milvus.close()


def opened(double: Double, work: Path, patience: Patience | None = None) -> footage.Library:
    """A new library that is embedded by the double."""
    folder = work / "marengo.library"
    shutil.rmtree(folder, ignore_errors=True)
    service = Service(KEY, double.url, patience=patience)
    embedder = MarengoEmbedder("marengo:3.0", Sampling(), service=service)
    return footage.open(folder, embedder=embedder)


def trouble(folder: Path, work: Path, faults: int) -> str:
    """Batches through a script of faults, until so many have happened."""
    happened = runs = stopped = videos = lost = twice = paid_twice = 0
    while happened < faults:
        with (
            Double(key=KEY, script=FAULTS) as double,
            opened(double, work, Patience(first=0.02, longest=0.2)) as library,
        ):
            paths = sorted(folder.iterdir())
            done: list[Any] = []
            while len(done) < len(paths):
                runs += 1
                try:
                    done = library.add(*paths).of(Kind.ADDED, Kind.UNCHANGED)
                except FootageError:
                    stopped += 1
            held = library.index.ids()
            rows = Counter(library.catalog.embedded())
            videos += len(paths)
            lost += sum(len(held.get(video, ())) < count for video, count in rows.items())
            lost += len(paths) - len(rows)
            twice += library.index.count() - sum(rows.values())
            paid_twice += sum(paid.tasks > 1 for paid in double.paid.values())
            happened += sum(call.rule is not None for call in double.calls)
    head = ["faults", "videos", "runs", "of them stopped", "lost", "there twice", "paid twice"]
    return table(head, [[happened, videos, runs, stopped, lost, twice, paid_twice]])
