"""The probability that a moment matches, and whether anything does.

A cosine has no fixed scale: 0.3 is high for one model or library, and low for another. What it
means shows beside what cannot match, so a score is compared

- with what unrelated sentences score in a sample of the library: its level;
- with what the same query scores there, where nearly all is unrelated: its height.

Both in standard deviations, and above the best that unrelated sentences find in the library: the
best of many is high by chance, the more so the larger the library.

A logistic model turns the two into a probability. Comparing with the same query elsewhere is the
z-norm of speaker verification, with other queries its t-norm (R. Auckenthaler, M. Carey, H.
Lloyd-Thomas, "Score normalization for text-independent speaker verification systems", Digital
Signal Processing 10, 2000); the sigmoid over a score is J. Platt's ("Probabilistic outputs for
support vector machines", 1999). Where the coefficients come from is in ``benchmarks/README.md``.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from footage.embedder import Route, Vector, Vectors, VideoEmbedding
from footage.index.segments import Hit
from footage.search.background import Background, Sample, drawn, load, saved

log = logging.getLogger(__name__)

FOUND = 0.43
"""Of captions of what is absent, one in ten finds a moment so probable (`benchmarks/README.md`)."""
FEWEST = 20  # segments of a library, of which alone something can be said
PRIOR = 10  # what the bank says of mean and deviation counts as so many segments
LEAST_DEVIATION = 1e-3  # in cosine; of less, rounding would decide
ROUNDING = 1e-5  # of the scores of hits
BOUND = 12.0  # of log odds, approached and never reached


class Model(NamedTuple):
    """Coefficients of the log odds."""

    bias: float
    level: float
    height: float


SEEN = Model(-1.85, 1.11, 0.51)
SEEN_ALONE = Model(-1.03, 0.0, 1.66)
MEANT = Model(-2.39, 0.51, 1.62)
# Reasoned, not fitted: all words of a query 0.80, all in a row 0.95, half of their weight 0.15.
WORDS_BIAS, WORDS_SHARE, WORDS_PHRASE = -4.85, 6.24, 1.56


class Measured(NamedTuple):
    """How far scores [n] stand above the best that unrelated sentences find, in deviations."""

    level: NDArray[np.float64] | None
    """Of what such sentences score; None without any."""
    height: NDArray[np.float64]
    """Of what the same query scores elsewhere."""


class Scored(Protocol):
    """What was found, with a cosine or the share of the words."""

    @property
    def score(self) -> float:
        """What it was found with."""
        ...


class Worded(Scored, Protocol):
    """What was found by words."""

    @property
    def phrase(self) -> bool:
        """Whether all words of the query stand there in a row."""
        ...


class Scale:
    """What cosines mean in one sample of a library of so many segments."""

    def __init__(self, sample: Sample, bank: Vectors | None, size: int) -> None:
        """``bank`` are unrelated sentences' unit vectors [b, dimension]; None where there are none.

        ``size`` is how many the sample was drawn from.
        """
        self._sample = sample
        self._size = max(size, len(sample), 2)
        self._bank = None
        if bank is not None and len(sample):
            scores = sample.scores(bank)
            self._bank = float(scores.mean()), max(float(scores.std()), LEAST_DEVIATION)
            means, deviations = self._moments(scores.mean(axis=1), scores.std(axis=1))
            best = float(((scores.max(axis=1) - means) / deviations).mean())
            # the best of a sample lies lower than the best of the whole, by about this much
            self._best = best + _expected_best(self._size) - _expected_best(max(len(sample), 2))

    def probabilities(
        self, query: Vector, scores: Sequence[float], *, model: Model, alone: Model
    ) -> list[float | None]:
        """That a candidate of each score matches; rising strictly with the score.

        ``alone`` is the model without a bank. None where there is too little to tell by.
        """
        measured = self.measured(query, scores)
        if measured is None:
            return [None] * len(scores)
        if measured.level is None:
            odds = alone.bias + alone.height * measured.height
        else:
            odds = model.bias + model.level * measured.level + model.height * measured.height
        if not np.isfinite(odds).all():
            return [None] * len(scores)
        return [_sigmoid(float(value)) for value in odds]

    def measured(self, query: Vector, scores: Sequence[float]) -> Measured | None:
        """What the models are given of each score; None where there is too little to tell by."""
        if len(self._sample) == 0 or (self._bank is None and len(self._sample) < FEWEST):
            return None
        given = np.asarray(scores, dtype=np.float64)
        own = self._sample.scores(query[None])[0]
        mean, deviation = self._moments(np.array([own.mean()]), np.array([own.std()]))
        z = (given - mean) / deviation
        if self._bank is None:
            return Measured(None, z - _expected_best(self._size))
        level = (given - self._bank[0]) / self._bank[1]
        return Measured(level - self._best, z - self._best)

    def score_of_rank(self, query: Vector, rank: int) -> float:
        """About the score that the hit of this rank, from 1, has in the whole library.

        Never above that of a hit that looks the same: those are rounded.
        """
        scores = np.sort(self._sample.scores(query[None])[0])[::-1]
        at = min(rank * len(scores) // self._size, len(scores) - 1)
        return float(scores[at]) - ROUNDING

    def _moments(self, means: Vectors, deviations: Vectors) -> tuple[Vectors, Vectors]:
        """Means and deviations [q] of queries; of few segments, drawn towards those of the bank."""
        if self._bank is not None:
            mean, deviation = self._bank
            weight = PRIOR / (PRIOR + len(self._sample))
            means = (1 - weight) * means + weight * mean
            deviations = np.sqrt((1 - weight) * deviations**2 + weight * deviation**2)
        return means, np.maximum(deviations, LEAST_DEVIATION)


class Confidence:
    """Probabilities for the hits of one library in its embedder's own space.

    The background is drawn when first asked for, and again when the library has changed. A search
    never fails for want of it: probabilities are None then.
    """

    def __init__(
        self,
        *,
        path: Path,
        dimension: int,
        held: Callable[[], Mapping[str, int]],
        read: Callable[[str], VideoEmbedding],
        bank: Callable[[], Vectors] | None,
    ) -> None:
        """``path`` is where the background is kept, ``held`` the segments of each video by id.

        ``read`` reads a video's vectors; ``bank`` makes those of unrelated sentences [b,
        dimension], and is None where that costs requests to a service.
        """
        self._path = path
        self._dimension = dimension
        self._held = held
        self._read = read
        self._encode = bank
        self._lock = threading.Lock()
        self._background: Background | None = None
        self._bank: Vectors | None = None
        self._scales: dict[tuple[Route, bool], Scale] = {}

    def probabilities(
        self, query: Vector, hits: Sequence[Hit], *, text: bool = True
    ) -> list[float | None]:
        """That each hit matches; ``text`` says whether the query's vector is of text alone."""
        try:
            with self._lock:
                self._refresh()
                scales = {route: self._scale(route, text) for route in {hit.route for hit in hits}}
            chances: list[float | None] = [None] * len(hits)
            for route, scale in scales.items():
                rows = [row for row, hit in enumerate(hits) if hit.route == route]
                found = [] if scale is None else scale.probabilities(
                    query, [hits[row].score for row in rows], model=SEEN, alone=SEEN_ALONE
                )  # fmt: skip
                for row, chance in zip(rows, found, strict=False):
                    chances[row] = chance
        except Exception as error:  # noqa: BLE001 - whatever it is, what was found is found
            log.warning("no probabilities: %s", error)
            return [None] * len(hits)
        return chances

    def score_of_rank(self, query: Vector, route: Route, rank: int) -> float | None:
        """About the score that the hit of this rank has in the whole library; None if unknown."""
        try:
            with self._lock:
                self._refresh()
                scale = self._scale(route, text=False)
        except Exception as error:  # noqa: BLE001 - whatever it is, what was found is found
            log.warning("no background: %s", error)
            return None
        return None if scale is None else scale.score_of_rank(query, rank)

    def _refresh(self) -> None:
        held = self._held()
        segments = sum(held.values())
        if self._background is None:
            kept = load(self._path, self._dimension)
            self._background, self._bank = (None, None) if kept is None else kept
        incomplete = self._bank is None and self._encode is not None
        if self._background is not None and self._background.is_like(segments) and not incomplete:
            return
        if incomplete and self._encode is not None:
            self._bank = self._encode()
        background = drawn(held, self._read, seed=self._path.stem)
        self._scales = {}
        self._background, self._bank = saved(self._path, self._dimension, background, self._bank)

    def _scale(self, route: Route, text: bool) -> Scale | None:
        background = self._background
        if background is None or route not in background.samples:
            return None
        if (route, text) not in self._scales:
            sample = background.samples[route]
            bank = self._bank if text else None
            self._scales[route, text] = Scale(sample, bank, background.segments)
        return self._scales[route, text]


class TextConfidence:
    """Probabilities for passages of text."""

    def __init__(
        self,
        *,
        sample: Callable[[str], tuple[Vectors, int]],
        bank: Callable[[], Vectors],
    ) -> None:
        """``sample`` gives passages' vectors [n, dimension] of a modality, and how many there are.

        ``bank`` makes the vectors of unrelated sentences [b, dimension].
        """
        self._sample = sample
        self._encode = bank
        self._bank: Vectors | None = None
        self._scales: dict[str, tuple[int, Scale]] = {}

    def of_words(self, hits: Sequence[Worded]) -> list[float | None]:
        """By the share of the query's words, weighed by rarity, and whether they are in a row."""
        return [
            _sigmoid(WORDS_BIAS + WORDS_SHARE * hit.score + WORDS_PHRASE * hit.phrase)
            for hit in hits
        ]

    def of_meaning(
        self, vector: Vector, hits: Sequence[Scored], *, modality: str
    ) -> list[float | None]:
        """By cosine with the query's unit vector [dimension]."""
        if not hits:
            return []
        scale = self._scale(modality)
        scores = [hit.score for hit in hits]
        return scale.probabilities(vector, scores, model=MEANT, alone=SEEN_ALONE)

    def _scale(self, modality: str) -> Scale:
        vectors, size = self._sample(modality)
        kept = self._scales.get(modality)
        if kept is None or abs(size - kept[0]) > kept[0] / 4:
            if self._bank is None:
                self._bank = self._encode()
            kept = size, Scale(Sample.of_vectors(vectors), self._bank, size)
            self._scales[modality] = kept
        return kept[1]


def is_found(probability: float | None) -> bool:
    """Whether a best moment of this probability is worth calling found; unknown ones are."""
    return probability is None or probability >= FOUND


def _expected_best(count: int) -> float:
    """About the largest of so many standard normal numbers (H. Cramer, 1946, 28.6)."""
    return math.sqrt(2 * math.log(max(count, 2)))


def _sigmoid(odds: float) -> float:
    # x / (1 + |x/b|^3)^(1/3): the log odds themselves where they are small, and strictly rising
    bounded = odds / (1 + abs(odds / BOUND) ** 3) ** (1 / 3)
    return 1 / (1 + math.exp(-bounded))
