"""How results look: JSON for programs, rich text for people."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from footage import times
from footage.errors import FootageError, InvalidQuery, UsageError
from footage.media.web import Place, WebVideo
from footage.paths import absolute, printable

if TYPE_CHECKING:
    from footage.analysis.drawing import Drawing

clock, span = times.clock, times.span
UNBROKEN = 10_000  # columns: what goes into a pipe or a file is not folded


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, soft_wrap=True, emoji=False)
    if not console.is_terminal:
        console.width = UNBROKEN
    return console


out = _console(stderr=False)
err = _console(stderr=True)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    out.file.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_error(error: FootageError, *, as_json: bool) -> None:
    """One sentence on stderr, or the error's JSON shape on stdout; with its place in a query."""
    place = (error.text, error.position) if isinstance(error, InvalidQuery) else (None, None)
    if as_json:
        shape: dict[str, Any] = {"code": error.code, "message": error.what, "remedy": error.remedy}
        print_json({"error": shape | ({"position": place[1]} if place[1] else {})})
        return
    err.print(f"[bold red]error:[/] {escape(printable(str(error)))}")
    if place[0] and place[1]:
        _point_at(place[0], place[1])


def _point_at(text: str, position: int) -> None:
    """A text with a caret under one of its characters, where that can be shown in a line."""
    if text.isprintable() and cell_len(text) + 2 <= err.width:
        err.print(f"  {escape(text)}\n  {' ' * cell_len(text[: position - 1])}[bold red]^[/]")


def place(path: Place | None) -> str:
    """A path as a person would write it, from the home folder or the current one; or an address."""
    if path is None:
        return "(nowhere now)"
    if isinstance(path, WebVideo):
        return printable(path.url)
    for base, prefix in ((Path.cwd(), ""), (Path.home(), "~/")):
        if path.is_relative_to(base):
            return printable(prefix + str(path.relative_to(base)))
    return printable(str(path))


def link(path: Place | None, text: str) -> str:
    """Rich markup that opens ``path`` on a click where the terminal can."""
    if path is None:
        return escape(text)
    try:
        address = path.url if isinstance(path, WebVideo) else path.as_uri()
    except ValueError:
        return escape(text)
    # a bracket would end the markup; in the address of a file it is written as %5B
    return escape(text) if "[" in address else f"[link={address}]{escape(text)}[/link]"


def day(moment: datetime) -> str:
    """The local date."""
    return moment.astimezone().strftime("%Y-%m-%d")


def size(bytes_: float) -> str:
    """A number of bytes with a unit."""
    for unit in ("B", "kB", "MB", "GB"):
        if bytes_ < 1000:
            return f"{bytes_:.0f} {unit}" if unit == "B" else f"{bytes_:.1f} {unit}"
        bytes_ /= 1000
    return f"{bytes_:.1f} TB"


def plural(count: int, noun: str, many: str = "") -> str:
    """``1 video``, ``2 videos``; ``many`` is for a noun with another plural."""
    return f"{count:,} {noun if count == 1 else many or f'{noun}s'}"


def confirm(question: str, option: str) -> None:
    """Ask a person; ends the program where the answer is no.

    Raises `UsageError` where nobody can be asked: a script says ``option`` instead.
    """
    if not (out.is_terminal and os.isatty(0)):
        raise UsageError("nobody can be asked here", remedy=f"say {option} to go on without asking")
    typer.confirm(question, abort=True)


def warn_of_paying_again(sent_to: str | None) -> None:
    """Say before vectors are deleted that a service was paid for them, where one was."""
    if sent_to is not None:
        err.print(
            f"[yellow]note:[/] the vectors that {escape(sent_to)} was paid for are deleted: to "
            "have them back is to send the videos again and to pay again"
        )


def saved_plot(drawing: Drawing, path: Path, *, quiet: bool) -> None:
    """Write a drawing where it was asked for, and say so; raises as `Drawing.save` does."""
    target = absolute(path)
    drawing.save(target)
    if not quiet:
        err.print(f"drawn in {escape(place(target))}")


@contextlib.contextmanager
def step_bar(*, hidden: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar whose title changes; what is yielded is told the title, done and total."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        disable=hidden or not err.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(
            task, description=what, completed=done, total=total
        )


@contextlib.contextmanager
def counting_bar(title: str, *, hidden: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr while the block runs; what is yielded is told done and total."""
    bar = Progress(
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        console=err,
        disable=hidden or not err.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
