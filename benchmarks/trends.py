"""Bursts and changes: false alarms where there is none, and how many planted ones are found.

Videos of 26 weeks, three a week on the average; each shows a subject in a share of its seconds,
which is 0 for most. Twenty subjects at once, as clusters are, so that the false discovery rate has
its say. No library is made: the statistics alone.

By position: videos, a third of which show a subject for one to three tenths at a place that chance
chooses, and faintly anywhere, as a search's weak answers are.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.tables import table
from footage.analysis import scan
from footage.analysis.timeline import POSITIONS
from footage.analysis.trends import ALPHA

RUNS, PLANTED_RUNS = 100, 40
WEEKS, VIDEOS, SUBJECTS = 26, 78, 20
USUAL = 0.15  # of the videos show a subject at all
PLANTS = {
    "a burst of 3 weeks, in half of their videos": (range(10, 13), 0.5),
    "a burst of 3 weeks, in nine of ten": (range(10, 13), 0.9),
    "twice as often from the 13th week on": (range(13, 26), 0.30),
    "four times as often from the 13th week on": (range(13, 26), 0.60),
}
SIZES = (6, 12, 30)  # videos
FAINT = 0.04  # the share, at most, of what a search is not sure of
PLACED: dict[str, Callable[[int], int]] = {
    "nothing": lambda _videos: 0,
    "one video, at its end": lambda _videos: 1,
    "two videos, at their ends": lambda _videos: 2,
    "half of them, at their ends": lambda videos: videos // 2,
}


def run(options: argparse.Namespace) -> str:
    runs, planted_runs = (5, 5) if options.quick else (RUNS, PLANTED_RUNS)
    quiet = {count: [told(seed, None, 0.0, count)[0] for seed in range(runs)] for count in (1, 20)}
    alarms = {count: sum(map(any, sure)) for count, sure in quiet.items()}
    lines = [["nothing", f"{alarms[1]} of {runs}", "–", f"{alarms[20]} of {runs}", "–"]]
    for name, (weeks, share) in PLANTS.items():
        cells = []
        for count in (1, SUBJECTS):
            results = [told(seed, weeks, share, count) for seed in range(planted_runs)]
            off = [error for sure, error in results if sure[0] and error is not None]
            cells += [f"{len(off)} of {planted_runs}", f"{np.median(off):.1f}" if off else "–"]
        lines.append([name, *cells])
    head = ["planted", "told of a query", "weeks off", "told of 20 clusters", "weeks off"]
    return f"{table(head, lines)}\n\n{by_position(runs)}"


def by_position(runs: int) -> str:
    """In how many of the runs a burst is told, for numbers of videos and for what was planted."""
    lines = []
    for name, planted in PLACED.items():
        counts = []
        for videos in SIZES:
            own = planted(videos)
            found = [
                scan.rotated_bursts(placed(seed, videos, own), alpha=ALPHA) for seed in range(runs)
            ]
            counts.append(sum(bool(one) and one[0].p <= ALPHA for one in found))
        lines.append([name, *(f"{count} of {runs}" for count in counts)])
    return table(["by position, planted", *(f"{videos} videos" for videos in SIZES)], lines)


def placed(seed: int, videos: int, planted: int) -> NDArray[np.float64]:
    """Shares of the tenths of videos: the planted ones show it in the last two, and no others do.

    With none planted, a third do anywhere.
    """
    chance = np.random.default_rng(seed)
    shown = chance.uniform(0, FAINT, (videos, POSITIONS))
    for video in range(planted or max(1, videos // 3)):
        length = 2 if planted else int(chance.integers(1, 4))
        first = POSITIONS - 2 if planted else int(chance.integers(0, POSITIONS - length + 1))
        shown[video, first : first + length] = chance.uniform(0.5, 1.0)
    return shown


def told(
    seed: int, weeks: range | None, share: float, subjects: int
) -> tuple[list[bool], float | None]:
    """Of each subject whether something is told of it; and how far off the first one's start is."""
    chance = np.random.default_rng(seed)
    bins = np.sort(chance.integers(0, WEEKS, VIDEOS))
    windows = []
    for subject in range(subjects):
        odds = np.full(VIDEOS, USUAL)
        if weeks is not None and subject == 0:
            odds[np.isin(bins, weeks)] = share
        windows.append(looked_at(shares(chance, odds), bins))
    rates = scan.adjusted([window.p for pair in windows for window in pair])
    sure = [min(rates[2 * at : 2 * at + 2]) <= ALPHA for at in range(subjects)]
    if weeks is None:
        return sure, None
    best = min(windows[0], key=lambda window: window.p)
    return sure, float(abs(best.first - weeks.start))


def shares(chance: np.random.Generator, odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of videos' seconds: a third on the average of those that show it."""
    return np.where(chance.random(len(odds)) < odds, chance.beta(1, 2, len(odds)), 0.0)


def looked_at(
    values: NDArray[np.float64], bins: NDArray[np.int64]
) -> tuple[scan.Window, scan.Window]:
    nothing = scan.Window(0, 0, 0.0, 1.0)
    roots = np.sqrt(values)
    found = scan.bursts(roots, bins, WEEKS, alpha=ALPHA)
    return (found or [nothing])[0], scan.change(roots, bins, WEEKS) or nothing
