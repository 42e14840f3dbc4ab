"""What a command costs that goes through `footage serve`, and what it costs alone.

The program is started anew each time, as a person does; the two take turns, so that other work
meets both alike. CPU is of the program and what it starts, not of the server.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.search import SEGMENTS_A_VIDEO, synthetic
from benchmarks.serve import server
from benchmarks.tables import table
from footage.server.found import LOCK, NOTE

COMMANDS = {"search": ("search", "a dog on a beach"), "videos": ("videos", "--json")}

LET_GO = 3.0  # seconds until the server has let go of the embedded Milvus


def run(options: argparse.Namespace) -> str:
    videos, rounds = (20, 2) if options.quick else (100, 9)
    folder = options.work / f"through-{videos}.library"
    synthetic(folder, videos * SEGMENTS_A_VIDEO).close()
    rows = []
    for name, words in COMMANDS.items():
        taken = measured(folder, words, rounds)
        alone = taken["alone"]
        for how, (wall, cpu) in taken.items():
            times = f"{alone[0] / wall:.1f}", f"{alone[1] / cpu:.1f}"
            rows.append([f"`footage {name}` {how}", f"{wall:.2f}", f"{cpu:.2f}", *times])
    head = f"{videos:,} videos, {videos * SEGMENTS_A_VIDEO:,} segments, {rounds} runs each\n\n"
    return head + table(["", "wall s", "CPU s", "x faster", "x less CPU"], rows)


def measured(folder: Path, words: tuple[str, ...], rounds: int) -> dict[str, tuple[float, float]]:
    """The median of wall and CPU seconds, alone and through a server."""
    taken: dict[str, list[tuple[float, float]]] = {"alone": [], "through the server": []}
    command = [sys.executable, "-m", "footage", *words, "--library", str(folder)]
    note, hidden = folder / NOTE, folder / f"{NOTE}.hidden"
    try:
        with server(folder):
            timed(command)  # the server loads its model
            for _ in range(rounds):
                taken["through the server"].append(timed(command))
                note.rename(hidden)  # so that it is not found
                time.sleep(LET_GO)
                try:
                    taken["alone"].append(timed(command))
                finally:
                    hidden.rename(note)
    finally:
        (folder / LOCK).unlink(missing_ok=True)
    return {
        how: (statistics.median(w for w, _ in each), statistics.median(c for _, c in each))
        for how, each in taken.items()
    }


def timed(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of a program."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - began, os.times()
    cpu = sum(after[2:4]) - sum(before[2:4])
    return wall, cpu
