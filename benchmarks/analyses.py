"""What it takes to look at a library of 10,000 and of 100,000 segments: seconds and memory.

Made-up vectors of 384 dimensions in 200 directions, 100 segments a video, five frames a segment, by
`Library.analysis` in a process of its own. Beside it one that opens the library and does nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np

import footage
from benchmarks.measure import measured
from benchmarks.tables import table
from footage.embedder import Track, VideoEmbedding
from footage.embedders.local import VISUAL
from footage.library import Library
from footage.media.identity import FileStamp

A_VIDEO, FRAMES = 100, 5
DIRECTIONS = 200
CALLS = {
    "nothing": "len(library.videos())",
    "clusters": "len(library.analysis.clusters().clusters)",
    "clusters, with a map": "len(library.analysis.clusters(with_map=True).points)",
    "outliers": "len(library.analysis.outliers().outliers)",
    "trends by month, of clusters": "len(library.analysis.trends().trends)",
    "duplicates": "len(library.analysis.duplicates().duplicates)",
}
_CODE = """
import sys, footage
began = time.perf_counter()
with footage.open(sys.argv[1]) as library:
    print(eval(sys.argv[2]))
"""


def run(options: argparse.Namespace) -> str:
    lines = []
    for count in (1_000, 2_000) if options.quick else (10_000, 100_000):
        folder = options.work / f"analyses-{count}.library"
        if not folder.exists():
            made_up(folder, count)
        for name, call in CALLS.items():
            usage = measured(_CODE, folder, call)
            cells = [f"{usage.wall:.1f}", f"{usage.cpu:.1f}", f"{usage.rss / 1e6:.0f}"]
            lines.append([f"{count:,}", name, *cells, usage.printed])
            print(lines[-1], file=sys.stderr, flush=True)
    return table(["segments", "what", "s", "CPU s", "peak MB", "found"], lines)


def made_up(folder: Path, count: int) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        draft = Path(scratch) / "draft.library"
        with footage.open(draft) as library:
            for number in range(count // A_VIDEO):
                put(library, number)
        draft.rename(folder)


def put(library: Library, number: int) -> None:
    mark = library.embedder.fingerprint
    chance = np.random.default_rng(number)
    looks = np.random.default_rng(0).normal(size=(DIRECTIONS, mark.dimension)) + 1.0
    shown = looks[chance.integers(0, DIRECTIONS, A_VIDEO)]
    own = shown + 2 * chance.normal(size=shown.shape)
    frames = np.repeat(own, FRAMES, axis=0)
    frames = frames + 0.5 * chance.normal(size=frames.shape)
    ends = np.arange(1, A_VIDEO + 1) * float(FRAMES)
    times = np.arange(len(frames), dtype=np.float64)
    embedding = VideoEmbedding(
        float(ends[-1]),
        {VISUAL: Track(np.column_stack([ends - FRAMES, ends]), unit(own))},
        Track(np.column_stack([times, times + 1]), unit(frames)),
    )
    video_id = f"{number:032x}"
    when = datetime(2020, 1, 1, tzinfo=timezone.utc) + timedelta(days=number)
    video = footage.Video(
        *(video_id, f"video {number}", embedding.duration, 640, 360, 25.0, "h264"),
        has_audio=False,
        recorded_at=when,
        added_at=when,
    )
    library.catalog.put(video)
    library.catalog.locate(Path(f"/nowhere/{number}.mp4"), FileStamp(1, 1, number), video_id)
    library.archive.write(video_id, mark, embedding)
    library.catalog.record_embedding(video_id, A_VIDEO, {}, partition="default")


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
