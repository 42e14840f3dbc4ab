"""What searching one month of sixteen costs: by its videos, by its partition, undivided.

The index alone, top 10: on the embedded engine, where a partition is a field of a row, and on a
Milvus 2.3.5 server (tests/milvus_server.py), in a collection that is divided and one that is not,
side by side. What is compared takes turns. CPU is that of the engine (with this process) or of the
server: on a busy machine it says more than the time does.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timezone
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from pydantic import SecretStr

from benchmarks.measure import ENGINE, cpu_seconds
from benchmarks.search import LIMIT, QUERIES, Cost, cpu_now, in_turns
from benchmarks.server import FLAT, clustered
from benchmarks.tables import table
from footage.embedder import Vectors
from footage.index.segments import SegmentIndex
from footage.library import Library
from footage.partitions import Placement
from footage.query import Filters
from footage.settings import IndexSettings

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from milvus_server import MilvusServer

MONTHS = 16
BATCH_VIDEOS = 50
RULE = ("month",)


def run(options: argparse.Namespace) -> str:
    count = 5_000 if options.quick else 100_000
    data, folder = options.work / "milvus", options.work / "partitions.library"
    for path in (data, folder):
        shutil.rmtree(path, ignore_errors=True)
    with clustered(folder, count, recorded=month) as library, MilvusServer(data) as server:
        rows = [*embedded(library), *on_server(library, server)]
    for path in (data, folder):
        shutil.rmtree(path, ignore_errors=True)
    head = ["where", "what", "p50 ms", "p95 ms", "CPU ms"]
    return f"{count:,} segments, {MONTHS} months\n\n{table(head, rows)}"


def month(number: int) -> datetime:
    """When the video of this number was recorded: one month after the other."""
    number %= MONTHS
    return datetime(2023 + number // 12, number % 12 + 1, 15, tzinfo=timezone.utc)


class Months:
    """The months of a library: the videos of each, and the name of its partition."""

    def __init__(self, library: Library) -> None:
        self.names = [f"{month(number):%Y-%m}" for number in range(MONTHS)]
        self.videos = [
            library.catalog.select(
                Filters(recorded_from=month(number), recorded_before=month(number + 1))
                if number + 1 < MONTHS
                else Filters(recorded_from=month(number))
            )
            or []
            for number in range(MONTHS)
        ]


def embedded(library: Library) -> list[list[object]]:
    """The embedded engine before and after it is divided by month."""
    months, index, queries = Months(library), library.index, of(library)
    library.partition_by(*RULE)
    kinds = {
        "no filter": partial(by_nothing, index, months, queries),
        "a month by its videos": partial(by_videos, index, months, queries),
        "a month by its partition": partial(by_partition, index, months, queries),
        "half a month: its partition and videos": partial(by_both, index, months, queries),
    }
    with index._milvus.session():
        return rows_of("embedded FLAT", in_turns(kinds, cpu_now))


def on_server(library: Library, server: MilvusServer) -> Iterator[list[object]]:
    """Two collections of the same rows on a server, indexed exactly and by a graph."""
    months, queries, token = Months(library), of(library), SecretStr(server.token)
    for settings in (FLAT, IndexSettings()):
        library._save_settings(index=settings)
        whole = library._index_at(server.uri, token, rule=())
        divided = library._index_at(server.uri, token, rule=RULE)
        took = [prepared(library, whole, ()), prepared(library, divided, RULE)]
        kinds = {
            "no filter, not divided": partial(by_nothing, whole, months, queries),
            "no filter, divided": partial(by_nothing, divided, months, queries),
            "a month by its videos, not divided": partial(by_videos, whole, months, queries),
            "a month by its videos, divided": partial(by_videos, divided, months, queries),
            "a month by its partition": partial(by_partition, divided, months, queries),
            "half a month: its partition and videos": partial(by_both, divided, months, queries),
        }
        name = f"server {settings.index_type}"
        yield from rows_of(name, in_turns(kinds, partial(server_cpu, server)))
        for what, seconds in zip(("not divided", "divided"), took, strict=True):
            yield [name, f"to load, {what}", f"{1e3 * seconds:,.0f}", "", ""]
        for index in (whole, divided):
            index.close()


def prepared(library: Library, index: SegmentIndex, rule: tuple) -> float:
    """Fill and index a collection; returns the seconds it takes to load."""
    if not index.count():
        fill(library, index, rule)
    index.settle()
    with index._milvus.session() as client:
        (name,) = index._existing(client).values()
        client.flush(name)
        client.release_collection(name)
        began = time.perf_counter()
        client.load_collection(name)
        return time.perf_counter() - began


def by_nothing(index: SegmentIndex, _months: Months, queries: Vectors, i: int) -> object:
    return index.search(queries[i], limit=LIMIT)


def by_videos(index: SegmentIndex, months: Months, queries: Vectors, i: int) -> object:
    return index.search(queries[i], limit=LIMIT, video_ids=months.videos[i % MONTHS])


def by_partition(index: SegmentIndex, months: Months, queries: Vectors, i: int) -> object:
    return index.search(queries[i], limit=LIMIT, partitions=[months.names[i % MONTHS]])


def by_both(index: SegmentIndex, months: Months, queries: Vectors, i: int) -> object:
    videos = months.videos[i % MONTHS]
    return index.search(
        queries[i],
        limit=LIMIT,
        video_ids=videos[: len(videos) // 2],
        partitions=[months.names[i % MONTHS]],
    )


def fill(library: Library, index: SegmentIndex, rule: tuple) -> None:
    videos = library.catalog.embedded()
    names = Placement(library.catalog, rule).names(videos)
    left = iter(videos)
    while batch := list(islice(left, BATCH_VIDEOS)):
        embeddings = {video_id: library.embedding(video_id) for video_id in batch}
        index.write(embeddings, partitions=names, expected=sum(videos.values()))


def of(library: Library) -> Vectors:
    dimension = library.embedder.fingerprint.dimension
    return np.random.default_rng(2).standard_normal((QUERIES, dimension)).astype(np.float32)


def server_cpu(server: MilvusServer) -> float:
    """CPU seconds the server has used; its process is far below the one that was started."""
    assert server._process is not None
    return sum(cpu_seconds(pid) for pid in below(server._process.pid) if is_engine(pid))


def below(pid: int) -> Iterator[int]:
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, tasks.read_text("utf-8").split()):
                yield child
                yield from below(child)


def is_engine(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text("utf-8").strip().startswith(ENGINE)
    return False


def rows_of(where: str, costs: dict[str, Cost]) -> list[list[object]]:
    rows: list[list[object]] = []
    for what, cost in costs.items():
        p50, p95 = np.percentile(cost.times, (50, 95)) * 1e3
        cpu = 1e3 * cost.cpu / len(cost.times)
        rows.append([where, what, f"{p50:.1f}", f"{p95:.1f}", f"{cpu:.1f}"])
    return rows


if __name__ == "__main__":
    sys.exit("run it as: python -m benchmarks partitions")
