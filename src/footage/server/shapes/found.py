"""The shapes of what a search answers with."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from footage.server.shapes.common import Address, Fraction, Modality, Scope, Shape, Span, VideoId


class Term(Shape):
    """One part of a text."""

    text: str
    kind: Literal["any", "seen", "said", "sign"]
    """Where it is looked for."""
    weight: float
    """Below 0: what is not wanted."""


class Example(Shape):
    """A picture, a sound or a stretch of a video that is asked by."""

    source: str
    """An address, or what the file was called."""
    kind: Literal["image", "clip", "sound"]
    start: float | None
    """Seconds; null is from the beginning."""
    end: float | None
    """Seconds; null is to the end."""
    weight: float


class Like(Shape):
    """A moment of a video that the wanted ones are like."""

    video: str
    """Its id, path, address, file name or title."""
    time: float
    """Seconds."""
    weight: float


class Step(Shape):
    """What one moment is asked for by."""

    text: str | None
    text_weight: float
    terms: list[Term]
    """What the text says."""
    examples: list[Example]
    likes: list[Like]


class Filters(Shape):
    """Which videos were searched."""

    videos: list[str]
    folders: list[str]
    tags: list[str]
    recorded_from: datetime | None
    recorded_before: datetime | None
    shortest: float | None
    """Seconds."""
    longest: float | None
    """Seconds."""
    partitions: list[str]


class Query(Step):
    """The query as it was understood."""

    vector: bool
    """Whether it was asked by a vector."""
    then: list[Step]
    """What follows in the same video, in order."""
    within: float
    """Seconds from the end of one step to the start of the next, at most."""
    weights: dict[str, float]
    """Of the channels `seen`, `said` and `sign`, where any was given."""
    fusion: Literal["calibrated", "rrf"]
    modalities: list[Modality]
    filters: Filters
    limit: int
    offset: int
    group_by_video: bool


class Evidence(Shape):
    """Why a moment matched: one stretch found by one way of looking."""

    segment_id: str | None
    """Null for text, which has no segments."""
    modality: Modality
    how: Literal["vector", "words", "meaning"]
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    score: float
    """A cosine; of words the share that matched, rare ones counting more."""
    rank: int
    """The place, from 1, among all that were found this way."""
    contribution: float
    """Its share in the moment's score."""
    text: str | None
    """What is said or written there; null where it was not by its text that it was found."""
    words: list[str]
    """The words of `text` that matched."""
    step: int
    """Which step of a sequence it is of, from 0."""


class Moment(Shape):
    """A stretch of a video that matches."""

    video_id: VideoId
    path: str | None
    url: str | None
    """Where on the web the video lies."""
    title: str
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    scope: Scope
    """A segment, or the whole video."""
    score: float
    """Orders the moments of one answer, and is comparable with nothing else."""
    confidence: Fraction | None
    """The probability that it matches; null where there is too little to tell by."""
    modality: Modality
    """By which it matches best."""
    thumbnail: Address | None
    evidence: list[Evidence]
    steps: list[Span]
    """Of a sequence, each step; else empty."""
    alike: list[Span]
    """Other stretches of the video that look the same and match no better."""


class SearchResult(Shape):
    """The moments found, best first."""

    query: Query
    found: bool
    """False where nothing matches well: the moments, if there are any, are best guesses."""
    hint: str | None
    """What may find more, where nothing matches well."""
    moments: list[Moment]
