"""Pictures of a video from its keyframes alone, without reading what lies between them."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from footage.errors import UnreadableMedia
from footage.media.container import open_container, start_seconds, video_stream
from footage.media.faults import shown
from footage.media.frames import RGBScaler
from footage.media.pixels import Convertible
from footage.media.previews import jpeg, thumbnail_size
from footage.media.probe import VideoInfo
from footage.media.web import WebVideo

log = logging.getLogger(__name__)

STEP = 5.0  # seconds from one picture to the next, or more where keyframes are rarer


def keyframes(video: WebVideo, info: VideoInfo) -> Iterator[tuple[float, bytes]]:
    """Times in seconds, rising, and JPEGs of the last keyframe before each `STEP`.

    Raises like `open_container`, and `UnreadableMedia` where the server gives out no parts.
    """
    scaler, convertible = RGBScaler(*thumbnail_size(info), info.rotation), Convertible()
    with open_container(video) as container:
        stream = video_stream(container, video)
        origin, wanted, last = start_seconds(container), 0.0, -1.0
        while wanted < max(info.duration, STEP):
            if wanted > 0:
                _seek(container, origin + wanted, video)
            frame = _next_keyframe(container, stream)
            if frame is None or frame.pts is None or not convertible.prepare(frame):
                return
            # its own `time` is not known of a frame that was asked out of the decoder
            time = max(0.0, float(frame.pts * (stream.time_base or 0)) - origin)
            if time > last:
                yield time, jpeg(scaler(frame))
                last = time
            wanted = max(wanted, time) + STEP


def _next_keyframe(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    """The next one that decodes; the decoder is emptied at once, or it would wait for more."""
    try:
        for packet in container.demux(stream):
            if not packet.is_keyframe or not packet.size:
                continue
            frames = [*stream.decode(packet), *stream.decode(None)]
            stream.codec_context.flush_buffers()
            if frames:
                return frames[0]
    except av.FFmpegError as error:
        log.info("no further keyframe: %s", error.strerror)
    return None


def _seek(container: InputContainer, seconds: float, video: WebVideo) -> None:
    """To the last keyframe at or before a time by the container's clock."""
    try:
        container.seek(round(seconds * av.time_base))
    except av.FFmpegError as error:
        raise UnreadableMedia(f"{shown(video)} can only be read from its beginning") from error
