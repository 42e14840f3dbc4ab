"""Moments as frames of their videos: with handles, within the video, joined where they overlap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from footage.arguments import is_number
from footage.errors import UsageError
from footage.export.sources import Source
from footage.export.timecode import nearest
from footage.paths import printable
from footage.search.moments import Moment

MOST_HANDLES = 3600  # seconds; more is a slip
_SECONDS = re.compile(r"([\d.]+)\s*s(?:ec(?:onds?)?)?", re.ASCII | re.IGNORECASE)
_FRAMES = re.compile(r"(\d{1,6})\s*f(?:rames)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Handles:
    """What is taken along before and after a moment: seconds, or frames of its video."""

    amount: Fraction
    in_frames: bool = False

    @classmethod
    def of(cls, value: object) -> Handles:
        """``1.5``, ``"1.5"`` or ``"1.5 s"`` seconds, ``"12f"`` frames. Raises `UsageError`."""
        if isinstance(value, str) and (found := _FRAMES.fullmatch(value.strip())):
            return cls(Fraction(int(found[1])), in_frames=True)
        if isinstance(value, str) and (found := _SECONDS.fullmatch(value.strip())):
            value = found[1]
        try:
            number = float(value) if isinstance(value, str) or is_number(value) else -1.0
        except ValueError:
            number = -1.0
        if not is_number(number) or not 0 <= number <= MOST_HANDLES:
            raise UsageError(
                f"handles of {str(value)[:50]!r} cannot be",
                remedy="give seconds, or 12f for frames",
            )
        return cls(Fraction(number))

    def frames(self, rate: Fraction) -> int:
        """How many frames that is at a rate."""
        return int(self.amount) if self.in_frames else nearest(self.amount * rate)


NO_HANDLES = Handles(Fraction(0))


@dataclass(frozen=True, slots=True)
class Cut:
    """A moment as frames [``first``, ``first + count``) of its video."""

    source: Source
    moment: Moment
    first: int
    count: int
    text: str = ""
    """What is said or written in it, where it was found by that; see `quotes`."""

    @property
    def after(self) -> int:
        """The first frame that is not of it."""
        return self.first + self.count

    @property
    def start(self) -> Fraction:
        """Seconds into the file at which it begins."""
        return self.source.seconds_at(self.first)

    @property
    def end(self) -> Fraction:
        """Seconds into the file at which it ends."""
        return self.source.seconds_at(self.after)


def cuts_of(
    moments: Iterable[Moment], sources: Mapping[str, Source], *, handles: Handles, merge: bool
) -> list[Cut]:
    """The moments in their order as cuts; with ``merge`` overlapping ones are one.

    Raises `UsageError` for a moment that begins beyond the end of its video.
    """
    cuts = [_cut(moment, sources[moment.video_id], handles) for moment in moments]
    return _merged(cuts) if merge else cuts


def beyond_the_end(moments: Iterable[Moment], sources: Mapping[str, Source]) -> list[str]:
    """What is to be said of moments that end after their videos do, a sentence each."""
    notes = []
    for moment in moments:
        source = sources[moment.video_id]
        lasts = source.video.duration
        if 0 < lasts < moment.end - 1 / source.rate:
            notes.append(
                f"{printable(source.video.title)} lasts {lasts:.1f} s, and a moment ends at "
                f"{moment.end:g} s: it is cut off where the video ends"
            )
    return notes


def _cut(moment: Moment, source: Source, handles: Handles) -> Cut:
    first = source.frame_at(Fraction(moment.start))
    after = source.frame_at(Fraction(moment.end))
    if first >= source.frames and moment.start >= source.video.duration > 0:
        raise UsageError(
            f"{source.video.title} lasts {source.video.duration:.1f} s, and a moment begins at "
            f"{moment.start:g} s",
            remedy="let it begin earlier",
        )
    first = min(first, source.frames - 1)
    after = max(after, first + 1)
    more = handles.frames(source.rate)
    first, after = max(0, first - more), min(source.frames, after + more)
    return Cut(source, moment, first, after - first)


def _merged(cuts: Iterable[Cut]) -> list[Cut]:
    """Each at the place of the first that it was made of, whose moment it keeps."""
    merged: list[Cut] = []
    for cut in cuts:
        # those before touch none of each other, so what touches them all is found at once
        near = [at for at, other in enumerate(merged) if _touch(other, cut)]
        if not near:
            merged.append(cut)
            continue
        parts = [cut, *(merged[at] for at in near)]
        first = min(part.first for part in parts)
        after = max(part.after for part in parts)
        merged[near[0]] = replace(merged[near[0]], first=first, count=after - first)
        merged = [each for at, each in enumerate(merged) if at not in near[1:]]
    return merged


def _touch(one: Cut, other: Cut) -> bool:
    same = one.source is other.source
    return same and one.first <= other.after and other.first <= one.after
