"""``footage export``: moments as a timeline, a table, chapters or clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from footage.cli import last_search
from footage.cli.filtering import ALL, filtered
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    existing_library,
)
from footage.cli.output import counting_bar, err, out, place, plural, print_json
from footage.cli.search import why_nothing
from footage.errors import UsageError
from footage.export.options import FORMATS, format_of
from footage.export.stretches import is_stretch, is_timed, stretch, stretch_of
from footage.export.write import ExportReport
from footage.library import Library
from footage.paths import absolute, printable
from footage.query import Filters, Query
from footage.search.confidence import is_found
from footage.search.moments import Moment

MOST = 1_000  # moments that a search is asked for
_GUESSES = "nothing here is a sure match; these are the best guesses"


@filtered()
def export(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WHAT", help="A query, or stretches as clip.mp4@1:05-1:12, or numbers."
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", "-o", metavar="FILE", help="Where to: FILE.edl, say, or a folder."),
    ] = None,
    format: Annotated[  # noqa: A002 - an option of this name
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help=f"Else by the ending: {', '.join(FORMATS)}."
        ),
    ] = None,
    last: Annotated[
        bool, typer.Option("--last", help="What the last search found: all, or these numbers.")
    ] = False,
    handles: Annotated[
        str,
        typer.Option(
            "--handles", metavar="TIME", help="Taken along on either side: 1.5 s, or 12f."
        ),
    ] = "0",
    merge: Annotated[bool, typer.Option("--merge", help="Join moments that overlap.")] = False,
    sure: Annotated[
        bool, typer.Option("--sure", help="Without the moments that are but guesses.")
    ] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="Clips encoded anew, to begin and end on the frame.")
    ] = False,
    fps: Annotated[
        str | None,
        typer.Option("--fps", metavar="RATE", help="Of the sequence; else as most of the footage."),
    ] = None,
    drop: Annotated[
        bool | None,
        typer.Option("--drop/--no-drop", help="Drop-frame timecode, at 29.97 and 59.94."),
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="Of the sequence.")
    ] = None,
    library: LibraryOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="Moments of a query.")] = 10,
    by_video: Annotated[bool, typer.Option("--by-video", help="The best of each video.")] = False,
    chosen: Filters = ALL,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Write moments as an editor takes them: a timeline, a table, chapters or clips.

    footage export --last --to picks.fcpxml            all that was found last

    footage export 1 3 5-8 --last --to picks.edl       some of it

    footage export --last --tag beach --to picks.edl   of it what passes filters

    footage export a dog on a beach -n 30 --to dogs.otio

    footage export trip.mp4@1:05-1:12 --to clips --exact --handles 12f

    Timelines go by the real frame rates and the timecode of the files. Clips
    go into a folder: copied, beginning up to some seconds early at a key frame,
    or --exact. Run again, it goes on with those that are missing.
    """
    words = [word.strip() for word in what or ()]
    target = _target(to)
    format_of(target, format)
    with (
        existing_library(library, verbose=verbose, quiet=quiet) as opened,
        counting_bar("cutting", hidden=quiet or as_json) as tell,
    ):
        moments, matches = _moments(
            opened, words, chosen, last=last, limit=limit, by_video=by_video
        )
        moments = _sure(moments) if sure else moments
        report = opened.export(
            moments,
            target,
            format=format,
            fps=fps,
            drop_frame=drop,
            handles=handles,
            merge=merge,
            exact=exact,
            title=title or (" ".join(words) if words and not last else None),
            on_progress=tell,
        )
    if not matches:
        report.notes.insert(0, _GUESSES)
    if as_json:
        print_json(report.to_json())
    else:
        _print(report, target, quiet=quiet)
    if report.failed:
        raise typer.Exit(1)


def _target(to: Path | None) -> Path:
    if to is None:
        raise UsageError("it is not said where to", remedy="say --to picks.edl, or a folder")
    return absolute(to)


def _moments(
    library: Library,
    words: Sequence[str],
    wanted: Filters,
    *,
    last: bool,
    limit: int,
    by_video: bool,
) -> tuple[list[Moment], bool]:
    """What is to be written; and False where it was searched for, and nothing matches well."""
    if last:
        found = last_search.was_found(library.folder)
        return _passing(library, _last(library, words), wanted), found
    if words and all(map(is_stretch, words)):
        if wanted != ALL:
            raise UsageError(
                "filters are of what is searched for, and these are stretches",
                remedy="leave out the filters, or the stretches that they are to keep out",
            )
        return [stretch_of(word, library.video) for word in words], True
    _check_is_query(words)
    query = Query(
        text=" ".join(words),
        filters=wanted,
        limit=min(limit, MOST),
        group_by_video=by_video,
    )
    result = library.answer(query)
    if not result:
        raise UsageError(why_nothing(library, query), remedy="")
    return list(result), result.found


def _sure(moments: Sequence[Moment]) -> list[Moment]:
    """Those that a search would say to have found. Raises `UsageError` where there is none."""
    found = [moment for moment in moments if is_found(moment.confidence)]
    if moments and not found:
        raise UsageError("nothing here is a sure match", remedy="without --sure guesses are taken")
    return found


def _check_is_query(words: Sequence[str]) -> None:
    """Raise `UsageError` where a text was hardly meant as a query."""
    if not words:
        raise UsageError(
            "it is not said what to export",
            remedy="give a query, --last, or stretches as clip.mp4@1:05-1:12",
        )
    timed = [word for word in words if is_timed(word)]
    unended = next((word for word in timed if not is_stretch(word)), None)
    if unended is not None:
        raise UsageError(
            f"{unended[:200]!r} is no stretch of a video",
            remedy="say where it begins and ends, as clip.mp4@1:05-1:12",
        )
    if timed:
        raise UsageError(
            f"{timed[0][:200]!r} is a stretch of a video, and the rest is none",
            remedy="give stretches alone, or a query alone",
        )
    if all(map(_is_number, _separate(words))):
        raise UsageError(
            f"{' '.join(words)[:50]} may be results of the last search, which is not said",
            remedy="""add --last, or put the text of a query in two kinds of quotes: '"7"'""",
        )


def _last(library: Library, words: Sequence[str]) -> list[Moment]:
    found = last_search.moments(library.folder)
    numbers = _numbers(words) or list(found)
    unknown = [number for number in numbers if number not in found]
    if unknown:
        last_search.recall(library.folder, unknown[0])
    return [_as_it_lies_now(library, found[number]) for number in dict.fromkeys(numbers)]


def _passing(library: Library, found: list[Moment], wanted: Filters) -> list[Moment]:
    """Those of videos that pass the filters. Raises `UsageError` where none does."""
    if wanted == ALL:
        return found
    passing = {video.video_id for video in library.videos(wanted)}
    kept = [moment for moment in found if moment.video_id in passing]
    if found and not kept:
        raise UsageError(
            "no moment of the last search passes the filters", remedy="search anew with them"
        )
    return kept


def _as_it_lies_now(library: Library, moment: Moment) -> Moment:
    """A moment that was found earlier: since then its video may have another name or place."""
    video = library.video(moment.video_id)
    now = stretch(video, moment.start, moment.end)
    return replace(moment, title=now.title, path=now.path, url=now.url)


def _numbers(words: Sequence[str]) -> list[int]:
    """``1,3-5`` or ``1 3-5`` as [1, 3, 4, 5]. Raises `UsageError`."""
    found: list[int] = []
    for word in _separate(words):
        if not _is_number(word):
            raise UsageError(
                f"{word[:50]!r} is no number of the last search", remedy="write 1 3 5-8"
            )
        first, _, end = word.partition("-")
        found += range(int(first), int(end or first) + 1)
    return found


def _separate(words: Sequence[str]) -> list[str]:
    """What stands between commas and spaces."""
    return [part for word in words for part in word.replace(",", " ").split()]


def _is_number(word: str) -> bool:
    """Whether a word is ``3`` or ``5-8``."""
    first, _, end = word.partition("-")
    return last_search.is_number(first) and last_search.is_number(end or first)


def _print(report: ExportReport, target: Path, *, quiet: bool) -> None:
    for moment, error in report.failed:
        name = printable(f"{moment.title} at {moment.start:.1f} s: {error}")
        err.print(f"[bold red]failed:[/] {escape(name)}")
    if quiet:
        return
    for note in report.notes:
        err.print(f"[yellow]note:[/] {escape(printable(note))}")
    written = plural(report.moments - len(report.failed), "moment")
    kept = f", {report.kept:,} of them there already" if report.kept else ""
    out.print(f"{written} in {escape(place(target))}{kept}")
