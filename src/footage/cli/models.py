"""``footage models``: what can embed, what it costs here, and fetching more."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from footage.cli.help import Command, Group
from footage.cli.options import JsonOption, QuietOption, YesOption
from footage.cli.output import confirm, err, out, print_json, size
from footage.embedders import listing, settled
from footage.embedders.clip import PREFIX, parse
from footage.embedders.listing import Offer
from footage.embedders.shelf import Shelf
from footage.errors import NotFound, UsageError

app = typer.Typer(cls=Group, help="List the models that can embed; fetch and delete them.")
ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="clip:NAME, or only NAME.")]


@app.callback(invoke_without_command=True)
def models(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the models that can embed: what each costs in MB and ms, what it is good for."""
    if context.invoked_subcommand is not None:
        return
    offers = listing.offers(Shelf())
    if as_json:
        print_json({"models": [offer.to_json() for offer in offers]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("model", "where", "size", "ms/frame", "good for"):
        right = title in {"size", "ms/frame"}
        table.add_column(title, justify="right" if right else "left", no_wrap=title == "model")
    for offer in offers:
        table.add_row(*map(escape, _row(offer)))
    out.print(table, soft_wrap=False)
    out.print("[dim]`footage models fetch NAME` fetches one; --from DIR takes it from a folder[/]")
    out.print(
        "[dim]marengo is a service: videos are sent to Twelve Labs, which charges for each minute; "
        "it also hears. `footage index --embedder marengo --dry-run FOLDER` tells the price[/]"
    )


@app.command("fetch", cls=Command)
def fetch(
    model: ModelArgument,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", help="Take it from this folder, not from the hub."),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Fetch a model from the Hugging Face hub, once; an interrupted fetch goes on.

    It is tested and its speed measured. --from takes a folder in the layout of
    huggingface.co/immich-app, where there is no network.
    """
    name = _full(model, "fetched")
    if source is not None:
        folder = source.expanduser().resolve()
        if (called := parse(name).name) != folder.name:
            raise UsageError(
                f"{folder} is not called {called}",
                remedy=f"the folder of a model must have its name: rename it, or say "
                f"`footage models fetch {folder.name}`",
            )
        name = f"clip:{folder}"
    with fetching(hidden=quiet or as_json) as on_progress:
        settled_as = settled(name, on_progress=on_progress)
    asked = parse(settled_as)
    note = Shelf().find(asked.name, asked.revision)
    if note is None:
        raise NotFound(f"{settled_as} was deleted meanwhile", remedy="run the same command again")
    if as_json:
        print_json({"model": settled_as, "bytes": note.size, "sha256": note.sha256})
    elif not quiet:
        pace = f", {note.pace.milliseconds:.0f} ms a frame here" if note.pace else ""
        out.print(escape(f"{settled_as}: {size(note.size)}{pace}, passes its self-test"))


@app.command("delete", cls=Command)
def delete(model: ModelArgument, yes: YesOption = False) -> None:
    """Delete a fetched model; libraries that use it cannot be searched until it is back."""
    shelf = Shelf()
    name = parse(_full(model, "deleted")).name
    there = shelf.size(name)
    if not yes:
        confirm(f"Delete {name} ({size(there)})?", "--yes")
    out.print(escape(f"deleted {name}: {size(shelf.delete(name))} freed"))


@contextlib.contextmanager
def fetching(*, hidden: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr that appears with the first byte: how much, how fast, how long still."""
    bar = Progress(
        TextColumn("fetching the model"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
        console=err,
        disable=hidden or not err.is_terminal,
        transient=True,
    )
    task = bar.add_task("", total=None, visible=False)
    with bar:
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


def _full(model: str, done: str) -> str:
    """The name with its ``clip:``. Raises `UsageError` for what no model on the shelf is."""
    if model == "lite":
        raise UsageError(
            f"lite is not {done}: it is inside footage",
            remedy="there is nothing to fetch or delete",
        )
    if model.split(":", maxsplit=1)[0] == "marengo":
        raise UsageError(
            f"marengo is not {done}: it is a service, which videos are sent to",
            remedy="`footage index --embedder marengo` uses it",
        )
    return model if model.split(":", maxsplit=1)[0] == PREFIX else f"{PREFIX}:{model}"


def _row(offer: Offer) -> tuple[Any, ...]:
    speed = "" if offer.milliseconds is None else f"{offer.milliseconds:.0f}"
    return offer.name, offer.where, size(offer.size), speed, offer.good_for
