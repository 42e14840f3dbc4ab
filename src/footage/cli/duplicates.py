"""``footage duplicates``: what two videos share."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from footage.analysis.duplicates import Duplicates
from footage.analysis.places import Place
from footage.cli.filtering import ALL, filtered
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    existing_library,
)
from footage.cli.output import link, out, place, plural, print_json, span, step_bar
from footage.paths import printable
from footage.query import Filters


@filtered()
def duplicates(
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE|VIDEO", help="Only what is shared with this one."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many are shown.")] = 100,
    library: LibraryOption = None,
    chosen: Filters = ALL,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Show what two videos share, whole or in part, with the times in both.

    footage duplicates

    footage duplicates clip.mp4        which film is this from, and where in it

    Copies are found though they are re-encoded, scaled, letterboxed, captioned,
    a few percent faster, or but five seconds long. A picture that stands still,
    as a slide or a title, is told with what comes before or after it, as the
    next slide, and left out alone: a still says nothing of when it was filmed,
    and a face before the same wall would be a copy every day. A file that is
    not in the library is looked at and not taken in. Where too little changes to
    tell, that is said, and what looks the same is named.
    """
    with (
        existing_library(library, verbose=verbose, quiet=quiet) as opened,
        step_bar(hidden=quiet or as_json) as tell,
    ):
        found = opened.analysis.duplicates(file, limit=limit, filters=chosen, on_progress=tell)
    if as_json:
        print_json(found.to_json())
    else:
        _print(found)


def _print(found: Duplicates) -> None:
    for video in found.same_files:
        paths = ", ".join(place(path) for path in video.paths)
        out.print(escape(printable(f"{video.title} lies in {len(video.paths)} files: {paths}")))
    if found.note:
        out.print(escape(printable(found.note)))
    if not found.duplicates:
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("sure", justify="right", style="cyan")
    table.add_column("time", style="green")
    table.add_column("video", overflow="fold")
    table.add_column("time", style="green")
    table.add_column("is also in", overflow="fold")
    table.add_column("", style="dim")
    for one in found.duplicates:
        speed = f"{100 * (one.speed - 1):+.0f} % speed" if abs(one.speed - 1) > 0.005 else ""
        table.add_row(
            f"{100 * one.score:.0f} %",
            *(*_cells(one.first), *_cells(one.second)),
            ", ".join(filter(None, ("whole" if one.whole else "", speed))),
        )
    out.print(table, soft_wrap=False)
    out.print(f"[dim]{plural(len(found.duplicates), 'duplicate')}[/]")


def _cells(one: Place) -> tuple[str, Text]:
    return link(one.thumbnail, span(one.start, one.end)), Text(printable(one.title))
