"""``footage show``: one video, with its segments."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from footage.catalog import Video
from footage.cli import last_search
from footage.cli.index import damage_in_words
from footage.cli.options import JsonOption, LibraryOption, any_library
from footage.cli.output import clock, day, link, out, place, plural, print_json, span
from footage.example import seconds
from footage.paths import printable
from footage.readers import speech
from footage.reading_log import ReadingEntry
from footage.segment import Segment
from footage.text_store import is_unheard


def show(
    video: Annotated[
        str,
        typer.Argument(
            metavar="VIDEO", help="A number of the last search, or an id, path, name or title."
        ),
    ],
    library: LibraryOption = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="Only the segments around 1:15, say."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show all that is known of one video, and its segments."""
    time = None if at is None else seconds(at)
    with any_library(library) as opened:
        found = opened.video(last_search.reference(opened.folder, video))
        if found.removed:
            rows = []
        elif time is None:
            rows = opened.segments(found.video_id)
        else:
            rows = opened.neighbours(found.video_id, time)
        readings = opened.readings(found.video_id)
    if as_json:
        print_json(
            {
                **found.to_json(),
                "readings": [reading.to_json() for reading in readings],
                "segment_list": [row.to_json() for row in rows],
            }
        )
        return
    out.print(_facts(found, readings), soft_wrap=False)
    out.print(_segments(rows), soft_wrap=False)


def _facts(video: Video, readings: list[ReadingEntry]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    facts = {
        "title": video.title,
        "id": video.video_id,
        "state": video.state,
        "recorded": day(video.recorded_at),
        "length": clock(video.duration),
        "picture": f"{video.width} x {video.height}, {video.fps:.5g} fps, {video.codec}",
        "sound": "yes" if video.has_audio else "no",
        "tags": ", ".join(video.tags) or "none",
        "damage": damage_in_words(video.damage),
    }
    for name, value in facts.items():
        if value:
            table.add_row(name, escape(printable(value)))
    for path in video.paths:
        table.add_row("file", link(path, place(path)))
    for reading in readings:
        told = _reading(reading, video)
        table.add_row(reading.modality, escape(printable(told)))
    if video.url:
        table.add_row("address", link(video.place, place(video.place)))
    return table


def _reading(entry: ReadingEntry, video: Video) -> str:
    """``12 lines of clip.en.srt``, or why nothing was read."""
    if entry.error is not None and not entry.edition:
        return f"not read: {entry.error}"
    if is_unheard(entry, video):
        if (status := speech.status()).usable:
            return "not read yet; `footage index` on its folder reads it"
        return f"not read: {status.reason}; {status.remedy}"
    lines = plural(entry.lines, "line")
    told = f"{lines} of {entry.source}" if entry.source else f"{lines}: there is nothing to read"
    return f"{told}; not read again: {entry.error}" if entry.error is not None else told


def _segments(rows: list[Segment]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("segment", justify="right")
    table.add_column("time", style="green")
    table.add_column("kind", style="dim")
    table.add_column("thumbnail", style="dim", overflow="fold")
    for number, row in enumerate(rows, start=1):
        kind = f"{row.modality} {row.scope}"
        thumbnail = link(row.thumbnail, place(row.thumbnail)) if row.thumbnail else ""
        table.add_row(str(number), span(row.start, row.end), kind, thumbnail)
    return table
