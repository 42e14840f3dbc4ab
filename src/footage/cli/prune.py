"""``footage prune``: forget what is no longer anywhere."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from footage.cli.options import JsonOption, LibraryOption, YesOption, any_library
from footage.cli.output import (
    confirm,
    out,
    place,
    plural,
    print_json,
    size,
    warn_of_paying_again,
)
from footage.paths import printable
from footage.prune import PruneReport

SHOWN = 20


def prune(
    library: LibraryOption = None,
    unreachable: Annotated[
        bool,
        typer.Option(
            "--unreachable", help="Also what lies in folders that are not there (unplugged drives)."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be forgotten, forget nothing.")
    ] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Forget files that are gone, and videos that lie nowhere any more.

    Files on a drive that is not plugged in are kept, unless --unreachable. Of files that were
    renamed or moved, run `footage index` on their folder first: it knows them by their content.
    """
    with any_library(library) as opened:
        planned = opened.prune(unreachable=unreachable, dry_run=True)
        if not as_json:
            _print(planned, unreachable=unreachable)
        if dry_run or not (planned.videos or planned.gone or (unreachable and planned.unreachable)):
            done = planned
        else:
            if not yes:
                if planned.videos:
                    warn_of_paying_again(opened.sent_to)
                confirm(f"Forget {plural(len(planned.videos), 'video')} for good?", "--yes")
            done = opened.prune(unreachable=unreachable)
    if as_json:
        print_json(done.to_json())
    elif done is not planned:
        out.print(f"forgotten; {size(done.freed)} freed")


def _print(report: PruneReport, *, unreachable: bool) -> None:
    for video in report.videos[:SHOWN]:
        where = place(video.paths[0]) if video.paths else "its file was changed"
        out.print(f"  {escape(printable(video.title))}  [dim]{escape(where)}[/]")
    if len(report.videos) > SHOWN:
        out.print(f"  and {len(report.videos) - SHOWN:,} more")
    out.print(
        f"{plural(len(report.videos), 'video')} nowhere any more, "
        f"{plural(len(report.gone), 'file')} gone, {len(report.unreachable):,} out of reach"
        + (" (kept)" if report.unreachable and not unreachable else "")
    )
    if any(video.paths for video in report.videos):
        out.print(
            "[dim]renamed or moved? `footage index` on the folder they are in now finds them "
            "again, with tags and vectors; once forgotten they are embedded anew[/]"
        )
    if report.unreachable and not unreachable:
        out.print(
            f"[dim]out of reach is what lies in a folder that is not there, as "
            f"{escape(place(report.unreachable[0]))}; if it was deleted and not unplugged, "
            "--unreachable forgets it[/]"
        )
