"""``footage backup`` and ``footage restore``: a library as one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from footage.backup import backup as write_backup
from footage.backup import restore as read_backup
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    existing_library,
)
from footage.cli.output import counting_bar, err, out, place, plural, print_json, size
from footage.paths import absolute, default_library, printable


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    library: LibraryOption = None,
    no_thumbnails: Annotated[
        bool, typer.Option("--no-thumbnails", help="Leave the pictures out.")
    ] = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Write the library to one file: settings, catalog, vectors, thumbnails; not the videos."""
    bar = counting_bar("backing up", hidden=quiet or as_json)
    with existing_library(library, verbose=verbose, quiet=quiet) as opened, bar as tell:
        report = write_backup(
            opened,
            absolute(file),
            thumbnails=not no_thumbnails,
            on_progress=tell,
        )
    if as_json:
        print_json(report.to_json())
    else:
        for error in report.damaged:
            err.print(f"[red]left out:[/] {escape(printable(str(error)))}")
        where = escape(place(absolute(file)))
        out.print(f"{plural(report.videos, 'video')} in {where}, {size(report.size)}")
    if report.damaged:
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of `footage backup`.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Make a library of a backup, in a folder that is empty or not there yet."""
    folder = absolute(library) if library else default_library()
    videos = read_backup(absolute(file), folder)
    with existing_library(folder, verbose=verbose, quiet=quiet) as opened:
        report = opened.reindex()
    if as_json:
        print_json({"library": str(folder), "videos": videos, "indexed": report.written})
    else:
        out.print(f"{plural(videos, 'video')} in {escape(place(folder))}")
