"""Where in a sound somebody speaks, cut at pauses into stretches that can be recognized at once.

A voice detector tells speech from music and noise, so that no words are heard in those; and the
recognizer, whose cost and mistakes depend on how much it hears at once, gets stretches of a good
length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from footage.media.sound import SAMPLE_RATE, Samples

WINDOW = 512  # samples the detector judges at once: 32 ms
_WINDOW_SECONDS = WINDOW / SAMPLE_RATE

# Speech begins at the first and goes on until under the second, the detector's own defaults.
_BEGINS, _GOES_ON = 0.5, 0.35

# Words lean on what was said before: of 200 words in stretches of 3, 6, 10 and 15 s, 8.5, 4.5, 3.5
# and 3 % came out wrong. Longer ones cost more than they gain.
_LONGEST_SECONDS = 15.0
# A pause as long as this ends a stretch, whatever its length.
_PAUSE_SECONDS = 2.0
# Consonants at the edges of words are too soft for the detector.
_EDGE_SECONDS = 0.2
# Less speech than this in a stretch is a cough or a clang: "yes" takes 0.3 s.
_LEAST_SECONDS = 0.2
# Without a pause, a stretch is cut where the sound is softest, in this last part of it.
_SOFTEST_WITHIN_SECONDS = 5.0

_LONGEST, _PAUSE, _EDGE, _LEAST, _SOFTEST_WITHIN = (
    round(seconds / _WINDOW_SECONDS)
    for seconds in (
        _LONGEST_SECONDS,
        _PAUSE_SECONDS,
        _EDGE_SECONDS,
        _LEAST_SECONDS,
        _SOFTEST_WITHIN_SECONDS,
    )
)

Detector = Callable[[Samples], float]
"""How surely somebody speaks in the next ``WINDOW`` samples of a sound, 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Speech, with a little of the pauses before and after it."""

    start: float  #: seconds since the start of the sound
    samples: Samples
    voiced: tuple[tuple[float, float], ...]
    """When somebody speaks: starts and ends, in seconds since the start of the sound."""

    @property
    def seconds(self) -> float:
        """For how long somebody speaks."""
        return sum(end - start for start, end in self.voiced)


def stretches(blocks: Iterable[Samples], detector: Detector) -> Iterator[Stretch]:
    """The speech in a sound, in order; no sample is in two stretches.

    ``blocks`` may be of any lengths; about 15 s of them are held at once.
    """
    cutter = _Cutter()
    for window in _windows(blocks):
        yield from cutter.push(window, detector(window))
    yield from cutter.end()


def _windows(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """The same samples in windows; the last is filled up with silence."""
    rest = np.zeros(0, np.float32)
    for block in blocks:
        rest = np.concatenate([rest, block])
        whole = len(rest) // WINDOW * WINDOW
        yield from np.split(rest[:whole], range(WINDOW, whole, WINDOW)) if whole else ()
        rest = rest[whole:]
    if len(rest):
        yield np.concatenate([rest, np.zeros(WINDOW - len(rest), np.float32)])


class _Cutter:
    """Takes windows in, gives stretches out."""

    def __init__(self) -> None:
        self._first = 0  # how many windows came before those held
        self._windows: list[Samples] = []
        self._voiced: list[bool] = []

    def push(self, window: Samples, probability: float) -> Iterator[Stretch]:
        speaking = bool(self._voiced) and self._voiced[-1]
        self._windows.append(window)
        self._voiced.append(probability >= (_GOES_ON if speaking else _BEGINS))
        if not any(self._voiced):
            self._drop(len(self._windows) - _EDGE)
        elif not any(self._voiced[-_PAUSE:]):
            yield from self._cut(len(self._windows) - _PAUSE + _EDGE)
        elif len(self._windows) >= _LONGEST:
            yield from self._cut(self._best_cut())

    def end(self) -> Iterator[Stretch]:
        yield from self._cut(len(self._windows))

    def _cut(self, at: int) -> Iterator[Stretch]:
        """The windows before ``at`` as a stretch, if there is speech in them; they are let go."""
        runs = _runs(self._voiced[:at])
        if sum(end - start for start, end in runs) >= _LEAST:
            first = max(0, runs[0][0] - _EDGE)
            last = min(at, runs[-1][1] + _EDGE)
            yield Stretch(
                start=self._seconds(first),
                samples=np.concatenate(self._windows[first:last]),
                voiced=tuple((self._seconds(start), self._seconds(end)) for start, end in runs),
            )
        self._drop(at)

    def _best_cut(self) -> int:
        """The middle of the longest pause, the later half before the earlier; else a soft place."""
        inner = [run for run in _runs([not voiced for voiced in self._voiced]) if run[0] > 0]
        late = [run for run in inner if run[0] >= len(self._voiced) // 2]
        if pauses := late or inner:
            start, end = max(pauses, key=lambda run: run[1] - run[0])
            return (start + end + 1) // 2
        loudness = [float(np.square(window).mean()) for window in self._windows[-_SOFTEST_WITHIN:]]
        return len(self._windows) - len(loudness) + int(np.argmin(loudness))

    def _drop(self, count: int) -> None:
        if count > 0:
            del self._windows[:count], self._voiced[:count]
            self._first += count

    def _seconds(self, window: int) -> float:
        return (self._first + window) * _WINDOW_SECONDS


def _runs(flags: list[bool]) -> list[tuple[int, int]]:
    """The stretches [start, end) of true flags."""
    edges = np.flatnonzero(np.diff([False, *flags, False]))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
