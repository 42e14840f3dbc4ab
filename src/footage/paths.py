"""Paths as the user means them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

from platformdirs import user_data_path

_JOINERS = "\u200c\u200d"  # what makes one emoji, or one word, of several signs


_from: ContextVar[Path] = ContextVar("_from")


def absolute(path: str | Path) -> Path:
    """An absolute path without ``..``, ``~`` expanded where it is somebody's home.

    Links are not followed: a file keeps the name the user knows it by.
    """
    with contextlib.suppress(RuntimeError):  # "~nobody" is the name of a file, then
        path = Path(path).expanduser()
    with contextlib.suppress(LookupError):
        path = _from.get() / path
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps the `..`


@contextlib.contextmanager
def seen_from(folder: Path) -> Iterator[None]:
    """Within the block and its thread, paths are meant from there: another process names them."""
    token = _from.set(folder)
    try:
        yield
    finally:
        _from.reset(token)


def default_library() -> Path:
    """The library used when none is named: ``FOOTAGE_LIBRARY``, else in the user's data folder."""
    if named := os.environ.get("FOOTAGE_LIBRARY"):
        return absolute(named)
    return user_data_path("footage", appauthor=False) / "default.library"


def printable(text: str) -> str:
    """Text as one line without what could steer a terminal or forge a line of a log.

    Control and direction characters, line separators and lone surrogates (bytes of a file's name
    that are no UTF-8) come out as escapes.
    """
    return "".join(
        char if char.isprintable() or char in _JOINERS else ascii(char)[1:-1] for char in text
    )
