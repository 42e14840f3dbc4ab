"""The program: gathers the commands, and turns every error into one sentence and an exit code."""

from __future__ import annotations

import contextlib
import signal
import sys
from types import FrameType
from typing import Annotated, Any

import typer

from footage.cli import (
    backup,
    clusters,
    demo,
    doctor,
    duplicates,
    eval_,
    index,
    migrate,
    models,
    move,
    open_,
    outliers,
    partitions,
    prune,
    reindex,
    remove,
    search,
    serve,
    show,
    similar,
    tag,
    transcript,
    trends,
    tune,
    usage,
    version,
    videos,
)
from footage.cli.help import Command, Group, TextCommand
from footage.cli.output import err, print_error
from footage.errors import FootageError, LibraryLocked, UsageError

FAILED, USAGE, LOCKED, INTERRUPTED = 1, 2, 3, 130


class _Program(Group):
    def invoke(self, ctx: Any) -> Any:
        """Say that it was interrupted, where a command does not say more about it."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            err.print("interrupted")
            raise typer.Exit(INTERRUPTED) from interrupt


app = typer.Typer(
    name="footage",
    cls=_Program,
    help="Say what you remember, get the moment: semantic search in your own videos.",
    epilog="Start with: footage index ~/Videos, then: footage search 'a dog on a beach'",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _program(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the versions and end.", callback=version.ask, is_eager=True
        ),
    ] = False,
) -> None:
    pass


app.command("index", cls=Command)(index.index)
app.command("search", cls=TextCommand)(search.search)
app.command("clusters", cls=Command)(clusters.clusters)
app.command("duplicates", cls=Command)(duplicates.duplicates)
app.command("outliers", cls=Command)(outliers.outliers)
app.command("trends", cls=TextCommand)(trends.trends)
app.command("similar", cls=Command)(similar.similar)
app.command("serve", cls=Command)(serve.serve)
app.command("videos", cls=Command)(videos.videos)
app.command("show", cls=Command)(show.show)
app.command("open", cls=Command)(open_.open_)
app.command("tag", cls=Command)(tag.tag)
app.command("remove", cls=Command)(remove.remove)
app.command("prune", cls=Command)(prune.prune)
app.command("reindex", cls=Command)(reindex.reindex)
app.command("move", cls=Command)(move.move)
app.command("migrate", cls=Command)(migrate.migrate)
app.add_typer(models.app, name="models")
app.command("partitions", cls=Command)(partitions.partitions)
app.command("tune", cls=Command)(tune.tune)
app.command("backup", cls=Command)(backup.backup)
app.command("restore", cls=Command)(backup.restore)
app.command("eval", cls=Command)(eval_.eval_)
app.command("transcript", cls=Command)(transcript.transcript)
app.command("usage", cls=Command)(usage.usage)
app.command("doctor", cls=Command)(doctor.doctor)
app.command("demo", cls=Command)(demo.demo)
app.command("version", cls=Command)(version.version)


def main() -> None:
    """Run the program. Exit codes: 0 answered, 1 failed, 2 usage, 3 locked, 130 interrupted."""
    signal.signal(signal.SIGTERM, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream replaced by a program that embeds us
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except FootageError as error:
        print_error(error, as_json="--json" in sys.argv)
        sys.exit(exit_code(error))
    except OSError as error:
        if error.filename is not None:  # of a file: not foreseen, so not hidden
            raise
        err.print(f"[bold red]error:[/] the results cannot be written ({error.strerror})")
        sys.exit(FAILED)


def exit_code(error: FootageError) -> int:
    """The exit code an error ends the program with."""
    if isinstance(error, LibraryLocked):
        return LOCKED
    return USAGE if isinstance(error, UsageError) else FAILED


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
