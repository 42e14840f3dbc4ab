"""The shapes of analyses of what is in the library."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from footage.server.shapes.common import Address, Fraction, Shape, VideoId


class Noted(Shape):
    """An answer that may have nothing to tell."""

    note: str | None
    """Why lists are empty or lack something, where there is too little to tell anything by."""


class Stretch(Shape):
    """A stretch of a video."""

    video_id: VideoId
    title: str
    path: str | None
    url: str | None
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    thumbnail: Address | None


class Cluster(Shape):
    """Segments or videos that look alike."""

    number: int
    """From 1, the largest first."""
    name: str
    concepts: list[str]
    """What its pictures show more than others do."""
    said: list[str]
    """Words that are spoken in it more than elsewhere."""
    written: list[str]
    """Words that can be read in it more than elsewhere."""
    size: int
    """How many segments, or videos."""
    videos: int
    seconds: float
    share: Fraction
    """Of all seconds."""
    cohesion: float
    """The mean cosine of two of its members, around the mean of the library."""
    moments: list[Stretch]
    """Its most typical members."""


class Point(Shape):
    """Where a segment, or a video, lies on the map."""

    video_id: VideoId
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    cluster: int
    """Its number."""
    x: Fraction
    y: Fraction


class Clusters(Noted):
    """What kinds of things there are."""

    of: Literal["segments", "videos"]
    silhouette: Annotated[float, Field(ge=-1, le=1)]
    """How well they are apart."""
    clusters: list[Cluster]
    layout: Literal["t-sne", "pca"] | None
    """How the map was drawn; null without one."""
    points: list[Point]
    """The map; empty where none was asked for."""


class Duplicate(Shape):
    """A stretch of one video that a stretch of another shows as well."""

    first: Stretch
    second: Stretch
    speed: float
    """How many seconds of the second go by in one of the first."""
    score: Fraction
    """How sure it is."""
    cosine: float
    whole: bool
    """Whether it is nearly all of both."""


class SameFiles(Shape):
    """Files that are the same to the byte, and so one video."""

    video_id: VideoId
    title: str
    paths: list[str]


class Duplicates(Noted):
    """What videos share, the surest first."""

    video: str | None
    """The id of the one that was looked for; null for all with all."""
    duplicates: list[Duplicate]
    same_files: list[SameFiles]
    """The videos that lie in several files."""


class Near(Stretch):
    """An ordinary segment that an outlier is nearest to."""

    cosine: float


class Outlier(Stretch):
    """A segment that is unlike others."""

    score: float
    """How many robust standard deviations it is farther from its nearest than others are."""
    distance: float
    """The mean of 1 - cosine to those nearest to it."""
    concepts: list[str]
    """What it shows more than others do."""
    near: list[Near]


class Outliers(Noted):
    """The segments that stand out, the strangest first."""

    within: Literal["library", "video"]
    segments: int
    """How many were looked at."""
    outliers: list[Outlier]


class Bin(Shape):
    """What there is of a subject in one day, week, month, or tenth of the videos."""

    name: str
    videos: int
    seconds: float
    share: Fraction
    """Of all seconds in it, those of the subject."""


class Finding(Shape):
    """Something about a subject that is not chance."""

    p: Fraction
    """How likely chance alone makes one as strong, anywhere."""
    false_rate: Fraction
    """Of all findings at least as sure as this, about the share that is chance."""
    moments: list[Stretch]


class Burst(Finding):
    """Bins in which a subject is seen more than in the others."""

    first: str
    """The name of a bin."""
    last: str
    """The name of a bin."""
    share: float
    """0 to 1."""
    usual: float
    """The share in all other bins."""


class Change(Finding):
    """A bin from which on a subject is seen more, or less, than before."""

    at: str
    """The name of that bin."""
    before: float
    """The share until then, 0 to 1."""
    after: float
    """The share from then on."""


class Trend(Shape):
    """One subject over time, or over the length of videos."""

    subject: str
    cluster: int | None
    """The number of its cluster; null for a query."""
    bins: list[Bin]
    bursts: list[Burst]
    changes: list[Change]


class Trends(Noted):
    """What was asked for, or every cluster; those with the surest findings first."""

    by: Literal["day", "week", "month", "position"]
    trends: list[Trend]


class SimilarStretch(Stretch):
    """A moment, or the best moment of a video, that is like what was given."""

    score: float
    """A cosine; of videos the mean over all of it."""


class Similar(Noted):
    """What is like the given videos or moments, the best first."""

    of: Literal["moments", "videos"]
    given: list[str]
    similar: list[SimilarStretch]
    floor: float | None
    """The cosine from which two are alike; null where there are too few videos to tell by."""
