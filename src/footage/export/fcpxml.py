"""FCPXML, which Final Cut Pro and DaVinci Resolve read: times are fractions of a second, exact.

developer.apple.com/documentation/professional-video-applications/fcpxml-reference. What lies in the
sequence begins and ends on its frames; where a clip begins in its file is on the file's.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from xml.etree import ElementTree as ET

from footage.export.sources import Source
from footage.export.texts import one_line
from footage.export.timecode import STANDARD
from footage.export.timeline import Event, Timeline

VERSION = "1.10"  # Final Cut Pro 10.6 and later
_NAMED_SIZES = {(1280, 720): "720p", (1920, 1080): "1080p", (3840, 2160): "3840x2160p"}
_NAMED_RATES = dict(
    zip(STANDARD, ("2398", "24", "25", "2997", "30", "4795", "48", "50", "5994", "60"), strict=True)
)
_CONFORMED = dict(
    zip(
        STANDARD,
        ("23.98", "24", "25", "29.97", "30", "47.95", "48", "50", "59.94", "60"),
        strict=True,
    )
)


def to_fcpxml(timeline: Timeline) -> str:
    """The whole document as text."""
    document = ET.Element("fcpxml", version=VERSION)
    resources = _Resources(ET.SubElement(document, "resources"))
    title = one_line(timeline.title)
    event = ET.SubElement(ET.SubElement(document, "library"), "event", name=title)
    sequence = ET.SubElement(
        ET.SubElement(event, "project", name=title),
        "sequence",
        format=resources.format(timeline.rate, _size(timeline)),
        duration=_time(timeline.frames / timeline.rate),
        tcStart=_time(timeline.start / timeline.rate),
        tcFormat=_mode(timeline.drop),
        audioLayout="stereo",
        audioRate="48k",
    )
    spine = ET.SubElement(sequence, "spine")
    for each in timeline.events:
        _clip(spine, each, timeline, resources)
    ET.indent(document)
    text = ET.tostring(document, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n\n{text}\n'


class _Resources:
    """The formats and files that clips refer to, each written once."""

    def __init__(self, element: ET.Element) -> None:
        self._element = element
        self._formats: dict[tuple[Fraction, tuple[int, int]], str] = {}
        self._assets: dict[str, str] = {}

    def format(self, rate: Fraction, size: tuple[int, int]) -> str:
        """The id of a format."""
        if (rate, size) not in self._formats:
            known = {"name": name} if (name := _format_name(rate, size)) else {}
            self._formats[rate, size] = self._add(
                ET.SubElement(
                    self._element,
                    "format",
                    known,
                    frameDuration=_time(1 / rate),
                    width=str(size[0]),
                    height=str(size[1]),
                )
            )
        return self._formats[rate, size]

    def asset(self, source: Source) -> str:
        """The id of a file."""
        video_id = source.video.video_id
        if video_id not in self._assets:
            format_ = self.format(source.rate, (source.video.width, source.video.height))
            asset = ET.SubElement(
                self._element,
                "asset",
                _sound(source),
                name=one_line(source.name),
                start=_time(source.clock(0)),
                duration=_time(source.frames / source.rate),
                hasVideo="1",
                videoSources="1",
                format=format_,
            )
            ET.SubElement(asset, "media-rep", kind="original-media", src=source.address)
            self._assets[video_id] = self._add(asset)
        return self._assets[video_id]

    def _add(self, element: ET.Element) -> str:
        name = f"r{len(self._formats) + len(self._assets) + 1}"
        element.set("id", name)
        return name


def _clip(spine: ET.Element, event: Event, timeline: Timeline, resources: _Resources) -> None:
    cut, source = event.cut, event.cut.source
    clip = ET.SubElement(
        spine,
        "asset-clip",
        ref=resources.asset(source),
        name=one_line(source.video.title),
        offset=_time((timeline.start + event.at) / timeline.rate),
        start=_time(source.clock(cut.first)),
        duration=_time(event.count / timeline.rate),
        tcFormat=_mode(source.drop),
    )
    if text := one_line(cut.text):
        ET.SubElement(clip, "note").text = text
    if source.rate != timeline.rate:
        # it keeps its speed: else 24 frames a second would be played as 25, say
        known = {"srcFrameRate": _CONFORMED[source.rate]} if source.rate in _CONFORMED else {}
        ET.SubElement(clip, "conform-rate", known, scaleEnabled="0")


def _sound(source: Source) -> dict[str, str]:
    recording = source.recording
    if not recording.channels:
        return {}
    return {
        "hasAudio": "1",
        "audioSources": "1",
        "audioChannels": str(recording.channels),
        "audioRate": str(recording.audio_rate),
    }


def _size(timeline: Timeline) -> tuple[int, int]:
    """The size of most clips."""
    videos = (event.cut.source.video for event in timeline.events)
    return Counter((video.width, video.height) for video in videos).most_common(1)[0][0]


def _format_name(rate: Fraction, size: tuple[int, int]) -> str | None:
    """What Final Cut calls a format of its own; others go by their numbers."""
    if size in _NAMED_SIZES and rate in _NAMED_RATES:
        return f"FFVideoFormat{_NAMED_SIZES[size]}{_NAMED_RATES[rate]}"
    return None


def _mode(drop: bool) -> str:
    return "DF" if drop else "NDF"


def _time(seconds: Fraction) -> str:
    whole = seconds.denominator == 1
    return f"{seconds.numerator}s" if whole else f"{seconds.numerator}/{seconds.denominator}s"
