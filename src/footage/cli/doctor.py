"""``footage doctor``: is everything there, whole, and itself?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from footage import logs
from footage.cli.index import ProgressBar
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    YesOption,
    existing_library,
)
from footage.cli.output import out, print_json
from footage.doctor import Check, Status, examine_library, examine_program
from footage.errors import LibraryError, LibraryNotFound
from footage.paths import absolute, printable
from footage.repair import Mended
from footage.repair import repair as run_repair
from footage.settings import default_library

MARKS = {
    Status.OK: "[green]ok     [/]",
    Status.WARNING: "[yellow]warning[/]",
    Status.FAILED: "[bold red]failed [/]",
}


def doctor(
    library: LibraryOption = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Put right what is damaged, from what is left.")
    ] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Check the installation and the library: every part there, whole, and as it should be."""
    logs.to_terminal(-1 if quiet else verbose)
    mended = _repair(library, agreed=yes, as_json=as_json) if repair else []
    checks: list[Check] = []

    def tell(check: Check) -> None:
        checks.append(check)
        if not as_json:
            remedy = f"; {check.remedy}" if check.remedy else ""
            out.print(
                f"{MARKS[check.status]} {check.name}: {escape(printable(check.detail + remedy))}"
            )

    try:
        opened = existing_library(library, verbose=verbose, quiet=quiet)
    except LibraryNotFound as error:
        if library is not None:
            raise
        for check in examine_program():
            tell(check)
        tell(Check("library", Status.WARNING, error.what, error.remedy))
    except LibraryError as error:
        for check in examine_program():
            tell(check)
        tell(Check("library", Status.FAILED, error.what, error.remedy))
    else:
        with opened:
            for check in examine_program(opened.embedder):
                tell(check)
            for check in examine_library(opened):
                tell(check)
    if as_json:
        print_json(
            {
                "checks": [check.to_json() for check in checks],
                "repairs": [one.to_json() for one in mended],
            }
        )
    if any(check.status is Status.FAILED for check in checks) or not all(m.ok for m in mended):
        raise typer.Exit(1)


def _repair(library: Path | None, *, agreed: bool, as_json: bool) -> list[Mended]:
    mended = []
    folder = absolute(library) if library else default_library()
    for one in run_repair(folder, observer=ProgressBar(quiet=True, agreed=agreed)):
        mended.append(one)
        if not as_json:
            mark = "[green]repaired[/]" if one.ok else "[bold red]not repaired[/]"
            out.print(f"{mark} {one.part}: {escape(printable(f'{one.found}: {one.done}'))}")
    if not mended and not as_json:
        out.print("[green]nothing to repair[/]")
    return mended
