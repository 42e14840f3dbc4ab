"""``footage doctor``: is everything there, whole, and itself?"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
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
    any_library,
    check_unserved,
)
from footage.cli.output import out, print_json
from footage.doctor import Check, Status, examine_library, examine_program
from footage.errors import LibraryError, LibraryNotFound
from footage.library import Library
from footage.paths import absolute, default_library, printable
from footage.remote import RemoteLibrary
from footage.repair import Mended
from footage.repair import repair as run_repair

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
        opened = any_library(library, verbose=verbose, quiet=quiet)
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
            for check in _examined(opened):
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


def _examined(library: Library | RemoteLibrary) -> Iterable[Check]:
    if isinstance(library, RemoteLibrary):
        return library.examine()
    return chain(examine_program(library.embedder), examine_library(library))


def _repair(library: Path | None, *, agreed: bool, as_json: bool) -> list[Mended]:
    check_unserved(library)
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
