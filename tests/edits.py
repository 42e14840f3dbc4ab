"""Videos, moments and cuts for tests of exporting, without files; and readers of two formats.

The readers share no code with what writes: timecode is counted here one number after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from hypothesis import strategies as st

from footage.catalog import Video
from footage.export.cuts import NO_HANDLES, Cut, Handles, cuts_of
from footage.export.sources import Source
from footage.export.stretches import stretch
from footage.export.timecode import counted, from_timecode
from footage.media.recording import Recording

RATES = {
    "23.976": Fraction(24_000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "29.97": Fraction(30_000, 1001),
    "30": Fraction(30),
    "50": Fraction(50),
    "59.94": Fraction(60_000, 1001),
    "60": Fraction(60),
}
# every rate, and whether its timecode drops numbers
RATES_AND_DROP = [(rate, False) for rate in RATES.values()] + [
    (RATES[name], True) for name in ("29.97", "59.94")
]
# frames: where each cut begins, and how many it has
SPANS = st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 5_000)), min_size=1, max_size=6)
DAY = datetime(2024, 5, 1, tzinfo=timezone.utc)


def source(
    rate: Fraction = Fraction(25),
    *,
    seconds: float = 100.0,
    timecode: str | None = None,
    path: str = "/films/beach.mp4",
    title: str = "beach",
    reel: str | None = None,
    channels: int = 2,
    number: int = 1,
) -> Source:
    video = Video(
        f"{number:032x}", title, seconds, 1920, 1080, float(rate), "h264", channels > 0, DAY, DAY,
        paths=(Path(path),),
    )  # fmt: skip
    recording = Recording(rate, True, Fraction(0), channels, 48_000, timecode, reel)
    start = from_timecode(timecode, counted(rate)) if timecode else 0
    return Source(video, recording, start, ";" in (timecode or ""))


def cuts(
    of: Source | Sequence[Source],
    *spans: tuple[float, float],
    handles: Handles = NO_HANDLES,
    merge: bool = False,
) -> list[Cut]:
    """A cut of each source for each span of seconds."""
    sources = [of] if isinstance(of, Source) else list(of)
    moments = [stretch(each.video, *span) for each in sources for span in spans]
    known = {each.video.video_id: each for each in sources}
    return cuts_of(moments, known, handles=handles, merge=merge)


def cuts_of_frames(rate: Fraction, drop: bool, spans: Sequence[tuple[int, int]]) -> list[Cut]:
    """A cut for each of `SPANS`, of a long video whose timecode begins at ten seconds."""
    of = source(rate, seconds=4000, timecode="00:00:10;00" if drop else "00:00:10:00")
    made = cuts(of, *((float(first / rate), float((first + n) / rate)) for first, n in spans))
    assert [(cut.first, cut.count) for cut in made] == spans
    return made


# Timecode, counted minute by minute


def frame_of(text: str, rate: Fraction) -> int:
    """The frames before a timecode; fails where it is none."""
    hours, minutes, seconds, frames = map(int, re.split("[:;]", text))
    base = round(rate)
    passed_over = {30: 2, 60: 4}.get(base, 0) if ";" in text else 0
    fewer = passed_over if minutes % 10 else 0
    assert frames < base
    assert seconds < 60
    assert minutes < 60
    assert seconds > 0 or frames >= fewer, f"{text} is passed over"
    whole = sum(
        60 * base - (passed_over if minute % 10 else 0) for minute in range(60 * hours + minutes)
    )
    return whole + seconds * base + frames - fewer


def counting(base: int, passed_over: int, minutes: int) -> Iterator[str]:
    """Every timecode of so many minutes, in order."""
    mark = ";" if passed_over else ":"
    for minute in range(minutes):
        for second in range(60):
            for frame in range(base):
                if second or not minute % 10 or frame >= passed_over:
                    yield f"00:{minute:02}:{second:02}{mark}{frame:02}"


# CMX 3600


class EDLEvent(NamedTuple):
    number: int
    reel: str
    channels: str
    source_in: str
    source_out: str
    record_in: str
    record_out: str
    remarks: dict[str, str]


class EDL(NamedTuple):
    title: str
    mode: str
    events: list[EDLEvent]


_EVENT = re.compile(
    r"(\d{3,})  (\S{1,8}) +(V|B|AA/V) +C +" + r" ".join([r"(\d\d:\d\d:\d\d[:;]\d\d)"] * 4)
)


def read_edl(text: str) -> EDL:
    """A list of cuts; fails at a line that is none of the format."""
    text.encode("ascii")
    title, mode, *lines = text.splitlines()
    assert title.startswith("TITLE: ")
    assert mode in {"FCM: DROP FRAME", "FCM: NON-DROP FRAME"}
    events: list[EDLEvent] = []
    for line in filter(None, lines):
        if line.startswith("* "):
            name, _, value = line.removeprefix("* ").partition(": ")
            events[-1].remarks[name] = value
            continue
        found = _EVENT.fullmatch(line)
        assert found, line
        events.append(EDLEvent(int(found[1]), *found.groups()[1:], {}))
    return EDL(title.removeprefix("TITLE: "), mode.removeprefix("FCM: "), events)


# FCPXML

# What Final Cut's document type takes of the elements that are used here: their children in order,
# attributes that have to be there, and others.
_STRUCTURE: dict[str, tuple[str, str, str]] = {
    "fcpxml": ("resources library", "version", ""),
    "resources": ("(format |asset )*", "", ""),
    "format": ("", "id", "name frameDuration width height"),
    "asset": (
        "media-rep ",
        "id",
        "name start duration hasVideo format hasAudio videoSources audioSources audioChannels "
        "audioRate",
    ),
    "media-rep": ("", "src", "kind"),
    "library": ("event ", "", ""),
    "event": ("project ", "", "name"),
    "project": ("sequence ", "", "name"),
    "sequence": ("spine ", "format", "duration tcStart tcFormat audioLayout audioRate"),
    "spine": ("(asset-clip )*", "", ""),
    "asset-clip": (
        "(note )?(conform-rate )?",
        "ref",
        "name offset start duration tcFormat",
    ),
    "note": ("", "", ""),
    "conform-rate": ("", "", "scaleEnabled srcFrameRate"),
}


# The values that some attributes may have, whatever the element.
_VALUES = {
    "version": "1.10",
    "tcFormat": "DF NDF",
    "audioLayout": "mono stereo surround",
    "kind": "original-media proxy-media",
    "scaleEnabled": "0 1",
    "srcFrameRate": "23.98 24 25 29.97 30 60 47.95 48 50 59.94",
    "hasVideo": "0 1",
    "hasAudio": "0 1",
}
_SEQUENCE_AUDIO = "32k 44.1k 48k 88.2k 96k 176.4k 192k"
_TIMES = {"frameDuration", "start", "duration", "offset", "tcStart"}


class XMLClip(NamedTuple):
    name: str
    path: str
    rate: Fraction
    offset: Fraction
    start: Fraction
    duration: Fraction
    asset_start: Fraction
    note: str | None
    conformed: bool


class XMLSequence(NamedTuple):
    name: str
    rate: Fraction
    start: Fraction
    duration: Fraction
    mode: str
    clips: list[XMLClip]


def read_fcpxml(text: str) -> XMLSequence:
    """The one sequence of a document, which has to be built as Final Cut wants it."""
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n')
    root = ET.fromstring(text.encode())
    for element in root.iter():
        _check(element)
    by_id = {each.get("id"): each for each in root.find("resources") or ()}
    assert len(by_id) == len(root.find("resources") or ())
    sequence: Any = root.find("library/event/project/sequence")
    rate = 1 / seconds(by_id[sequence.get("format")].get("frameDuration"))
    _check_times(sequence, by_id)
    return XMLSequence(
        root.find("library/event/project").get("name"),  # type: ignore[union-attr, arg-type]
        rate,
        seconds(sequence.get("tcStart")),
        seconds(sequence.get("duration")),
        sequence.get("tcFormat"),
        [_clip(each, by_id) for each in sequence.find("spine")],
    )


def _check(element: ET.Element) -> None:
    children, wanted, known = _STRUCTURE[element.tag]
    found = "".join(f"{child.tag} " for child in element)
    assert re.fullmatch(
        children if children.endswith((" ", "*", "?")) or not children else f"{children} ", found
    ), (element.tag, found)
    assert set(wanted.split()) <= set(element.attrib) <= {*wanted.split(), *known.split()}
    for name, value in element.attrib.items():
        assert value in _VALUES.get(name, value).split() or name not in _VALUES, (name, value)
        if name in _TIMES:
            time = seconds(value)
            assert (time.numerator < 2**63, time.denominator < 2**31) == (True, True), value
    if element.tag == "sequence":
        assert element.get("audioRate") in _SEQUENCE_AUDIO.split()


def _check_times(sequence: Any, by_id: dict[Any, Any]) -> None:
    """Clips follow each other on frames of the sequence, each within its file."""
    frame = seconds(by_id[sequence.get("format")].get("frameDuration"))
    at = seconds(sequence.get("tcStart"))
    for clip in sequence.find("spine"):
        asset = by_id[clip.get("ref")]
        assert (asset.tag, by_id[asset.get("format")].tag) == ("asset", "format")
        own = seconds(by_id[asset.get("format")].get("frameDuration"))
        assert seconds(clip.get("offset")) == at
        at += seconds(clip.get("duration"))
        assert (at / frame).denominator == 1
        begins, lasts = seconds(asset.get("start")), seconds(asset.get("duration"))
        start, duration = seconds(clip.get("start")), seconds(clip.get("duration"))
        assert ((start - begins) / own).denominator == (lasts / own).denominator == 1
        # of another rate it lasts as long to half a frame of the sequence
        assert begins <= start <= start + duration <= begins + lasts + frame / 2
    assert at == seconds(sequence.get("tcStart")) + seconds(sequence.get("duration"))


def _clip(clip: Any, by_id: dict[Any, Any]) -> XMLClip:
    asset = by_id[clip.get("ref")]
    rate = 1 / seconds(by_id[asset.get("format")].get("frameDuration"))
    conform = clip.find("conform-rate")
    note = clip.find("note")
    return XMLClip(
        clip.get("name"),
        unquote(urlsplit(asset.find("media-rep").get("src")).path),
        rate,
        seconds(clip.get("offset")),
        seconds(clip.get("start")),
        seconds(clip.get("duration")),
        seconds(asset.get("start")),
        None if note is None else note.text,
        conform is not None and conform.get("scaleEnabled") == "0",
    )


def seconds(text: str) -> Fraction:
    """``1001/30000s`` as a fraction."""
    assert re.fullmatch(r"\d+(/\d+)?s", text), text
    return Fraction(text.removesuffix("s"))
