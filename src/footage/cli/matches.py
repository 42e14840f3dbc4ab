"""What commands that find matches say of them, and sending them to webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from footage.cli.moments import about
from footage.cli.output import err, link, out, place, plural, span
from footage.errors import FootageError
from footage.paths import printable

if TYPE_CHECKING:
    from footage.library import Library
    from footage.watches.watch import Match

PATIENCE = 8.0  # seconds a command goes on trying to reach webhooks once its work is done


def print_new(found: Mapping[str, int]) -> None:
    """A line for each watch that has found something, and how to see it."""
    for name, count in found.items():
        if count:
            out.print(f"{plural(count, 'new moment')} for '{escape(printable(name))}'")
    if any(found.values()):
        out.print("[dim]`footage watch matches` shows what is new[/]")


def deliver(library: Library, *, quiet: bool) -> None:
    """Send what is due to webhooks, a few seconds long; what fails is said and sent later."""
    try:
        library.watches.deliver(patience=PATIENCE)
        failing = [one for one in library.watches.list() if one.delivery_error]
    except FootageError as error:  # what the command is for is done
        err.print(f"[yellow]webhooks:[/] {escape(printable(str(error)))}")
        return
    for watch in () if quiet else failing:
        then = "sent again by the next `footage index` or `footage serve`"
        if not watch.undelivered:
            then = "given up: `footage watch run --retry` tries again"
        why = escape(printable(watch.delivery_error or ""))
        name = escape(printable(watch.name))
        err.print(f"[yellow]webhook of '{name}':[/] {why}; {then}")


def print_matches(found: list[Match], *, with_watch: bool) -> None:
    """Matches as a table, the newest first."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    if with_watch:
        table.add_column("watch", style="magenta", overflow="fold")
    table.add_column("found", style="dim", no_wrap=True)
    table.add_column("sure", justify="right", style="cyan")
    table.add_column("time", style="green", no_wrap=True)
    table.add_column("video", overflow="fold")
    table.add_column("file", style="dim", overflow="fold")
    for match in found:
        moment = match.moment
        sure = "" if moment.confidence is None else f"{100 * moment.confidence:.0f} %"
        table.add_row(
            *([Text(printable(match.watch))] if with_watch else []),
            match.found_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            sure,
            link(moment.thumbnail, span(moment.start, moment.end)),
            about(moment),
            link(moment.place, place(moment.place)),
        )
    out.print(table, soft_wrap=False)
