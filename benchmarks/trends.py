"""Bursts and changes: false alarms where there is none, and how many planted ones are found.

Videos of 26 weeks, three a week on the average; each shows a subject in a share of its seconds,
which is 0 for most. Twenty subjects at once, as clusters are, so that the false discovery rate has
its say. No library is made: the statistics alone.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

from benchmarks.tables import table
from footage.analysis import scan
from footage.analysis.trends import ALPHA

RUNS = 100
WEEKS, VIDEOS, SUBJECTS = 26, 78, 20
USUAL = 0.15  # of the videos show a subject at all
PLANTS = {
    "a burst of 3 weeks, in half of their videos": (range(10, 13), 0.5),
    "a burst of 3 weeks, in nine of ten": (range(10, 13), 0.9),
    "twice as often from the 13th week on": (range(13, 26), 0.30),
    "four times as often from the 13th week on": (range(13, 26), 0.60),
}


def run(options: argparse.Namespace) -> str:
    runs = 5 if options.quick else RUNS
    lines = []
    quiet = [told(seed, None, 0.0) for seed in range(runs)]
    alarms = sum(any(sure) for sure, _ in quiet)
    lines.append(["nothing planted, 20 subjects", f"{alarms} of {runs} runs", "–", "–"])
    for name, (weeks, share) in PLANTS.items():
        found, off, false = 0, [], 0
        for seed in range(runs):
            sure, error = told(seed, weeks, share)
            found += sure[0]
            false += sum(sure[1:])
            off += [error] if sure[0] and error is not None else []
        lines.append(
            [
                name,
                f"{false} of {runs * (SUBJECTS - 1)} subjects",
                f"{found} of {runs}",
                f"{np.median(off):.1f}" if off else "–",
            ]
        )
    return table(["planted in one subject", "false alarms", "found", "weeks off"], lines)


def told(seed: int, weeks: range | None, share: float) -> tuple[list[bool], float | None]:
    """Of each subject whether something is told of it; and how far off the first one's start is."""
    chance = np.random.default_rng(seed)
    bins = np.sort(chance.integers(0, WEEKS, VIDEOS))
    windows = []
    for subject in range(SUBJECTS):
        odds = np.full(VIDEOS, USUAL)
        if weeks is not None and subject == 0:
            odds[np.isin(bins, weeks)] = share
        windows.append(looked_at(shares(chance, odds), bins))
    rates = scan.adjusted([window.p for pair in windows for window in pair])
    sure = [min(rates[2 * at : 2 * at + 2]) <= ALPHA for at in range(SUBJECTS)]
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
    found = scan.bursts(values, bins, WEEKS, alpha=ALPHA)
    return (found or [nothing])[0], scan.change(values, bins, WEEKS) or nothing
