"""``footage videos``: what the library holds."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from footage.catalog import Video
from footage.cli.filtering import ALL, filtered
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    any_library,
    emptiness,
)
from footage.cli.output import clock, day, link, out, place, plural, print_json
from footage.paths import printable
from footage.query import Filters


@filtered(video=False)
def videos(
    library: LibraryOption = None,
    chosen: Filters = ALL,
    hidden: Annotated[
        bool, typer.Option("--all", help="Also the missing and the removed ones.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the videos, oldest recording first."""
    with any_library(library) as opened:
        found = opened.videos(chosen, hidden=hidden)
        empty = emptiness(opened) if not found and chosen == Filters() else ""
    if as_json:
        print_json({"videos": [video.to_json() for video in found]})
    elif found:
        _print(found)
    else:
        out.print(empty or "no video passes these filters: `footage videos` lists them all")


def _print(found: list[Video]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column, style in (("id", "cyan"), ("recorded", ""), ("length", "green")):
        table.add_column(column, style=style, no_wrap=True)
    for column, style in (("title", ""), ("tags", "magenta"), ("file", "dim")):
        table.add_column(column, style=style, overflow="fold")
    for video in found:
        state = "" if video.state == "ready" else f" ({video.state})"
        table.add_row(
            video.video_id[:8],
            day(video.recorded_at),
            clock(video.duration),
            Text(printable(video.title) + state),
            escape(printable(", ".join(video.tags))),
            link(video.place, place(video.place)),
        )
    out.print(table, soft_wrap=False)
    out.print(
        f"[dim]{plural(len(found), 'video')}, {clock(sum(v.duration for v in found))} in all[/]"
    )
