"""The cuts one after the other, as a sequence of one frame rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from footage.errors import UsageError
from footage.export.cuts import Cut
from footage.export.timecode import (
    STANDARD,
    counted,
    from_timecode,
    has_drop,
    nearest,
    rate_name,
    to_timecode,
)

_USUAL = Fraction(25)  # where no video has a rate of a sequence
_BEGINS = "01:00:00"  # by convention; what is before it is for bars and leader


@dataclass(frozen=True, slots=True)
class Event:
    """A cut, and where it lies in the sequence: in frames of it, from 0."""

    cut: Cut
    at: int
    count: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """A sequence. Its own timecode begins at an hour."""

    title: str
    rate: Fraction
    drop: bool
    events: tuple[Event, ...]

    @property
    def start(self) -> int:
        """The frame number of its first timecode."""
        return from_timecode(f"{_BEGINS}{';' if self.drop else ':'}00", self.rate)

    @property
    def frames(self) -> int:
        """How long it is."""
        return sum(event.count for event in self.events)

    def timecode(self, frame: int) -> str:
        """The timecode of a frame of it."""
        return to_timecode(self.start + frame, self.rate, drop=self.drop)


def timeline_of(
    cuts: Sequence[Cut], *, title: str, rate: Fraction | None = None, drop: bool | None = None
) -> Timeline:
    """Put cuts in a row.

    Without a ``rate`` it is the one of most of the footage, by its length. A cut of another rate
    keeps its duration in seconds, to the nearest frame of the sequence. Without ``drop``, 29.97
    and 59.94 are counted in drop-frame timecode unless footage of that rate mostly counts without.
    Raises `UsageError` for drop-frame at a rate that has none.
    """
    rate = rate or _rate_of_most(cuts)
    if drop and not has_drop(rate):
        raise UsageError(
            f"there is no drop-frame timecode at {rate_name(rate)} frames a second",
            remedy="it is for 29.97 and 59.94",
        )
    events, at = [], 0
    for cut in cuts:
        count = max(1, nearest(cut.count / cut.source.rate * rate))
        events.append(Event(cut, at, count))
        at += count
    return Timeline(title, rate, _drops(cuts, rate) if drop is None else drop, tuple(events))


def _rate_of_most(cuts: Sequence[Cut]) -> Fraction:
    seconds: Counter[Fraction] = Counter()
    for cut in cuts:
        # of what is faster or slower than any sequence, the rate that its timecode counts at
        rate = cut.source.rate if cut.source.rate in STANDARD else counted(cut.source.rate)
        if rate in STANDARD:
            seconds[rate] += cut.count / cut.source.rate  # type: ignore[assignment]
    return max(seconds, key=lambda rate: seconds[rate], default=_USUAL)


def _drops(cuts: Sequence[Cut], rate: Fraction) -> bool:
    if not has_drop(rate):
        return False
    known = [
        cut.source.drop
        for cut in cuts
        if cut.source.recording.timecode and counted(cut.source.rate) == rate
    ]
    return not known or 2 * sum(known) >= len(known)
