"""Passages: stretches of a reading that are searched as one text.

A line alone is too short to be understood; a whole transcript says too much at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from footage.reader import Line

LONGEST_SECONDS = 12.0  # about two sentences of speech
MOST_WORDS = 40  # about 60 of the 128 tokens that a sentence's vector is made of
GAP_SECONDS = 3.0  # a pause, after which something else is spoken of
MOST_SHOWN_SECONDS = 60.0  # texts that overlap for longer, as a channel's logo does, are parted
MOST_SHOWN_LINES = 30

_WORD = re.compile(r"[^\W\d_]{2}")
_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Passage:
    """Texts that belong together: one or more lines, in the order of their starts."""

    spans: tuple[tuple[float, float], ...]
    """Start and end of each line, in seconds."""
    texts: tuple[str, ...]
    """The lines, without line breaks; as many as ``spans``."""

    @property
    def start(self) -> float:
        """Seconds since the start of the video."""
        return self.spans[0][0]

    @property
    def end(self) -> float:
        """Seconds; that of the line that ends last."""
        return max(end for _, end in self.spans)

    @property
    def text(self) -> str:
        """All of it, a line each."""
        return "\n".join(self.texts)


def has_meaning(text: str) -> bool:
    """Whether there is a word in a text: a number alone is like any other, whatever is asked."""
    return _WORD.search(text) is not None


def passages_of(modality: str, lines: Iterable[Line]) -> list[Passage]:
    """The passages of a reading; every line with something to read is in at least one."""
    shown = sorted(_clean(lines), key=lambda line: (line.start, line.end))
    groups = _shown_together(shown) if modality == "screen" else _said_together(shown)
    return [
        Passage(tuple((line.start, line.end) for line in group), tuple(line.text for line in group))
        for group in groups
    ]


def _clean(lines: Iterable[Line]) -> Iterator[Line]:
    for line in lines:
        text = " ".join(_NOT_TEXT.sub(" ", unicodedata.normalize("NFC", line.text)).split())
        if text:
            yield Line(line.start, max(line.start, line.end), text)


def _said_together(lines: list[Line]) -> Iterator[list[Line]]:
    """Lines up to a length. The last is the next one's first, for what is said across the two."""
    group: list[Line] = []
    fresh = False  # whether the group has a line that was in none before
    for line in lines:
        if group and line.start - max(one.end for one in group) > GAP_SECONDS:
            if fresh:
                yield group
            group, fresh = [], False
        elif group and fresh and _is_long([*group, line]):
            yield group
            group, fresh = [group[-1]], False
        group.append(line)
        fresh = True
    if fresh:
        yield group


def _is_long(group: list[Line]) -> bool:
    words = sum(len(line.text.split()) for line in group)
    return words > MOST_WORDS or group[-1].end - group[0].start > LONGEST_SECONDS


def _shown_together(lines: list[Line]) -> Iterator[list[Line]]:
    """Texts that are on the screen at the same time, each beside one that was there before it."""
    group: list[Line] = []
    until = 0.0
    for line in lines:
        apart = group and (
            line.start >= until
            or line.start - group[0].start > MOST_SHOWN_SECONDS
            or len(group) >= MOST_SHOWN_LINES
        )
        if apart:
            yield group
            group, until = [], 0.0
        group.append(line)
        until = max(until, line.end)
    if group:
        yield group
