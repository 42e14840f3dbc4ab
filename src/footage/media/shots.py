"""Where one shot ends and the next begins, and the spans of time that are made of it."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, isfinite
from typing import cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from footage.errors import UsageError
from footage.media.cuts import LAG_SECONDS, RETURN_SECONDS, Changes, find_boundaries
from footage.media.frames import RGBImage
from footage.media.pixels import ONE_THREAD

# Enough points for a histogram: twice as many found no more shots. FAST_BILINEAR takes them in a
# tenth of the time of AREA, which found no more either.
_GRID = (48, 27)

# 8 levels a channel: coarser misses dissolves, finer sees noise as change.
_BITS = 3
_BINS = 1 << 3 * _BITS

# Looking at more than about 30 frames a second finds the same shots for twice the time.
_STEP_SECONDS = 0.03

_Histogram = NDArray[np.float32]


class ShotDetector:
    """Finds cuts, dissolves and fades in a stream of frames, keeping 20 bytes a frame."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()
        self._recent: deque[tuple[float, _Histogram]] = deque()
        self._times = array("d")
        #: distances, and over how many seconds
        self._changes = [(array("f"), lag) for lag in (0.0, LAG_SECONDS, RETURN_SECONDS)]

    def push(self, time: float, frame: VideoFrame) -> None:
        """Take in the next decoded frame, shown from ``time`` (seconds) on."""
        if self._times and time < self._times[-1] + _STEP_SECONDS:
            return
        histogram = self._histogram(frame)
        recent = self._recent
        for series, lag in self._changes:
            series.append(_distance(histogram, _newest(recent, time - lag)))
        recent.append((time, histogram))
        self._times.append(time)
        while len(recent) > 1 and recent[1][0] <= time - RETURN_SECONDS:
            recent.popleft()

    def boundaries(self) -> list[float]:
        """Seconds at which new shots begin, rising; the start of the video is none."""
        times = np.array(self._times, dtype=np.float64)
        step, lag, back = (np.array(series, dtype=np.float64) for series, _ in self._changes)
        return find_boundaries(Changes(times, step, lag, back))

    def _histogram(self, frame: VideoFrame) -> _Histogram:
        width, height = _GRID
        small = self._reformatter.reformat(
            frame, width, height, "rgb24", interpolation=Interpolation.FAST_BILINEAR, **ONE_THREAD
        )
        pixels = cast(RGBImage, small.to_ndarray())
        levels = pixels.astype(np.intp) >> (8 - _BITS)
        bins = (levels[..., 0] << 2 * _BITS) | (levels[..., 1] << _BITS) | levels[..., 2]
        counts = np.bincount(bins.ravel(), minlength=_BINS)
        return (counts / bins.size).astype(np.float32)


def _newest(recent: deque[tuple[float, _Histogram]], until: float) -> _Histogram | None:
    """The newest histogram from ``until`` or before; the oldest one if all are newer."""
    for time, histogram in reversed(recent):
        if time <= until + 1e-6:
            return histogram
    return recent[0][1] if recent else None


def _distance(one: _Histogram, other: _Histogram | None) -> float:
    return 0.0 if other is None else float(np.abs(one - other).sum()) / 2


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
