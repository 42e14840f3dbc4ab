"""``footage watch``: be told of new moments that match a search."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from footage.cli.filtering import ALL, filtered
from footage.cli.help import Command, Group, TextCommand
from footage.cli.matches import deliver, print_matches, print_new
from footage.cli.options import (
    ClipOption,
    ImageOption,
    JsonOption,
    LibraryOption,
    LikeOption,
    QuietOption,
    SoundOption,
    ThenOption,
    VerboseOption,
    WithinOption,
    between,
    examples,
    existing_library,
    spoken,
)
from footage.cli.output import err, out, plural, print_json
from footage.errors import UsageError
from footage.paths import printable
from footage.query import Filters, Query
from footage.search.moments import Moment
from footage.steps import Like, Step
from footage.watches.watch import Watch

NONE_YET = "no moments yet: `footage index` says when there are any"
app = typer.Typer(cls=Group, help="Be told of new moments that match a search.")
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the watch is called.")]


@app.callback(invoke_without_command=True)
def watch(
    context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False
) -> None:
    """List the watches: what each looks for, and how many moments it has found."""
    if context.invoked_subcommand is None:
        _list(library, as_json=as_json)
    elif library is not None or as_json:
        what = context.invoked_subcommand
        raise UsageError(
            f"options of `footage watch {what}` stand before it", remedy=f"write them after {what}"
        )


@app.command("list", cls=Command)
def list_(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """List the watches: what each looks for, and how many moments it has found."""
    _list(library, as_json=as_json)


@app.command("add", cls=TextCommand)
@filtered(video=False)
def add(
    name: NameArgument,
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUERY", help="As for `footage search`; none for one saved so."),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", metavar="P", help="Report from this confidence on: 0 to 1."),
    ] = None,
    webhook: Annotated[
        str | None, typer.Option("--webhook", metavar="URL", help="Send new moments there.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="It may be this machine, or in a private network.")
    ] = False,
    no_webhook: Annotated[
        bool, typer.Option("--no-webhook", help="Send new moments nowhere any more.")
    ] = False,
    new_secret: Annotated[
        bool, typer.Option("--new-secret", help="Sign what is sent with another secret.")
    ] = False,
    look_back: Annotated[
        bool | None,
        typer.Option(
            "--all/--from-now", show_default=False, help="Look at the videos that are there, too."
        ),
    ] = None,
    image: ImageOption = None,
    clip: ClipOption = None,
    sound: SoundOption = None,
    like: LikeOption = None,
    then: ThenOption = None,
    within: WithinOption = None,
    chosen: Filters = ALL,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Watch for a query in videos that are indexed from now on; or change a watch.

    footage watch add dogs a dog on a beach

    footage watch add complaints said:refund --webhook https://example.com/hook

    footage watch add dogs --threshold 0.7

    The query is saved under the name. `footage index` tells what was found in what it has indexed,
    and sends it to the webhook, signed; the secret for that is shown once.
    """
    query = None
    if text or image or clip or sound or like or then:
        query = Query(
            text=spoken(text),
            examples=examples(image, clip, sound),
            likes=tuple(map(Like.parse, like or ())),
            then=tuple(map(Step, then or ())),
            within=between(within, then),
            filters=chosen,
        )
    elif chosen != Filters():
        raise UsageError("filters are given, and no query", remedy="give both anew")
    with existing_library(library, quiet=quiet) as opened:
        known = name in opened.watches.names()
        if query is None and name not in opened.saved.names():
            raise UsageError(
                f"there is nothing to watch for as {name!r:.120}",
                remedy=f"say what to look for: footage watch add {shlex.quote(name)} QUERY",
            )
        made = opened.watches.put(
            name,
            query,
            threshold=threshold,
            webhook=webhook,
            private=private,
            no_webhook=no_webhook,
            new_secret=new_secret,
            look_back=look_back,
        )
        found: dict[str, int] = {}
        best: Sequence[Moment] = ()
        if look_back:
            found = opened.watches.run(name)
            made = replace(opened.watches.get(name), secret=made.secret)
            if not (as_json or quiet or made.error):
                best = opened.answer(replace(made.search.query, limit=1, offset=0))
        if as_json:
            print_json(made.to_json() | {"found": found.get(name, 0)})
        else:
            _print_added(made, found, known=known, quiet=quiet)
            if look_back and not (quiet or made.error):
                out.print(_so_far(made, best))
        deliver(opened, quiet=quiet or as_json)


@app.command("remove", cls=Command)
def remove(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Watches.")],
    forget: Annotated[
        bool, typer.Option("--forget", help="Forget the searches saved under these names, too.")
    ] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Watch no longer, and forget what was found. The searches stay saved without --forget."""
    with existing_library(library) as opened:
        for name in names:
            opened.watches.get(name)
        for name in names:
            (opened.saved if forget else opened.watches).remove(name)
    if as_json:
        print_json({"removed": names})
    else:
        searches = "with the saved searches" if forget else "the searches stay saved"
        out.print(f"{plural(len(names), 'watch', 'watches')} removed, {searches}")


@app.command("matches", cls=Command)
def matches(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Of this watch; else of all.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that were shown before.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Show them as new next time, too.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Matches shown.")] = 100,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show the new moments that watches have found, newest first.

    What is shown is marked as seen, and new no longer: --all shows it again.
    """
    with existing_library(library, quiet=quiet) as opened:
        found = list(opened.watches.matches(name, new=not everything, limit=limit))
        more = opened.watches.count(name, new=not everything) - len(found)
        if as_json:
            print_json({"matches": [match.to_json() for match in found]})
        elif found:
            print_matches(found, with_watch=name is None)
        else:
            earlier = not everything and opened.watches.count(name)
            out.print("no new moments: --all shows earlier ones" if earlier else NONE_YET)
        if not keep:
            opened.watches.mark_seen([match.id for match in found if not match.seen])
    if more > 0 and not (as_json or quiet):
        out.print(f"[dim]and {more:,} more: --limit shows them[/]")


@app.command("run", cls=Command)
def run(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="This watch; else all of them.")
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Send what was given up to webhooks once more.")
    ] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Look at what was indexed and not judged yet, and send what is due to webhooks.

    `footage index` does both by itself, and `footage serve` sends.
    """
    with existing_library(library, verbose=verbose, quiet=quiet) as opened:
        found = opened.watches.run(name)
        if retry:
            opened.watches.retry_dead(name)
        failed = [one for one in opened.watches.list() if one.error and one.name in found]
        if as_json:
            print_json({"found": found, "failed": {one.name: one.error for one in failed}})
        else:
            print_new(found)
            for one in failed:
                err.print(f"[red]failed:[/] {escape(printable(f'{one.name}: {one.error}'))}")
            if not any(found.values()) and not failed and not quiet:
                out.print("nothing new")
        deliver(opened, quiet=quiet or as_json)
    if failed:
        raise typer.Exit(1)


def in_words(query: dict[str, Any]) -> str:
    """What a saved query asks, in a line."""
    words = [query["text"]] if query.get("text") else []
    words += [f"like {example['kind']}" for example in query.get("examples", ())]
    words += [f"like {like['video'][:8]}@{like['time']:g}" for like in query.get("likes", ())]
    words += ["a vector"] if query.get("vector") else []
    steps = [f"then {in_words(step)}" for step in query.get("then", ())]
    return ", ".join([*words, *steps, *(["with filters"] if query.get("filters") else [])])


def _so_far(made: Watch, best: Sequence[Moment]) -> str:
    """How many moments match, and how well the best of all does."""
    count = f"{plural(made.matches, 'moment')} so far"
    sure = [moment.confidence for moment in best if moment.confidence is not None]
    if not sure:
        return count
    what = "the best is" if made.matches else "the best there is, not reported, is"
    return f"{count}, from {100 * made.threshold:.0f} % on; {what} {100 * sure[0]:.0f} % sure"


def _list(library: Any, *, as_json: bool) -> None:
    with existing_library(library) as opened:
        found = opened.watches.list()
    if as_json:
        print_json({"watches": [one.to_json() for one in found]})
        return
    if not found:
        out.print("nothing is watched for: `footage watch add NAME QUERY` begins")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("watch", style="bold", overflow="fold")
    for title, style in (("new", "cyan"), ("all", ""), ("from", "green")):
        table.add_column(title, style=style, justify="right", no_wrap=True)
    for title in ("looks for", "webhook"):
        table.add_column(title, overflow="fold")
    for one in found:
        table.add_row(
            Text(printable(one.name)),
            f"{one.new:,}",
            f"{one.matches:,}",
            f"{100 * one.threshold:.0f} %",
            Text(printable(in_words(one.search.json))),
            Text(printable(_webhook(one))),
        )
    out.print(table, soft_wrap=False)
    for one in found:
        if one.error:
            err.print(f"[yellow]{escape(printable(one.name))}:[/] {escape(printable(one.error))}")


def _webhook(one: Watch) -> str:
    """Where a watch sends to, and how that goes."""
    address = one.to_json()["webhook"]
    if address is None:
        return ""
    parts = [f"{one.undelivered:,} to be sent"] if one.undelivered else []
    parts += [f"{one.dead:,} given up"] if one.dead else []
    parts += [one.delivery_error] if one.delivery_error else []
    return f"{address} ({', '.join(parts)})" if parts else address


def _print_added(made: Watch, found: dict[str, int], *, known: bool, quiet: bool) -> None:
    name = escape(printable(made.name))
    if not quiet:
        out.print(f"{'changed' if known else 'watching for'} '{name}'")
        if not known and not found:
            out.print("[dim]in what is indexed from now on; --all looks at the rest, too[/]")
    print_new(found)
    if made.secret is not None:
        out.print(f"the secret of its webhook, shown this once: [bold]{made.secret}[/]")
    if made.error:
        err.print(f"[yellow]{name}:[/] {escape(printable(made.error))}")
