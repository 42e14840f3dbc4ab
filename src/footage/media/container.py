"""Opening a video file safely, and finding the one stream in it that is the video."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from footage.errors import NoVideo, UnreadableMedia
from footage.media.faults import media_fault, shown
from footage.media.identity import FileStamp
from footage.media.web import WebVideo

if TYPE_CHECKING:
    from footage.media.http_file import HttpFile

# Not videos but texts that point at others (a playlist renamed .mp4 could make us read any file
# or host), and readers of still images and plain text.
_REFUSED_FORMATS = frozenset(
    {"hls", "concat", "dash", "webm_dash_manifest", "imf", "sdp", "rtsp", "rtp", "sap", "lavfi"}
    | {"tty", "bin", "image2", "ico"}
)

# FFmpeg's own limit (-dts_error_threshold): more is one broken timestamp, not a recording.
_LONGEST_BELIEVED_SECONDS = 30 * 3600.0

# Frames per second; a rate beyond these is a broken header, not a time lapse or a fast camera.
_SLOWEST_RATE, _FASTEST_RATE = 1 / 3600, 1000

# Tags need not be UTF-8: PyAV 19 reads what they are, before it had to be told to.
_ANY_TAGS: dict[str, Any] = (
    {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
)

# No protocol has this name: what lies on the web is read for FFmpeg, which opens nothing itself.
_NO_PROTOCOL = "none"

_BUFFER_BYTES = 1 << 18  # handed to FFmpeg at once by what is read for it

_RESTARTING_CLOCKS = 0x0200  # AVFMT_TS_DISCONT


@contextmanager
def open_container(path: str | os.PathLike[str] | WebVideo) -> Iterator[InputContainer]:
    """A media file or a video on the web, open for reading within the ``with`` block.

    Raises MediaMissing, MediaForbidden, UnreadableMedia, and for the web MediaUnreachable and
    MediaChanged: also at the end of the block, where what was read broke off.
    """
    if isinstance(path, WebVideo):
        with closing(path.open()) as file:
            try:
                with _opened(file, path, _NO_PROTOCOL) as container:
                    yield container
            except Exception as error:
                if file.fault is not None:
                    raise file.fault from error
                if isinstance(error, UnreadableMedia) and not file.seekable():
                    raise _out_of_order(path) from error
                raise
            if file.fault is not None:
                raise file.fault
    else:
        if FileStamp.of(path).size == 0:
            raise UnreadableMedia(f"{shown(path)} is empty (0 bytes)")
        # Absolute, because FFmpeg takes a relative name such as `http:x.mp4` for an address.
        full = os.path.abspath(path)  # noqa: PTH100 - Path.absolute keeps `..`
        with _opened(full, path, "file") as container:
            yield container


def _out_of_order(video: WebVideo) -> UnreadableMedia:
    return UnreadableMedia(
        f"{shown(video)} is not a video, or one that cannot be read from its beginning to its end, "
        "and its server gives out no parts of it",
        remedy="download it, then index the file",
    )


def _opened(
    file: str | HttpFile, path: str | os.PathLike[str] | WebVideo, protocol: str
) -> InputContainer:
    limits = {"protocol_whitelist": protocol, "format_whitelist": _accepted_formats()}
    try:
        container: InputContainer = av.open(
            file, "r", container_options=limits, buffer_size=_BUFFER_BYTES, **_ANY_TAGS
        )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise media_fault(error, path) from error
    return container


def video_stream(container: InputContainer, path: str | os.PathLike[str] | WebVideo) -> VideoStream:
    """The stream a player would show: never cover art; the default one, else the largest."""
    moving = [s for s in container.streams.video if Disposition.attached_pic not in s.disposition]
    if not moving:
        kind = "only sound" if container.streams.audio else "no moving picture"
        raise NoVideo(f"{shown(path)} holds {kind}")
    decodable = [stream for stream in moving if has_decoder(stream)]
    if not decodable:
        raise UnreadableMedia(
            f"{shown(path)} uses a video codec that cannot be decoded here",
            remedy="re-encode it, to H.264 for example",
        )
    return max(decodable, key=_prominence)


def start_seconds(container: InputContainer) -> float:
    """When the file's own clock starts; what every time inside it is counted from."""
    start: int | None = container.start_time
    return 0.0 if start is None else start / av.time_base


def declared_seconds(container: InputContainer) -> float:
    """How long the header says the file plays, counted from its start; 0.0 if it does not say."""
    length: int | None = container.duration
    return max(0.0, (length or 0) / av.time_base - _counted_from(container))


def believable_seconds(container: InputContainer) -> float:
    """How long the file may be believed to play; 0.0 if what it says is worth nothing."""
    declared = declared_seconds(container)
    believable = _has_header(container) and declared <= _LONGEST_BELIEVED_SECONDS
    return declared if believable else 0.0


def promised_seconds(container: InputContainer, stream: VideoStream | AudioStream) -> float:
    """How long the header says the picture, or the sound, alone lasts; 0.0 if it does not say."""
    if not _has_header(container):
        return 0.0
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    tag = stream.metadata.get("DURATION", "")  # Matroska: 00:01:02.345
    if match := re.fullmatch(r"(\d+):(\d+):(\d+(?:\.\d+)?)", tag):
        hours, minutes, seconds = match.groups()
        total = 3600 * int(hours) + 60 * int(minutes) + float(seconds)
        return max(0.0, total - _counted_from(container))
    return 0.0


def _has_header(container: InputContainer) -> bool:
    # Broadcast formats (MPEG, Ogg) have none, and restart their clocks within a file: their length
    # is the difference of two timestamps that may not belong together.
    return not container.format.flags & _RESTARTING_CLOCKS


def _counted_from(container: InputContainer) -> float:
    # Matroska states the last timestamp, not the time between the first and the last.
    return max(0.0, start_seconds(container)) if "matroska" in container.format.name else 0.0


def frame_rate(container: InputContainer, stream: VideoStream) -> float:
    """Frames per second, 0.0 if the file does not say or says nonsense."""
    rates = [stream.average_rate, stream.guessed_rate, stream.base_rate]
    if not declared_seconds(container):
        rates[:2] = rates[1::-1]  # a raw stream: the average is FFmpeg's 25, the guess is read
    for rate in rates:
        if rate and _SLOWEST_RATE <= rate <= _FASTEST_RATE:
            return float(rate)
    return 0.0


def has_decoder(stream: Stream) -> bool:
    """Whether the FFmpeg inside PyAV can decode a stream."""
    context: object | None = stream.codec_context
    return context is not None


def _prominence(stream: VideoStream) -> tuple[bool, int, int]:
    context = stream.codec_context
    default = Disposition.default in stream.disposition
    return default, context.width * context.height, -stream.index


@lru_cache(maxsize=1)
def _accepted_formats() -> str:
    names = sorted(av.formats_available - _REFUSED_FORMATS)
    return ",".join(name for name in names if not name.endswith("_pipe"))
