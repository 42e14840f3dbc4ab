"""The console script ``footage``, beside the package so that Ctrl-C is heard while that is loaded.

Importing anything of footage imports all of it, numpy and pydantic too: a second in which an
interrupt would come out as a traceback.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the program; see `footage.cli.main`. An interrupt ends it with exit code 130."""
    try:
        from footage.cli import main as program  # noqa: PLC0415

        program()
    except (KeyboardInterrupt, ImportError) as error:
        if not _is_interrupt(error):
            raise
        sys.stderr.write("interrupted\n")
        sys.exit(130)


def _is_interrupt(error: BaseException | None) -> bool:
    """Whether it began with Ctrl-C: a module in C makes an `ImportError` of that."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
