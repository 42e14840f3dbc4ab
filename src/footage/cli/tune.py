"""``footage tune``: choose a server's index parameters by measuring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from footage.cli.options import (
    JsonOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    existing_library,
)
from footage.cli.output import err, out, plural, print_json
from footage.errors import UsageError
from footage.tune import RECALL, TuneReport


def tune(
    library: LibraryOption = None,
    queries: Annotated[
        Path | None,
        typer.Option("--queries", metavar="FILE", help="Also these texts, one a line."),
    ] = None,
    recall: Annotated[
        float, typer.Option("--recall", help="The share of the true nearest ten to find.")
    ] = RECALL,
    apply: Annotated[
        bool, typer.Option("--apply", help="Index with what is recommended from now on.")
    ] = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Measure recall against speed on a Milvus server, on this library's own queries."""
    texts = _lines(queries) if queries else []
    bar = Progress(
        TextColumn("{task.fields[what]}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        disable=quiet or as_json or not err.is_terminal,
        transient=True,
    )
    with existing_library(library, verbose=verbose, quiet=quiet) as opened, bar:
        task = bar.add_task("", total=None, what="")
        report = opened.tune(
            queries=texts,
            recall=recall,
            apply=apply,
            on_progress=lambda what, done, total: bar.update(
                task, what=what, completed=done, total=total
            ),
        )
    if as_json:
        print_json(report.to_json())
    else:
        _print(report)


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(f"{path} cannot be read ({reason})", remedy="name a text file") from error
    return [line.strip() for line in lines if line.strip()]


def _print(report: TuneReport) -> None:
    table = Table("index", "recall@10", "p50 ms", "p95 ms", "built in s", box=None)
    for row in report.rows:
        mark = "*" if row is report.recommended else " "
        table.add_row(
            f"{mark} {row.name}",
            f"{row.recall:.3f}",
            f"{row.p50:.1f}",
            f"{row.p95:.1f}",
            f"{row.build:.1f}",
        )
    out.print(table)
    out.print(escape(_advice(report)))


def _advice(report: TuneReport) -> str:
    measured = f"{plural(report.segments, 'segment')}, {plural(report.queries, 'query')}"
    measured = measured.replace("querys", "queries")
    best = report.recommended
    if report.embedded or best is None:
        return f"{measured}: the embedded engine searches exactly, there is nothing to tune"
    if best.recall < report.wanted:
        return (
            f"{measured}: nothing reaches a recall of {report.wanted}; "
            f"{best.name} finds most ({best.recall:.3f})"
        )
    done = "in use from now on" if report.applied else "`footage tune --apply` uses it"
    return f"{measured}: {best.name} is the fastest to reach a recall of {report.wanted}; {done}"
