"""What is said or written in a cut, where it was found by that: the lines that are on during it.

What a moment was found by may begin before it or end after it, or lie beside it altogether.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache

from footage.export.cuts import Cut
from footage.reader import Line
from footage.search.moments import Evidence

Lines = Callable[[str, str], Sequence[Line] | None]
"""By a video's id and a modality the lines of its reading; None where there is none now."""


def quoting(cuts: Iterable[Cut], lines: Lines) -> list[Cut]:
    """The cuts with their texts."""
    read = cache(lines)
    return [replace(cut, text=_quote(cut, read)) for cut in cuts]


def _quote(cut: Cut, read: Lines) -> str:
    """Of the first text it was found by that is on during it, what is."""
    texts = (_on(cut, each, read) for each in cut.moment.evidence if each.text)
    return next((text for text in texts if text), "")


def _on(cut: Cut, found: Evidence, read: Lines) -> str:
    lines = read(cut.source.video.video_id, found.modality)
    if lines is None:  # all that is known is when the whole of it is on
        whole = cut.start <= found.start and found.end <= cut.end
        return found.text or "" if whole else ""
    own = (
        line for line in lines if line.start <= found.end and line.end >= found.start and line.text
    )
    return "\n".join(line.text for line in own if _overlaps(cut, line))


def _overlaps(cut: Cut, line: Line) -> bool:
    """Whether a line is on for half a frame of a cut, to which its edges were rounded, or more."""
    least = 1 / (2 * cut.source.rate)
    start, end = Fraction(line.start), Fraction(max(line.end, line.start))
    if end - start < least:
        return cut.start <= start < cut.end
    return min(end, cut.end) - max(start, cut.start) >= least
