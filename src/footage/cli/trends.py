"""``footage trends``: what is seen more at some times."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from footage.analysis.drawing import check_suffix
from footage.analysis.plots import trend_lines
from footage.analysis.trends import Trend, Trends
from footage.cli.filtering import ALL, filtered
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    PlotOption,
    QuietOption,
    VerboseOption,
    existing_library,
    spoken,
)
from footage.cli.output import link, out, plural, print_json, saved_plot, span, step_bar
from footage.paths import printable
from footage.query import Filters

BARS = "▁▂▃▄▅▆▇█"
WIDEST = 40  # bars


@filtered()
def trends(
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="About what a search finds; else about clusters."),
    ] = None,
    saved: Annotated[
        str | None,
        typer.Option("--saved", metavar="NAME", help="About what the search saved so finds."),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="WHAT", help="By day, week, month or position.")
    ] = "month",
    count: Annotated[
        int | None, typer.Option("--count", "-k", metavar="K", help="So many clusters.")
    ] = None,
    plot: PlotOption = None,
    library: LibraryOption = None,
    chosen: Filters = ALL,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Show what is seen more at some times of recording, or in some part of videos.

    footage trends

    footage trends a dog on a beach --by week --plot dogs.png

    footage trends said:refund --by position

    footage trends --saved dogs                        its own filters hold, too

    Bursts and changes are told with p, how likely chance alone makes one as
    strong anywhere, and only where at most one in twenty of all that are told
    should be chance.
    """
    if plot is not None:
        check_suffix(plot)
    with (
        existing_library(library, verbose=verbose, quiet=quiet) as opened,
        step_bar(hidden=quiet or as_json) as tell,
    ):
        found = opened.analysis.trends(
            spoken(query),
            saved=saved,
            by=by,
            count=count,
            filters=chosen,
            on_progress=tell,
        )
    if plot is not None and found.trends:
        saved_plot(trend_lines(found), plot, quiet=quiet or as_json)
    if as_json:
        print_json(found.to_json())
    else:
        _print(found)


def _print(found: Trends) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("of", f"share by {found.by}", "what happens"):
        table.add_column(name, overflow="fold")
    for trend in found.trends:
        table.add_row(Text(printable(trend.subject)), _bars(trend), _findings(trend))
    if found.trends:
        names = [one.name for one in found.trends[0].bins]
        out.print(table, soft_wrap=False)
        dated = "" if found.by == "position" else " with footage"
        span_of_all = f"{plural(len(names), found.by)}{dated}, {names[0]} to {names[-1]}"
        out.print(f"[dim]{span_of_all}; a share is of the seconds of video in it[/]")
    if found.note:
        out.print(found.note)


def _bars(trend: Trend) -> Text:
    """The shares as bars, the largest full; of many bins the means of some each."""
    each = -(-len(trend.bins) // WIDEST)
    parts = [trend.bins[at : at + each] for at in range(0, len(trend.bins), each)]
    shares = [
        sum(one.share * one.seconds for one in part) / (sum(one.seconds for one in part) or 1.0)
        for part in parts
    ]
    most = max(shares, default=0.0) or 1.0
    return Text("".join(BARS[round(7 * share / most)] for share in shares), style="cyan")


def _findings(trend: Trend) -> Text:
    lines = []
    for burst in trend.bursts:
        when = burst.first if burst.first == burst.last else f"{burst.first} to {burst.last}"
        lines.append(
            f"burst {when}: {100 * burst.share:.1f} % of the seconds, "
            f"else {100 * burst.usual:.1f} % (p {burst.p:.3f})"
        )
        if burst.moments:
            first = burst.moments[0]
            shown = f"{printable(first.title)} {span(first.start, first.end)}"
            lines.append(f"  such as {link(first.thumbnail, shown)}")
    lines += [
        f"from {change.at} on {100 * change.after:.1f} % of the seconds, "
        f"before {100 * change.before:.1f} % (p {change.p:.3f})"
        for change in trend.changes
    ]
    return Text("\n").join(Text.from_markup(line) for line in lines)
