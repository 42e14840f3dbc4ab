"""What indexing costs: CPU seconds a minute of 720p30 video, and speed, by length.

Beside decoding alone, which no indexer that looks at the whole video can do without.
"""

from __future__ import annotations

import argparse
import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.films import write_film
from benchmarks.measure import Usage, measured
from benchmarks.tables import table

SIZE = (1280, 720)
FPS = 30
SHOT_SECONDS = 5

_DECODE = """
import sys
from footage.media.frames import FrameReader
began = time.perf_counter()
with FrameReader(sys.argv[1]) as reader:
    for _ in reader: pass
"""
_INDEX = """
import sys, footage
with footage.open(sys.argv[2]) as library:
    began = time.perf_counter()
    assert not library.add(sys.argv[1]).failed
"""


def run(options: argparse.Namespace) -> str:
    rows = []
    for minutes in lengths(options):
        decoding, indexing = used(options.work, minutes)
        rows.append(
            [
                f"{minutes} min",
                decoding.cpu / minutes,
                indexing.cpu / minutes,
                f"{indexing.cpu / decoding.cpu:.2f}",
                f"{60 * minutes / indexing.wall:.0f}x",
            ]
        )
    head = ["decode alone, CPU s/min", "index, CPU s/min", "ratio", "real time"]
    return table(["720p30 h264, 1 fps", *head], rows)


def lengths(options: argparse.Namespace) -> tuple[int, int]:
    """Minutes of film."""
    return (1, 2) if options.quick else (10, 60)


@functools.cache
def used(work: Path, minutes: int) -> tuple[Usage, Usage]:
    """What decoding a film alone takes, and indexing it; measured once a run."""
    base = film(work / "base-720p30.mp4", seconds=60)
    path = repeated(base, work / f"film-{minutes}min.mp4", minutes)
    decoding = measured(_DECODE, path)
    with tempfile.TemporaryDirectory() as folder:
        return decoding, measured(_INDEX, path, f"{folder}/bench.library")


def film(path: Path, *, seconds: int) -> Path:
    """A 720p30 film: every five seconds another noisy picture, panned over."""
    if path.exists():
        return path
    return write_film(path, pictures(seconds), fps=FPS, crf=23)


def pictures(seconds: int) -> Iterator[NDArray[np.uint8]]:
    rng = np.random.default_rng(7)
    width, height = SIZE
    grain = rng.integers(-6, 7, (8, height, width, 3), dtype=np.int16)
    for _ in range(seconds // SHOT_SECONDS):
        wide = scene(rng, width + 2 * FPS * SHOT_SECONDS, height)
        for at in range(FPS * SHOT_SECONDS):
            view = wide[:, 2 * at : 2 * at + width].astype(np.int16) + grain[at % len(grain)]
            yield view.clip(0, 255).astype(np.uint8)


def scene(rng: np.random.Generator, width: int, height: int) -> NDArray[np.uint8]:
    """Smooth shapes at several scales, as a photo has."""
    picture = np.zeros((height, width, 3))
    for cells in (4, 12, 40, 120):
        small = rng.normal(size=(cells, 2 * cells, 3))
        rows = np.linspace(0, cells - 1, height).astype(int)
        columns = np.linspace(0, 2 * cells - 1, width).astype(int)
        picture += small[rows][:, columns] / np.sqrt(cells)
    picture -= picture.min()
    return (255 * picture / picture.max()).astype(np.uint8)


def repeated(base: Path, path: Path, times: int) -> Path:
    """``base`` played ``times`` times, by copying its packets."""
    if path.exists():
        return path
    draft = path.with_suffix(".part")
    with av.open(str(draft), "w", format="mp4") as output:
        stream = None
        for turn in range(times):
            with av.open(str(base)) as source:
                video = source.streams.video[0]
                stream = stream or output.add_stream_from_template(video)
                length = video.duration
                for packet in source.demux(video):
                    if packet.dts is not None:
                        packet.pts += turn * length
                        packet.dts += turn * length
                        packet.stream = stream
                        output.mux(packet)
    return draft.replace(path)
