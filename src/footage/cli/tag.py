"""``footage tag``: group videos by words of one's own."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from footage.cli.options import JsonOption, LibraryOption, VideosArgument, any_library
from footage.cli.output import out, print_json
from footage.errors import UsageError
from footage.paths import printable


def tag(
    videos: VideosArgument,
    library: LibraryOption = None,
    add: Annotated[
        list[str] | None, typer.Option("--add", "-a", metavar="TAG", help="Repeatable.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", "-r", metavar="TAG", help="Repeatable.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Add tags to videos, and take them away; `footage search --tag` searches by them."""
    if not add and not remove:
        raise UsageError("no tag was given", remedy="add one with --add TAG")
    with any_library(library) as opened:
        tagged = opened.tag(videos, add=add or (), remove=remove or ())
    if as_json:
        print_json({"videos": [video.to_json() for video in tagged]})
        return
    for video in tagged:
        tags = escape(printable(", ".join(video.tags))) or "[dim]no tags[/]"
        out.print(f"{escape(printable(video.title))}: {tags}")
