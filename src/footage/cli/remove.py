"""``footage remove``: take videos out of the library."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from footage.catalog import Video
from footage.cli.index import ProgressBar
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    VideosArgument,
    YesOption,
    any_library,
)
from footage.cli.output import confirm, err, out, plural, print_json, warn_of_paying_again
from footage.paths import printable


def remove(
    videos: VideosArgument,
    library: LibraryOption = None,
    restore: Annotated[
        bool, typer.Option("--restore", help="Bring removed videos back, by indexing them again.")
    ] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take videos out of the library, and keep them out. The files are not touched."""
    with any_library(library) as opened:
        chosen = [opened.video(reference) for reference in videos]
        if restore:
            with ProgressBar(quiet=as_json, agreed=yes) as bar:
                removed = [video.video_id for video in chosen if video.removed]
                failed = opened.restore(removed, observer=bar).failed if removed else []
        else:
            if not yes:
                warn_of_paying_again(opened.sent_to)
                count = plural(len(chosen), "video")
                confirm(f"Remove {count} from the library (not the files)?", "--yes")
            opened.remove(video.video_id for video in chosen)
            failed = []
        after = [opened.video(video.video_id) for video in chosen]
    if as_json:
        print_json({"videos": [video.to_json() for video in after]})
    else:
        unread = {outcome.path for outcome in failed}
        for before, video in zip(chosen, after, strict=True):
            if video.place not in unread:
                out.print(f"{_done(before, video, restore)}: {escape(printable(video.title))}")
    for outcome in failed:
        err.print(f"[red]failed:[/] {escape(printable(str(outcome.error)))}")
    if failed:
        raise typer.Exit(1)


def _done(before: Video, after: Video, restore: bool) -> str:
    if restore and not before.removed:
        return "was not removed"
    return "restored" if after.state == "ready" else after.state
