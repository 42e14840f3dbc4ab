"""``footage summary``: the chapters of a video, and its contact sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from footage.analysis.sheet import write_sheet
from footage.analysis.summary import Summary
from footage.cli import last_search
from footage.cli.options import JsonOption, LibraryOption, existing_library
from footage.cli.output import link, out, place, print_json, span
from footage.errors import UsageError
from footage.export.chapters import write_chapters
from footage.paths import absolute, printable


def summary(
    video: Annotated[
        str,
        typer.Argument(
            metavar="VIDEO", help="A number of the last search, or an id, path, name or title."
        ),
    ],
    library: LibraryOption = None,
    chapters: Annotated[
        int | None,
        typer.Option(
            "--chapters", "-n", metavar="N", help="How many, 1 to 200; else as many as there are."
        ),
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", metavar="FILE.png", help="Draw a contact sheet there.")
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="FILE.vtt", help="Write the chapters there, as WebVTT."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a video at a glance: its chapters, each with a picture and a few words.

    Chapters begin where what is seen becomes something else. They are called by words that are
    said in them more than in others, where anything was read; else by what they show, where that
    tells them from the rest of the video; else by their time.
    """
    _check(sheet, ".png")
    _check(export, ".vtt")
    with existing_library(library) as opened:
        reference = last_search.reference(opened.folder, video)
        found = opened.analysis.summary(reference, chapters=chapters)
    if sheet is not None:
        write_sheet(found, absolute(sheet))
    if export is not None:
        write_chapters(
            ((one.start, one.end, one.title) for one in found.chapters), absolute(export)
        )
    if as_json:
        print_json(found.to_json())
        return
    _print(found)
    for written in (sheet, export):
        if written is not None:
            out.print(f"written: {escape(place(absolute(written)))}")


def _check(file: Path | None, suffix: str) -> None:
    if file is not None and file.suffix.lower() != suffix:
        raise UsageError(f"{file.name} does not end in {suffix}", remedy=f"call it x{suffix}")


def _print(found: Summary) -> None:
    out.print(f"[bold]{escape(printable(found.video.title))}[/]")
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", justify="right", style="bold")
    table.add_column("time", style="green")
    table.add_column("chapter", overflow="fold")
    table.add_column("picture", style="dim", overflow="fold")
    for number, one in enumerate(found.chapters, 1):
        picture = one.picture.path
        table.add_row(
            str(number),
            span(one.start, one.end),
            escape(printable(one.title)),
            link(picture, place(picture)) if picture else "",
        )
    out.print(table, soft_wrap=False)
