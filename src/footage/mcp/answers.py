"""What the tools answer: the structure of each, and the same as text."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from footage.catalog import Video
from footage.paths import printable
from footage.reader import Line
from footage.search.moments import Evidence, Moment, SearchResult
from footage.segment import Segment
from footage.times import clock, span

LONGEST = 200  # characters of one text that a moment was found by
WITNESSES = 3  # of them of one moment
_VERBS = {"speech": "said", "screen": "shown"}


class Words(BaseModel):
    """A text that a moment was found by."""

    how: str = Field(description="said, or shown on the screen")
    text: str
    matched: list[str] = Field(description="its words that were asked for")


class FoundMoment(BaseModel):
    """A moment that was found."""

    id: str = Field(description="for the tool look, and for like of the tool search")
    video_id: str
    title: str
    start: float = Field(description="seconds into the video")
    end: float
    time: str = Field(description="the same as minutes and seconds")
    confidence: float | None = Field(
        description="the probability that it matches; null where nobody can tell"
    )
    score: float = Field(description="orders the moments of one answer, and means nothing else")
    words: list[Words]
    steps: list[tuple[float, float]] = Field(description="where each step of a sequence lies")
    path: str | None
    url: str | None

    @classmethod
    def of(cls, moment: Moment) -> FoundMoment:
        """The shape of a moment."""
        return cls(
            id=moment_id(moment.video_id, moment.start),
            video_id=moment.video_id,
            title=printable(moment.title),
            start=moment.start,
            end=moment.end,
            time=span(moment.start, moment.end),
            confidence=None if moment.confidence is None else round(moment.confidence, 4),
            score=round(moment.score, 6),
            words=_words(moment.evidence),
            steps=list(moment.steps),
            path=_path(moment.path),
            url=moment.url,
        )

    def to_text(self) -> str:
        """A line, and one for each text."""
        sure = "" if self.confidence is None else f", {100 * self.confidence:.0f} % sure"
        lines = [f"{self.title}, {self.time}{sure} (id {self.id}; {self.path or self.url})"]
        lines += [f"   step {at}: {span(*step)}" for at, step in enumerate(self.steps, 1)]
        lines += [f"   {words.how}: “{words.text}”" for words in self.words]
        return "\n".join(lines)


class Found(BaseModel):
    """The moments that were found, best first."""

    found: bool = Field(description="false where nothing matches well: these are best guesses")
    hint: str | None = Field(description="what may find more")
    moments: list[FoundMoment]

    @classmethod
    def of(cls, result: SearchResult) -> Found:
        """The shape of a result."""
        moments = [FoundMoment.of(moment) for moment in result]
        return cls(found=result.found, hint=result.hint, moments=moments)

    def to_text(self) -> str:
        """A numbered list."""
        listed = [f"{at}. {moment.to_text()}" for at, moment in enumerate(self.moments, 1)]
        if self.found:
            return "\n".join(listed)
        sorry = "nothing here is a sure match; the best guesses are" if listed else "nothing found"
        return "\n".join([sorry, *listed, f"to find more, {self.hint}"])


class FoundVideo(BaseModel):
    """A video of the library."""

    video_id: str
    title: str
    duration: float = Field(description="seconds")
    recorded_at: str
    tags: list[str]
    path: str | None
    url: str | None

    @classmethod
    def of(cls, video: Video) -> FoundVideo:
        """The shape of a video."""
        return cls(
            video_id=video.video_id,
            title=printable(video.title),
            duration=round(video.duration, 3),
            recorded_at=video.recorded_at.isoformat(),
            tags=list(map(printable, video.tags)),
            path=_path(video.path),
            url=video.url,
        )

    def to_text(self) -> str:
        """A line."""
        tags = f", tagged {', '.join(self.tags)}" if self.tags else ""
        return (
            f"{self.title}, {clock(self.duration)}, recorded {self.recorded_at[:10]}{tags} "
            f"(id {self.video_id}; {self.path or self.url})"
        )


class VideoList(BaseModel):
    """Videos, oldest recording first."""

    videos: list[FoundVideo]
    total: int = Field(description="how many pass the filters")

    def to_text(self) -> str:
        """A line each."""
        told = f"{len(self.videos)} of {self.total} videos"
        return "\n".join([told, *(video.to_text() for video in self.videos)])


class SpokenLine(BaseModel):
    """A text, and when it is heard or seen."""

    start: float = Field(description="seconds into the video")
    end: float
    text: str

    @classmethod
    def of(cls, line: Line) -> SpokenLine:
        """The shape of a line."""
        return cls(start=line.start, end=line.end, text=_one_line(line.text))

    def to_text(self) -> str:
        """The time, and the text."""
        return f"{clock(self.start)} {self.text}"


class Transcript(BaseModel):
    """What is said in a stretch of a video, or written on its screen."""

    video: FoundVideo
    modality: str
    lines: list[SpokenLine]
    next_start: float | None = Field(description="ask from there for what was too much; or null")

    def to_text(self) -> str:
        """A line each."""
        lines = [line.to_text() for line in self.lines] or ["nothing is heard or read there"]
        if self.next_start is not None:
            lines.append(f"it goes on: ask with start={self.next_start:g}")
        return "\n".join([self.video.to_text(), *lines])


class Neighbour(BaseModel):
    """A stretch of a video beside another."""

    id: str
    start: float
    end: float

    @classmethod
    def of(cls, video_id: str, segment: Segment) -> Neighbour:
        """The shape of a segment."""
        return cls(id=moment_id(video_id, segment.start), start=segment.start, end=segment.end)

    def to_text(self) -> str:
        """The time, and the id."""
        return f"{span(self.start, self.end)} (id {self.id})"


class Sight(BaseModel):
    """A moment, and what is around it."""

    id: str
    video: FoundVideo
    time: float = Field(description="seconds into the video, of the picture")
    picture: Literal["frame", "thumbnail", "none"] = Field(
        description="a frame of the video; its thumbnail where its file is not there"
    )
    said: list[SpokenLine]
    shown: list[SpokenLine]
    before: list[Neighbour]
    at: Neighbour | None
    after: list[Neighbour]

    def to_text(self) -> str:
        """What there is, in the order of time."""
        lines = [self.video.to_text(), f"at {clock(self.time)}"]
        for title, spoken in (("said", self.said), ("on screen", self.shown)):
            if spoken:
                lines += [f"{title} around it:", *(f"   {line.to_text()}" for line in spoken)]
        for title, beside in (("before", self.before), ("after", self.after)):
            if beside:
                lines.append(f"{title}: {', '.join(one.to_text() for one in beside)}")
        return "\n".join(lines)


def moment_id(video_id: str, start: float) -> str:
    """How a moment is called, as `footage.steps.Like.parse` reads it."""
    return f"{video_id}@{round(start, 3):.10g}"


def _words(evidence: Iterable[Evidence]) -> list[Words]:
    found: dict[str, Words] = {}
    for one in evidence:
        if one.text and one.contribution > 0:
            text = _one_line(one.text)
            text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
            how = _VERBS.get(one.modality, one.modality)
            kept = found.setdefault(text, Words(how=how, text=text, matched=[]))
            kept.matched = kept.matched or sorted(set(map(printable, one.words)))
    return list(found.values())[:WITNESSES]


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))


def _path(path: Path | None) -> str | None:
    return None if path is None else printable(str(path))
