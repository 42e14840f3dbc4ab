"""Finding shot boundaries in how much each frame of a video differs from the frames before it.

Colour distances are between histograms: 0 for the same colours, 1 for none in common; `looks`
says what is compared. The constants were chosen on the ``train`` films of ``benchmarks/shots.py``:
with most of them a fifth lower or higher, F1 there fell by less than two points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from footage.media.looks import Look, colour_change, likeness, mixed

Series = NDArray[np.floating]

# A cut is a frame whose colours are at least this far from those of the frame before it,
_CUT = 0.2
# ... and this many times as far as the frames half a second around are from theirs,
_CUT_OVER_MOTION = 3.0
_CUT_CONTEXT_SECONDS = 0.5
# ... with another layout: across cuts .7 at most, in flashes and changes of exposure .96 and more.
_CUT_LIKENESS = 0.9
# ... and this share of the change is still there for the most part of the lag.
_CUT_HELD = 0.7
LAG_SECONDS = 0.25

# A dissolve is where the frames half of this before and after differ this much in colour
BLEND_SECONDS = 1.0
_BLEND_COLOURS = 0.4
# ... and in layout, by no more than this likeness and at least so many levels of brightness (as
# there has to be something to be mixed),
_BLEND_LIKENESS = 0.7
_BLEND_LEVELS = 3.0
# ... and the one between them is their mixture, up to this share of the difference. Motion is off
# by a half, and so is a cut.
_BLEND_OFF = 0.33
# ... and more colours change meanwhile than so many times the usual in the seconds around: else all
# of it is motion, of something soft enough to pass for a mixture.
_BLEND_OVER_MOTION = 1.5
_BLEND_CONTEXT_SECONDS = 2.0
# Unevenly spaced frames tell nothing: of the time between the outer two, at least this share has to
# lie on either side of the middle.
_BLEND_EVEN = 0.35
# Of the frames that look so, the best within this time; a cut there explains them as well.
_BLEND_APART_SECONDS = 1.0

# A fade goes through black, which lasts no longer than this (else it is a shot of its own).
_LONGEST_BLACK_SECONDS = 3.0
# What else is found so soon before or after it is the fade itself.
_FADE_SECONDS = 0.8


@dataclass(frozen=True, slots=True)
class Changes:
    """A video as a series of figures, one of each per frame looked at."""

    times: Series  #: seconds
    step: Series  #: colour distance from the frame before
    lag: Series  #: colour distance from the frame LAG_SECONDS before
    likeness: Series  #: of layout, to the frame before; 1 where the step is too small for a cut
    blend: Series  #: how clearly the frame is a mixture (see `blend`), 0 if it is none
    black: NDArray[np.bool_]

    def at(self, time: float) -> int:
        """The index of the first frame at or after ``time``."""
        return int(np.searchsorted(self.times, time - 1e-6))


def may_be_cut(step: float) -> bool:
    """Whether a colour distance between neighbours is large enough for a cut."""
    return step >= _CUT


def blend(before: Look, middle: Look, after: Look) -> float:
    """How clearly ``middle`` is a mixture of two other pictures: levels of brightness, or 0."""
    if not _BLEND_EVEN <= _share(before, middle, after) <= 1 - _BLEND_EVEN:
        return 0.0
    if colour_change(before, after) < _BLEND_COLOURS:
        return 0.0
    change, off = mixed(before, middle, after)
    if change < _BLEND_LEVELS or off > _BLEND_OFF * change:
        return 0.0
    return change - 2 * off if likeness(before, after) < _BLEND_LIKENESS else 0.0


def _share(before: Look, middle: Look, after: Look) -> float:
    """How far ``middle`` has come from ``before`` to ``after``, in time."""
    whole = after.time - before.time
    return (middle.time - before.time) / whole if whole > 0 else 0.0


def find_boundaries(changes: Changes) -> list[float]:
    """The times, in seconds, at which new shots begin; of gradual changes, the middle."""
    fades = list(_fades(changes))
    cuts = [
        time
        for time in map(float, changes.times[list(_cuts(changes))])
        if not any(start - _FADE_SECONDS <= time <= end + _FADE_SECONDS for start, end in fades)
    ]
    known = [*cuts, *((start + end) / 2 for start, end in fades)]
    return sorted(known + _blends(changes, known))


def _fades(changes: Changes) -> Iterator[tuple[float, float]]:
    """First and last second of each short stretch of black between pictures."""
    edges = np.flatnonzero(np.diff(changes.black))  # the last frame before each change
    starts = edges[~changes.black[edges]] + 1
    for start in starts:
        later = edges[edges >= start]
        first, last = changes.times[start], changes.times[later[0]] if len(later) else np.inf
        if last - first <= _LONGEST_BLACK_SECONDS:
            yield float(first), float(last)


def _cuts(changes: Changes) -> Iterator[int]:
    for index in np.flatnonzero((changes.step >= _CUT) & (changes.likeness < _CUT_LIKENESS)):
        if _is_cut(changes, int(index)):
            yield int(index)


def _is_cut(changes: Changes, index: int) -> bool:
    time, size = changes.times[index], changes.step[index]
    nearby = changes.step[changes.at(time - LAG_SECONDS) : changes.at(time + LAG_SECONDS)]
    start, end = changes.at(time - _CUT_CONTEXT_SECONDS), changes.at(time + _CUT_CONTEXT_SECONDS)
    around = np.concatenate([changes.step[start:index], changes.step[index + 1 : end]])
    held = changes.lag[index : max(changes.at(time + LAG_SECONDS), index + 1)]
    return bool(
        size >= nearby.max()
        and (not len(around) or size >= _CUT_OVER_MOTION * np.median(around))
        and np.median(held) >= _CUT_HELD * size
    )


def _blends(changes: Changes, known: list[float]) -> list[float]:
    """Times of the clearest mixtures, each well apart from the others and from what is known."""
    found: list[float] = []
    for index in np.argsort(-changes.blend, kind="stable"):
        time = float(changes.times[index])
        if changes.blend[index] <= 0:
            break
        apart = all(abs(time - other) >= _BLEND_APART_SECONDS for other in (*known, *found))
        if apart and _stands_out(changes, time):
            found.append(time)
    return found


def _stands_out(changes: Changes, time: float) -> bool:
    """Whether colours change faster around ``time`` than in the seconds before and after."""
    start, end = time - BLEND_SECONDS / 2, time + BLEND_SECONDS / 2 + LAG_SECONDS
    first, last = changes.at(start), changes.at(end)
    before = changes.lag[changes.at(start - _BLEND_CONTEXT_SECONDS) : first]
    after = changes.lag[last : changes.at(end + _BLEND_CONTEXT_SECONDS)]
    usual = np.median([*before, *after]) if len(before) + len(after) else 0.0
    return bool(changes.lag[first:last].max() >= _BLEND_OVER_MOTION * usual)
