"""``footage outliers``: what is unlike all else."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from footage.analysis.outliers import Outliers
from footage.cli.filtering import ALL, filtered
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    existing_library,
)
from footage.cli.output import link, out, print_json, span, step_bar
from footage.paths import printable
from footage.query import Filters


@filtered()
def outliers(
    within: Annotated[
        str,
        typer.Option("--within", metavar="WHAT", help="Unlike the rest of the library or video."),
    ] = "library",
    limit: Annotated[int, typer.Option("--limit", "-n", help="Segments shown.")] = 20,
    library: LibraryOption = None,
    chosen: Filters = ALL,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Show segments that are unlike all others, the strangest first.

    footage outliers

    footage outliers --within video --video holiday.mp4

    Each is shown with the ordinary segment that it is nearest to. The score
    says by how many robust standard deviations it lies farther off than usual;
    from 2.5 on it is an outlier.
    """
    with (
        existing_library(library, verbose=verbose, quiet=quiet) as opened,
        step_bar(hidden=quiet or as_json) as tell,
    ):
        found = opened.analysis.outliers(
            within=within, limit=limit, filters=chosen, on_progress=tell
        )
    if as_json:
        print_json(found.to_json())
    else:
        _print(found)


def _print(found: Outliers) -> None:
    if found.note:
        out.print(found.note)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("score", justify="right", style="cyan")
    table.add_column("time", style="green")
    table.add_column("video", overflow="fold")
    table.add_column("shows", overflow="fold")
    table.add_column("nearest", style="dim", overflow="fold")
    for outlier in found.outliers:
        place = outlier.place
        nearest = [
            f"{printable(near.title)} {span(near.start, near.end)}" for near, _ in outlier.near
        ]
        table.add_row(
            f"{outlier.score:.1f}",
            link(place.thumbnail, span(place.start, place.end)),
            Text(printable(place.title)),
            ", ".join(outlier.concepts),
            Text(nearest[0] if nearest else ""),
        )
    out.print(table, soft_wrap=False)
