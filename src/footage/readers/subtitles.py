"""Subtitles: files beside a video, and streams inside it. Where there are any, nobody need listen.

One of several is chosen as a player does: the preferred language, then a file that somebody put
beside the video, then the stream marked as the default, then the first. Forced subtitles, which
translate the foreign sentences of a film alone, are no transcript and are left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from av.stream import Disposition
from av.subtitles.stream import SubtitleStream

from footage.embedder import VideoFile
from footage.errors import MediaError
from footage.media.container import has_decoder, open_container, start_seconds
from footage.media.faults import shown
from footage.media.frames import Damage
from footage.media.web import Place, WebVideo
from footage.reader import Line, Reader, ReaderFingerprint, Reading
from footage.readers.cues import FORMATS, TEXT_CODECS, Cue, file_cues, stream_cues, tidied
from footage.readers.languages import is_known, language, primary

NAME = "subtitles"
VERSION = "1"

_FORCED = frozenset({"forced", "foreign"})
_FLAGS = _FORCED | {"sdh", "cc", "hi", "default", "full"}
_REMARKS = Disposition.comment | Disposition.lyrics | Disposition.descriptions


@dataclass(frozen=True, slots=True)
class Choice:
    """Subtitles that could be read."""

    name: str
    """As people would call it: ``clip.en.srt``, ``subtitle track 2``."""
    language: str | None
    forced: bool = False
    default: bool = False
    remarks: bool = False
    """Whether it is a commentary, or says what is to be seen."""
    file: Path | None = None
    track: int = 0
    """Which of the container's subtitle streams, where it is no file."""


class SubtitleReader(Reader):
    """Reads the subtitles that a player would show."""

    def __init__(self, languages: Sequence[str] = ()) -> None:
        """``languages`` are preferred, the first most (``en``, ``pt-BR``)."""
        self._languages = [found for tag in languages if (found := language(tag))]
        options = {"languages": ",".join(self._languages)} if self._languages else {}
        self.fingerprint = ReaderFingerprint(NAME, VERSION, options)

    def read(self, video: VideoFile, *, on_progress: Callable[[float], None]) -> Reading:
        """The lines of the best subtitles that can be read; see `Reader.read`."""
        damage = Damage()
        inside, warnings = _inside(video.path)
        for choice in sorted([*_beside(video.path), *inside], key=self._rank):
            if choice.forced:
                warnings.append(f"{choice.name} is for foreign-language parts alone")
                continue
            lines = _lines_of(choice, video, damage, warnings, on_progress)
            if lines:
                return Reading(self.fingerprint, lines, choice.name, damage, tuple(warnings))
        return Reading(self.fingerprint, damage=damage, warnings=tuple(warnings))

    def _rank(self, choice: Choice) -> tuple[int, bool, bool, bool, int, str]:
        """The smaller the better."""
        return (
            self._preference(choice.language),
            choice.remarks,
            choice.file is None,
            not choice.default,
            choice.track,
            choice.name,
        )

    def _preference(self, tag: str | None) -> int:
        for place, wanted in enumerate(self._languages):
            if tag is not None and (wanted == tag or wanted == primary(tag)):
                return place
        return len(self._languages)


def files_beside(path: Place) -> list[Path]:
    """The subtitle files that belong to a video: when one of them changes, so does its reading."""
    return [choice.file for choice in _beside(path) if choice.file]


def _beside(path: Place) -> Iterator[Choice]:
    """``clip.srt``, ``clip.en.forced.vtt``, ``clip.mp4.srt`` for ``clip.mp4``, in any case."""
    if isinstance(path, WebVideo):
        return
    try:
        names = sorted(os.listdir(path.parent))  # noqa: PTH208 - names alone are wanted
    except OSError:
        return
    for name in names:
        file = path.parent / name
        words = _words_after(path, file.stem)
        if file.suffix.lower() not in FORMATS or words is None:
            continue
        tags = [word for word in words if word.lower() not in _FLAGS]
        if len(tags) > 1 or not all(map(is_known, tags)) or not file.is_file():
            continue
        yield Choice(
            name=shown(name),
            language=language(tags[0]) if tags else None,
            forced=any(word.lower() in _FORCED for word in words),
            default=not words or "default" in words,
            file=file,
        )


def _words_after(path: Path, stem: str) -> list[str] | None:
    """What a file's name says beyond the video's; None where it is another video's."""
    for own in (path.name, path.stem):
        if stem.lower() == own.lower():
            return []
        if stem.lower().startswith(own.lower() + "."):
            return stem[len(own) + 1 :].split(".")
    return None


def _inside(path: Place) -> tuple[list[Choice], list[str]]:
    """The container's streams of text, and a sentence on each stream of another kind."""
    choices, warnings = [], []
    with open_container(path) as container:
        for track, stream in enumerate(container.streams.subtitles):
            name = f"subtitle track {track + 1}"
            if not has_decoder(stream) or stream.codec_context.name not in TEXT_CODECS:
                warnings.append(f"{name} is made of pictures, which are not read")
            else:
                choices.append(_choice(name, track, stream))
    return choices, warnings


def _choice(name: str, track: int, stream: SubtitleStream) -> Choice:
    title = stream.metadata.get("title", "").lower()
    return Choice(
        name=name,
        language=language(stream.metadata.get("language")),
        forced=Disposition.forced in stream.disposition or "forced" in title,
        default=Disposition.default in stream.disposition,
        remarks=bool(_REMARKS & stream.disposition) or "commentary" in title,
        track=track,
    )


def _lines_of(
    choice: Choice,
    video: VideoFile,
    damage: Damage,
    warnings: list[str],
    on_progress: Callable[[float], None],
) -> tuple[Line, ...]:
    """What is shown before the video ends; what is wrong with it is added to ``warnings``."""
    if choice.file is None:
        cues = _track_cues(video.path, choice.track, damage, on_progress)
    else:
        try:
            cues, warning = file_cues(choice.file, choice.language)
        except MediaError as error:
            cues, warning = [], error.what
        warnings.extend([warning] if warning else [])
    end = video.info.duration or float("inf")
    shown_cues = [cue for cue in cues if cue.start < end]
    if late := len(cues) - len(shown_cues):
        warnings.append(
            f"{late:,} of {len(cues):,} texts of {choice.name} begin after the video's end"
        )
    return tuple(Line(cue.start, cue.end, cue.text, language=choice.language) for cue in shown_cues)


def _track_cues(
    path: Place, track: int, damage: Damage, on_progress: Callable[[float], None]
) -> list[Cue]:
    def told(cues: Iterator[Cue]) -> Iterator[Cue]:
        for cue in cues:
            on_progress(max(0.0, cue.start))
            yield cue

    with open_container(path) as container:
        stream = container.streams.subtitles[track]
        origin = start_seconds(container)
        return tidied(told(stream_cues(container, stream, damage, origin=origin)))
