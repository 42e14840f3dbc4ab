"""What a browser can play of a video as it is, and the rest made playable: MP4 of what it knows.

A picture or sound that browsers know is copied, what they do not know is encoded anew. It can be
begun anywhere, so that the part being watched comes first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor, inf
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame

from footage.media.container import believable_seconds, open_container, start_seconds, video_stream
from footage.media.excerpt import RATE, SOUND_BITS, samples
from footage.media.faults import media_fault
from footage.media.frames import FrameReader, RGBScaler
from footage.media.probe import VideoInfo, probe
from footage.media.web import Place, WebVideo

# developer.mozilla.org/en-US/docs/Web/Media/Guides/Formats/Containers: what all of them play
_PICTURES = {
    "mp4": {"h264", "av1", "vp9"},
    "webm": {"vp8", "vp9", "av1"},
}
_SOUNDS = {
    "mp4": {"aac", "mp3", "opus", "flac"},
    "webm": {"opus", "vorbis"},
}
_DEPTHS = {"yuv420p", "yuvj420p"}
# Of others the packets carry no times that could be copied.
_COPIED_FROM = ("mov,mp4", "matroska", "mpegts", "flv")
_LIVE = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof",
    "avoid_negative_ts": "make_non_negative",
}
_WHOLE = {"movflags": "faststart", "avoid_negative_ts": "make_non_negative"}
_X264 = {"preset": "veryfast", "crf": "23", "tune": "fastdecode", "bf": "0"}
_RATE = 30  # frames a second, about, of what comes unsteadily
_TICK = Fraction(1, 90_000)
_FOREVER = 1e9  # seconds; there is no whole number for infinity
_KEY_SECONDS = 2.0  # between key frames: what a player waits for at most
_HELD = 0.5  # seconds; a picture that is shown for longer ends a clip as well as it began
_SLACK = 0.001  # seconds: Matroska's times are milliseconds, so a frame may be early by half of one
SHORTER_SIDE = 720  # pixels of what is encoded anew, so that it is ready before it is watched


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a picture is encoded anew."""

    shorter_side: int | None = SHORTER_SIDE
    """Pixels, at most; None for all there are."""
    options: Mapping[str, str] = field(default_factory=lambda: _X264)
    """Of x264."""
    rate: Fraction | None = None
    """Frames a second, where they come steadily; None keeps each frame's own time."""
    timecode: str | None = None
    """Of the first frame; None for none."""


WATCHED = Encoding()


@dataclass(frozen=True, slots=True)
class Playability:
    """What has to be done to a video before a browser plays it."""

    direct: bool
    """Nothing: the file itself plays."""
    copies_picture: bool
    copies_sound: bool
    has_sound: bool
    type: str
    """Of what a browser gets, as in ``Content-Type``."""


def playability(place: Place) -> Playability:
    """Look into a video for what a browser will make of it; raises `MediaError`."""
    with open_container(place) as container:
        kind = _kind(container, place)
        picture = video_stream(container, place)
        sound = container.streams.audio[0] if container.streams.audio else None
        depth = picture.codec_context.pix_fmt
        name, heard = picture.codec_context.name, sound.codec_context.name if sound else None
        # a decoder may be called otherwise than what it decodes: libdav1d
        name = {"libdav1d": "av1", "libvpx-vp9": "vp9", "libvpx": "vp8"}.get(name, name)
        heard = {"libopus": "opus", "mp3float": "mp3", "libvorbis": "vorbis"}.get(
            heard or "", heard
        )
        known = depth in _DEPTHS
        copied = container.format.name.startswith(_COPIED_FROM)
        direct = (
            not isinstance(place, WebVideo)
            and kind in _PICTURES
            and known
            and name in _PICTURES[kind]
            and (sound is None or heard in _SOUNDS[kind])
        )
        return Playability(
            direct=direct,
            copies_picture=copied and known and name in _PICTURES["mp4"],
            copies_sound=copied and heard in _SOUNDS["mp4"] and _is_described(sound),
            has_sound=sound is not None,
            type=f"video/{kind}" if direct else "video/mp4",
        )


def _is_described(sound: Any) -> bool:
    """Whether the header says how to decode it: AAC of broadcasts says it in every packet."""
    context = sound.codec_context
    return context.name != "aac" or bool(context.extradata)


def _kind(container: InputContainer, place: Place) -> str:
    """``mp4`` or ``webm`` for what plays under these names; else empty."""
    name = container.format.name
    if name.startswith("mov,mp4"):
        brand = container.metadata.get("major_brand", "")
        return "" if brand.startswith("qt") or place.suffix.lower() == ".mov" else "mp4"
    return "webm" if "webm" in name and place.suffix.lower() == ".webm" else ""


class Playable:
    """A stretch of a video as an MP4 that browsers play."""

    def __init__(
        self,
        place: Place,
        how: Playability,
        start: float = 0.0,
        end: float = inf,
        encoding: Encoding = WATCHED,
    ) -> None:
        """Open it at ``start`` seconds; raises `MediaError`. To be closed.

        ``start`` is then where it really begins: a copied picture at the key frame before.
        """
        self._place, self._how = place, how
        self._end = end
        self._encoding = encoding
        self._opened = ExitStack()
        self.start = start
        if how.copies_picture:
            try:
                self._copied = _Copied(self._opened, place, "video", start)
            except (av.FFmpegError, OSError, ValueError) as error:
                self.close()
                raise media_fault(error, place) from error
            self.start = self._copied.begins

    def close(self) -> None:
        """Let go of the file."""
        self._opened.close()

    def pieces(self) -> Generator[bytes, None, None]:
        """The MP4 in fragments, as they come."""
        buffer = _Buffer()
        with self._opened, av.open(buffer, "w", format="mp4", options=_LIVE) as output:
            for _ in self._muxed(output):
                if data := buffer.take():
                    yield data
        if data := buffer.take():
            yield data

    def write(self, target: Path, check: Callable[[], None]) -> None:
        """The MP4 as a file; ``check`` is called often, and may raise to stop."""
        self._write(target, "mp4", _WHOLE, check)

    def keep(self, target: Path, kind: str) -> None:
        """A file of a ``kind`` as FFmpeg calls it, for programs that know of edit lists."""
        options = {"movflags": "faststart"} if kind in ("mp4", "mov") else {}
        self._write(target, kind, options, lambda: None)

    def _write(
        self, target: Path, kind: str, options: Mapping[str, str], check: Callable[[], None]
    ) -> None:
        with self._opened, av.open(str(target), "w", format=kind, options=dict(options)) as output:
            for _ in self._muxed(output):
                check()

    def _muxed(self, output: OutputContainer) -> Iterator[None]:
        """Mux picture and sound in the order of their times."""
        tracks = [self._picture(output)]
        if self._how.has_sound:
            tracks.append(self._sound(output))
        for _time, packets in heapq.merge(*tracks, key=lambda item: item[0]):
            if packets:
                output.mux(packets)
            yield

    def _picture(self, output: OutputContainer) -> Iterator[tuple[float, Sequence[Packet[Any]]]]:
        if self._how.copies_picture:
            return self._copied.packets(output, self.start, self._end)
        return self._encoded_picture(output, probe(self._place))

    def _encoded_picture(
        self, output: OutputContainer, info: VideoInfo
    ) -> Iterator[tuple[float, Sequence[Packet[Any]]]]:
        how = self._encoding
        width, height = _size(info, how.shorter_side)
        stream: Any = output.add_stream(
            "libx264", rate=how.rate or _RATE, options=dict(how.options)
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = self._tick
        if how.timecode:
            stream.metadata["timecode"] = how.timecode
        stream.codec_context.gop_size = max(1, round(_KEY_SECONDS * (info.fps or 25)))
        return self._frames(stream, RGBScaler(width, height, info.rotation))

    @property
    def _tick(self) -> Fraction:
        """Of the clock of what is encoded anew, in seconds."""
        return 1 / self._encoding.rate if self._encoding.rate else _TICK

    def _frames(
        self, stream: Any, scaler: RGBScaler
    ) -> Iterator[tuple[float, Sequence[Packet[Any]]]]:
        last = -1
        for time, frame in self._on_display():
            pts = round(time / self._tick)
            if pts <= last:
                continue
            upright = av.VideoFrame.from_ndarray(scaler(frame), format="rgb24")
            upright.pts, upright.time_base, last = pts, self._tick, pts
            yield time, stream.encode(upright)
        yield inf, stream.encode()

    def _on_display(self) -> Iterator[tuple[float, VideoFrame]]:
        """Frames and their seconds since the start; the first is on display already then.

        Where they come unsteadily, what is held to the end is given once more there.
        """
        before: VideoFrame | None = None
        shown: VideoFrame | None = None
        at = 0.0
        with FrameReader(self._place, start=self.start) as reader:
            for time, frame in reader:
                if time >= self._end - _SLACK:
                    break
                if time < self.start + _SLACK:
                    before = frame
                    continue
                if before is not None:
                    yield 0.0, before
                before, at, shown = None, time - self.start, frame
                yield at, frame
            if before is not None and reader.end_time > self.start:
                yield 0.0, before
                at, shown = 0.0, before
            closing = min(self._end, reader.end_time) - self.start - 1 / _RATE
            if self._encoding.rate is None and shown is not None and closing - at > _HELD:
                yield closing, shown

    def _sound(self, output: OutputContainer) -> Iterator[tuple[float, Sequence[Packet[Any]]]]:
        if self._how.copies_sound:
            copied = _Copied(self._opened, self._place, "audio", self.start)
            return copied.packets(output, self.start, self._end)
        stream: Any = output.add_stream("aac", rate=RATE, layout="stereo", bit_rate=SOUND_BITS)
        return self._encoded_sound(stream)

    def _encoded_sound(self, stream: Any) -> Iterator[tuple[float, Sequence[Packet[Any]]]]:
        at = 0
        for piece in samples(self._place, self.start, min(self._end, _FOREVER)):
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
            frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), at
            at += piece.shape[1]
            yield at / RATE, stream.encode(frame)
        yield inf, stream.encode()


class _Copied:
    """The packets of one track, from the key frame before a time on."""

    def __init__(self, opened: ExitStack, place: Place, kind: str, start: float) -> None:
        self._container = opened.enter_context(open_container(place))
        sounds = self._container.streams.audio
        stream: Any = video_stream(self._container, place) if kind == "video" else sounds[0]
        self._stream: Any = stream
        self._origin = start_seconds(self._container)
        self._demuxed = self._keyed()
        if start > 0 and believable_seconds(self._container):
            target = floor((self._origin + start) / float(self._stream.time_base))
            self._container.seek(target, stream=self._stream)
        elif start > 0 and kind == "video":
            self._demuxed = self._passed_over(start)
        self._first = next(self._demuxed, None)
        time = self._first.pts * self._stream.time_base if self._first else 0
        self.begins = max(0.0, float(time) - self._origin)

    def packets(
        self, output: OutputContainer, start: float, end: float
    ) -> Iterator[tuple[float, Sequence[Packet[Any]]]]:
        """The packets of [``start``, ``end``) seconds with their times counted from ``start``."""
        target = output.add_stream_from_template(self._stream)
        return self._shifted(target, start, end)

    def _shifted(
        self, target: Any, start: float, end: float
    ) -> Iterator[tuple[float, Sequence[Packet[Any]]]]:
        shift = round((self._origin + start) / self._stream.time_base)
        for time, packets in self._until(end):
            wanted = [
                packet for packet in packets if packet.pts >= shift or self._stream.type != "audio"
            ]
            for packet in wanted:
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                packet.stream = target
            yield time - start, wanted

    def _until(self, end: float) -> Iterator[tuple[float, Sequence[Any]]]:
        """The packets that are shown before ``end``, with the seconds at which they are decoded.

        A picture may be decoded before others that are shown earlier. One beyond the end is taken
        where such others need it, and then all that are shown before it: so no frame is missing in
        between, and the end is late by the few frames of such a group at most.
        """
        base, last = self._stream.time_base, -inf
        beyond: list[Any] = []
        packet = self._first
        while packet is not None:
            time = float(packet.dts * base) - self._origin
            shown = float(packet.pts * base) - self._origin
            if time >= end - _SLACK and packet.dts > last:
                return
            if shown < end - _SLACK or packet.pts <= last:
                last = max([last, *(each.pts for each in beyond)])
                yield time, [*beyond, packet]
                beyond = []
            else:
                beyond.append(packet)
            packet = next(self._demuxed, None)

    def _passed_over(self, start: float) -> Iterator[Any]:
        """The packets from the last key frame that is shown by ``start`` on, found by reading."""
        held: list[Any] = []
        packets = self._keyed()
        for packet in packets:
            time = float(packet.pts * self._stream.time_base) - self._origin
            if packet.is_keyframe and held:
                if time > start + _SLACK:
                    yield from (*held, packet)
                    break
                held.clear()
            held.append(packet)
        else:
            yield from held
        yield from packets

    def _keyed(self) -> Iterator[Any]:
        """The packets from the first key frame on."""
        begun = False
        for packet in _decodable(self._container.demux(self._stream)):
            begun = begun or packet.is_keyframe
            if begun and packet.pts is not None:
                yield packet


def _decodable(packets: Iterator[Any]) -> Iterator[Any]:
    """Packets with times of decoding: Matroska has none, and FFmpeg guesses all but the first."""
    held: list[Any] = []
    for packet in packets:
        if packet.pts is not None:
            held.append(packet)
        if packet.pts is not None and packet.dts is not None:
            yield from _numbered(held, packet.dts)
            break
    else:
        yield from _numbered(held, min((packet.pts for packet in held), default=0))
    for packet in packets:
        if packet.pts is not None and packet.dts is not None:
            yield packet


def _numbered(packets: Sequence[Any], last: int) -> Sequence[Any]:
    """The packets, the last of them decoded at ``last`` and those before it a step earlier each."""
    step = max(1, packets[-1].duration or 0) if packets else 1
    for back, packet in enumerate(reversed(packets)):
        packet.dts = last - back * step
    return packets


class _Buffer:
    """What FFmpeg writes, until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep it."""
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """All that was written since the last time."""
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def _size(info: VideoInfo, shorter: int | None) -> tuple[int, int]:
    """Width and height, both even, in the video's aspect, the shorter one at most so many."""
    scale = min(1.0, shorter / min(info.width, info.height)) if shorter else 1.0
    return max(2, 2 * round(info.width * scale / 2)), max(2, 2 * round(info.height * scale / 2))
