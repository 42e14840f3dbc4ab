"""What a stretch of speech is about, in a few of its own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

from footage.index.stems import STOP_WORDS, WORD

WORDS = 3  # of a title
_LEAST = 3  # letters of a word that says something
_FILLERS = """
    after again all also another any because before being come could even every get give goes going
    gone got here just know let like made make many may might more most much must never nor not now
    off okay once one only other out over own really said say see should some still such take tell
    than thing things think too two under until upon very want way well went while whom whose why
    yeah yes yet
"""
_UNTOLD = STOP_WORDS | frozenset(_FILLERS.split())


def titles(texts: Sequence[str]) -> list[str]:
    """For each text the words that it has more of than the others, in the order they come.

    Words are weighed by class-based TF-IDF (Grootendorst, arXiv:2203.05794): their share in the
    text times the log of how rare they are in all. Empty where there are no words to choose from.
    """
    bags = [Counter(_words(text)) for text in texts]
    total = sum(bags, Counter[str]())
    mean = sum(total.values()) / len(bags) if bags else 0.0
    return [_title(bag, total, mean, text) for bag, text in zip(bags, texts, strict=True)]


def _title(bag: Counter[str], total: Counter[str], mean: float, text: str) -> str:
    size = sum(bag.values())
    weights = {word: n / size * log(1 + mean / total[word]) for word, n in bag.items()}
    best = sorted(weights, key=lambda word: (-weights[word], text.lower().find(word)))[:WORDS]
    written = {word.lower(): word for word in reversed(WORD.findall(text))}
    ordered = sorted(best, key=lambda word: text.lower().find(word))
    joined = ", ".join(written.get(word, word) for word in ordered)
    return joined[:1].upper() + joined[1:]


def _words(text: str) -> list[str]:
    return [
        word
        for word in (found.lower() for found in WORD.findall(text))
        if len(word) >= _LEAST and word not in _UNTOLD and not word.isdecimal()
    ]
