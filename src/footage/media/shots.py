"""Where one shot ends and the next begins, and the spans of time that are made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, isfinite

from av.video.frame import VideoFrame

from footage.errors import UsageError


class ShotDetector:
    """Placeholder while the detector is being tuned."""

    def push(self, time: float, frame: VideoFrame) -> None:
        """Take in the next frame."""

    def boundaries(self) -> list[float]:
        """Seconds."""
        return []


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
