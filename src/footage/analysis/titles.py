"""What a stretch of speech is about, in a few of its own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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

    Empty where there are no words to choose from.
    """
    weights = class_weights([Counter(_words(text)) for text in texts])
    return [_title(own, text) for own, text in zip(weights, texts, strict=True)]


def class_weights(counts: Sequence[Counter[str]]) -> list[dict[str, float]]:
    """How much each word of each class tells it apart: class-based TF-IDF.

    Its share in the class times the log of how rare it is in all (M. Grootendorst, "BERTopic:
    neural topic modeling with a class-based TF-IDF procedure", arXiv:2203.05794, 2022).
    """
    everywhere: Counter[str] = Counter()
    for own in counts:
        everywhere.update(own)
    mean = everywhere.total() / max(len(counts), 1)
    return [
        {word: n / size * log(1 + mean / everywhere[word]) for word, n in own.items()}
        for own, size in zip(counts, map(Counter.total, counts), strict=True)
    ]


def _title(weights: Mapping[str, float], text: str) -> str:
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
