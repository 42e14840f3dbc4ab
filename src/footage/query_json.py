"""A whole query as JSON: one shape, for what is asked over HTTP and for what is kept.

A file that an example is of goes by a name, and lies beside the JSON: in another part of the
request, or in the library's folder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from footage.errors import InvalidQuery
from footage.example import Example
from footage.paths import absolute
from footage.query import Filters, Query, as_weights, folder_of
from footage.steps import Like, Step
from footage.validation import first_wrong


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


class Files(Protocol):
    """The files that lie beside a query."""

    def take(self, name: str) -> tuple[str, Path]:
        """Kind, perhaps empty, and path of the file of that name; raises `InvalidQuery`."""
        ...

    def rest(self) -> list[Example]:
        """Examples of the files that the query says nothing of."""
        ...


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
        weights=as_weights(body.weights),
        fusion=body.fusion,
        modalities=tuple(body.modalities),
        filters=_filters(body.filters),
        limit=body.limit,
        offset=body.offset,
        group_by_video=body.group_by_video,
    )


def body_of(query: Query, file_of: Callable[[Path], str]) -> QueryBody:
    """The body that asks ``query``; ``file_of`` gives the name that an example's file goes by.

    Folders become absolute. Raises `InvalidQuery` for what is too long to be written down.
    """
    try:
        return QueryBody(
            **_step_values(query, file_of),
            then=[StepBody(**_step_values(step, file_of)) for step in query.then],
            within=query.within,
            weights=dict(query.weights),
            fusion=query.fusion,
            vector=None if query.vector is None else [float(value) for value in query.vector],
            modalities=list(query.modalities),
            filters=_filters_body(query.filters),
            limit=query.limit,
            offset=query.offset,
            group_by_video=query.group_by_video,
        )
    except ValidationError as error:
        raise InvalidQuery(
            f"the query cannot be written down: {first_wrong(error)}",
            remedy="leave that out",
        ) from error


def written(body: QueryBody) -> dict[str, Any]:
    """The JSON of a body, without what is as it is where nothing is said of it."""
    return body.model_dump(exclude_defaults=True)


def check_plain(value: str) -> None:
    """Raise `InvalidQuery` for a text that no path or name can be."""
    if "\0" in value:
        raise InvalidQuery(f"{value!r:.100} has a zero in it", remedy="leave that out")


# from JSON


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
        check_plain(value)
    values: dict[str, Any] = body.model_dump()
    values["folders"] = [folder_of(folder) for folder in body.folders]
    return Filters(**values)


# to JSON


def _step_values(step: Step | Query, file_of: Callable[[Path], str]) -> dict[str, Any]:
    return {
        "text": step.text,
        "text_weight": step.text_weight,
        "examples": [_example_body(example, file_of) for example in step.examples],
        "likes": [LikeBody(**like.to_json()) for like in step.likes],
    }


def _example_body(example: Example, file_of: Callable[[Path], str]) -> ExampleBody:
    return ExampleBody(
        source=example.url,
        file=None if example.url else file_of(example.path),
        kind=example.kind,
        start=example.start,
        end=example.end,
        weight=example.weight,
    )


def _filters_body(filters: Filters) -> FiltersBody:
    values = filters.to_json()
    values["folders"] = [str(absolute(folder)) for folder in filters.folders]
    return FiltersBody(**values)
