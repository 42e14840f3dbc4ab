"""``footage usage``: what services were asked for, and about what it cost."""

from __future__ import annotations

from dataclasses import asdict

from rich.markup import escape
from rich.table import Table

from footage.cli.options import JsonOption, LibraryOption, any_library
from footage.cli.output import clock, out, print_json
from footage.ledger import Spending


def usage(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """What was paid to services for this library, by month, newest first."""
    with any_library(library) as opened:
        spent = opened.usage()
        cached = opened.caches()
    if as_json:
        caches = {name: tally.to_json() for name, tally in cached.items()}
        print_json({"usage": [asdict(each) for each in spent], "caches": caches})
        return
    if spent:
        _print(spent)
    else:
        out.print("nothing was paid for this library")
    for name, tally in cached.items():
        if tally.asked:
            out.print(f"[dim]{name} that did not have to be sent again: {tally}[/]")


def _print(spent: list[Spending]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("month")
    table.add_column("what")
    for column in ("calls", "video", "dollars"):
        table.add_column(column, justify="right", style="green")
    for each in spent:
        table.add_row(
            each.month,
            escape(each.what),
            f"{each.calls:,}",
            clock(each.seconds),
            f"about {each.dollars:.2f}",
        )
    out.print(table)
    out.print(f"[dim]about ${sum(each.dollars for each in spent):.2f} in all[/]")
