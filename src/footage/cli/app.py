"""The program: gathers the commands, and turns every error into one sentence and an exit code."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import FrameType
from typing import Annotated, Any

import typer

from footage.cli.help import Command, Group, TextCommand
from footage.cli.output import err, print_error
from footage.errors import FootageError, LibraryLocked, UsageError

FAILED, USAGE, LOCKED, INTERRUPTED = 1, 2, 3, 130

# in the order of the help: the module below `footage.cli`, and what is called in it
_COMMANDS = {
    "index": ("index", "index"),
    "search": ("search", "search"),
    "clusters": ("clusters", "clusters"),
    "duplicates": ("duplicates", "duplicates"),
    "outliers": ("outliers", "outliers"),
    "trends": ("trends", "trends"),
    "similar": ("similar", "similar"),
    "serve": ("serve", "serve"),
    "mcp": ("mcp", "mcp"),
    "videos": ("videos", "videos"),
    "show": ("show", "show"),
    "open": ("open_", "open_"),
    "tag": ("tag", "tag"),
    "remove": ("remove", "remove"),
    "prune": ("prune", "prune"),
    "reindex": ("reindex", "reindex"),
    "move": ("move", "move"),
    "migrate": ("migrate", "migrate"),
    "models": ("models", "app"),
    "partitions": ("partitions", "partitions"),
    "tune": ("tune", "tune"),
    "watch": ("watch", "app"),
    "backup": ("backup", "backup"),
    "restore": ("backup", "restore"),
    "eval": ("eval_", "eval_"),
    "summary": ("summary", "summary"),
    "export": ("export", "export"),
    "transcript": ("transcript", "transcript"),
    "usage": ("usage", "usage"),
    "doctor": ("doctor", "doctor"),
    "demo": ("demo", "demo"),
    "version": ("version", "version"),
}


class _Commands(Mapping[str, Any]):
    """The commands, each loaded when it is asked for: most need little of footage."""

    def __getitem__(self, name: str) -> Any:
        module, function = _COMMANDS[name]
        found = getattr(import_module(f"footage.cli.{module}"), function)
        if isinstance(found, typer.Typer):
            group = typer.main.get_group(found)
            group.name = name
            return group
        alone = typer.Typer(add_completion=False)
        alone.command(name, cls=TextCommand if name in {"search", "export", "trends"} else Command)(
            found
        )
        return typer.main.get_command(alone)

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Program(Group):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.commands: Any = _Commands()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as typer calls it
        """The names, without loading what they name."""
        return list(self.commands)

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Read the arguments, which loads what typer reads them with."""
        with _interrupts_told():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        with _interrupts_told():
            return super().invoke(ctx)


@contextlib.contextmanager
def _interrupts_told() -> Iterator[None]:
    """Say that it was interrupted, where a command does not say more about it."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        err.print("interrupted")
        raise typer.Exit(INTERRUPTED) from interrupt


def _ask_version(wanted: bool) -> None:
    if wanted:
        from footage.cli.version import ask

        ask(wanted)


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
            "--version", help="Print the versions and end.", callback=_ask_version, is_eager=True
        ),
    ] = False,
) -> None:
    pass


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
