"""Requests checked against the SDK's own models, which let more pass than the service does.

The SDK's models allow fields they do not know, and any string where a few are meant; here both
are refused, so that a client's typing error does not pass its tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from twelvelabs.core.pydantic_utilities import parse_obj_as

from marengo_double.refusals import Refused, invalid, missing, unknown

Model = TypeVar("Model", bound=BaseModel)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    input_type: Literal["text", "image", "text_image", "audio", "video", "multi_input", "document"]
    model_name: Literal["marengo3.0", "marengo3.5"]
    embedding_uncertainty: bool | None = None
    embedding_dimension: int | None = None
    image: Any = None
    audio: Any = None
    video: Any = None


class CreateBody(_Body):
    """``POST /embed-v2``: the SDK has models for the inputs, not for the whole."""

    auto_truncate: bool | None = None
    text: Any = None
    text_image: Any = None
    multi_input: Any = None


class TaskBody(_Body):
    """``POST /embed-v2/tasks``."""

    document: Any = None


class UploadBody(BaseModel):
    """``POST /assets/multipart-uploads``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    filename: str
    type: Literal["video", "audio", "image"]
    total_size: int
    enable_hls: bool | None = None
    enable_thumbnail: bool | None = None
    user_metadata: dict[str, Any] | None = None


class ReportBody(BaseModel):
    """``POST /assets/multipart-uploads/{upload_id}``; each chunk is the SDK's `CompletedChunk`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    completed_chunks: list[Any]


class UrlsBody(BaseModel):
    """``POST /assets/multipart-uploads/{upload_id}/presigned-urls``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    start: int
    count: int


def body_of(model: type[Model], value: object) -> Model:
    """A whole request body; raises `Refused` for what is missing, unknown or of another type."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _refusal(error, "") from error


def part_of(model: type[Model], value: object, name: str) -> Model:
    """A part of a body, by a model of the SDK; ``name`` is where it lies. Raises `Refused`."""
    try:
        part: Model = parse_obj_as(model, value)
    except ValidationError as error:
        raise _refusal(error, name) from error
    for where, why in _oddities(part, name):
        raise invalid(where, why) if why else unknown(where)
    return part


def _refusal(error: ValidationError, name: str) -> Refused:
    first = error.errors()[0]
    where = ".".join(map(str, (name, *first["loc"]) if name else first["loc"]))
    if first["type"] == "missing":
        return missing(where)
    if first["type"] == "extra_forbidden":
        return unknown(where)
    return invalid(where or "body", first["msg"] + ".")


def _oddities(part: BaseModel, name: str) -> Iterator[tuple[str, str]]:
    """Where a part has a field or a value that the SDK does not name, and why it is wrong."""
    for extra in part.model_extra or {}:
        yield f"{name}.{extra}", ""
    for field, info in type(part).model_fields.items():
        value = getattr(part, field)
        known = set(_literals(info.annotation))
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, BaseModel):
                yield from _oddities(item, f"{name}.{field}")
            elif known and item is not None and item not in known:
                yield f"{name}.{field}", f"It is one of: {', '.join(sorted(known))}."


def _literals(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for part in get_args(annotation):
            yield from _literals(part)
