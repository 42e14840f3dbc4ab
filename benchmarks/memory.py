"""How much memory indexing and searching take, and whether it grows with use.

Peaks of resident memory, footage's own process and the embedded engine's apart. Beside what cannot
be done without: decoding alone; the vectors themselves; Python with footage and the model loaded.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks import ingest
from benchmarks.measure import Usage, measured
from benchmarks.search import synthetic
from benchmarks.tables import table

MARKS = (1, 100, 500, 1_000, 2_000)
QUICK_MARKS = (1, 10, 50)

_LOADED = """
from footage.embedders.lite import LiteEmbedder
from footage.settings import Sampling
began = time.perf_counter()
import pymilvus
LiteEmbedder(Sampling()).encode_text("a dog")
time.sleep(0.2)
"""
_SEARCH = """
import json, sys, footage
from benchmarks.measure import engines, memory
from benchmarks.search import WORDS
marks = json.loads(sys.argv[2])
began = time.perf_counter()
with footage.open(sys.argv[1]) as library:
    for turn in range(marks[-1]):
        library.search(f"a {WORDS[turn % 10]} and a {WORDS[turn // 10 % 10]}, {turn}")
        if turn + 1 in marks:
            own = os.getpid()
            print(json.dumps([turn + 1, memory(own), sum(map(memory, engines(own)))]), flush=True)
    time.sleep(0.2)
"""


def run(options: argparse.Namespace) -> str:
    peaks = table(
        ["what", "footage, peak", "engine, peak", "beside"],
        [*of_indexing(options), *of_searching(options)],
    )
    return f"{peaks}\n\n{growth(options)}"


def of_indexing(options: argparse.Namespace) -> Iterator[list[str]]:
    for minutes in ingest.lengths(options):
        decoding, indexing = ingest.used(options.work, minutes)
        yield _row(f"index {minutes} min of 720p30", indexing, f"{_mb(decoding.rss)} decode alone")


def of_searching(options: argparse.Namespace) -> Iterator[list[str]]:
    yield _row("nothing but imports and the text tower", measured(_LOADED), "")
    for count in sizes(options):
        folder, dimension = library_of(options.work, count)
        used = measured(_SEARCH, folder, json.dumps(QUICK_MARKS))
        vectors = 4 * count * dimension
        yield _row(f"search {count:,} segments", used, f"{_mb(vectors)} of vectors")


def growth(options: argparse.Namespace) -> str:
    """Memory after so many searches in one process, as one that serves makes them."""
    count = sizes(options)[-1]
    folder, _ = library_of(options.work, count)
    marks = QUICK_MARKS if options.quick else MARKS
    used = measured(_SEARCH, folder, json.dumps(marks))
    rows = [
        [f"{turn:,}", _mb(own), _mb(engine)]
        for turn, own, engine in map(json.loads, used.printed.splitlines())
    ]
    head = [f"searches of {count:,} segments", "footage, now", "engine, now"]
    return table(head, rows)


def sizes(options: argparse.Namespace) -> tuple[int, int]:
    return (1_000, 5_000) if options.quick else (10_000, 100_000)


def library_of(work: Path, count: int) -> tuple[Path, int]:
    """A library of ``count`` made-up segments, closed again, and the length of its vectors."""
    with synthetic(work / f"framed-{count}.library", count) as library:
        return library.folder, library.embedder.fingerprint.dimension


def _row(what: str, used: Usage, beside: str) -> list[str]:
    return [what, _mb(used.rss), _mb(used.engine_rss) if used.engine_rss else "-", beside]


def _mb(count: int) -> str:
    return f"{count / 1e6:.0f} MB"
