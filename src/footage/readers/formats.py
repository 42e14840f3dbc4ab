"""A transcript as a file: plain text, SubRip (``.srt``) or WebVTT (``.vtt``).

What is written reads back the same, with one exception: white space at the ends of lines, and
lines with nothing else in them, cannot be told from the format's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from footage.reader import Line

# A player shows a text for no time at all as little as one that was never written.
_SHORTEST_MILLISECONDS = 1

# SubRip has no escapes. A character without width keeps players from taking these for markup.
_JOINER = "\u2060"
_SRT_MARKUP = re.compile(r"<|\{|\\(?=[Nnh{\\])|-(?=->)")
_VTT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u2060\ud800-\udfff]")


def to_txt(lines: Iterable[Line]) -> str:
    """The texts alone, in order, a line each."""
    return "".join(" ".join(_rows(line)) + "\n" for line in _shown(lines))


def to_srt(lines: Iterable[Line]) -> str:
    """SubRip: numbers, times with a comma, texts; what would be markup is made harmless."""
    return "\n".join(
        f"{number}\n{_times(line, ',')}\n{_harmless(line)}\n"
        for number, line in enumerate(_shown(lines), 1)
    )


def to_vtt(lines: Iterable[Line]) -> str:
    """WebVTT, what is markup there escaped (https://www.w3.org/TR/webvtt1/)."""
    cues = (
        f"\n{_times(line, '.')}\n" + "\n".join(_rows(line)).translate(_VTT_ESCAPES) + "\n"
        for line in _shown(lines)
    )
    return "WEBVTT\n" + "".join(cues)


FORMATS: Mapping[str, Callable[[Iterable[Line]], str]] = MappingProxyType(
    {"txt": to_txt, "srt": to_srt, "vtt": to_vtt}
)
"""What writes a transcript, by the suffix of its file."""


def _shown(lines: Iterable[Line]) -> list[Line]:
    """Lines with something to read in them, in the order of their starts."""
    return sorted((line for line in lines if _rows(line)), key=lambda line: line.start)


def _rows(line: Line) -> list[str]:
    rows = _NOT_TEXT.sub("", line.text).split("\n")
    return [row for raw in rows if (row := " ".join(raw.split()))]


def _harmless(line: Line) -> str:
    return _SRT_MARKUP.sub(lambda found: found[0] + _JOINER, "\n".join(_rows(line)))


def _times(line: Line, point: str) -> str:
    start = max(0, round(line.start * 1000))
    end = max(start + _SHORTEST_MILLISECONDS, round(line.end * 1000))
    return f"{_clock(start, point)} --> {_clock(end, point)}"


def _clock(milliseconds: int, point: str) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{thousandths:03}"
