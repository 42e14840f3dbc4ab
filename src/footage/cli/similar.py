"""``footage similar``: more like this."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from footage.analysis.similar import DIVERSITY, Similar
from footage.cli.options import (
    FolderFilter,
    JsonOption,
    LibraryOption,
    LongestFilter,
    PartitionFilter,
    QuietOption,
    ShortestFilter,
    SinceFilter,
    TagFilter,
    UntilFilter,
    VerboseOption,
    VideoFilter,
    existing_library,
    filters,
)
from footage.cli.output import link, out, print_json, span, step_bar
from footage.paths import printable


def similar(
    given: Annotated[
        list[str], typer.Argument(metavar="VIDEO|VIDEO@TIME", help="What it is to be like.")
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
    video: VideoFilter = None,
    folder: FolderFilter = None,
    tag: TagFilter = None,
    since: SinceFilter = None,
    until: UntilFilter = None,
    min_duration: ShortestFilter = None,
    max_duration: LongestFilter = None,
    partition: PartitionFilter = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Show moments, or videos, of other videos that are like the given ones.

    footage similar holiday.mp4

    footage similar holiday.mp4@1:05 race.mp4 --of videos

    footage similar holiday.mp4@1:05 --diversity 0     the most alike, if all alike

    A video is taken for the few looks that stand for it, a moment for what is
    on at that time.
    """
    chosen = filters(
        video=video,
        folder=folder,
        tag=tag,
        since=since,
        until=until,
        min_duration=min_duration,
        max_duration=max_duration,
        partition=partition,
    )
    with (
        existing_library(library, verbose=verbose, quiet=quiet) as opened,
        step_bar(hidden=quiet or as_json) as tell,
    ):
        found = opened.analysis.similar(
            *given, of=of, limit=limit, diversity=diversity, filters=chosen, on_progress=tell
        )
    if as_json:
        print_json(found.to_json())
    else:
        _print(found)


def _print(found: Similar) -> None:
    if found.note:
        out.print(found.note)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("score", justify="right", style="cyan")
    table.add_column("time", style="green")
    table.add_column("video", overflow="fold")
    for one in found.similar:
        place = one.place
        table.add_row(
            f"{one.score:.3f}",
            link(place.thumbnail, span(place.start, place.end)),
            Text(printable(place.title)),
        )
    out.print(table, soft_wrap=False)
