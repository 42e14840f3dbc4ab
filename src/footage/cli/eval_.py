"""``footage eval``: how well a library answers queries whose answers are known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from footage.cli.options import JsonOption, LibraryOption, QuietOption, any_library
from footage.cli.output import err, out, print_json, span
from footage.errors import UsageError
from footage.evaluation import Evaluation, check_least, evaluate, read_queries
from footage.paths import printable


def eval_(
    queries: Annotated[
        Path, typer.Argument(metavar="QUERIES.jsonl", help="One labelled query a line.")
    ],
    library: LibraryOption = None,
    at_least: Annotated[
        list[str] | None,
        typer.Option(
            "--at-least",
            metavar="FIGURE=VALUE",
            help="Exit with 1 where a figure is below, as recall@10=0.6; repeatable.",
        ),
    ] = None,
    worst: Annotated[
        int, typer.Option("--worst", min=0, help="Show so many of the queries that went worst.")
    ] = 5,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Measure search on your own queries: recall, MRR, nDCG, overlap, latency.

    A line is {"query": "a dog", "relevant": [{"video": "a.mp4", "start": 3, "end": "0:08"}]};
    without times the whole video is right, and "kind" groups the figures.

    recall@5 is the share of queries with a right moment, one that overlaps an answer, among the
    first 5; mrr the mean of 1 / the place of the first right moment; ndcg@10 also counts the other
    answers, less the later they come. iou is of the first moment alone: how long it and the answer
    overlap, over how long they last together. mean_iou is its mean, recall@1_iou0.5 the share of
    queries where it reaches 0.5.

    A line with "relevant": [] asks for what is not there. found is the share of the other queries
    of which the search says that it found something, false_found of these. From confidence@0.1 on
    one in ten of these would be false, and true_found@0.1 of the others true.
    """
    least = dict(_figure(text) for text in at_least or [])
    check_least(least)
    labelled = read_queries(queries)
    with any_library(library, quiet=quiet) as opened:
        evaluation = evaluate(opened, labelled)
    missed = evaluation.missed(least) if evaluation.judged else {}
    if as_json:
        print_json(evaluation.to_json())
    elif not quiet:
        _print(evaluation, worst)
    for name, value in missed.items():
        err.print(f"[red]too low:[/] {escape(name)} is {value:g}, not {least[name]:g}")
    if missed or not evaluation.judged:
        raise typer.Exit(1)


def _figure(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError as error:
        raise UsageError(
            f"--at-least {text!r} is not a figure", remedy="write recall@10=0.6"
        ) from error


def _print(evaluation: Evaluation, worst: int) -> None:
    columns = {"all": evaluation.figures, **evaluation.by_kind}
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    for name in columns:
        table.add_column(escape(printable(name)), justify="right")
    for figure in evaluation.figures:
        cells = [f"{column[figure]:g}" if figure in column else "" for column in columns.values()]
        table.add_row(figure, *cells)
    out.print(table, soft_wrap=False)
    for judged in evaluation.worst(worst):
        if judged.rank == 1:
            break
        place = f"right at {judged.rank}" if judged.rank else "not found"
        found = judged.first
        instead = f"; first {found.title} {span(found.start, found.end)}" if found else ""
        text = printable(f"{judged.query.query}: {place}{instead}")
        out.print(f"[dim]{escape(text)}[/]")
    if evaluation.unknown:
        example = next(iter(evaluation.unknown.values()))
        err.print(
            f"[yellow]left out:[/] {len(evaluation.unknown):,} of the queries, about videos that "
            f"the library does not have, as {escape(printable(example))}"
        )
