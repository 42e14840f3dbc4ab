"""``footage reindex``: rebuild the Milvus index from the archive."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from footage.cli.options import (
    JsonOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    existing_library,
)
from footage.cli.output import counting_bar, err, out, plural, print_json


def reindex(
    library: LibraryOption = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Drop and recreate the collections first.")
    ] = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Fill the search index anew from the vectors kept in the library. Nothing is embedded."""
    bar = counting_bar("comparing and writing", hidden=quiet or as_json)
    with existing_library(library, verbose=verbose, quiet=quiet) as opened, bar as tell:
        report = opened.reindex(
            fresh=fresh,
            on_progress=tell,
        )
    if as_json:
        print_json(report.to_json())
    else:
        for error in report.damaged:
            err.print(f"[red]damaged:[/] {escape(str(error))}")
        out.print(
            f"{plural(report.checked, 'video')} checked, {report.written:,} written, "
            f"{report.strangers:,} taken out"
        )
    if report.damaged:
        raise typer.Exit(1)
