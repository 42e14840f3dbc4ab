"""Copies of films found in a library: recall by what was done to them, precision, and times.

Originals: films of still images (`moments`) and real clips (`clips`). Of each film and each way of
copying (`copies.py`), five and twenty seconds from a random place are written as a file. Then all
are one library, in which every two videos are compared. A copy is found if a stretch of it is told
to be in its film, less than two seconds off. A told pair is right if both show the same seconds of
one film; else it shows the same shot at another time, or is false. `train` was used to choose the
thresholds; `dev` only reports.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np

import footage
from benchmarks.copies import COPIES, Copy, copied
from benchmarks.moments import made
from benchmarks.packages import fetched
from benchmarks.storyboard import load
from benchmarks.tables import table
from footage.analysis.duplicates import Duplicate
from footage.media.probe import probe

FILMS = 3
LENGTHS = (5.0, 20.0)
NEAR = 2.0  # seconds


class Part(NamedTuple):
    """What a file shows: seconds of an original, from ``start`` on."""

    film: Path
    start: float
    seconds: float
    copy: Copy | None = None

    def at(self, time: float) -> float:
        """Which second of the original is on at a time of the file."""
        return self.start + time * (self.copy.speed if self.copy else 1.0)


def run(options: argparse.Namespace) -> str:
    clips = list(fetched(options.work / "clips").values())
    clips = clips[:2] if options.quick else clips
    return "\n\n".join(measured(options, split, clips) for split in ("dev", "train"))


def measured(options: argparse.Namespace, split: str, clips: Sequence[Path]) -> str:
    boards = [list(shots) for _, shots in groupby(load("moments", split), lambda shot: shot.film)]
    boards = boards[: 1 if options.quick else FILMS]
    films = [made(board, f"moments-{split}", options.data, options.work) for board in boards]
    parts = {path: Part(path, 0.0, probe(path).duration) for path in [*films, *clips]}
    parts |= copies(options.work / "copies", films)
    with footage.open(options.work / f"duplicates-{split}.library") as library:
        library.add(*parts, read=False)
        found = library.analysis.duplicates(limit=10**6).duplicates
    return report(split, parts, found)


def copies(folder: Path, films: Sequence[Path]) -> dict[Path, Part]:
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for film in films:
        dice = random.Random(film.name)
        duration = probe(film).duration
        for number, copy in enumerate(COPIES):
            for seconds in LENGTHS:
                start = round(dice.uniform(1, duration - seconds * 1.05 - 1), 2)
                path = folder / f"{film.stem}-{number}-{int(seconds)}.mp4"
                copied(film, path, start, seconds, copy)
                found[path] = Part(film, start, seconds, copy)
    return found


def report(split: str, parts: dict[Path, Part], found: Sequence[Duplicate]) -> str:
    kinds: Counter[str] = Counter()
    errors: dict[Path, list[tuple[float, float]]] = {}
    for one in found:
        (a, begin, end), (b, other, _) = sides(one, parts)
        if a.film != b.film:
            kinds["false"] += 1
            continue
        off = abs(a.at(begin) - b.at(other))
        kinds["right" if off <= NEAR else "the same shot at another time"] += 1
        for part, path in ((a, one.first.path), (b, one.second.path)):
            original = b if part is a else a
            if path is not None and part.copy and not original.copy and off <= NEAR:
                errors.setdefault(path, []).append((off, end - begin))
    lines = []
    for copy in COPIES:
        cells: list[str] = []
        for seconds in LENGTHS:
            own = [p for p, part in parts.items() if part.copy == copy and part.seconds == seconds]
            hits = [min(errors[path]) for path in own if path in errors]
            off = f"{np.median([error for error, _ in hits]):.2f}" if hits else "–"
            cells += [f"{len(hits)} of {len(own)}", off]
        lines.append([copy.name, *cells])
    head = ["copy", "5 s found", "off by, s", "20 s found", "off by, s"]
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return f"{split}: {len(parts)} videos; told pairs: {told}\n\n{table(head, lines)}"


def sides(
    one: Duplicate, parts: dict[Path, Part]
) -> tuple[tuple[Part, float, float], tuple[Part, float, float]]:
    first, second = one.first, one.second
    assert first.path is not None
    assert second.path is not None
    return (
        (parts[first.path], first.start, first.end),
        (parts[second.path], second.start, second.end),
    )
