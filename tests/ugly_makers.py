"""Makers of the odd and broken video files of ``ugly``: each writes one file and returns nothing.

Most start from six seconds of red then blue, so that a search for a colour tells whether the
right moment is found.
"""

from __future__ import annotations

import os
import random
import socket
import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.packet import Packet
from av.stream import Disposition
from PIL import Image

from tests.videos import Pixels, Shot, add_audio, encode_tone, flat, make_video, texture

Maker = Callable[[Path], object]

_FAST = {"preset": "ultrafast"}


def _grainy(colour: str) -> Callable[[float], Pixels]:
    def grain(time: float) -> Pixels:
        image = flat(colour)
        dots = np.random.default_rng(round(time * 1000)).random(image.shape[:2]) < 0.05
        image[dots] = 128
        return image

    return grain


RED_BLUE: tuple[Shot, ...] = ("red", "blue")
GRAINY: tuple[Shot, ...] = (_grainy("red"), _grainy("blue"))
_encoded: dict[str, bytes] = {}


def video(**options: Any) -> Maker:
    """Six seconds of red then blue by ``make_video``, with some of its options; encoded once."""
    wanted = {"seconds": 6, "shots": RED_BLUE, **options}

    def make(path: Path) -> None:
        key = f"{path.suffix} {wanted}"
        if key not in _encoded:
            _encoded[key] = make_video(path, **wanted).read_bytes()
        path.write_bytes(_encoded[key])

    return make


def film(**options: Any) -> Maker:
    """Ten seconds of red then blue under grain, so that every second takes as many bytes."""
    usual = {"seconds": 10, "shots": GRAINY, "options": {"g": "10", "b": "20M"}}
    return video(**{**usual, **options})


def then(*makers: Callable[[Path], object]) -> Maker:
    """One after the other, all on the same file."""

    def make(path: Path) -> None:
        for maker in makers:
            maker(path)

    return make


def named(name: str) -> Maker:
    """A good video whose bytes, by an MP4 box that players pass over, are its name's alone."""
    text = os.fsencode(name)
    box = (8 + len(text)).to_bytes(4, "big") + b"free" + text
    return then(disguised(".mp4", video()), appended(box))


def written(data: bytes) -> Maker:
    return lambda path: path.write_bytes(data)


def noise(seed: int, count: int = 50_000) -> Maker:
    return written(random.Random(seed).randbytes(count))


def picture(format_name: str, *, frames: int = 1) -> Maker:
    """A still or animated picture as Pillow writes it."""
    images = [Image.fromarray(texture(seed)) for seed in range(frames)]
    more = {"save_all": True, "append_images": images[1:], "duration": 500} if frames > 1 else {}
    return lambda path: images[0].save(path, format_name, **more)


def disguised(suffix: str, maker: Maker) -> Maker:
    """What the maker makes for another suffix, renamed."""

    def make(path: Path) -> None:
        real = path.with_name(f"made{suffix}")
        maker(real)
        real.rename(path)

    return make


# Bytes


def cut(keep: float) -> Maker:
    """Keep a share of the bytes, as an interrupted copy does."""
    return lambda path: os.truncate(path, int(path.stat().st_size * keep))


def beheaded(share: float) -> Maker:
    """Without a share of the bytes at the start, as a recording joined late."""

    def make(path: Path) -> None:
        data = path.read_bytes()
        path.write_bytes(data[int(len(data) * share) :])

    return make


def appended(data: bytes) -> Maker:
    return lambda path: path.write_bytes(path.read_bytes() + data)


def without_samples(path: Path) -> None:
    """An MP4 that ends where its pictures would begin."""
    os.truncate(path, path.read_bytes().index(b"mdat") + 4)


def blanked(path: Path) -> None:
    """An MP4 with its index first, and zeros for pictures."""
    data = path.read_bytes()
    head = data[: data.index(b"mdat") + 4]
    path.write_bytes(head.ljust(len(data), b"\0"))


def replaced(old: bytes, new: bytes) -> Maker:
    """Every occurrence in the file's bytes."""

    def make(path: Path) -> None:
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new))

    return make


def boxed(name: bytes, at: int, *numbers: int) -> Maker:
    """Overwrite 32-bit numbers ``at`` bytes into the first MP4 box of that name."""

    def make(path: Path) -> None:
        data = bytearray(path.read_bytes())
        struct.pack_into(f">{len(numbers)}I", data, data.index(name) + 4 + at, *numbers)
        path.write_bytes(data)

    return make


# Streams


def joined(*parts: Maker) -> Maker:
    """One file after the other, as ``cat`` joins them."""

    def make(path: Path) -> None:
        pieces = []
        for part in parts:
            part(path)
            pieces.append(path.read_bytes())
        path.write_bytes(b"".join(pieces))

    return make


def several(pictures: Sequence[tuple[str, tuple[int, int]]], *, voices: int = 0) -> Maker:
    """Two seconds with several streams: of pictures, each a colour and a size, and of sound."""

    def make(path: Path) -> None:
        with av.open(str(path), "w") as output:
            streams = [_picture_stream(output, size) for _, size in pictures]
            sounds = [add_audio(output, path) for _ in range(voices)]
            for (colour, size), stream in zip(pictures, streams, strict=True):
                for index in range(20):
                    frame = av.VideoFrame.from_ndarray(flat(colour, size))
                    frame.pts, frame.time_base = index, Fraction(1, 10)
                    output.mux(stream.encode(frame))
                output.mux(stream.encode())
            for sound in sounds:
                encode_tone(output, sound, 2.0)

    return make


def _picture_stream(output: Any, size: tuple[int, int]) -> Any:
    stream = output.add_stream("libx264", rate=10, options=_FAST)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    return stream


def remuxed(
    maker: Maker,
    *,
    keep: Callable[[int, Packet], bool] = lambda _index, _packet: True,
    extras: Sequence[Callable[[Any, Path], tuple[Any, list[Packet]]]] = (),
) -> Maker:
    """The maker's packets written anew, some of them left out, with other streams beside."""

    def make(path: Path) -> None:
        source = path.with_name(f"source{path.suffix}")
        maker(source)
        with av.open(str(source)) as given, av.open(str(path), "w") as output:
            stream = output.add_stream_from_template(given.streams.video[0])
            beside = [extra(output, path) for extra in extras]
            packets = [packet for packet in given.demux(video=0) if packet.size]
            kept = [packet for index, packet in enumerate(packets) if keep(index, packet)]
            for target, more in [*beside, (stream, kept)]:
                for packet in more:
                    packet.stream = target
                    output.mux(packet)
        source.unlink()

    return make


def cover(output: Any, _path: Path) -> tuple[Any, list[Packet]]:
    """Cover art, which is a video stream of one picture."""
    stream = output.add_stream("mjpeg", rate=1)
    stream.width, stream.height, stream.pix_fmt = 600, 600, "yuvj420p"
    stream.disposition = Disposition.attached_pic
    buffer = BytesIO()
    Image.fromarray(flat("lime", (600, 600))).save(buffer, "JPEG")
    packet = Packet(buffer.getvalue())
    packet.pts = packet.dts = 0
    packet.time_base = Fraction(1)
    return stream, [packet]


def subtitles(output: Any, path: Path) -> tuple[Any, list[Packet]]:
    text = path.with_suffix(".srt")
    text.write_text("1\n00:00:00,500 --> 00:00:03,000\nRosebud.\n")
    with av.open(str(text)) as given:
        stream = output.add_stream_from_template(given.streams.subtitles[0])
        packets = [packet for packet in given.demux() if packet.size]
    text.unlink()
    return stream, packets


def subtitles_alone(path: Path) -> None:
    with av.open(str(path), "w") as output:
        stream, packets = subtitles(output, path)
        for packet in packets:
            packet.stream = stream
            output.mux(packet)


# The file system


def linked_to(maker: Maker) -> Maker:
    """A symbolic link to a file the maker makes in a folder that scans leave out."""

    def make(path: Path) -> None:
        target = path.parent / ".elsewhere" / f"target-{path.name}"
        target.parent.mkdir(exist_ok=True)
        maker(target)
        path.symlink_to(target)

    return make


def link(target: str) -> Maker:
    return lambda path: path.symlink_to(target)


def inside_a_folder(maker: Maker) -> Maker:
    def make(path: Path) -> None:
        path.parent.mkdir()
        maker(path)

    return make


def behind_a_link(maker: Maker) -> Maker:
    """A file in a folder that is a symbolic link."""

    def make(path: Path) -> None:
        real = path.parent.parent / ".really"
        real.mkdir()
        path.parent.symlink_to(real)
        maker(path)

    return make


def loop_of_folders(path: Path) -> None:
    """A video in a folder that holds a link to itself."""
    inside_a_folder(named(path.name))(path)
    (path.parent / "again").symlink_to(path.parent)


def packed_pixels(path: Path) -> None:
    """Raw pixels of a kind that nothing converts to RGB."""
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("rawvideo", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "bgr4"
        frame = av.VideoFrame(64, 48, "bgr4")
        frame.pts, frame.time_base = 0, Fraction(1, 10)
        output.mux(stream.encode(frame))
        output.mux(stream.encode())


def listening(path: Path) -> None:
    """A socket."""
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(path.parent)  # the names of sockets are short
        try:
            listener.bind(path.name)
        finally:
            os.chdir(here)
