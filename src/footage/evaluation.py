"""How well a library finds what people ask it for, measured on queries whose answers are known."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from footage.any_library import AnyLibrary
from footage.errors import InvalidQuery, NotFound, UsageError
from footage.example import seconds
from footage.search.moments import Moment
from footage.validation import first_wrong

CUTOFFS = (1, 5, 10)
DEPTH = 10  # moments looked at, and the depth of nDCG
OVERLAPS = (0.5, 0.7)  # intersection over union that the first answer must reach
# figures that are the better the higher they are
SHARES = (
    *(f"recall@{cutoff}" for cutoff in CUTOFFS),
    "mrr",
    f"ndcg@{DEPTH}",
    *(f"recall@1_iou{least}" for least in OVERLAPS),
    "mean_iou",
    "found",
    "true_found@0.1",
)
FALSE_FOUND = 0.1  # of the queries that nothing answers: as many may seem to be answered


class Span(BaseModel):
    """A right answer: a stretch of a video in seconds, or without times the whole of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    video: str  # id, beginning of an id, path or file name
    start: float | None = Field(default=None, ge=0, allow_inf_nan=False)  # or as 1:30
    end: float | None = Field(default=None, allow_inf_nan=False)  # beyond the video is its end

    @field_validator("start", "end", mode="before")
    @classmethod
    def _clock(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return seconds(value)
        except InvalidQuery as error:
            raise ValueError(str(error)) from error

    @model_validator(mode="after")
    def _both_or_none(self) -> Span:
        if (self.start is None) != (self.end is None):
            raise ValueError("give both `start` and `end`, or neither")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError("`end` must be after `start`")
        return self


class LabelledQuery(BaseModel):
    """A query, and all stretches of video that answer it, if there are any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: str = Field(min_length=1)
    relevant: tuple[Span, ...]
    """Empty for what the library has nothing of."""
    kind: str = ""  # figures are given by kind too


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one query."""

    query: LabelledQuery
    answers: int
    """How many right answers the library holds."""
    gains: tuple[bool, ...]
    """By rank: whether the moment finds a right answer that no better one has found."""
    overlap: float | None
    """Intersection over union of the first moment; None where the answers have no times."""
    milliseconds: float
    first: Moment | None
    found: bool = True
    """What the search said of its answer."""

    @property
    def is_absent(self) -> bool:
        """Whether nothing answers it, so that the best answer is to find nothing."""
        return not self.query.relevant

    @property
    def rank(self) -> int | None:
        """The place of the first right moment, from 1; None where there is none."""
        return self.gains.index(True) + 1 if True in self.gains else None

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``queries`` in ``eval --json``."""
        return {
            "query": self.query.query,
            "kind": self.query.kind,
            "rank": self.rank,
            "overlap": self.overlap,
            "milliseconds": round(self.milliseconds, 2),
            "found": self.found,
            "first": self.first.to_json() if self.first else None,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came of all queries. Figures are shares from 0 to 1, times in milliseconds."""

    judged: tuple[Judged, ...]
    unknown: Mapping[str, str] = field(default_factory=dict)
    """Queries left out, because the library has none of their videos; and one of those."""

    @property
    def figures(self) -> dict[str, float]:
        """Every figure by name."""
        return _figures(self.judged)

    @property
    def by_kind(self) -> dict[str, dict[str, float]]:
        """The figures of each kind of query, where the queries name kinds."""
        kinds = dict.fromkeys(judged.query.kind for judged in self.judged)
        return {
            kind: _figures([judged for judged in self.judged if judged.query.kind == kind])
            for kind in kinds
            if kind
        }

    def worst(self, count: int) -> list[Judged]:
        """The queries whose first right moment comes last, or not at all."""
        present = [one for one in self.judged if not one.is_absent]
        return sorted(present, key=lambda one: -(one.rank or math.inf))[:count]

    def missed(self, least: Mapping[str, float]) -> dict[str, float]:
        """The figures that are below what was asked, as `check_least` allows it.

        Raises `UsageError` for one that these queries have not.
        """
        check_least(least)
        figures = self.figures
        for name in least:
            if name not in figures:
                why = _unmeasured(name) if self.judged else "no query was judged"
                raise UsageError(
                    f"{name} was not measured: {why}", remedy="add such queries, or leave it out"
                )
        return {name: figures[name] for name, value in least.items() if figures[name] < value}

    def to_json(self) -> dict[str, Any]:
        """The shape of ``eval --json``."""
        return {
            "figures": self.figures,
            "by_kind": self.by_kind,
            "unknown": dict(self.unknown),
            "queries": [judged.to_json() for judged in self.judged],
        }


def read_queries(path: str | Path) -> list[LabelledQuery]:
    """The labelled queries of a file, one JSON object a line; empty lines are passed over.

    Raises `InvalidQuery` naming the line, and `UsageError` for a file that cannot be read.
    """
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()  # some editors begin with a mark
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(f"{path} cannot be read ({reason})", remedy="name a text file") from error
    queries = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            queries.append(LabelledQuery.model_validate_json(line))
        except ValidationError as error:
            raise InvalidQuery(
                f"line {number} of {path} is not a labelled query: {first_wrong(error)}",
                remedy='write {"query": "…", "relevant": [{"video": "…", "start": 1, "end": 2}]}',
            ) from error
    if not queries:
        raise InvalidQuery(f"{path} holds no query", remedy="write one JSON object a line")
    return queries


def evaluate(library: AnyLibrary, queries: Iterable[LabelledQuery]) -> Evaluation:
    """Ask every query and judge the first `DEPTH` moments.

    A moment is right where it overlaps a right stretch of its video. Raises like `Library.search`,
    and `InvalidQuery` for an answer that begins beyond the end of its video, before any is asked.
    """
    judged = []
    unknown = {}
    known = []
    for query in queries:
        answers, strangers = _answers(library, query)
        if answers or not query.relevant:
            known.append((query, answers))
        else:
            unknown[query.query] = strangers[0]
    if known:  # the first search of a process loads the model; asked alike, its answer is kept
        library.search(known[0][0].query, limit=1)
    for query, answers in known:
        began = time.perf_counter()
        result = library.search(query.query, limit=DEPTH)
        took = 1e3 * (time.perf_counter() - began)
        moments = result.moments
        found = [_place(moment) for moment in moments]
        judged.append(
            Judged(
                query,
                answers=len(answers),
                gains=gains(found, answers),
                overlap=first_overlap(found, answers),
                milliseconds=took,
                first=moments[0] if moments else None,
                found=result.found,
            )
        )
    return Evaluation(tuple(judged), unknown)


def check_least(least: Mapping[str, float]) -> None:
    """Raise `UsageError` for what is none of `SHARES`, or no finite number."""
    for name, value in least.items():
        if name not in SHARES:
            raise UsageError(
                f"there is no figure {name!r} to be at least something",
                remedy=f"choose of: {', '.join(SHARES)}",
            )
        if not math.isfinite(value):
            raise UsageError(f"{name} cannot be {value}", remedy="give a number from 0 to 1")


Place = tuple[str, float, float]
"""Video id, start and end in seconds; the whole of a video ends at infinity."""


def iou(one: Place, other: Place) -> float:
    """Temporal intersection over union, 0 to 1 (Gao et al., TALL, ICCV 2017); 0 across videos."""
    if one[0] != other[0]:
        return 0.0
    intersection = min(one[2], other[2]) - max(one[1], other[1])
    union = max(one[2], other[2]) - min(one[1], other[1])
    return max(0.0, intersection) / union if union > 0 else 0.0


def gains(found: Sequence[Place], answers: Sequence[Place]) -> tuple[bool, ...]:
    """By rank, whether a place overlaps an answer that none before it has taken.

    Of several answers it overlaps, a place takes the one it agrees with best.
    """
    left = list(answers)
    result = []
    for place in found:
        touched = [answer for answer in left if _overlaps(place, answer)]
        if touched:
            left.remove(max(touched, key=lambda answer: iou(place, answer)))
        result.append(bool(touched))
    return tuple(result)


def first_overlap(found: Sequence[Place], answers: Sequence[Place]) -> float | None:
    """The best intersection over union of the first place; None where answers have no times."""
    if not all(math.isfinite(end) for _, _, end in answers):
        return None
    return max((iou(found[0], answer) for answer in answers), default=0.0) if found else 0.0


def recall(gains: Sequence[bool], cutoff: int) -> float:
    """1 where a right answer is among the first ``cutoff``, else 0."""
    return float(any(gains[:cutoff]))


def reciprocal_rank(gains: Sequence[bool]) -> float:
    """1 over the place of the first right answer; 0 for none (Voorhees, TREC-8, 1999)."""
    return next((1 / rank for rank, gain in enumerate(gains, start=1) if gain), 0.0)


def ndcg(gains: Sequence[bool], answers: int, depth: int = DEPTH) -> float:
    """Discounted gain over that of the best order (Järvelin and Kekäläinen, TOIS 2002), 0 to 1.

    ``answers`` is how many right ones there are; each counts once.
    """
    discounts = [1 / math.log2(rank + 1) for rank in range(1, depth + 1)]
    got = sum(discount for discount, gain in zip(discounts, gains, strict=False) if gain)
    return got / sum(discounts[: min(answers, depth)])


def _figures(judged: Sequence[Judged]) -> dict[str, float]:
    figures = {"queries": float(len(judged))}
    if not judged:
        return figures
    present = [one for one in judged if not one.is_absent]
    if present:
        figures |= _figures_of_present(present)
    figures |= _figures_of_found(present, [one for one in judged if one.is_absent])
    times = [one.milliseconds for one in judged]
    figures["p50_ms"], figures["p95_ms"] = (float(np.percentile(times, p)) for p in (50, 95))
    return {name: round(value, 4) for name, value in figures.items()}


def _figures_of_present(present: Sequence[Judged]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for cutoff in CUTOFFS:
        figures[f"recall@{cutoff}"] = _mean([recall(one.gains, cutoff) for one in present])
    figures["mrr"] = _mean([reciprocal_rank(one.gains) for one in present])
    figures[f"ndcg@{DEPTH}"] = _mean([ndcg(one.gains, one.answers) for one in present])
    overlaps = [one.overlap for one in present if one.overlap is not None]
    if overlaps:
        for least in OVERLAPS:
            figures[f"recall@1_iou{least}"] = _mean([float(one >= least) for one in overlaps])
        figures["mean_iou"] = _mean(overlaps)
    return figures


def _figures_of_found(present: Sequence[Judged], absent: Sequence[Judged]) -> dict[str, float]:
    """How often something is said to be found, where there is something and where there is not.

    ``confidence@0.1`` is that of the first moment from which one in ten of ``absent`` would seem
    to be found, and ``true_found@0.1`` the share of ``present`` from there on.
    """
    figures: dict[str, float] = {}
    if present:
        figures["found"] = _mean([float(one.found) for one in present])
    if absent:
        figures["false_found"] = _mean([float(one.found) for one in absent])
    true, false = (
        [one.first.confidence for one in some if one.first and one.first.confidence is not None]
        for some in (present, absent)
    )
    if true and false:
        least = float(np.quantile(false, 1 - FALSE_FOUND))
        figures[f"confidence@{FALSE_FOUND}"] = least
        figures[f"true_found@{FALSE_FOUND}"] = _mean([float(one > least) for one in true])
    return figures


def _unmeasured(name: str) -> str:
    if name.startswith("true_found"):
        return "no query is about what the library has nothing of"
    return "no answer has times" if "iou" in name else "no query has an answer"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _answers(library: AnyLibrary, query: LabelledQuery) -> tuple[list[Place], list[str]]:
    answers: list[Place] = []
    strangers = []
    for span in query.relevant:
        try:
            video = library.video(span.video)
        except NotFound:
            strangers.append(span.video)
            continue
        start, end = span.start or 0.0, math.inf
        if span.end is not None:
            if video.duration and start >= video.duration:
                raise InvalidQuery(
                    f"{span.video} lasts {video.duration:.1f} s, and an answer to "
                    f"{query.query!r:.100} begins at {start:g} s",
                    remedy="correct its times",
                )
            end = min(span.end, video.duration or math.inf)
        answers.append((video.video_id, start, end))
    return answers, strangers


def _overlaps(one: Place, other: Place) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _place(moment: Moment) -> Place:
    return moment.video_id, moment.start, moment.end
