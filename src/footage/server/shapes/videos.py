"""The shapes of videos and of what is known of each."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from footage.server.shapes.common import Address, Fraction, Modality, Scope, Shape, VideoId


class Video(Shape):
    """A video of the library: one content, wherever it lies."""

    video_id: VideoId
    title: str
    path: str | None
    """Where it lies now, as far as is known."""
    paths: list[str]
    """All places where it lies."""
    url: str | None
    """Where on the web it lies."""
    duration: float
    """Seconds."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    fps: float
    """Frames a second."""
    codec: str
    has_audio: bool
    recorded_at: datetime
    added_at: datetime
    tags: list[str]
    state: Literal["ready", "missing", "removed"]
    """`missing` where its content is nowhere any more."""
    segments: int
    damage: dict[str, int]
    """What was wrong with the file, by kind, and how often."""
    thumbnail: Address | None


class Videos(Shape):
    """A page of videos, oldest recording first."""

    videos: list[Video]
    total: int
    """On all pages."""


class Playback(Shape):
    """How a video is played."""

    mode: Literal["direct", "cached", "stream"]
    """The file itself, a copy that was made playable, or made playable while it is sent."""
    type: str
    """Its media type."""
    there: bool
    """False while its drive is unplugged."""


class PlayableVideo(Video):
    """A video, and how it is played."""

    playback: Playback


class Segment(Shape):
    """A stretch of a video that was embedded."""

    start: float
    """Seconds."""
    end: float
    """Seconds."""
    modality: Modality
    scope: Scope
    thumbnail: Address | None


class Segments(Shape):
    """The segments of a video, in the order of time."""

    segments: list[Segment]


class Neighbours(Shape):
    """The segments around a time, each list in the order of time."""

    before: list[Segment]
    at: Segment | None
    after: list[Segment]


class Line(Shape):
    """A text, and when it is heard or seen."""

    start: float
    """Seconds."""
    end: float
    """Seconds."""
    text: str
    confidence: Fraction | None
    """Null for what people wrote."""
    language: str | None
    """As in BCP 47; null where unknown."""


class Transcript(Shape):
    """What is said in a video, or written on its screen."""

    reader: str
    source: str | None
    """What was read, as `clip.en.srt`; null where there was nothing to read."""
    lines: list[Line]
    warnings: list[str]
    """What was passed over and why, a sentence each."""


class Chapter(Shape):
    """A stretch of a video in which much stays the same."""

    start: float
    """Seconds."""
    end: float
    """Seconds."""
    title: str
    time: float
    """Seconds: when its picture is shown."""
    thumbnail: Address | None


class Summary(Shape):
    """A video and its chapters, which leave none of it out."""

    video_id: VideoId
    title: str
    duration: float
    """Seconds."""
    chapters: list[Chapter]


class Count(Shape):
    """How many videos have something."""

    name: str
    count: int


class Facets(Shape):
    """How many videos have which tag, year and folder, the most frequent first."""

    tags: list[Count]
    years: list[Count]
    folders: list[Count]
    videos: int
    seconds: float


class Tagged(Shape):
    """How many videos were tagged."""

    tagged: int


class Removed(Shape):
    """How many videos were taken out."""

    removed: int
