"""WebVTT chapters: the moments of one video as places to jump to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from footage.export.cuts import Cut
from footage.export.texts import one_line, write_text
from footage.reader import Line
from footage.readers.formats import to_vtt

LONGEST = 80  # characters; a chapter's name stands in a menu


def to_chapters(cuts: Sequence[Cut], title: str) -> str:
    """A cue a moment, in the order of time, called by what is said there or else by ``title``.

    www.w3.org/TR/webvtt1/#introduction-chapters
    """
    ordered = sorted(cuts, key=lambda cut: (cut.first, cut.after))
    named = ((float(cut.start), float(cut.end), cut.text or title) for cut in ordered)
    return chapters_vtt(named)


def chapters_vtt(chapters: Iterable[tuple[float, float, str]]) -> str:
    """WebVTT of starts and ends in seconds and names."""
    return to_vtt(Line(start, end, shortened(name)) for start, end, name in chapters)


def write_chapters(chapters: Iterable[tuple[float, float, str]], target: Path) -> None:
    """Write them to a file. Raises `LibraryUnwritable`."""
    write_text(target, chapters_vtt(chapters))


def shortened(name: str) -> str:
    """A name on one line, at most so long."""
    line = one_line(name)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"
