"""Libraries of held-out pictures, asked for what is in them and for what is not.

Each picture is a segment of three frames: all of it, and two views of a part. What is found is
measured as the product measures it (`footage.search.confidence.Scale`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from benchmarks.kinds import KINDS, groups, words
from footage.index.unit import unit
from footage.search.background import Sample
from footage.search.bank import SENTENCES
from footage.search.confidence import Scale

SIZES = {30: 6, 100: 3, 300: 2}  # pictures of a library, and how many such libraries
SHOWN = 5  # moments of a query
MOST_ASKED = 100  # captions of what is there, and as many of what is not
CAPTION, WORD = "caption", "word"

Encode = Callable[[str], np.ndarray]


class Shown(NamedTuple):
    """A moment as it would be shown."""

    kind: str
    there: bool
    """Whether the library has what is asked for."""
    rank: int
    right: bool
    level: float
    height: float
    alone: float
    """The height without a bank of sentences."""


@dataclass(frozen=True)
class Shelf:
    """Pictures: views, unit vectors [n, 3, d], and the captions of each."""

    views: np.ndarray
    captions: Sequence[Sequence[str]]


class _Library:
    def __init__(self, shelf: Shelf, chosen: Sequence[int], bank: np.ndarray) -> None:
        views = shelf.views[list(chosen)].astype(np.float32)
        count = len(views)
        frames = unit(views.reshape(-1, views.shape[2]))
        first = np.arange(0, 3 * count, 3, dtype=np.int64)
        self._sample = Sample(unit(views.mean(axis=1)), frames, first)
        self._scale = Scale(self._sample, bank, count)
        self._alone = Scale(self._sample, None, count)

    def shown(self, kind: str, query: np.ndarray, answers: set[int]) -> Iterator[Shown]:
        scores = self._sample.scores(query[None])[0]
        best = np.argsort(-scores)[:SHOWN]
        measured = _measured(self._scale, self._alone, query, scores[best])
        for rank, (at, figures) in enumerate(zip(best.tolist(), measured, strict=True)):
            yield Shown(kind, bool(answers), rank, at in answers, *figures)


def simulated(shelf: Shelf, encode: Encode, *, seed: str) -> list[Shown]:
    """What is shown of every query in libraries of all sizes."""
    dice = random.Random(seed)
    bank = np.stack([encode(sentence) for sentence in SENTENCES])
    return [
        shown
        for size, times in SIZES.items()
        for _ in range(times)
        for shown in _asked(shelf, encode, bank, dice, size)
    ]


def _asked(
    shelf: Shelf, encode: Encode, bank: np.ndarray, dice: random.Random, size: int
) -> Iterator[Shown]:
    order = dice.sample(range(len(shelf.views)), len(shelf.views))
    inside, outside = order[:size], order[size:]
    library = _Library(shelf, inside, bank)
    asked = min(MOST_ASKED, len(inside), len(outside))
    for place, at in enumerate(inside[:asked]):
        yield from library.shown(CAPTION, encode(dice.choice(shelf.captions[at])), {place})
    for at in outside[:asked]:
        yield from library.shown(CAPTION, encode(dice.choice(shelf.captions[at])), set())
    for kind in KINDS:
        for group in groups(kind):
            named = [sum(bool(words(c) & set(group)) for c in shelf.captions[at]) for at in inside]
            answers = {place for place, count in enumerate(named) if count >= 2}
            if answers or not any(named):
                yield from library.shown(WORD, encode(group[0]), answers)


def passages(shelf: Shelf, encode: Encode, *, seed: str) -> list[Shown]:
    """The same for texts: one caption of each picture is said, another asked for."""
    dice = random.Random(seed)
    bank = np.stack([encode(sentence) for sentence in SENTENCES])
    found: list[Shown] = []
    for size, times in SIZES.items():
        for _ in range(times):
            inside = min(size, len(shelf.captions) // 2)
            order = dice.sample(range(len(shelf.captions)), 2 * inside)
            pairs = [dice.sample(list(shelf.captions[at]), 2) for at in order]
            said = np.stack([encode(one) for one, _ in pairs[:inside]]).astype(np.float32)
            asked = [encode(other).astype(np.float32) for _, other in pairs]
            found += _heard(said, bank, asked)
    return found


def _heard(said: np.ndarray, bank: np.ndarray, asked: Sequence[np.ndarray]) -> Iterator[Shown]:
    """What is shown of each query; the first so many are of what is said, in order."""
    scale, alone = (Scale(Sample.of_vectors(said), some, len(said)) for some in (bank, None))
    for place, query in enumerate(asked):
        scores = said @ query
        best = np.argsort(-scores)[:SHOWN]
        measured = _measured(scale, alone, query, scores[best])
        for rank, (at, figures) in enumerate(zip(best.tolist(), measured, strict=True)):
            yield Shown(CAPTION, place < len(said), rank, at == place, *figures)


def _measured(
    scale: Scale, alone: Scale, query: np.ndarray, scores: np.ndarray
) -> list[tuple[float, float, float]]:
    """Level, height, and height without a bank, of each score."""
    both, one = scale.measured(query, scores.tolist()), alone.measured(query, scores.tolist())
    if both is None or both.level is None or one is None:
        raise ValueError(f"a library of {len(scores)} is too small to tell by")
    columns = both.level.tolist(), both.height.tolist(), one.height.tolist()
    return list(zip(*columns, strict=True))
