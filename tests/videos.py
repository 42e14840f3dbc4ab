"""Small real video files for tests, and the ugly ones people really have.

Everything is encoded on the spot with PyAV, in tens of milliseconds:

    make_video(tmp_path / "a.mp4", seconds=3, shots=["red", "blue"])

A shot is a colour name, an RGB array [height, width, 3], or a function of the time in seconds
that returns one.
"""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
from av.container import OutputContainer
from numpy.typing import NDArray
from PIL import Image, ImageColor

Pixels = NDArray[np.uint8]
Shot: TypeAlias = "str | Pixels | Callable[[float], Pixels]"

os.environ.setdefault("SVT_LOG", "1")  # the AV1 encoder greets on stderr otherwise

_TIME_BASE = Fraction(1, 90_000)
_FAST_OPTIONS = {
    "libx264": {"preset": "ultrafast", "crf": "18"},
    "libx265": {
        "preset": "ultrafast",
        "x265-params": "log-level=none:bframes=2:pools=none:frame-threads=1",
    },
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libsvtav1": {"preset": "12", "svtav1-params": "lp=1"},
}
_PIXEL_FORMATS = {"gif": "rgb8", "mjpeg": "yuvj420p"}


def make_video(
    path: Path,
    *,
    seconds: float = 2.0,
    fps: float | Fraction = 10,
    size: tuple[int, int] = (160, 120),
    codec: str = "libx264",
    shots: Sequence[Shot] = ("gray",),
    times: Sequence[float] | None = None,
    start: float = 0.0,
    audio: bool = False,
    rotation: int = 0,
    sar: Fraction | None = None,
    creation_time: str | None = None,
    title: str | None = None,
    pixel_format: str | None = None,
    container: str | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Encode ``shots``, each for an equal share of ``seconds``, and return ``path``.

    ``times`` replaces the steady ``fps`` (variable frame rate); ``start`` moves all timestamps;
    ``rotation`` is clockwise degrees for the player to apply (MP4 and MOV only).
    """
    rate = Fraction(fps).limit_denominator(1001)
    moments = times if times is not None else [i / rate for i in range(round(seconds * rate))]
    with (
        _scheduled_as_before(),
        av.open(str(path), "w", format=container, options=container_options or {}) as output,
    ):
        tags = {"creation_time": creation_time, "title": title}
        output.metadata.update({key: value for key, value in tags.items() if value})
        stream: Any = output.add_stream(codec, rate=rate)
        stream.options = {**_FAST_OPTIONS.get(codec, {}), **(options or {})}
        stream.width, stream.height = size
        stream.pix_fmt = pixel_format or _PIXEL_FORMATS.get(codec, "yuv420p")
        stream.codec_context.time_base = 1 / rate if times is None else Fraction(1, 1000)
        if sar:
            stream.codec_context.sample_aspect_ratio = sar
        voice = add_audio(output, path) if audio else None
        for moment in moments:
            frame = av.VideoFrame.from_ndarray(_picture(shots, float(moment), seconds, size))
            frame.pts, frame.time_base = round((moment + Fraction(start)) / _TIME_BASE), _TIME_BASE
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
        if voice is not None:
            encode_tone(output, voice, seconds, start)
    if rotation:
        rotate_mp4(path, rotation)
    return path


@contextlib.contextmanager
def _scheduled_as_before() -> Iterator[None]:
    """For root SVT-AV1 makes the thread that encodes a real-time one, and so all that it starts.

    A browser that does starves the machine.
    """
    known = hasattr(os, "sched_getscheduler")
    before = (os.sched_getscheduler(0), os.sched_getparam(0)) if known else None
    try:
        yield
    finally:
        if before is not None:
            os.sched_setscheduler(0, *before)


def add_audio(output: OutputContainer, path: Path) -> Any:
    """An audio stream in a codec that the kind of file takes; add before encoding anything."""
    codec = {".webm": "libopus", ".mp3": "libmp3lame"}.get(path.suffix, "aac")
    return output.add_stream(codec, rate=48_000, layout="mono")


def encode_tone(output: OutputContainer, stream: Any, seconds: float, start: float = 0.0) -> None:
    """A quiet 440 Hz tone."""
    for block in range(int(seconds * 48_000) // 1024):
        at = (np.arange(1024) + block * 1024) / 48_000
        tone = (0.1 * np.sin(2 * np.pi * 440 * at)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(tone[None, :], format="fltp", layout="mono")
        frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
        frame.pts = block * 1024 + int(start * 48_000)
        output.mux(stream.encode(frame))
    output.mux(stream.encode())


def sound_outlasts(path: Path, *, fps: int, frames: int, more: float = 0.2) -> Path:
    """A picture of so many frames, and sound that goes on for ``more`` seconds."""
    seconds = frames / fps
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=fps, options=_FAST_OPTIONS["libx264"])
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        voice = add_audio(output, path)
        numbered = counting(fps, (64, 48))
        for at in range(frames):
            frame = av.VideoFrame.from_ndarray(numbered(at / fps))
            frame.pts, frame.time_base = at, Fraction(1, fps)
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
        encode_tone(output, voice, seconds + more)
    return path


def _picture(shots: Sequence[Shot], time: float, seconds: float, size: tuple[int, int]) -> Pixels:
    shot = shots[min(int(time / seconds * len(shots) + 1e-9), len(shots) - 1)]
    if isinstance(shot, str):
        return flat(shot, size)
    image = shot(time) if callable(shot) else shot
    if image.shape[1::-1] == size:
        return image
    return np.asarray(Image.fromarray(image).resize(size), dtype=np.uint8)


# Pictures


def flat(colour: str, size: tuple[int, int] = (160, 120)) -> Pixels:
    """One colour."""
    return np.full((size[1], size[0], 3), ImageColor.getrgb(colour), dtype=np.uint8)


def red_left_blue_right(size: tuple[int, int] = (160, 120)) -> Pixels:
    """A picture that shows which way it has been turned."""
    image = flat("blue", size)
    image[:, : size[0] // 2] = ImageColor.getrgb("red")
    return image


def texture(seed: int, size: tuple[int, int] = (160, 120)) -> Pixels:
    """A picture of soft coloured blobs, different for each seed, that survives encoding."""
    rng = np.random.default_rng(seed)
    blobs = rng.integers(0, 256, (5, 7, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(blobs).resize(size, Image.Resampling.BICUBIC))


def counting(fps: float, size: tuple[int, int] = (160, 120)) -> Callable[[float], Pixels]:
    """Frames that say which one they are in eight black or white bars; see ``count_of``."""

    def numbered(time: float) -> Pixels:
        bits = np.unpackbits(np.array([round(time * fps)], dtype=np.uint8)) * np.uint8(255)
        bars = bits[np.arange(size[0]) * 8 // size[0]]
        return np.tile(bars[None, :, None], (size[1], 1, 3))

    return numbered


def count_of(image: Pixels) -> int:
    """Which frame of ``counting`` this is, at any size of 8 pixels' width and more."""
    bars = np.array_split(image.mean(axis=(0, 2)), 8)
    return int(np.packbits([bar.mean() > 128 for bar in bars])[0])


# Ugly files


def truncated(path: Path, keep: float = 0.5) -> Path:
    """Cut the file off after a share of its bytes, as an interrupted copy does."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


def zeroed(path: Path, start: float = 0.4, end: float = 0.6) -> Path:
    """Overwrite a stretch with zeros, as an interrupted download does."""
    data = bytearray(path.read_bytes())
    first, last = int(len(data) * start), int(len(data) * end)
    data[first:last] = bytes(last - first)
    path.write_bytes(bytes(data))
    return path


def flipped(path: Path, start: float = 0.3, end: float = 0.7, count: int = 200) -> Path:
    """Change bytes at random places, as a failing disk does."""
    data, rng = bytearray(path.read_bytes()), random.Random(1)
    for _ in range(count):
        data[rng.randrange(int(len(data) * start), int(len(data) * end))] ^= 0xFF
    path.write_bytes(bytes(data))
    return path


def rotate_mp4(path: Path, degrees: int) -> None:
    """Write the matrix by which players turn the picture clockwise, as phones do."""
    matrix = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[degrees]
    a, b, c, d = ((value << 16).to_bytes(4, "big", signed=True) for value in matrix)
    zero, one = bytes(4), (1 << 30).to_bytes(4, "big")
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 44
    data[at : at + 36] = a + b + zero + c + d + zero + zero + zero + one
    path.write_bytes(bytes(data))


def text_as_video(path: Path) -> Path:
    """A text file with a video's name."""
    path.write_text("These are not the frames you are looking for.\n" * 50)
    return path


def garbage(path: Path, count: int = 50_000) -> Path:
    """Random bytes."""
    path.write_bytes(random.Random(2).randbytes(count))
    return path


def empty(path: Path) -> Path:
    """A file of 0 bytes."""
    path.write_bytes(b"")
    return path


def audio_only(path: Path, seconds: float = 1.0) -> Path:
    """Sound without a picture."""
    with av.open(str(path), "w") as output:
        encode_tone(output, add_audio(output, path), seconds)
    return path


def song_with_cover(path: Path) -> Path:
    """An MP3 with cover art, which FFmpeg presents as a video stream."""
    audio_only(path)
    cover = path.with_suffix(".cover.jpg")
    Image.fromarray(texture(1)).save(cover)
    picture = b"\x00image/jpeg\x00\x03\x00" + cover.read_bytes()
    cover.unlink()
    frame = b"APIC" + len(picture).to_bytes(4, "big") + b"\x00\x00" + picture
    size = bytes((len(frame) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\x03\x00\x00" + size + frame + path.read_bytes())
    return path


def every_kind(folder: Path) -> Iterator[Path]:
    """One good video per codec and container that people commonly have; 1 s, 10 fps."""
    for name, codec in (
        ("h264.mp4", "libx264"),
        ("hevc.mp4", "libx265"),
        ("vp9.webm", "libvpx-vp9"),
        ("av1.mkv", "libsvtav1"),
        ("mpeg4.avi", "mpeg4"),
        ("mpeg2.ts", "mpeg2video"),
        ("mjpeg.mov", "mjpeg"),
        ("wmv.wmv", "wmv2"),
        ("flv.flv", "flv"),
        ("animation.gif", "gif"),
        ("raw.h264", "libx264"),
    ):
        fps = 25 if codec == "mpeg2video" else 10
        yield make_video(folder / name, seconds=1, fps=fps, codec=codec, shots=[texture(3)])
