"""What a video file says about itself, checked as far as a first frame can check it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from fractions import Fraction
from itertools import islice
from pathlib import PurePath

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from footage.errors import UnreadableMedia
from footage.media.container import (
    declared_seconds,
    frame_rate,
    open_container,
    promised_seconds,
    video_stream,
)
from footage.media.faults import shown
from footage.media.frames import Damage, decoded_frames
from footage.media.web import WebVideo

# Cameras without a set clock write their epoch: 1904 (QuickTime), 1970, 1980 (FAT).
_FIRST_BELIEVABLE_YEAR = 1981

# The first is what phones add with the local offset; the others are what containers carry.
_DATE_TAGS = ("com.apple.quicktime.creationdate", "creation_time", "date")

# Beyond this a sample aspect ratio is a broken header, not a picture.
_WIDEST_SAMPLE = 8


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """One video file. Sizes are display pixels: after rotation and sample aspect ratio."""

    duration: float  #: seconds; 0.0 when the container does not say and only decoding will tell
    width: int
    height: int
    fps: float  #: average frames per second; 0.0 when unknown
    codec: str
    container: str
    has_audio: bool
    rotation: int  #: degrees clockwise that turn a decoded frame upright: 0, 90, 180 or 270
    recorded_at: datetime | None  #: UTC, as the camera or editor wrote it
    title: str | None


def probe(path: str | os.PathLike[str] | WebVideo) -> VideoInfo:
    """Read a file's headers and first frame, or those of a video on the web.

    Raises like `open_container`, and NoVideo for sound or cover art alone.
    """
    with open_container(path) as container:
        stream = video_stream(container, path)
        frame = _first_frame(container, stream)
        rotation = _clockwise(frame)
        width, height = _display_size(stream, frame, rotation)
        if width <= 0 or height <= 0:
            raise UnreadableMedia(f"{shown(path)} holds video, but no frame of it decodes")
        tags = {**stream.metadata, **container.metadata}
        return VideoInfo(
            duration=declared_seconds(container) or promised_seconds(container, stream),
            width=width,
            height=height,
            fps=frame_rate(container, stream),
            codec=stream.codec_context.codec.canonical_name,
            container=_container_name(container, path),
            has_audio=bool(container.streams.audio),
            rotation=rotation,
            recorded_at=_recorded_at(tags),
            title=" ".join(_tag(container.metadata, "title").split()) or None,
        )


def _first_frame(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    """The first frame that decodes: only frames know about rotation. None if there is none."""
    return next(islice(decoded_frames(container, stream, Damage()), 1), None)


def _clockwise(frame: VideoFrame | None) -> int:
    # FFmpeg states by how much the camera was turned; a few degrees off come from flipped matrices.
    return 0 if frame is None else round(-frame.rotation / 90) % 4 * 90


def _display_size(stream: VideoStream, frame: VideoFrame | None, rotation: int) -> tuple[int, int]:
    context = stream.codec_context
    width, height = (frame or context).width, (frame or context).height
    sample: Fraction | None = stream.sample_aspect_ratio
    if sample and 1 / _WIDEST_SAMPLE <= sample <= _WIDEST_SAMPLE:
        width = round(width * sample)
    return (height, width) if rotation % 180 else (width, height)


def _container_name(container: InputContainer, path: str | os.PathLike[str] | WebVideo) -> str:
    names = container.format.name.split(",")
    name = path if isinstance(path, WebVideo) else PurePath(path)
    suffix = name.suffix.lower().lstrip(".")
    return suffix if suffix in names else names[0]


def _tag(tags: Mapping[str, str], name: str) -> str:
    return next((value for key, value in tags.items() if key.lower() == name), "")


def _recorded_at(tags: Mapping[str, str]) -> datetime | None:
    for name in _DATE_TAGS:
        moment = _parse_time(_tag(tags, name))
        if moment is not None:
            return moment
    return None


def _parse_time(text: str) -> datetime | None:
    """ISO 8601 with a time of day, UTC unless it says otherwise; None for anything else."""
    for pattern in ("%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"):
        try:
            moment = datetime.strptime(_with_zone(text), pattern).astimezone(timezone.utc)
        except (ValueError, OverflowError):
            continue
        return moment if moment.year >= _FIRST_BELIEVABLE_YEAR else None
    return None


def _with_zone(text: str) -> str:
    text = text.strip().replace(" ", "T", 1)
    clock = text.partition("T")[2]
    return text if clock.endswith("Z") or "+" in clock or "-" in clock else text + "Z"
