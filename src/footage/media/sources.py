"""From what a user names (files, folders, patterns, addresses) to the videos to look into."""

from __future__ import annotations

import codecs
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from footage.errors import MediaMissing, UsageError
from footage.media.faults import missing, shown
from footage.media.patterns import Excludes, Pattern, has_magic
from footage.media.urls import is_url
from footage.media.walk import FoundFile, walk
from footage.media.web import Place, WebVideo
from footage.paths import absolute

VIDEO_SUFFIXES: frozenset[str] = frozenset(
    """
    .3g2 .3gp .amv .asf .avi .av1 .divx .dv .evo .f4v .flv .gif .gxf .h264 .264 .hevc .h265 .265
    .ivf .m1v .m2t .m2ts .m2v .m4v .mjpeg .mjpg .mk3d .mkv .mod .mov .mp4 .mpe .mpeg .mpg .mpv
    .mts .mxf .nut .ogm .ogv .qt .rm .rmvb .tod .tp .trp .ts .vob .webm .wmv .wtv .y4m
    """.split()  # noqa: SIM905 - readable as a table
)

SUBTITLE_SUFFIXES = frozenset((".srt", ".vtt", ".ass", ".ssa"))
"""Of files that are read with the video that they lie beside."""

_NEVER_IN_TEXT = frozenset(range(9))

# Libraries are footage's own folders; what lies in them was made by it.
LIBRARY_SUFFIX = ".library"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A path that was passed over, and why, in one line."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found: absolute paths, sorted, each file once."""

    files: tuple[Path, ...]
    skipped: tuple[Skipped, ...] = ()
    others: tuple[Path, ...] = ()  #: files in folders that are no videos, nor subtitles of one
    web: tuple[WebVideo, ...] = ()  #: by their addresses, each once
    hidden: tuple[Path, ...] = ()  #: videos in folders, by their suffix, that begin with a dot

    @classmethod
    def of(cls, places: Collection[Place]) -> Scan:
        """Places that are known to be videos."""
        files = {place for place in places if not isinstance(place, WebVideo)}
        web = {place for place in places if isinstance(place, WebVideo)}
        return cls(tuple(sorted(files)), web=tuple(sorted(web, key=str)))

    @property
    def places(self) -> tuple[Place, ...]:
        """Everything that was found: the files, then what lies on the web."""
        return (*self.files, *self.web)


def scan(sources: Sequence[str | Place], *, exclude: Sequence[str] = ()) -> Scan:
    """Look for videos in files, in folders and all below, and by patterns (``~/Videos/**/*.mp4``).

    What begins with ``https://`` or ``http://`` is a video on the web; nothing is asked for yet.

    In folders, what begins with a dot and footage libraries are passed over. ``exclude`` holds
    patterns: ``*.part`` is matched against every name, ``raw/*.mov`` against the end of the path
    and ``~/Videos/private`` against the whole of it. Raises MediaMissing if a source is not there,
    and UsageError for an address that cannot be one, an empty text, or what is no text or path.
    """
    gathered = _Gathered(Excludes(exclude))
    for source in sources:
        gathered.add(source)
    return gathered.result()


def listed_sources(lines: Iterable[bytes]) -> list[str]:
    """The sources of a list, one a line; empty lines and those that begin with ``#`` are not.

    A path is taken as it is written, bytes that are no text included. Of an address, spaces around
    it are left out.
    """
    found = []
    for number, line in enumerate(lines):
        if number == 0:
            line = line.removeprefix(codecs.BOM_UTF8)  # noqa: PLW2901
        if line.strip() and not line.lstrip().startswith(b"#"):
            text = os.fsdecode(line.rstrip(b"\r\n"))
            found.append(text.strip() if is_url(text) else text)
    return found


@dataclass(slots=True)
class _Gathered:
    excludes: Excludes
    found: list[FoundFile] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    others: set[Path] = field(default_factory=set)
    hidden: set[Path] = field(default_factory=set)
    web: dict[WebVideo, WebVideo] = field(default_factory=dict)

    def add(self, source: str | Place) -> None:
        if not isinstance(source, (str, Path, WebVideo)):
            raise UsageError(
                f"{source!r:.100} is no source",
                remedy="give files, folders, patterns and addresses, each by itself",
            )
        if source == "":  # as of a variable that is not set: the current folder is not meant
            raise UsageError("a source is empty", remedy="for the current folder write .")
        if isinstance(source, WebVideo) or is_url(source):
            self._add_web(source if isinstance(source, WebVideo) else WebVideo(str(source)))
            return
        path = absolute(source)
        if path.is_dir():
            self._add_folder(path)
        elif os.path.lexists(path):
            self._add_file(path)
        elif has_magic(os.fspath(source)):
            self._add_matches(Pattern(path), os.fspath(source))
        else:
            raise missing(path)

    def _add_web(self, video: WebVideo) -> None:
        if not self.excludes.match(Path(video.url)):
            self.web[video] = video  # signed twice, the later one

    def _add_file(self, path: Path) -> None:
        try:
            found = FoundFile.of(path)
        except OSError as error:
            if path.is_symlink():
                raise MediaMissing(f"{shown(path)} links to a file that is not there") from error
            self.skipped.append(Skipped(path, _reason(error)))
            return
        if self.excludes.match(path):
            return
        if not found.regular:
            self.skipped.append(Skipped(path, "not a regular file"))
        else:
            self.found.append(found)

    def _add_folder(self, folder: Path, pattern: Pattern | None = None) -> int:
        count = 0
        for entry in walk(
            folder, partial(self._pruned, pattern), depth=pattern.depth if pattern else None
        ):
            if isinstance(entry, FoundFile):
                if pattern is None or pattern.match(entry.path):
                    count += self._add_entry(entry, any_suffix=bool(pattern and pattern.suffix))
            else:
                path, error = entry
                self.skipped.append(Skipped(path, _reason(error)))
        return count

    def _add_entry(self, entry: FoundFile, *, any_suffix: bool) -> bool:
        if not any_suffix and not _looks_like_video(entry):
            self.others.add(entry.path)
            return False
        if not entry.regular:
            self.skipped.append(Skipped(entry.path, "not a regular file"))
            return False
        self.found.append(entry)
        return True

    def _add_matches(self, pattern: Pattern, source: str) -> None:
        if not pattern.base.is_dir() or not self._add_folder(pattern.base, pattern):
            self.skipped.append(Skipped(Path(source), "the pattern matches no video"))

    def _pruned(self, pattern: Pattern | None, path: Path, *, is_folder: bool) -> bool:
        library = is_folder and path.name.lower().endswith(LIBRARY_SUFFIX)
        if library or self.excludes.match(path):
            return True
        if not path.name.startswith("."):
            return False
        asked = pattern is None or pattern.match(path)
        if asked and not is_folder and path.suffix.lower() in VIDEO_SUFFIXES:
            self.hidden.add(path)
        return True

    def result(self) -> Scan:
        found = {entry.path for entry in self.found}
        return Scan(
            files=tuple(_each_once(self.found)),
            skipped=tuple(sorted(set(self.skipped), key=lambda item: item.path)),
            others=tuple(sorted(self.others - found - _subtitles(self.others, found))),
            web=tuple(sorted(self.web.values(), key=str)),
            hidden=tuple(sorted(self.hidden - found)),
        )


def _each_once(found: list[FoundFile]) -> list[Path]:
    """One path per file: a real name rather than a link to it, else the first in order."""
    chosen: dict[tuple[int, int], Path] = {}
    for item in sorted(found, key=lambda item: (item.linked, item.path)):
        chosen.setdefault(item.identity, item.path)
    return sorted(chosen.values())


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "may not be read by this user"
    if isinstance(error, FileNotFoundError):
        return "links to something that is not there"
    return (error.strerror or type(error).__name__).lower()


def _subtitles(others: Iterable[Path], videos: Iterable[Path]) -> set[Path]:
    """Those of the others that are called like a video beside them: clip.en.srt of clip.mp4."""
    names = {(path.parent, name.lower()) for path in videos for name in (path.name, path.stem)}
    found = set()
    for path in others:
        words = path.stem.lower().split(".")
        starts = (".".join(words[:count]) for count in range(1, len(words) + 1))
        if path.suffix.lower() in SUBTITLE_SUFFIXES and any(
            (path.parent, start) in names for start in starts
        ):
            found.add(path)
    return found


def _looks_like_video(entry: FoundFile) -> bool:
    suffix = entry.path.suffix.lower()
    if suffix == ".ts" and entry.regular:
        return not _is_typescript(entry.path)
    return suffix in VIDEO_SUFFIXES


def _is_typescript(path: Path) -> bool:
    """Whether a .ts file is source code: text, where a transport stream is full of low bytes."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError:
        return False  # reading it later says what is wrong
    return bool(head) and not _NEVER_IN_TEXT.intersection(head)
