"""OpenTimelineIO: what other programs and converters read. Written by its own library."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from types import ModuleType
from typing import Any

from footage.errors import UsageError
from footage.export.cuts import Cut
from footage.export.texts import one_line
from footage.export.timeline import Event, Timeline


def to_otio(timeline: Timeline) -> str:
    """The whole timeline as JSON: a track of pictures, and one of sound where there is any.

    Raises `UsageError` where OpenTimelineIO is not installed.
    """
    otio = _library()
    made = otio.schema.Timeline(one_line(timeline.title))
    made.global_start_time = _time(otio, timeline.start, timeline.rate)
    made.tracks.append(_track(otio, "Video", timeline.events))
    if any(event.cut.source.recording.channels for event in timeline.events):
        made.tracks.append(_track(otio, "Audio", timeline.events))
    text: str = made.to_json_string(indent=2)
    return text


def _library() -> ModuleType:
    try:
        import opentimelineio
    except ImportError as error:
        raise UsageError(
            "OpenTimelineIO, which writes .otio, is not installed",
            remedy="`pip install '.[otio]'`, or write .fcpxml or .edl",
        ) from error
    module: ModuleType = opentimelineio
    return module


def _track(otio: Any, kind: str, events: Sequence[Event]) -> Any:
    track = otio.schema.Track(kind, kind=kind)
    for event in events:
        silent = kind == "Audio" and not event.cut.source.recording.channels
        span = _span(otio, event.cut)
        track.append(otio.schema.Gap(source_range=span) if silent else _clip(otio, event.cut, span))
    return track


def _clip(otio: Any, cut: Cut, span: Any) -> Any:
    source = cut.source
    reference = otio.schema.ExternalReference(
        target_url=source.address,
        available_range=otio.opentime.TimeRange(
            _time(otio, source.clock(0) * source.rate, source.rate),
            _time(otio, source.frames, source.rate),
        ),
    )
    about = {"video_id": source.video.video_id, "score": cut.moment.score}
    if text := one_line(cut.text):
        about["text"] = text
    return otio.schema.Clip(
        one_line(source.video.title), reference, span, metadata={"footage": about}
    )


def _span(otio: Any, cut: Cut) -> Any:
    rate = cut.source.rate
    start = _time(otio, cut.source.clock(cut.first) * rate, rate)
    return otio.opentime.TimeRange(start, _time(otio, cut.count, rate))


def _time(otio: Any, frames: Fraction | int, rate: Fraction) -> Any:
    return otio.opentime.RationalTime(float(frames), float(rate))
