"""Cues, the timed texts of subtitles, as FFmpeg decodes them from a file or from a video's stream.

FFmpeg knows the formats better than the small libraries do (comments, styles and entities of
WebVTT, numbers in SubRip); what it refuses, timing lines not quite of the format, is put right
before it sees them.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle, SubtitleSet

from footage.errors import UnreadableMedia
from footage.media.faults import shown
from footage.media.frames import Damage, packets
from footage.readers.languages import primary

FORMATS = {".srt": "srt", ".vtt": "webvtt", ".ass": "ass", ".ssa": "ass"}
"""What FFmpeg calls the format of a file beside a video, by its suffix."""

TEXT_CODECS = frozenset({"subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text"})
"""Streams that hold text; others hold pictures of it."""

_MOST_BYTES = 32 << 20  # of a file; the subtitles of a film take 0.1 MB

# A cue that does not say when it ends is on show until the next one, at most this long.
_READING_SECONDS = 5.0

# Captions that scroll repeat what was said in the cue before, if it ended no longer ago than this.
_ROLLING_SECONDS = 0.1

# What files were written in before UTF-8, by their language; Western Europe for the rest.
_CODE_PAGES = {
    **dict.fromkeys(("cs", "hu", "pl", "ro", "hr", "sk", "sl"), "cp1250"),
    **dict.fromkeys(("bg", "ru", "sr", "uk"), "cp1251"),
    "el": "cp1253",
    "tr": "cp1254",
    "he": "cp1255",
    "ar": "cp1256",
    "fa": "cp1256",
    **dict.fromkeys(("et", "lt", "lv"), "cp1257"),
    "vi": "cp1258",
    "th": "cp874",
    "ja": "cp932",
    "ko": "cp949",
    "zh": "gb18030",
}
_WESTERN = "cp1252"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_TIME = r"(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2})(?:[.,:](\d{1,9}))?"
_TIMING = re.compile(rf"^[ \t]*{_TIME}[ \t]*-{{1,3}}>[ \t]*{_TIME}(?![\d:]).*$", re.MULTILINE)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

# In the ASS that FFmpeg makes of everything: a brace, a backslash, and what changes the style.
_LITERAL_BRACE = "\\{{}"
_JOINER = "\u2060"  # takes no width; keeps what looks like markup from being it
_STYLE = re.compile(r"\{\\[^}]*\}")
_STYLE_OR_COMMENT = re.compile(r"\{[^}]*\}")
_DRAWING = re.compile(r"\{[^}]*\\p[1-9]")
_BREAK = re.compile(r"\\[Nn]|\r\n?")


@dataclass(frozen=True, slots=True)
class Cue:
    """A text and when it is shown, in seconds."""

    start: float
    end: float
    text: str  #: lines without markup, none of them empty


def file_cues(path: Path, language: str | None) -> tuple[list[Cue], str | None]:
    """The cues of a file beside a video, and a warning where its encoding had to be guessed.

    ``language`` helps with the guess. Raises `UnreadableMedia` where there are none.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, f"cannot be read ({error.strerror})") from error
    if len(data) > _MOST_BYTES:
        raise _unreadable(path, "is far too large for subtitles")
    text, encoding = decoded(data, language)
    cues = parsed(text, FORMATS[path.suffix.lower()])
    if not cues:
        raise _unreadable(path, "holds no subtitles that could be read")
    guessed = f"{shown(path)} is not UTF-8: it was read as {encoding}"
    return cues, None if encoding.startswith("utf") else guessed


def decoded(data: bytes, language: str | None = None) -> tuple[str, str]:
    """A file's bytes as text, and the encoding they were taken to be in."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    if b"\0" in data[:100]:
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        return data.decode(encoding, "replace"), encoding
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        encoding = _CODE_PAGES.get(primary(language) or "", _WESTERN)
        return data.decode(encoding, "replace"), encoding


def parsed(text: str, form: str) -> list[Cue]:
    """The cues in the text of a file, ``form`` being what FFmpeg calls its format."""
    text = _NOT_TEXT.sub("", re.sub(r"\r\n?", "\n", text))
    if form != "ass":
        point = "." if form == "webvtt" else ","
        text = _TIMING.sub(lambda found: _timing_line(found, point), text)
    if form == "webvtt" and not text.startswith("WEBVTT"):
        text = f"WEBVTT\n\n{text}"
    try:
        with av.open(io.BytesIO(text.encode("utf-8", "replace")), format=form) as container:
            stream = container.streams.subtitles[0]
            return tidied(stream_cues(container, stream, Damage()))
    except (av.FFmpegError, ValueError, IndexError):
        return []


def _timing_line(found: re.Match[str], point: str) -> str:
    """Hours, minutes, seconds and thousandths, all of them, as FFmpeg wants to see them."""
    parts = found.groups()
    start, end = (
        f"{int(hours or 0):02}:{minutes:0>2}:{seconds:0>2}{point}{(share or '0')[:3]:0<3}"
        for hours, minutes, seconds, share in (parts[:4], parts[4:])
    )
    return f"{start} --> {end}"


def stream_cues(
    container: InputContainer, stream: SubtitleStream, damage: Damage, *, origin: float = 0.0
) -> Iterator[Cue]:
    """The cues of a stream as they come; one that does not say when it ends ends where it starts.

    ``origin`` is where its clock starts, in seconds. What cannot be decoded counts in ``damage``.
    """
    made_of_ass = stream.codec_context.name in {"ass", "ssa"}
    for packet in packets(container, stream, damage):
        if packet is None or packet.pts is None or not packet.size:
            continue
        try:
            parts = [part.ass for part in _parts(stream, packet) if isinstance(part, AssSubtitle)]
        except (av.FFmpegError, UnicodeDecodeError):
            damage.failed_packets += 1
            continue
        texts = [plain(part.decode("utf-8", "replace"), made_of_ass) for part in parts]
        if text := "\n".join(filter(None, texts)):
            start, length = _span(packet)
            yield Cue(start - origin, start - origin + length, text)


def _parts(stream: SubtitleStream, packet: Packet[SubtitleStream]) -> Iterator[object]:
    """What a packet holds; PyAV before 15 wraps it in a set."""
    for part in stream.decode(packet):
        if isinstance(part, SubtitleSet):
            yield from part
        else:
            yield part


def _span(packet: Packet[SubtitleStream]) -> tuple[float, float]:
    tick = packet.time_base or 0
    return float((packet.pts or 0) * tick), max(0.0, float((packet.duration or 0) * tick))


def plain(event: str, made_of_ass: bool) -> str:
    """The text of an ASS event as FFmpeg hands it out (``0,0,Default,,0,0,0,,text``).

    In real ASS anything in braces is style or comment; in what FFmpeg made of other formats
    only what begins with a backslash is.
    """
    text = event.split(",", 8)[-1]
    if made_of_ass and _DRAWING.search(text):
        return ""
    style = _STYLE_OR_COMMENT if made_of_ass else _STYLE
    parts = [_BREAK.sub("\n", style.sub("", part)) for part in text.split(_LITERAL_BRACE)]
    text = "{".join(parts).replace("\\h", " ").replace(_JOINER, "")
    return "\n".join(line for raw in text.split("\n") if (line := " ".join(raw.split())))


def tidied(cues: Iterable[Cue]) -> list[Cue]:
    """Cues in order, each with an end, none before 0 s, nothing said twice by two in a row."""
    ordered = sorted((cue for cue in cues if cue.end > 0 or cue.start >= 0), key=_order)
    starts = [cue.start for cue in ordered]
    ended = []
    for cue, following in zip(ordered, [*starts[1:], float("inf")], strict=True):
        end = cue.end if cue.end > cue.start else min(following, cue.start + _READING_SECONDS)
        ended.append(replace(cue, start=max(0.0, cue.start), end=max(end, 0.0)))
    return _without_repeats(ended)


def _order(cue: Cue) -> float:
    return cue.start


def _without_repeats(cues: list[Cue]) -> list[Cue]:
    kept: list[Cue] = []
    shown_before: list[str] = []
    until = float("-inf")
    for cue in cues:
        lines = cue.text.split("\n")
        again = _repeated(shown_before, lines) if cue.start <= until + _ROLLING_SECONDS else 0
        if again < len(lines):
            kept.append(replace(cue, text="\n".join(lines[again:])))
        else:
            kept[-1] = replace(kept[-1], end=max(kept[-1].end, cue.end))
        shown_before, until = lines, max(until, cue.end)
    return kept


def _repeated(before: list[str], lines: list[str]) -> int:
    """How many lines at the start of ``lines`` are the last ones of ``before``."""
    counts = range(min(len(before), len(lines)), 0, -1)
    return next((count for count in counts if before[-count:] == lines[:count]), 0)


def _unreadable(path: Path, what: str) -> UnreadableMedia:
    return UnreadableMedia(
        f"{shown(path)} {what}", remedy="mend it, or take it away from the video"
    )
