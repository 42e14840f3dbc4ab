"""What a request asks for, by the rules that the SDK's docstrings state for each model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from twelvelabs import (
    AsyncAudioInputRequest,
    AsyncImageInputRequest,
    AsyncTemporalSegmentation,
    AsyncVideoInputRequest,
    AudioInputRequest,
    ImageInputRequest,
    MediaSource,
    MultiInputMediaSource,
    MultiInputRequest,
    TextImageInputRequest,
    TextInputRequest,
    TimeBasedMetadataEntry,
    VideoInputRequest,
)

from marengo_double.refusals import invalid, missing, not_in_the_double
from marengo_double.schema import CreateBody, TaskBody, body_of, part_of

DIMENSION = 512
OLD, NEW = "marengo3.0", "marengo3.5"

Timed = AudioInputRequest | VideoInputRequest | AsyncAudioInputRequest | AsyncVideoInputRequest

_TEXT_TOKENS = {OLD: 500, NEW: 2000}
_MOST_SOURCES = 10
_TASK_INPUTS = {"audio", "video", "image", "document"}
_OPTIONS = {
    (OLD, "video"): ("visual", "audio", "transcription"),
    (OLD, "audio"): ("audio", "transcription"),
    (NEW, "video"): ("visual", "audio"),
    (NEW, "audio"): ("audio",),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where one piece of media lies; exactly one of the three is set."""

    media_type: str  # image, audio or video
    url: str | None = None
    base64: str | None = None
    asset_id: str | None = None


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Into how long pieces: at least ``seconds`` where it follows the shots, else exactly."""

    fixed: bool
    seconds: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A request that can be answered, whichever of the structures it came in."""

    model: str
    input_type: str
    sources: tuple[Source, ...] = ()
    text: str | None = None
    truncated: bool = False
    dimension: int = DIMENSION
    uncertainty: bool = False
    options: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    separate: bool = True
    fused: bool = False
    segmentation: Segmentation | None = None
    start: float | None = None
    end: float | None = None
    notes: tuple[TimeBasedMetadataEntry, ...] = ()


def read_create(value: object) -> Plan:
    """``POST /embed-v2``: the plan of a synchronous request; raises `Refused`."""
    body = body_of(CreateBody, value)
    if body.input_type == "document":
        raise invalid("input_type", "Documents are sent as `multi_input` or to a task.")
    raw = _input_of(body)
    if body.model_name == NEW and body.input_type != "multi_input":
        raise invalid("input_type", f"With {NEW} this method takes only `multi_input`.")
    if body.auto_truncate is not None and body.model_name == OLD:
        raise invalid("auto_truncate", f"It requires {NEW}.")
    common = _common(body)
    if body.input_type == "multi_input":
        return _multi(part_of(MultiInputRequest, raw, "multi_input"), body, common)
    if body.input_type == "text":
        words = part_of(TextInputRequest, raw, "text").input_text
        return Plan(**common, text=_text(words, OLD)[0])
    if body.input_type == "text_image":
        both = part_of(TextImageInputRequest, raw, "text_image")
        source = _source(both.media_source, "image", "text_image")
        return Plan(**common, text=_text(both.input_text, OLD)[0], sources=(source,))
    if body.input_type == "image":
        image = part_of(ImageInputRequest, raw, "image")
        return Plan(**common, sources=(_source(image.media_source, "image", "image"),))
    if body.input_type == "video":
        return _timed(part_of(VideoInputRequest, raw, "video"), common)
    return _timed(part_of(AudioInputRequest, raw, "audio"), common)


def read_task(value: object) -> Plan:
    """``POST /embed-v2/tasks``: the plan of a task; raises `Refused`."""
    body = body_of(TaskBody, value)
    if body.input_type not in _TASK_INPUTS:
        raise invalid("input_type", "A task takes `audio`, `video`, `image` or `document`.")
    if body.input_type in {"image", "document"} and body.model_name == OLD:
        raise invalid("input_type", f"Tasks of this type require {NEW}.")
    if body.input_type == "document":
        raise not_in_the_double("documents")
    raw, common = _input_of(body), _common(body)
    if body.input_type == "image":
        image = part_of(AsyncImageInputRequest, raw, "image")
        source = _source(image.media_source, "image", "image")
        return Plan(**common, sources=(source,), options=("visual",), scopes=("asset",))
    if body.input_type == "video":
        plan = _timed(part_of(AsyncVideoInputRequest, raw, "video"), common)
    else:
        plan = _timed(part_of(AsyncAudioInputRequest, raw, "audio"), common)
    if plan.uncertainty and "asset" in plan.scopes:
        raise invalid("embedding_uncertainty", "Set `embedding_scope` to exclude `asset`.")
    return plan


def _input_of(body: CreateBody | TaskBody) -> Any:
    """The one input the body has to have; raises `Refused` for another beside it."""
    named = ("text", "image", "text_image", "audio", "video", "multi_input", "document")
    given = [name for name in named if getattr(body, name, None) is not None]
    if body.input_type not in given:
        raise missing(body.input_type)
    if len(given) > 1:
        other = next(name for name in given if name != body.input_type)
        raise invalid(other, f"The `input_type` is `{body.input_type}`.")
    return getattr(body, body.input_type)


def _common(body: CreateBody | TaskBody) -> dict[str, Any]:
    dimension, uncertainty = body.embedding_dimension, bool(body.embedding_uncertainty)
    if body.model_name == OLD and dimension is not None:
        raise invalid("embedding_dimension", f"It requires {NEW}.")
    if body.model_name == OLD and uncertainty:
        raise invalid("embedding_uncertainty", f"It requires {NEW}.")
    if dimension is not None and not 1 <= dimension <= DIMENSION:
        raise invalid("embedding_dimension", f"It is between 1 and {DIMENSION}.")
    return {
        "model": body.model_name,
        "input_type": body.input_type,
        "dimension": dimension or DIMENSION,
        "uncertainty": uncertainty,
    }


def _multi(request: MultiInputRequest, body: CreateBody, common: dict[str, Any]) -> Plan:
    sources = request.media_sources or []
    if not sources and not request.input_text:
        raise missing("multi_input.input_text")
    if len(sources) > _MOST_SOURCES:
        raise invalid("multi_input.media_sources", f"There are at most {_MOST_SOURCES}.")
    _check_sources(sources, request.input_text, body.model_name)
    if common["uncertainty"] and sources and request.input_text:
        raise invalid("embedding_uncertainty", "The request combines text with media sources.")
    text, cut = None, False
    if request.input_text:
        text, cut = _text(request.input_text, body.model_name, cut=bool(body.auto_truncate))
    found = tuple(_source(s, s.media_type, "multi_input.media_sources") for s in sources)
    return Plan(**common, sources=found, text=text, truncated=cut)


def _check_sources(sources: Sequence[MultiInputMediaSource], text: str | None, model: str) -> None:
    where = "multi_input.media_sources"
    kinds = {source.media_type for source in sources}
    if model == OLD and kinds - {"image"}:
        raise invalid(where, f"{OLD} takes images only.")
    if "document" in kinds:
        raise not_in_the_double("documents")
    if len(kinds) > 1 and not text:
        raise invalid(where, "Sources of different types need `input_text`.")
    names = {source.name for source in sources}
    for name in re.findall(r"<@([^<>]+)>", text or ""):
        if name not in names:
            raise invalid("multi_input.input_text", f"No media source is called {name}.")


def _timed(request: Timed, common: dict[str, Any]) -> Plan:
    name, model = common["input_type"], common["model"]
    start, end = request.start_sec, request.end_sec
    if (start or 0) < 0 or (end is not None and end <= (start or 0)):
        raise invalid(f"{name}.end_sec", "It is greater than `start_sec`, which is 0 or more.")
    options = tuple(request.embedding_option or _OPTIONS[model, name])
    if set(options) - set(_OPTIONS[model, name]):
        raise invalid(f"{name}.embedding_option", f"With {model}: {_OPTIONS[model, name]}.")
    scopes = tuple(request.embedding_scope or ("clip", "asset"))
    if model == OLD and "local" in scopes:
        raise invalid(f"{name}.embedding_scope", f"`local` requires {NEW}.")
    types = request.embedding_type or ["separate_embedding"]
    notes = tuple(getattr(request, "time_based_metadata", None) or ())
    _check_fusion(name, model, options, fused="fused_embedding" in types, notes=bool(notes))
    return Plan(
        **common,
        sources=(_source(request.media_source, name, name),),
        options=options,
        scopes=tuple("clip" if scope == "local" else scope for scope in scopes),
        separate="separate_embedding" in types,
        fused="fused_embedding" in types,
        segmentation=_segmentation(request.segmentation, name, model),
        start=start,
        end=end,
        notes=notes,
    )


def _check_fusion(
    name: str, model: str, options: Sequence[str], *, fused: bool, notes: bool
) -> None:
    if notes and model == OLD:
        raise invalid(f"{name}.time_based_metadata", f"It requires {NEW}.")
    if notes and not fused:
        raise invalid(f"{name}.time_based_metadata", "It requires `fused_embedding`.")
    if fused and model == NEW and not notes:
        raise invalid(f"{name}.embedding_type", "`fused_embedding` needs `time_based_metadata`.")
    if fused and model == OLD and len(options) < 2:
        raise invalid(f"{name}.embedding_type", "`fused_embedding` needs two embedding options.")


def _segmentation(given: Any, name: str, model: str) -> Segmentation:
    where = f"{name}.segmentation"
    if given is None:
        if model == NEW:
            return Segmentation(fixed=False, seconds=2)
        return Segmentation(fixed=name == "audio", seconds=6 if name == "audio" else 4)
    temporal = isinstance(given, AsyncTemporalSegmentation)
    if temporal != (model == NEW):
        structure = "a `temporal` object" if model == NEW else "the settings without `temporal`"
        raise invalid(where, f"{model} takes {structure}.")
    settings: Any = given.temporal if isinstance(given, AsyncTemporalSegmentation) else given
    if settings.strategy == "dynamic":
        found = Segmentation(fixed=False, seconds=settings.dynamic.min_duration_sec)
    else:
        found = Segmentation(fixed=True, seconds=settings.fixed.duration_sec)
    longest = 10 if found.fixed else 5
    if not 2 <= found.seconds <= longest:
        raise invalid(where, f"The duration is between 2 and {longest} seconds.")
    return found


def _source(source: MediaSource | MultiInputMediaSource, kind: str, where: str) -> Source:
    given = [source.url, source.base_64_string, source.asset_id]
    if sum(value is not None for value in given) != 1:
        raise invalid(
            f"{where}.media_source", "Provide exactly one of `url`, `base64_string`, `asset_id`."
        )
    return Source(kind, *given)


def _text(text: str, model: str, *, cut: bool = False) -> tuple[str, bool]:
    """The text, and whether it was cut; words stand for the tokens of the service."""
    words, most = text.split(), _TEXT_TOKENS[model]
    if not words:
        raise missing("input_text")
    if len(words) <= most:
        return text, False
    if not cut:
        raise invalid("input_text", f"The text is longer than {most} tokens.")
    return " ".join(words[:most]), True
