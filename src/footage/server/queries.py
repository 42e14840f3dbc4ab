"""From what a request says to a `Query`: parameters, JSON, and the files that came with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from footage.errors import InvalidQuery
from footage.example import Example, seconds
from footage.query import Filters, Query, day_range
from footage.steps import Like, Step


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LikeBody(_Body):
    """A moment that the wanted ones are like."""

    video: str
    time: float
    weight: float = 1.0


class ExampleBody(_Body):
    """An example: the address of a picture, or a file of the same request by its name."""

    source: str | None = None
    file: str | None = None
    kind: str = ""
    start: float | None = None
    end: float | None = None
    weight: float = 1.0


class StepBody(_Body):
    """What one moment is asked for by."""

    text: str | None = None
    text_weight: float = 1.0
    examples: list[ExampleBody] = []
    likes: list[LikeBody | str] = []


class FiltersBody(_Body):
    """Which videos are searched."""

    videos: list[str] = []
    folders: list[str] = []
    tags: list[str] = []
    recorded_from: str | None = None
    recorded_before: str | None = None
    shortest: float | None = None
    longest: float | None = None
    partitions: list[str] = []


class QueryBody(StepBody):
    """A whole query; every field may be left out, but something must be asked by."""

    then: list[StepBody | str] = []
    within: float = 30.0
    weights: dict[str, float] = {}
    fusion: str = "calibrated"
    vector: list[float] | None = Field(default=None, max_length=65_536)
    modalities: list[str] = []
    filters: FiltersBody = FiltersBody()
    limit: int = 10
    offset: int = 0
    group_by_video: bool = False


class FilterParameters(BaseModel):
    """Filters as the command line spells them."""

    video: list[str] = Field(default=[], description="only these videos")
    folder: list[str] = Field(default=[], description="only below these folders")
    tag: list[str] = Field(default=[], description="only with all these tags")
    partition: list[str] = Field(default=[], description="only in these parts of the index")
    since: str | None = Field(default=None, description="recorded then or later")
    until: str | None = Field(default=None, description="recorded then or earlier")
    min_duration: str | None = Field(default=None, description="90 or 1:30")
    max_duration: str | None = Field(default=None, description="90 or 1:30")

    def filters(self) -> Filters:
        """What they spell; raises `InvalidQuery`."""
        for value in (*self.video, *self.folder, *self.tag, *self.partition):
            _check_plain(value)
        return Filters(
            videos=tuple(self.video),
            folders=tuple(map(Path, self.folder)),
            tags=tuple(self.tag),
            partitions=tuple(self.partition),
            recorded_from=day_range(self.since)[0] if self.since else None,
            recorded_before=day_range(self.until)[1] if self.until else None,
            shortest=seconds(self.min_duration) if self.min_duration else None,
            longest=seconds(self.max_duration) if self.max_duration else None,
        )


class SearchParameters(FilterParameters):
    """A query as parameters of an address."""

    q: str | None = Field(default=None, description="the text form: 2:dog + beach - people")
    limit: int = Field(default=10, description="moments, at most")
    offset: int = Field(default=0, description="moments skipped first")
    by_video: bool = Field(default=False, description="the best moment of each video")
    like: list[str] = Field(default=[], description="VIDEO@TIME^WEIGHT")
    then: list[str] = Field(default=[], description="texts of what follows")
    within: float = Field(default=30.0, description="seconds to what follows, at most")
    seen: float | None = Field(default=None, description="weight of what is seen")
    said: float | None = Field(default=None, description="weight of what is said")
    sign: float | None = Field(default=None, description="weight of what is written")
    fusion: str = Field(default="calibrated", description="calibrated or rrf")
    modality: list[str] = Field(default=[], alias="in", description="modalities searched")

    def query(self) -> Query:
        """What they ask; raises `InvalidQuery`."""
        channels = {"seen": self.seen, "said": self.said, "sign": self.sign}
        return Query(
            text=self.q,
            likes=tuple(map(Like.parse, self.like)),
            then=tuple(map(Step, self.then)),
            within=self.within,
            weights=_pairs({name: w for name, w in channels.items() if w is not None}),
            fusion=self.fusion,
            modalities=tuple(self.modality),
            filters=self.filters(),
            limit=self.limit,
            offset=self.offset,
            group_by_video=self.by_video,
        )


class Files:
    """The files that came with a query: each is used once, or is an example by itself."""

    def __init__(self, files: Sequence[tuple[str, str, Path]] = ()) -> None:
        """``files`` are of a kind, called by a name, and lie at a path for now."""
        self._left = list(files)

    def take(self, name: str) -> tuple[str, Path]:
        """Kind and path of the next file of that name; raises `InvalidQuery`."""
        for at, (kind, known, path) in enumerate(self._left):
            if known == name:
                del self._left[at]
                return kind, path
        raise InvalidQuery(
            f"no file {name!r:.100} came with the query",
            remedy="send it in a part named image, clip or sound",
        )

    def rest(self) -> list[Example]:
        """Examples of the files that nothing was said of."""
        left, self._left = self._left, []
        return [Example(path, kind) for kind, _name, path in left]


def query_of(body: QueryBody, files: Files) -> Query:
    """The query a body asks; raises `InvalidQuery` and `MediaError`."""
    examples = _examples(body.examples, files)
    then = tuple(_step(step, files) for step in body.then)
    return Query(
        text=body.text,
        examples=(*examples, *files.rest()),
        likes=_likes(body.likes),
        text_weight=body.text_weight,
        vector=body.vector,
        then=then,
        within=body.within,
        weights=_pairs(body.weights),
        fusion=body.fusion,
        modalities=tuple(body.modalities),
        filters=_filters(body.filters),
        limit=body.limit,
        offset=body.offset,
        group_by_video=body.group_by_video,
    )


def _pairs(weights: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(weights.items()))


def _step(step: StepBody | str, files: Files) -> Step:
    if isinstance(step, str):
        return Step(step)
    return Step(step.text, _examples(step.examples, files), _likes(step.likes), step.text_weight)


def _likes(likes: Sequence[LikeBody | str]) -> tuple[Like, ...]:
    return tuple(
        Like.parse(like) if isinstance(like, str) else Like(like.video, like.time, like.weight)
        for like in likes
    )


def _examples(bodies: Sequence[ExampleBody], files: Files) -> tuple[Example, ...]:
    return tuple(_example(body, files) for body in bodies)


def _example(body: ExampleBody, files: Files) -> Example:
    if (body.file is None) == (body.source is None):
        raise InvalidQuery("an example is a file or an address", remedy="give `file` or `source`")
    if body.file is not None:
        kind, path = files.take(body.file)
        return Example(path, body.kind or kind, body.start, body.end, body.weight)
    source = body.source or ""
    if not source.lower().startswith(("https://", "http://")):  # a path would be the server's
        raise InvalidQuery(
            f"{source!r:.100} is no address", remedy="send the file itself, in a part of the form"
        )
    return Example(source, body.kind or "image", body.start, body.end, body.weight)


def _filters(body: FiltersBody) -> Filters:
    for value in (*body.videos, *body.folders, *body.tags, *body.partitions):
        _check_plain(value)
    values: dict[str, Any] = body.model_dump()
    values["folders"] = [Path(folder) for folder in body.folders]
    return Filters(**values)


def _check_plain(value: str) -> None:
    if "\0" in value:
        raise InvalidQuery(f"{value!r:.100} has a zero in it", remedy="leave that out")
