"""Reading the frames of a video one after the other: the only way frames are read.

Seeking per sample costs several times more than decoding everything, and lands in the wrong
place on variable frame rates; so there is one pass, and everything is fed from it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from math import floor
from types import TracebackType
from typing import Any, cast, overload

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.subtitles.stream import SubtitleStream
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from footage.errors import MediaUnreachable, UnreadableMedia
from footage.media.clock import FrameClock
from footage.media.container import (
    believable_seconds,
    frame_rate,
    open_container,
    promised_seconds,
    start_seconds,
    video_stream,
)
from footage.media.faults import shown
from footage.media.pixels import ONE_THREAD, Convertible
from footage.media.web import WebVideo

RGBImage = NDArray[np.uint8]

# Assumed where the file gives neither timestamps nor a rate (raw H.264): FFmpeg's own default.
FALLBACK_FPS = 25.0

# A file that ends this share, or this many seconds, earlier than its header promises was cut off
# in copying; headers are off by less.
_LOST_SHARE = 0.05
_LOST_SECONDS = 10.0

# How often in a row to read on past bytes that mean nothing. FFmpeg looks for the next packet of a
# broadcast in 64 kB at a time, so this is 64 MB; where it cannot go on it fails at once.
_MOST_ATTEMPTS = 1000


@dataclass(slots=True)
class Damage:
    """What could not be decoded cleanly."""

    corrupt_frames: int = 0  #: shown, with visible errors
    failed_packets: int = 0  #: not decodable at all, or the file ended in mid-air

    def __bool__(self) -> bool:
        return bool(self.corrupt_frames or self.failed_packets)


class FrameReader:
    """Every frame of a video, in order, with its time.

    >>> with FrameReader("clip.mp4") as reader:
    ...     for seconds, frame in reader: ...

    Times are seconds since the start of the file, never falling. Damage is stepped over and
    counted in ``damage``; a file in which not one frame decodes raises UnreadableMedia.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | WebVideo,
        *,
        thread_count: int = 0,
        start: float = 0.0,
        every: bool = True,
    ) -> None:
        """Open ``path``. ``thread_count`` 0 lets FFmpeg use every core.

        Frames come from the last key frame on that is shown by ``start`` seconds, or an earlier
        one: from the beginning where the file cannot be trusted with more. Not ``every`` frame
        passes over those that no other is made of, up to half of them, which in H.264 takes 30 %
        less.
        """
        self.path = path
        self.damage = Damage()
        self.last_time = 0.0  #: seconds, of the newest frame
        self.end_time = 0.0  #: seconds, when the newest frame stops being shown
        with ExitStack() as opening:
            self._container, self._stream = _opened(opening, path, thread_count)
            if start > 0 and not _sought(self._container, self._stream, start):
                opening.close()
                self._container, self._stream = _opened(opening, path, thread_count)
            self._open = opening.pop_all()
        if not every:
            self._stream.codec_context.skip_frame = "NONREF"

    def __enter__(self) -> FrameReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def close(self) -> None:
        """Let go of the file; may be called twice. Raises where what was read broke off."""
        self._open.close()

    def __iter__(self) -> Iterator[tuple[float, VideoFrame]]:
        clock = self._clock()
        convertible = Convertible()
        unconvertible = ""
        for frame in decoded_frames(self._container, self._stream, self.damage):
            if not convertible.prepare(frame):
                unconvertible = frame.format.name
                self.damage.failed_packets += 1
                continue
            self.last_time = clock.time_of(frame.time, _shown_for(frame))
            self.end_time = clock.end
            yield self.last_time, frame
        if not clock.started:
            raise self._no_frames(unconvertible)
        if missing := missing_seconds(self._container, self._stream, self.end_time):
            self._check_whole(missing)
            self.damage.failed_packets += 1

    def _check_whole(self, missing: float) -> None:
        """Of a file its end is known, and of what a server sends as long as it says how long."""
        video = self.path
        if isinstance(video, WebVideo) and (video.stamp is None or video.stamp.size is None):
            raise MediaUnreachable(
                f"{shown(video)} broke off {missing:.0f} s before its end, and its server does not "
                "say how long it is"
            )

    def _no_frames(self, unconvertible: str) -> UnreadableMedia:
        if unconvertible:
            return UnreadableMedia(
                f"{shown(self.path)} holds pixels ({unconvertible}) that cannot be converted",
                remedy="re-encode it, to H.264 for example",
            )
        return UnreadableMedia(f"{shown(self.path)} holds video, but no frame of it decodes")

    def _clock(self) -> FrameClock:
        return FrameClock(
            origin=start_seconds(self._container),
            interval=1.0 / (frame_rate(self._container, self._stream) or FALLBACK_FPS),
            length=believable_seconds(self._container),
        )


def _opened(
    opening: ExitStack, path: str | os.PathLike[str] | WebVideo, thread_count: int
) -> tuple[InputContainer, VideoStream]:
    container = opening.enter_context(open_container(path))
    stream = video_stream(container, path)
    stream.thread_type = "AUTO"
    stream.thread_count = thread_count
    return container, stream


def _sought(container: InputContainer, stream: VideoStream, seconds: float) -> bool:
    """Go to a key frame that is shown by then; False where it is not sure that this is one."""
    if not believable_seconds(container) or not stream.time_base:
        return False
    origin = start_seconds(container)
    target = floor((origin + seconds) / stream.time_base)
    try:
        container.seek(target, stream=stream)
        frames = decoded_frames(container, stream, Damage())
        key = next((frame.time for frame in frames if frame.key_frame), None)
        if key is None or key - origin > seconds:
            return False
        container.seek(target, stream=stream)  # again: frames have been taken
    except (av.FFmpegError, OSError):
        return False
    return True


@overload
def decoded_frames(
    container: InputContainer, stream: VideoStream, damage: Damage
) -> Iterator[VideoFrame]: ...


@overload
def decoded_frames(
    container: InputContainer, stream: AudioStream, damage: Damage
) -> Iterator[AudioFrame]: ...


def decoded_frames(
    container: InputContainer, stream: VideoStream | AudioStream, damage: Damage
) -> Iterator[VideoFrame | AudioFrame]:
    """Decode packet by packet, so that a bad one costs itself and not the rest of the file."""
    for packet in packets(container, stream, damage):
        try:
            frames = stream.decode(packet)
        except av.EOFError:  # asked twice for what it still held
            return
        except av.FFmpegError:
            damage.failed_packets += 1
            continue
        for frame in frames:
            damage.corrupt_frames += frame.is_corrupt
            yield frame


def packets(
    container: InputContainer,
    stream: VideoStream | AudioStream | SubtitleStream,
    damage: Damage,
) -> Iterator[Packet[Any] | None]:
    """The stream's packets; None, after a read error, asks for what the decoder still holds."""
    attempts = 0
    while attempts < _MOST_ATTEMPTS:
        try:
            for packet in container.demux(stream):
                attempts = 0
                yield packet
            return
        except (av.InvalidDataError, av.BlockingIOError):
            damage.failed_packets += attempts == 0
            attempts += 1
        except IndexError:  # how PyAV ends where another stream turned up midway
            break
        except (av.FFmpegError, OSError):
            damage.failed_packets += 1
            break
    yield None


def missing_seconds(
    container: InputContainer, stream: VideoStream | AudioStream, end: float
) -> float:
    """How much longer than ``end`` (seconds) a stream was promised to be; 0.0 where by little."""
    missing = promised_seconds(container, stream) - end
    return missing if missing > max(1.0, min(_LOST_SHARE * end, _LOST_SECONDS)) else 0.0


def _shown_for(frame: VideoFrame) -> float:
    duration = getattr(frame, "duration", 0)  # PyAV before 15 does not say
    return float(duration * frame.time_base) if duration and frame.time_base else 0.0


class RGBScaler:
    """Frames to upright RGB arrays of one size; keeps swscale's tables from frame to frame."""

    def __init__(self, width: int, height: int, rotation: int = 0) -> None:
        """``width`` × ``height`` pixels after turning by ``rotation`` degrees clockwise."""
        self._turns = rotation // 90 % 4
        self._size = (height, width) if self._turns % 2 else (width, height)
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> RGBImage:
        """The frame as [height, width, 3]."""
        width, height = self._size
        # AREA averages what it drops, as training images were; it is also cheaper than BICUBIC.
        scaled = self._reformatter.reformat(
            frame, width, height, "rgb24", interpolation=Interpolation.AREA, **ONE_THREAD
        )
        pixels = cast(RGBImage, scaled.to_ndarray())
        # A copy of its own: PyAV's array has gaps after each row and holds on to FFmpeg's buffer.
        return np.array(np.rot90(pixels, -self._turns), order="C")


def to_rgb(frame: VideoFrame, *, width: int, height: int, rotation: int = 0) -> RGBImage:
    """One frame as [height, width, 3], turned by ``rotation`` degrees clockwise.

    For many frames keep an RGBScaler.
    """
    return RGBScaler(width, height, rotation)(frame)
