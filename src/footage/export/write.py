"""Writing moments in the form that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from footage.catalog import Video
from footage.errors import FootageError, LibraryUnwritable, UsageError
from footage.export.chapters import to_chapters
from footage.export.clips import write_clips
from footage.export.cuts import Cut, beyond_the_end, cuts_of
from footage.export.edl import MOST_EVENTS, to_edl
from footage.export.fcpxml import to_fcpxml
from footage.export.options import Options
from footage.export.otio import to_otio
from footage.export.quotes import Lines, quoting
from footage.export.sources import sources_of
from footage.export.tables import to_csv, to_json
from footage.export.texts import file_name, write_text
from footage.export.timeline import timeline_of
from footage.search.moments import Moment

_SEQUENCES = {"edl": to_edl, "fcpxml": to_fcpxml, "otio": to_otio}


@dataclass(slots=True)
class ExportReport:
    """What was written."""

    moments: int
    """How many are in it, after joining those that overlap."""
    files: list[Path] = field(default_factory=list)
    kept: int = 0
    """How many of the files were there already, and are as they were."""
    notes: list[str] = field(default_factory=list)
    """What is to be known of it, a sentence each."""
    failed: list[tuple[Moment, FootageError]] = field(default_factory=list)
    """The moments that no clip could be made of, and why."""

    def to_json(self) -> dict[str, Any]:
        """The shape of ``export --json``."""
        return {
            "moments": self.moments,
            "files": [str(file) for file in self.files],
            "kept": self.kept,
            "notes": list(self.notes),
            "failed": [
                {
                    "video_id": moment.video_id,
                    "start": moment.start,
                    "code": error.code,
                    "message": error.what,
                    "remedy": error.remedy,
                }
                for moment, error in self.failed
            ],
        }


def export(
    moments: Iterable[Moment],
    path: Path,
    options: Options,
    videos: Mapping[str, Video],
    lines: Lines,
    *,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> ExportReport:
    """Write moments to a file, or clips and chapters of several videos into a folder.

    ``videos`` are those of the moments by id, ``lines`` knows what was read in them. A file is
    there whole or not at all. Raises `UsageError` for what cannot be written so, and
    `LibraryUnwritable`.
    """
    cuts, notes = prepared(moments, options, videos, lines)
    if options.format == "clips":
        _make_folder(path)
        clips = write_clips(cuts, path, exact=options.exact, on_progress=on_progress)
        failed = [(cut.moment, error) for cut, error in clips.failed]
        return ExportReport(len(cuts), clips.files, clips.kept, notes, failed)
    if options.format == "vtt" and path.suffix.lower() != ".vtt":
        files = _of_each(path, rendered(cuts, options))
    else:
        files = {path: one_text(cuts, options)}
    for file, text in files.items():
        write_text(file, text)
    return ExportReport(len(cuts), list(files), notes=notes)


def prepared(
    moments: Iterable[Moment], options: Options, videos: Mapping[str, Video], lines: Lines
) -> tuple[list[Cut], list[str]]:
    """The moments as cuts, and what is to be said about them. Raises `UsageError`."""
    found = list(moments)
    if not found:
        raise UsageError("there are no moments to export", remedy="search for some first")
    sources, notes = sources_of(found, videos)
    cuts = cuts_of(found, sources, handles=options.handles, merge=options.merge)
    cuts = quoting(cuts, lines)
    notes += beyond_the_end(found, sources)
    if options.format == "edl" and len(cuts) > MOST_EVENTS:
        notes.append(
            f"the list has {len(cuts):,} events, and some programs read {MOST_EVENTS}: "
            "export fewer, or .fcpxml"
        )
    return cuts, notes


def rendered(cuts: Sequence[Cut], options: Options) -> dict[str, str]:
    """What is to be written in a format of text: chapters by the titles of their videos."""
    if options.format == "csv":
        return {"": to_csv(cuts)}
    if options.format == "json":
        return {"": to_json(cuts)}
    if options.format == "vtt":
        return _chapters(cuts, options.title)
    timeline = timeline_of(cuts, title=options.title, rate=options.rate, drop=options.drop)
    return {"": _SEQUENCES[options.format](timeline)}


def one_text(cuts: Sequence[Cut], options: Options) -> str:
    """What one file is to hold. Raises `UsageError` for chapters of several videos."""
    texts = rendered(cuts, options)
    if len(texts) > 1:
        raise UsageError(
            f"chapters are of one video, and these are of {len(texts)}",
            remedy="name a folder and the format vtt, or export the moments of one video",
        )
    return next(iter(texts.values()))


def _chapters(cuts: Sequence[Cut], title: str) -> dict[str, str]:
    by_video: dict[str, list[Cut]] = {}
    for cut in cuts:
        by_video.setdefault(cut.source.video.video_id, []).append(cut)
    return {
        f"{of_one[0].source.video.title} {video_id[:8]}": to_chapters(of_one, title)
        for video_id, of_one in by_video.items()
    }


def _of_each(folder: Path, texts: Mapping[str, str]) -> dict[Path, str]:
    _make_folder(folder)
    return {folder / f"{file_name(name)}.vtt": text for name, text in texts.items()}


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryUnwritable(f"{folder} cannot be made ({error.strerror})") from error
