"""A stretch of a file, cut out and encoded anew in memory: small, exact, and playable anywhere.

Copied instead, it would begin at the key frame before, in whatever codec the file has.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from fractions import Fraction
from math import inf
from typing import Any

import av
import numpy as np
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from footage.errors import InvalidQuery, UnreadableMedia
from footage.media.container import (
    believable_seconds,
    declared_seconds,
    open_container,
    start_seconds,
)
from footage.media.faults import shown
from footage.media.frames import FrameReader, RGBImage, RGBScaler
from footage.media.probe import VideoInfo
from footage.media.web import WebVideo

RATE = 48_000  # samples a second
SOUND_BITS = 160_000  # a second of stereo MP3, and in a clip of AAC: nobody hears what is lost
EARLIER = "name an earlier stretch"
FPS_MOST = 30.0  # of a clip; models look at a few frames a second
_X264 = {"preset": "veryfast", "crf": "24"}
_TICK = Fraction(1, 1000)  # of a clip's clock, which may be unsteady as the file's was

Samples = NDArray[np.float32]
"""Left and right, [2, n], at `RATE`."""


def clip_excerpt(
    path: str | os.PathLike[str],
    info: VideoInfo,
    start: float,
    end: float,
    *,
    sides: tuple[int, int],
    most_bytes: int,
) -> bytes:
    """[``start``, ``end``) seconds of a video as an MP4 of H.264 and AAC, upright.

    Its shorter side is brought between the two ``sides``, in pixels, and its bit rate to where it
    fits in ``most_bytes``. Raises `InvalidQuery` where nothing is seen there, and `MediaError`.
    """
    rate = int(0.85 * 8 * most_bytes / (end - start)) - SOUND_BITS
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        bounds = {"maxrate": str(rate), "bufsize": str(2 * rate)}
        picture: Any = output.add_stream("libx264", rate=30, options={**_X264, **bounds})
        picture.width, picture.height = _size(info, *sides)
        picture.pix_fmt = "yuv420p"
        picture.codec_context.time_base = _TICK
        sound = _sound_stream(output, "aac") if info.has_audio else None
        for time, image in _images(path, info, start, end, (picture.width, picture.height)):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = round(time / _TICK), _TICK
            output.mux(picture.encode(frame))
        output.mux(picture.encode())
        if sound is not None:
            _encode(output, sound, samples(path, start, end))
    return buffer.getvalue()


def sound_excerpt(path: str | os.PathLike[str], start: float, end: float) -> bytes:
    """[``start``, ``end``) seconds of what is heard in a file, as an MP3.

    Raises `InvalidQuery` where nothing is heard there, and `MediaError`.
    """
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp3") as output:
        heard = _encode(output, _sound_stream(output, "libmp3lame"), samples(path, start, end))
    if not heard:
        raise InvalidQuery(f"{shown(path)} has no sound after {start:g} s", remedy=EARLIER)
    return buffer.getvalue()


def sound_seconds(path: str | os.PathLike[str]) -> float:
    """How long a file with sound says that it plays; 0.0 if it does not say.

    Raises `UnreadableMedia` where it has no sound, and the other kinds of `MediaError`.
    """
    with open_container(path) as container:
        _audio(container, path)
        return declared_seconds(container)


def _size(info: VideoInfo, least: int, most: int) -> tuple[int, int]:
    """Width and height, both even, in the video's aspect."""
    short = min(info.width, info.height)
    scale = min(max(short, least), most) / short
    return 2 * round(info.width * scale / 2), 2 * round(info.height * scale / 2)


def _images(
    path: str | os.PathLike[str],
    info: VideoInfo,
    start: float,
    end: float,
    size: tuple[int, int],
) -> Iterator[tuple[float, RGBImage]]:
    """Images and their seconds since ``start``, at most `FPS_MOST` a second, on until the end."""
    scaler = RGBScaler(*size, info.rotation)
    at, image = -inf, None
    for time, frame in _on_display(path, start, end):
        if time - at >= 1 / (FPS_MOST + 1):
            at, image = time, scaler(frame)
            yield at, image
    if image is None:
        raise InvalidQuery(f"{shown(path)} shows nothing after {start:g} s", remedy=EARLIER)
    if end - start - at > 2 / FPS_MOST:
        yield end - start - 1 / FPS_MOST, image


def _on_display(
    path: str | os.PathLike[str], start: float, end: float
) -> Iterator[tuple[float, VideoFrame]]:
    """Frames and their seconds since ``start``; the first is on display already then."""
    before = None
    with FrameReader(path, start=start) as reader:
        for time, frame in reader:
            if time >= end:
                break
            if time <= start:
                before = frame
                continue
            if before is not None:
                yield 0.0, before
                before = None
            yield time - start, frame
        if before is not None and reader.end_time > start:
            yield 0.0, before


def samples(path: str | os.PathLike[str] | WebVideo, start: float, end: float) -> Iterator[Samples]:
    """What is heard in [``start``, ``end``) seconds; of damaged sound what can be decoded."""
    resampler = av.AudioResampler("fltp", "stereo", RATE)
    with open_container(path) as container:
        origin, clock = start_seconds(container), 0.0
        for frame in _audio_frames(container, path, start):
            for piece in resampler.resample(frame):
                time = clock if piece.time is None else piece.time - origin
                clock = time + piece.samples / RATE
                first, after = round((start - time) * RATE), round((end - time) * RATE)
                if after <= 0:
                    return
                part = piece.to_ndarray()[:, max(0, first) : after]
                if part.shape[1]:
                    yield np.ascontiguousarray(part)


def _audio_frames(
    container: InputContainer, path: str | os.PathLike[str] | WebVideo, start: float
) -> Iterator[av.AudioFrame]:
    stream = _audio(container, path)
    if container.streams.video and believable_seconds(container):  # sound alone is read soon enough
        container.seek(int((start_seconds(container) + max(0.0, start - 1.0)) * av.time_base))
    try:
        for packet in container.demux(stream):
            try:
                yield from stream.decode(packet)
            except av.FFmpegError:
                continue
    except av.FFmpegError:
        return


def _audio(container: InputContainer, path: str | os.PathLike[str] | WebVideo) -> Any:
    if not container.streams.audio:
        raise UnreadableMedia(f"{shown(path)} holds no sound", remedy="name a file that has")
    return container.streams.audio[0]


def _sound_stream(output: OutputContainer, codec: str) -> Any:
    return output.add_stream(codec, rate=RATE, layout="stereo", bit_rate=SOUND_BITS)


def _encode(output: OutputContainer, stream: Any, pieces: Iterator[Samples]) -> int:
    """Encode sound that has no gaps; returns how many samples there were."""
    at = 0
    for piece in pieces:
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), at
        at += piece.shape[1]
        output.mux(stream.encode(frame))
    output.mux(stream.encode())
    return at
