"""``footage partitions``: how the index is divided."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from footage.catalog import Partition
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    any_library,
)
from footage.cli.output import counting_bar, day, err, out, plural, print_json
from footage.reindex import ReindexReport

NONE = "none"


def partitions(
    library: LibraryOption = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="PARTS",
            help="Divide by these from now on: of tag, folder, year, month; or none.",
        ),
    ] = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """List the partitions of the index, or divide it by another rule. Computes no embedding.

    `footage partitions --by tag,month` makes partitions such as sports/2024-05.
    A search with filters then touches only those that may hold an answer.
    """
    bar = counting_bar("moving videos", hidden=quiet or as_json)
    with any_library(library, verbose=verbose, quiet=quiet) as opened:
        report = None
        if by is not None:
            parts = [] if by.strip() == NONE else [part.strip() for part in by.split(",")]
            with bar as tell:
                report = opened.partition_by(*parts, on_progress=tell)
        rule, found = opened.settings.partition_by, opened.partitions()
    if as_json:
        print_json(
            {
                "by": list(rule),
                "partitions": [partition.to_json() for partition in found],
                "rewritten": report.to_json() if report else None,
            }
        )
    else:
        _print(rule, found, report, quiet=quiet)
    if report and report.damaged:
        raise typer.Exit(1)


def _print(
    rule: tuple[str, ...], found: list[Partition], report: ReindexReport | None, *, quiet: bool
) -> None:
    for error in report.damaged if report else ():
        err.print(f"[red]damaged:[/] {escape(str(error))}")
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("partition", overflow="fold")
    for column, style in (("videos", "cyan"), ("segments", "cyan"), ("recorded", "green")):
        table.add_column(
            column, style=style, justify="left" if style == "green" else "right", no_wrap=True
        )
    for partition in found:
        first, last = day(partition.first), day(partition.last)
        table.add_row(
            Text(partition.name),
            f"{partition.videos:,}",
            f"{partition.segments:,}",
            first if first == last else f"{first} to {last}",
        )
    if found:
        out.print(table, soft_wrap=False)
    else:
        out.print("the index is empty: `footage index FOLDER` takes videos in")
    if not quiet:
        moved = f"; {plural(report.written, 'video')} written anew" if report else ""
        how = f"by {', '.join(rule)}" if rule else "not divided: --by tag,month divides it"
        out.print(f"[dim]{how}{moved}[/]")
