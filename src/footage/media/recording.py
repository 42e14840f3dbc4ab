"""What an editing program has to know of a video file: its exact rate, its timecode, its reel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from footage.media.container import frame_rate, open_container, promised_seconds, video_stream
from footage.media.frames import FALLBACK_FPS
from footage.media.web import Place, WebVideo

_TIMECODE_TAGS = ("timecode",)
_REEL_TAGS = ("reel_name", "tape_name", "reel", "tape")

_LOOKED_AT = 240  # packets, where a file has no table of all of them
_SAMPLES = 500  # of such a table
# Of a frame: so far from where a steady rate has it, a frame is still found by its time.
_OFF = Fraction(1, 4)
# Headers say 29.97 for 30000/1001, and 23.98; integers and their 1000/1001 are 1e-3 apart.
_INEXACT = Fraction(2, 10_000)
# What recorders of unsteady rates mean, where nothing else says it.
_USUAL = tuple(map(Fraction, (24, 25, 30, 50, 60)))


@dataclass(frozen=True, slots=True)
class Recording:
    """The clockwork of one video file."""

    rate: Fraction  #: frames a second; of an unsteady file the rate it was meant to have
    steady: bool  #: whether every frame is shown equally long
    lead: Fraction  #: seconds from the start of the file to its first frame
    channels: int  #: of its first sound; 0 where there is none
    audio_rate: int  #: samples a second of that; 0 where there is none
    timecode: str | None  #: of its first frame, as the file has it: ``01:00:00;00``
    reel: str | None  #: the reel or tape that the file says it is of
    length: Fraction | None = None
    """Seconds that its picture lasts, from the first frame on; None where the file does not say."""


def recording_of(place: Place) -> Recording:
    """Read a file's headers, and the times of some packets. Raises `MediaError`."""
    with open_container(place) as container:
        stream = video_stream(container, place)
        # taken first: what reads packets moves on
        lead, tags = _lead(container, stream), list(_tags(container, stream))
        sound = container.streams.audio[0] if container.streams.audio else None
        context: Any = sound.codec_context if sound is not None else None
        rate, steady = _rate(container, stream, local=not isinstance(place, WebVideo))
        return Recording(
            rate=rate,
            steady=steady,
            lead=lead,
            channels=int(context.channels or 0) if context is not None else 0,
            audio_rate=int(context.sample_rate or 0) if context is not None else 0,
            timecode=_tag(tags, _TIMECODE_TAGS),
            reel=_tag(tags, _REEL_TAGS),
            length=_length(container, stream, lead),
        )


def snapped(rate: Fraction) -> Fraction:
    """A rate as it was meant: 29.97 is 30000/1001; one that is near to nothing known is kept."""
    whole = Fraction(max(1, round(rate)))
    meant = (whole, whole * 1000 / 1001)
    return next((each for each in meant if abs(rate - each) <= _INEXACT * each), rate)


def _rate(container: InputContainer, stream: VideoStream, *, local: bool) -> tuple[Fraction, bool]:
    average = snapped(
        Fraction(frame_rate(container, stream) or FALLBACK_FPS).limit_denominator(10**6)
    )
    base = snapped(Fraction(stream.base_rate or average))
    times = _times(container, stream) if local else []
    if len(times) < 2:  # the file does not say, or it would take reading it from afar
        return average, average == base
    seen = (times[-1][0] - times[0][0]) / max(times[-1][1] - times[0][1], Fraction(1, 1000))
    for rate in dict.fromkeys((average, base, snapped(seen))):
        if _is_steady(times, rate):
            return rate, True
    if abs(base - seen) <= seen / 10:
        return base, False
    return min(_USUAL, key=lambda rate: abs(rate - seen)), False


def _times(container: InputContainer, stream: VideoStream) -> list[tuple[int, Fraction]]:
    """Numbers of frames, and the seconds at which they are shown, or decoded."""
    base = stream.time_base
    if not base:
        return []
    entries: Sequence[Any] = getattr(stream, "index_entries", ())  # PyAV has them since 16
    if len(entries) > 1 and len(entries) == stream.frames:
        step = max(1, len(entries) // _SAMPLES)
        return [(at, entries[at].timestamp * base) for at in range(0, len(entries), step)]
    try:
        packets = list(islice(container.demux(stream), _LOOKED_AT))
    except (av.FFmpegError, OSError):
        return []
    known = sorted(packet.pts for packet in packets if packet.pts is not None)
    # what is shown before the last one looked at may be yet to come: those numbers are not sure
    sure = known if len(packets) < _LOOKED_AT else known[: -len(known) // 8]
    return [(at, pts * base) for at, pts in enumerate(sure)]


def _is_steady(times: Sequence[tuple[int, Fraction]], rate: Fraction) -> bool:
    first = times[0][1]
    return all(abs((time - first) * rate - at) <= _OFF for at, time in times)


def _lead(container: InputContainer, stream: VideoStream) -> Fraction:
    start = stream.start_time
    if start is None or container.start_time is None or not stream.time_base:
        return Fraction(0)
    return max(Fraction(0), start * stream.time_base - Fraction(container.start_time, av.time_base))


def _length(container: InputContainer, stream: VideoStream, lead: Fraction) -> Fraction | None:
    """The sound may last longer, and the file does as long as the longest of its tracks."""
    promised = Fraction(promised_seconds(container, stream))
    # Matroska says when the track ends, others how long it lasts
    length = promised if stream.duration else promised - lead
    return length if length > 0 else None


def _tags(container: InputContainer, stream: VideoStream) -> Iterator[Mapping[str, str]]:
    yield stream.metadata
    for other in container.streams:
        if other.type == "data":  # QuickTime's track of timecode
            yield other.metadata
    yield container.metadata


def _tag(tags: Sequence[Mapping[str, str]], names: Sequence[str]) -> str | None:
    found = (
        value.strip()
        for name in names
        for each in tags
        for key, value in each.items()
        if key.lower() == name
    )
    return next(filter(None, found), None)
