"""``footage move``: take a library to a Milvus server, or back."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from footage.cli.options import (
    JsonOption,
    LibraryOption,
    MilvusOption,
    QuietOption,
    TokenOption,
    VerboseOption,
    existing_library,
)
from footage.cli.output import counting_bar, err, out, plural, print_json
from footage.errors import UsageError
from footage.move import MoveReport


def move(
    library: LibraryOption = None,
    milvus: MilvusOption = None,
    milvus_token: TokenOption = None,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="To the engine inside footage, in a file.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the old place as it is; by default it is cleaned.")
    ] = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Take the index to a Milvus server, or back. Computes no embedding.

    Search goes on at the old place until the new one holds everything. It may be stopped at any
    time (Ctrl-C) and started again: what is there already is not written again.
    """
    if (milvus is None) == (not embedded):
        raise UsageError("move needs one place to go to", remedy="give --milvus URI or --embedded")
    bar = counting_bar("moving segments", hidden=quiet or as_json)
    try:
        with existing_library(library, verbose=verbose, quiet=quiet) as opened, bar as tell:
            report = opened.move(
                milvus,
                milvus_token=milvus_token,
                keep=keep,
                on_progress=tell,
            )
    except KeyboardInterrupt as interrupt:
        err.print("[yellow]interrupted:[/] the same command goes on where this one stopped")
        raise typer.Exit(130) from interrupt
    if as_json:
        print_json(report.to_json())
    elif not quiet:
        _print(report)


def _print(report: MoveReport) -> None:
    if report.source == report.target:
        out.print(escape(f"already in {report.target}"))
    else:
        rate = f", {report.rate:,.0f} a second" if report.written else ""
        out.print(
            escape(
                f"moved from {report.source} to {report.target}: {plural(report.videos, 'video')}, "
                f"{plural(report.segments, 'segment')}, {report.written:,} written{rate}"
            )
        )
    if report.not_cleaned is not None:
        err.print(f"[yellow]the old place was not cleaned:[/] {escape(str(report.not_cleaned))}")
