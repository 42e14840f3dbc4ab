"""``footage demo``: sample footage, indexed and searched, to see what footage does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn

from footage import logs
from footage.cli import last_search
from footage.cli.index import ProgressBar
from footage.cli.options import JsonOption, VerboseOption
from footage.cli.output import clock, err, out, place, plural, print_json, span
from footage.demo import SAMPLE_QUERIES, SampleQuery, make_sample_footage
from footage.library import Library
from footage.opening import open_library
from footage.search.moments import Moment

SHOWN = 3
ENOUGH_OVERLAP = 0.5  # of the found moment or of the expected one: they show the same thing


def demo(
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", help="Where the films and library go.")
    ] = Path("demo-footage"),
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
) -> None:
    """Make a few minutes of sample footage, index it, search it, and show what was found."""
    logs.to_terminal(verbose)
    films = _make(folder, quiet=as_json)
    with open_library(folder / "demo.library") as library:
        bar = ProgressBar(quiet=as_json)
        with bar:
            report = library.add(*films, observer=bar)
        if report.failed and report.failed[0].error is not None:
            raise report.failed[0].error
        if not as_json:
            made = clock(sum(video.duration for video in library.videos()))
            took = (
                f"indexed in {report.elapsed:.1f} s" if report.video_seconds else "indexed before"
            )
            out.print(f"[bold]{plural(len(films), 'film')}[/], {made} in all, {took}\n")
        answers = [_ask(library, query) for query in SAMPLE_QUERIES if not query.spoken]
    if as_json:
        print_json({"answers": [answer.to_json() for answer in answers]})
        return
    for answer in answers:
        answer.print()
    first = sum(answer.rank == 1 for answer in answers)
    shown = sum(answer.rank is not None for answer in answers)
    out.print(
        f"The right moment came first for {first} of {len(answers)} "
        f"and among the first {SHOWN} for {shown}.\nNow search them yourself:\n"
        f"  footage search --library {escape(place(library.folder))} 'a bicycle'"
    )


def _make(folder: Path, *, quiet: bool) -> list[Path]:
    bar = Progress(
        TextColumn("making sample footage"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[film]}"),
        console=err,
        disable=quiet or not err.is_terminal,
        transient=True,
    )
    if bar.disable and not quiet:
        err.print("making sample footage: it takes a minute or so, and is kept for the next time")
    with bar:
        task = bar.add_task("", total=1.0, film="")
        return make_sample_footage(
            folder, on_progress=lambda film, share: bar.update(task, completed=share, film=film)
        )


class _Answer:
    def __init__(self, query: SampleQuery, moments: Sequence[Moment]) -> None:
        self.query = query
        self.moments = moments

    @property
    def rank(self) -> int | None:
        """The place of the first moment that is the one the storyboard says."""
        places = enumerate(self.moments, start=1)
        return next((place for place, moment in places if self._is_right(moment)), None)

    def to_json(self) -> dict[str, object]:
        moments = [moment.to_json() for moment in self.moments]
        return {"query": self.query.text, "rank": self.rank, "moments": moments}

    def print(self) -> None:
        out.print(f"[bold]{escape(self.query.text)}[/]")
        for number, moment in enumerate(self.moments, start=1):
            mark = "[green]✓[/]" if self._is_right(moment) else " "
            out.print(
                f"  {mark} {number}  [cyan]{moment.score:.3f}[/]  "
                f"[green]{span(moment.start, moment.end):<12}[/] {escape(moment.title)}"
                f"  [dim]{escape(place(moment.thumbnail))}[/]"
            )
        out.print()

    def _is_right(self, moment: Moment) -> bool:
        query = self.query
        if moment.path is None or moment.path.name != query.expects:
            return False
        shared = min(moment.end, query.end) - max(moment.start, query.start)
        shorter = min(moment.end - moment.start, query.end - query.start)
        return shared >= ENOUGH_OVERLAP * shorter


def _ask(library: Library, query: SampleQuery) -> _Answer:
    result = library.search(query.text, limit=SHOWN)
    last_search.remember(library.folder, result)
    return _Answer(query, result)
