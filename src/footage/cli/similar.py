"""``footage similar``: more like this."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from footage.analysis.similar import DIVERSITY, Similar
from footage.cli import last_search
from footage.cli.filtering import ALL, filtered
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    existing_library,
)
from footage.cli.output import link, out, place, print_json, span, step_bar
from footage.media.web import WebVideo
from footage.paths import printable
from footage.query import Filters


@filtered()
def similar(
    given: Annotated[
        list[str],
        typer.Argument(
            metavar="MOMENT",
            help="What it is to be like: a number of the last search, VIDEO or VIDEO@TIME.",
        ),
    ],
    of: Annotated[
        str, typer.Option("--of", metavar="WHAT", help="Look for moments or for videos.")
    ] = "moments",
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many are shown.")] = 10,
    diversity: Annotated[
        float,
        typer.Option(
            "--diversity", metavar="0..1", help="How much they are to be unlike each other."
        ),
    ] = DIVERSITY,
    library: LibraryOption = None,
    chosen: Filters = ALL,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Show moments, or videos, of other videos that are like the given ones.

    footage similar holiday.mp4

    footage similar holiday.mp4@1:05 race.mp4 --of videos

    footage similar holiday.mp4@1:05 --diversity 0     the most alike, if all alike

    footage similar 1        what the last search showed first

    A video is taken for the few looks that stand for it, a moment for what is
    on at that time. What scores no more than unrelated videos of the library
    may is left out. What is found is the last search from then on: `footage
    open 1` plays its first result.
    """
    with (
        existing_library(library, verbose=verbose, quiet=quiet) as opened,
        step_bar(hidden=quiet or as_json) as tell,
    ):
        asked = [last_search.moment(opened.folder, one) for one in given]
        found = opened.analysis.similar(
            *asked, of=of, limit=limit, diversity=diversity, filters=chosen, on_progress=tell
        )
        if found.similar:
            last_search.keep(opened.folder, [one.place for one in found.similar])
    if as_json:
        print_json(found.to_json())
    else:
        _print(found)


def _print(found: Similar) -> None:
    if found.note:
        out.print(found.note)
    if not found.similar:
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", justify="right", style="bold")
    table.add_column("score", justify="right", style="cyan")
    table.add_column("time", style="green")
    table.add_column("video", overflow="fold")
    table.add_column("file", style="dim", overflow="fold")
    for number, one in enumerate(found.similar, start=1):
        there = one.place
        file = WebVideo(there.url) if there.url else there.path
        table.add_row(
            str(number),
            f"{one.score:.3f}",
            link(there.thumbnail, span(there.start, there.end)),
            Text(printable(there.title)),
            link(file, place(file)),
        )
    out.print(table, soft_wrap=False)
