"""Small videos with subtitle tracks, as muxers make them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.packet import Packet
from av.stream import Disposition
from videos import flat

from footage.embedder import VideoFile
from footage.media.probe import probe

ASS_HEADER = (
    "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\n"
    "Style: Default,Arial\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


PLAIN = Disposition(0)


@dataclass(frozen=True)
class Track:
    """Texts by their start and end in seconds; ``form`` is srt, webvtt, ass or mov_text."""

    texts: Sequence[tuple[float, float, str]]
    form: str = "srt"
    language: str | None = None
    title: str | None = None
    disposition: Disposition = PLAIN


def make_subtitled(
    path: Path, tracks: Sequence[Track], *, seconds: float = 10.0, start: float = 0.0
) -> Path:
    """A grey video with subtitle tracks; ``start`` moves every timestamp."""
    with av.open(str(path), "w") as output:
        video: Any = output.add_stream("libx264", rate=5, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        streams = [_add(output, track) for track in tracks]
        packets = []
        for index in range(round(seconds * 5)):
            frame = av.VideoFrame.from_ndarray(flat("gray", (64, 48)))
            frame.pts, frame.time_base = index + round(start * 5), Fraction(1, 5)
            packets += video.encode(frame)
        packets += video.encode()
        for stream, track in zip(streams, tracks, strict=True):
            packets += _packets(stream, track, start)
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            output.mux(packet)
    return path


def file_of(track: Track) -> str:
    """The text of a subtitle file."""
    if track.form == "ass":
        return ASS_HEADER + "".join(
            f"Dialogue: 0,{_clock(a)[1:-1]},{_clock(b)[1:-1]},Default,,0,0,0,,{text}\n"
            for a, b, text in track.texts
        )
    head = "WEBVTT\n\n" if track.form == "webvtt" else ""
    times = [(_clock(a), _clock(b), text) for a, b, text in track.texts]
    body = "".join(f"{a} --> {b}\n{text}\n\n" for a, b, text in times)
    return head + (body if head else body.replace(".", ","))


def video_file(path: Path) -> VideoFile:
    return VideoFile(path, "0" * 32, probe(path))


def _clock(seconds: float) -> str:
    return f"{int(seconds // 3600):02}:{int(seconds // 60 % 60):02}:{seconds % 60:06.3f}"


def _add(output: Any, track: Track) -> Any:
    if track.form == "mov_text":
        stream = output.add_stream("mov_text")
        stream.codec_context.subtitle_header = ASS_HEADER.encode()
    else:
        given = io.BytesIO(file_of(track).encode())
        with av.open(given, format=track.form) as source:
            stream = output.add_stream_from_template(source.streams.subtitles[0])
    tags = {"language": track.language, "title": track.title}
    stream.metadata.update({name: value for name, value in tags.items() if value})
    stream.disposition = track.disposition.value
    return stream


def _packets(stream: Any, track: Track, start: float) -> Iterator[Packet[Any]]:
    for order, (begin, end, text) in enumerate(track.texts):
        data = text.encode()
        if track.form == "mov_text":
            data = len(data).to_bytes(2, "big") + data
        elif track.form == "ass":
            data = f"{order},0,Default,,0,0,0,,{text}".encode()
        packet: Packet[Any] = Packet(data)
        packet.stream, packet.time_base = stream, Fraction(1, 1000)
        packet.pts = packet.dts = round((begin + start) * 1000)
        packet.duration = round((end - begin) * 1000)
        yield packet
