"""With ``FOOTAGE_TEST_SERVER=1`` the program is run on libraries that a real server serves."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from server.serving import Served, serving

import footage
from footage.paths import absolute, default_library
from footage.server.found import owning, running

ASKED = os.environ.get("FOOTAGE_TEST_SERVER") == "1"
GOING_THROUGH = {
    *("search", "videos", "show", "open", "tag", "remove", "index", "transcript", "partitions"),
    *("prune", "usage", "eval", "doctor"),
}


@contextlib.contextmanager
def through(library: footage.Library) -> Iterator[Served]:
    """The library behind a server that its commands find."""
    with owning(library.folder), serving(library, announced=True) as served:
        yield served


class Servers(contextlib.ExitStack):
    """The servers of a test, one for each library that the program is run on."""

    def __init__(self) -> None:
        super().__init__()
        self._served: dict[Path, Served] = {}

    def of(self, arguments: Sequence[str]) -> Served | None:
        """The server of the library that a command names, started where there is none yet."""
        if not arguments or arguments[0] not in GOING_THROUGH or "--help" in arguments:
            return None
        if "--repair" in arguments:  # which has the library to itself
            self.close()
            self._served.clear()
            return None
        folder = _library_of(arguments)
        if folder in self._served:
            return self._served[folder]
        if not (folder / "library.toml").is_file() or running(folder):
            return None
        try:
            library = self.enter_context(footage.open(folder, create=False))
        except footage.FootageError:  # what is wrong with it, the command is to say
            return None
        self._served[folder] = self.enter_context(through(library))
        return self._served[folder]


def _library_of(arguments: Sequence[str]) -> Path:
    for option, value in pairwise(arguments):
        if option in {"--library", "-l"}:
            return absolute(value)
    return default_library()
