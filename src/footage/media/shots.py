"""Where one shot ends and the next begins, and the spans of time that are made of it."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, isfinite

import numpy as np
from av.video.frame import VideoFrame

from footage.errors import UsageError
from footage.media.cuts import (
    BLEND_SECONDS,
    LAG_SECONDS,
    Changes,
    blend,
    find_boundaries,
    may_be_cut,
)
from footage.media.looks import Look, Looker, colour_change, likeness

# Looking at more than about 30 frames a second finds the same shots for twice the time.
_STEP_SECONDS = 0.03


class ShotDetector:
    """Finds cuts, dissolves and fades in a stream of frames, keeping 25 bytes a frame."""

    def __init__(self) -> None:
        self._looker = Looker()
        self._recent: deque[Look] = deque()  # of the last BLEND_SECONDS
        self._times = array("d")
        self._step, self._lag, self._likeness, self._blend = (array("f") for _ in range(4))
        self._black = array("b")

    def push(self, time: float, frame: VideoFrame) -> None:
        """Take in the next decoded frame, shown from ``time`` (seconds) on."""
        if self._times and time < self._times[-1] + _STEP_SECONDS:
            return
        look = self._looker(time, frame)
        before = self._recent[-1] if self._recent else look
        step = colour_change(before, look)
        self._times.append(time)
        self._step.append(step)
        self._lag.append(colour_change(_newest(self._recent, time - LAG_SECONDS) or look, look))
        self._likeness.append(likeness(before, look) if may_be_cut(step) else 1.0)
        self._black.append(look.black)
        self._recent.append(look)
        self._find_blends(look)
        # the frame before a gap is kept: what comes after it is compared with that
        while len(self._recent) > 1 and self._recent[1].time <= time - BLEND_SECONDS:
            self._recent.popleft()

    def boundaries(self) -> list[float]:
        """Seconds at which new shots begin, rising; the start of the video is none."""
        step, lag, alike = (np.array(series) for series in (self._step, self._lag, self._likeness))
        blends = np.zeros(len(self._times))
        blends[: len(self._blend)] = self._blend
        black = np.array(self._black, dtype=np.bool_)
        return find_boundaries(Changes(np.array(self._times), step, lag, alike, blends, black))

    def _find_blends(self, newest: Look) -> None:
        """Judge each frame once, as soon as there is one half of BLEND_SECONDS after it."""
        reach = BLEND_SECONDS / 2
        for index in range(len(self._blend), len(self._times)):
            if self._times[index] > newest.time - reach + 1e-6:
                return
            middle = self._recent[index - len(self._times)]
            before = next(look for look in self._recent if look.time >= middle.time - reach - 1e-6)
            self._blend.append(blend(before, middle, newest))


def _newest(recent: deque[Look], until: float) -> Look | None:
    """The newest look from ``until`` or before; the oldest one if all are newer."""
    for look in reversed(recent):
        if look.time <= until + 1e-6:
            return look
    return recent[0] if recent else None


def segments(
    boundaries: Sequence[float],
    duration: float,
    *,
    shortest: float = 2.0,
    longest: float = 15.0,
) -> list[tuple[float, float]]:
    """Spans [start, end) in seconds that follow the shots and cover [0, duration) without a gap.

    A shot under ``shortest`` joins the shorter of its neighbours; what is over ``longest`` is cut
    into equal parts. Only a video shorter than ``shortest`` has a span shorter than that.
    """
    _check(boundaries, duration, shortest, longest)
    if duration == 0:
        return []
    inner = sorted({float(time) for time in boundaries if 0 < time < duration})
    edges = _joined([0.0, *inner, float(duration)], shortest)
    parts = [0.0]
    for start, end in pairwise(edges):
        parts.extend(_split(start, end, longest))
    return list(pairwise(parts))


def _check(boundaries: Sequence[float], duration: float, shortest: float, longest: float) -> None:
    if not all(map(isfinite, (*boundaries, duration, shortest, longest))) or duration < 0:
        raise UsageError(
            f"cannot divide {duration} seconds into segments",
            remedy="give finite times and a duration of 0 or more",
        )
    if not 0 <= 2 * shortest <= longest or longest <= 0:
        raise UsageError(
            f"segments of {shortest} to {longest} seconds are impossible to keep to",
            remedy="let the longest be at least twice the shortest",
        )


def _joined(edges: Sequence[float], shortest: float) -> list[float]:
    """The edges without those that would make a span too short; first and last always stay."""
    kept = [edges[0]]
    for edge in edges[1:]:
        # A short span is settled once the length of the span after it is known.
        if len(kept) > 1 and kept[-1] - kept[-2] < shortest:
            before = kept[-2] - kept[-3] if len(kept) > 2 else float("inf")
            after = edge - kept[-1]
            kept.pop(-2 if before <= after else -1)
        kept.append(edge)
    if len(kept) > 2 and kept[-1] - kept[-2] < shortest:
        kept.pop(-2)
    return kept


def _split(start: float, end: float, longest: float) -> Iterator[float]:
    """The ends of equal parts of a span, the last exactly ``end``."""
    # The hair's breadth keeps 15.000000001 s from becoming two halves.
    count = max(1, ceil((end - start) / longest - 1e-6))
    for index in range(1, count):
        yield start + (end - start) * index / count
    yield end
