"""``footage clusters``: what kinds of things there are."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from footage.analysis.clusters import Cluster, Clusters
from footage.analysis.drawing import check_suffix
from footage.analysis.plots import cluster_map
from footage.cli.filtering import ALL, filtered
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    PlotOption,
    QuietOption,
    VerboseOption,
    existing_library,
)
from footage.cli.output import err, link, out, plural, print_json, saved_plot, span, step_bar
from footage.paths import printable
from footage.query import Filters

SHOWN = 2  # moments of a cluster


@filtered()
def clusters(
    count: Annotated[
        int | None,
        typer.Option("--count", "-k", metavar="K", help="So many; else as many as differ enough."),
    ] = None,
    of: Annotated[
        str, typer.Option("--of", metavar="WHAT", help="Clusters of segments or of videos.")
    ] = "segments",
    plot: PlotOption = None,
    library: LibraryOption = None,
    chosen: Filters = ALL,
    with_map: Annotated[
        bool, typer.Option("--map", help="With --json: each segment's place on the map, too.")
    ] = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Show what kinds of things the library holds: groups of segments that look alike.

    footage clusters

    footage clusters --count 12 --plot map.png

    footage clusters --of videos --tag holiday

    Each is named by what it surely shows and the rest does not, else by words
    that are said or written in it; some have no name. --plot draws a map on
    which what is alike lies together.
    """
    if plot is not None:
        check_suffix(plot)
    with (
        existing_library(library, verbose=verbose, quiet=quiet) as opened,
        step_bar(hidden=quiet or as_json) as tell,
    ):
        found = opened.analysis.clusters(
            count=count,
            of=of,
            with_map=with_map or plot is not None,
            filters=chosen,
            on_progress=tell,
        )
    if plot is not None and found.points:
        saved_plot(cluster_map(found), plot, quiet=quiet or as_json)
    if as_json:
        print_json(found.to_json())
    else:
        _print(found)
        if count is not None and found.clusters and len(found.clusters) < count:
            err.print(
                f"[yellow]note:[/] of {count} clusters there are {len(found.clusters)}: "
                f"so many {found.of} differ"
            )


def _print(found: Clusters) -> None:
    if found.note:
        out.print(found.note)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", justify="right", style="bold")
    table.add_column(found.of, justify="right", style="cyan")
    table.add_column("share", justify="right", style="dim cyan")
    table.add_column("shows", overflow="fold")
    table.add_column("such as", overflow="fold")
    for cluster in found.clusters:
        table.add_row(
            str(cluster.number),
            f"{cluster.size:,}",
            f"{100 * cluster.share:.0f} %",
            _about(cluster),
            Text("\n").join(Text.from_markup(line) for line in _examples(cluster)),
        )
    out.print(table, soft_wrap=False)
    out.print(f"[dim]{plural(len(found.clusters), 'cluster')}[/]")


def _about(cluster: Cluster) -> Text:
    lines = [Text(", ".join(cluster.concepts) or cluster.name)]
    for verb, words in (("said", cluster.said), ("written", cluster.written)):
        if words:
            lines.append(Text(f"{verb}: {printable(', '.join(words))}", style="dim"))
    return Text("\n").join(lines)


def _examples(cluster: Cluster) -> list[str]:
    return [
        link(moment.thumbnail, f"{printable(moment.title)} {span(moment.start, moment.end)}")
        for moment in cluster.moments[:SHOWN]
    ]
