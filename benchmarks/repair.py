"""How long `footage doctor --repair` takes for 1,000 videos, by what is damaged.

A library of made-up vectors (100 segments a video) without sources, so that nothing is embedded:
what is measured is reading, comparing, and writing catalog and index anew. Also backup and restore.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.search import SEGMENTS_A_VIDEO, synthetic
from benchmarks.tables import table
from footage import records
from footage.backup import backup, restore
from footage.library import Library, open_library
from footage.media.identity import FileStamp
from footage.repair import repair

HERE = FileStamp(1, 1, 1)


def run(options: argparse.Namespace) -> str:
    videos = 50 if options.quick else 1_000
    good = options.work / f"repair-{videos}.library"
    with synthetic(good, videos * SEGMENTS_A_VIDEO) as library:
        describe(library)
        size = sum(library.disk_use().values()) / 1e6
    rows = [[name, f"{seconds:.1f}", told] for name, seconds, told in measured(good, options.work)]
    head = f"{videos:,} videos, {videos * SEGMENTS_A_VIDEO:,} segments, {size:,.0f} MB\n\n"
    return head + table(["what", "s", "videos whole afterwards"], rows)


def describe(library: Library) -> None:
    """Write the archive files as `index` does, with the video's catalog row in the header."""
    for video in library.videos():
        mark = library.embedder.fingerprint
        if "video" not in library.archive.header(video.video_id, mark):
            about = records.describe(video, [(path, HERE) for path in video.paths])
            embedding = library.embedding(video.video_id)
            library.archive.write(video.video_id, mark, embedding, video=about)


def measured(good: Path, work: Path) -> list[tuple[str, float, str]]:
    folder = work / "repair-damaged.library"
    catalog, index = folder / "catalog.sqlite", folder / "milvus.db"
    cases: dict[str, Callable[[], object]] = {
        "nothing damaged: everything is read and compared": lambda: None,
        "catalog deleted, with its copy": catalog.unlink,
        "catalog and its copy deleted": lambda: (
            catalog.unlink(),
            shutil.rmtree(folder / "copies", ignore_errors=True),
        ),
        "Milvus file cut in half": lambda: index.write_bytes(
            index.read_bytes()[: index.stat().st_size // 2]
        ),
    }
    results = []
    for name, damage in cases.items():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(good, folder)
        damage()
        took = timed(lambda: list(repair(folder)))
        results.append((name, took, whole(folder)))
    file, back = work / "repair.backup", work / "repair-restored.library"
    file.unlink(missing_ok=True)
    shutil.rmtree(back, ignore_errors=True)
    with open_library(good, create=False) as library:
        results.append(("backup", timed(lambda: backup(library, file)), ""))
    took = timed(lambda: restore(file, back))
    with open_library(back, create=False) as library:
        took += timed(library.reindex)
    results.append(("restore, with its index", took, whole(back)))
    for path in (folder, back):
        shutil.rmtree(path)
    file.unlink()
    return results


def timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def whole(folder: Path) -> str:
    with open_library(folder, create=False) as library:
        differing = len(library.differing())
        return f"{len(library.catalog.embedded()) - differing:,}"


if __name__ == "__main__":
    sys.exit("run it as: python -m benchmarks repair")
