"""``footage doctor``: is everything there, whole, and itself?"""

from __future__ import annotations

import typer
from rich.markup import escape

from footage.cli.options import (
    JsonOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    existing_library,
)
from footage.cli.output import out, print_json, visible
from footage.doctor import Check, Status, examine_library, examine_program
from footage.errors import LibraryNotFound

MARKS = {
    Status.OK: "[green]ok     [/]",
    Status.WARNING: "[yellow]warning[/]",
    Status.FAILED: "[bold red]failed [/]",
}


def doctor(
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Check the installation and the library: every part there, whole, and as it should be."""
    checks: list[Check] = []

    def tell(check: Check) -> None:
        checks.append(check)
        if not as_json:
            remedy = f"; {check.remedy}" if check.remedy else ""
            out.print(
                f"{MARKS[check.status]} {check.name}: {escape(visible(check.detail + remedy))}"
            )

    try:
        opened = existing_library(library, verbose=verbose, quiet=quiet)
    except LibraryNotFound as error:
        if library is not None:
            raise
        for check in examine_program():
            tell(check)
        tell(Check("library", Status.WARNING, error.what, error.remedy))
    else:
        with opened:
            for check in examine_program(opened.embedder):
                tell(check)
            for check in examine_library(opened):
                tell(check)
    if as_json:
        print_json({"checks": [check.to_json() for check in checks]})
    if any(check.status is Status.FAILED for check in checks):
        raise typer.Exit(1)
