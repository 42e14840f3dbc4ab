"""Where in a passage the words of a query stand."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from footage.index.stems import WORD, Stemmer, Token


class Match(NamedTuple):
    """What of a query stands in a passage, and in which of its lines."""

    tokens: frozenset[int]
    """Which of the query's tokens, by their places."""
    first: int
    last: int
    """The lines, both included: as few as hold all the words."""
    words: tuple[str, ...]
    """The words as they stand in these lines."""


class Matcher:
    """Finds the words of one query in passages."""

    def __init__(self, tokens: Sequence[Token], stemmer: Stemmer) -> None:
        self._tokens = tokens
        self._stemmer = stemmer

    def match(self, texts: Sequence[str]) -> list[Match]:
        """What stands in each passage, given as its lines."""
        likely = [self._likely(text) for text in texts]
        stems = self._stemmer.stems(word for words in likely for _, word in words)
        fits = {word: self._fitting(stem) for word, stem in stems.items()}
        return [_match(text, words, fits) for text, words in zip(texts, likely, strict=True)]

    def _likely(self, text: str) -> list[tuple[int, str]]:
        """Words, with their places, that may be the query's; all others are passed over quickly."""
        pattern = self._beginnings if text.isascii() else WORD
        return [(found.start(), found[0]) for found in pattern.finditer(text)]

    @cached_property
    def _beginnings(self) -> re.Pattern[str]:
        # a stem differs from its word at the end alone, beyond the second letter
        starts = {
            re.escape(token.stem[:2]) + "[^\\W_]*" * (len(token.stem) > 1) for token in self._tokens
        }
        one_of = "|".join(sorted(starts))
        return re.compile(rf"(?<![^\W_])(?:{one_of})(?![^\W_])", re.IGNORECASE)

    def _fitting(self, stem: str) -> frozenset[int]:
        fits = (place for place, token in enumerate(self._tokens) if token.fits(stem))
        return frozenset(fits) if stem else frozenset()


def _match(
    text: str, likely: Sequence[tuple[int, str]], fits: Mapping[str, frozenset[int]]
) -> Match:
    found = [(at, word) for at, word in likely if fits[word]]
    ends = list(accumulate(len(line) + 1 for line in text.split("\n")))
    lines = [bisect_right(ends, at) for at, _ in found]
    held: dict[int, frozenset[int]] = {}
    for line, (_, word) in zip(lines, found, strict=True):
        held[line] = held.get(line, frozenset()) | fits[word]
    wanted: frozenset[int] = frozenset().union(*held.values())
    first, last = _tightest(held, wanted)
    words = dict.fromkeys(
        word for line, (_, word) in zip(lines, found, strict=True) if first <= line <= last
    )
    return Match(wanted, first, last, tuple(words))


def _tightest(held: Mapping[int, frozenset[int]], wanted: frozenset[int]) -> tuple[int, int]:
    """The first of the shortest runs of lines that hold all wanted tokens."""
    lines = list(held)
    for line in lines:  # mostly one does
        if held[line] == wanted:
            return line, line
    best = (lines[0], lines[-1]) if lines else (0, 0)
    for at, first in enumerate(lines):
        seen: frozenset[int] = frozenset()
        for last in lines[at:]:
            seen |= held[last]
            if seen == wanted:
                best = min(best, (first, last), key=lambda run: run[1] - run[0])
                break
    return best
