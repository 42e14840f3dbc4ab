"""What the service answers, read from JSON and checked: nothing unusable gets past here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from footage.embedder import Vector, Vectors
from footage.errors import AnswerUnusable
from footage.media.urls import redacted

NORM_MOST = 1e6  # of a vector; a long one is garbage, not an embedding


class Row(NamedTuple):
    """One embedding: a unit vector, float32 [dimension], and which part of the video it is of."""

    vector: Vector
    option: str  # visual, audio, transcription or fused
    scope: str  # clip or asset
    start: float  # seconds
    end: float


@dataclass(frozen=True, slots=True)
class Task:
    """An embedding task as it stands: `processing`, `ready`, `failed`, or what no one knows yet."""

    id: str
    status: str
    reason: str | None = None  # why it failed, in the service's words
    rows: tuple[Row, ...] = ()  # of a ready one, by start, end, option and scope


@dataclass(frozen=True, slots=True)
class Listed:
    """A task as the list has it: enough to know one's own again."""

    id: str
    status: str
    created_at: datetime | None
    model: str | None
    url: str | None
    filename: str | None
    duration: float | None  # seconds
    options: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asset:
    """An uploaded file: usable once its status is `ready`."""

    id: str
    status: str
    filename: str | None = None
    reason: str | None = None  # why it failed
    size: int | None = None  # bytes
    duration: float | None = None  # seconds


def task_of(value: Any, dimension: int) -> Task:
    """A task from its JSON; raises `AnswerUnusable`."""
    if not isinstance(value, dict) or not isinstance(value.get("status"), str):
        raise AnswerUnusable("the answer about a task has no status")
    task_id, status = str(value.get("_id") or value.get("id") or ""), value["status"]
    if status == "failed":
        error = value.get("error")
        message = error.get("message") if isinstance(error, dict) else None
        return Task(task_id, status, reason=redacted(str(message)) if message else None)
    if status == "ready":
        return Task(task_id, status, rows=_rows(value.get("data"), dimension))
    return Task(task_id, status)


def unit_vectors(values: list[Any], dimension: int) -> Vectors:
    """Vectors as unit float32 [n, dimension]: short ones of 3.5 are no unit vectors.

    Raises `AnswerUnusable` for another dimension, NaN, infinity, zeros, or what is no number.
    """
    if not values:
        return np.zeros((0, dimension), np.float32)
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise AnswerUnusable("embeddings came that are not vectors of one length") from error
    if array.shape != (len(values), dimension):
        raise AnswerUnusable(f"embeddings of {array.shape[-1]} dimensions came, not {dimension}")
    norms = np.linalg.norm(array, axis=1, keepdims=True)
    if not np.all((norms > 0) & (norms < NORM_MOST)):  # false for a NaN, too
        raise AnswerUnusable("an embedding came with a NaN, an infinity or only zeros in it")
    units: Vectors = (array / norms).astype(np.float32)
    return units


def query_vector(data: Any, dimension: int) -> Vector:
    """The one vector that a query's answer holds; raises `AnswerUnusable`."""
    if not isinstance(data, list) or len(data) != 1:
        found = len(data) if isinstance(data, list) else "no"
        raise AnswerUnusable(f"{found} embeddings came of a query, not one")
    vector: Vector = unit_vectors([_embedding(data[0])], dimension)[0]
    return vector


def listed_of(value: Any) -> Listed:
    """A task of the list, from the SDK's ``MediaEmbeddingTask``."""
    inputs = (value.video_embedding, value.audio_embedding, value.image_embedding)
    about = next((found.metadata for found in inputs if found is not None), None)
    prefix = "audio" if value.video_embedding is None else "video"

    def field(name: str) -> Any:
        return getattr(about, name, None)

    return Listed(
        id=value.id or "",
        status=value.status or "",
        created_at=value.created_at,
        model=value.model_name,
        url=field("input_url"),
        filename=field("input_filename"),
        duration=field("duration"),
        options=tuple(field(f"{prefix}_embedding_option") or ()),
        scopes=tuple(field(f"{prefix}_embedding_scope") or ()),
    )


def asset_of(value: Any) -> Asset:
    """From the SDK's ``AssetDetail``; raises `AnswerUnusable` for one without id or status."""
    if not value.id or not value.status:
        raise AnswerUnusable("the answer about an asset has no id or no status")
    reason = redacted(value.error.message or "") if value.error else None
    return Asset(value.id, value.status, value.filename, reason, value.size, value.duration)


def _rows(data: Any, dimension: int) -> tuple[Row, ...]:
    """In order, each once; an embedding that comes twice is the same one."""
    if not isinstance(data, list):
        raise AnswerUnusable("a task is said to be ready and has no embeddings")
    vectors = unit_vectors([_embedding(item) for item in data], dimension)
    places = [_place(item) for item in data]
    rows = {place: Row(vector, *place) for vector, place in zip(vectors, places, strict=True)}
    return tuple(rows[place] for place in sorted(rows, key=lambda p: (p[2], p[3], p[0], p[1])))


def _place(item: dict[str, Any]) -> tuple[str, str, float, float]:
    option, scope = item.get("embedding_option"), item.get("embedding_scope")
    start, end = item.get("start_sec"), item.get("end_sec")
    if not isinstance(option, str) or not isinstance(scope, str):
        raise AnswerUnusable("an embedding came that does not say what it is of")
    if not isinstance(start, int | float) or not isinstance(end, int | float):
        raise AnswerUnusable("an embedding came without its start or end")
    if not 0 <= start < end < float("inf"):
        raise AnswerUnusable(f"an embedding came of a stretch from {start} to {end} seconds")
    return option, scope, float(start), float(end)


def _embedding(item: Any) -> Any:
    if not isinstance(item, dict) or not isinstance(item.get("embedding"), list):
        raise AnswerUnusable("an embedding came without its vector")
    return item["embedding"]
