"""Paths as the user means them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_JOINERS = "\u200c\u200d"  # what makes one emoji, or one word, of several signs


def absolute(path: str | Path) -> Path:
    """An absolute path without ``..``, ``~`` expanded where it is somebody's home.

    Links are not followed: a file keeps the name the user knows it by.
    """
    with contextlib.suppress(RuntimeError):  # "~nobody" is the name of a file, then
        path = Path(path).expanduser()
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps the `..`


def printable(text: str) -> str:
    """Text as one line without what could steer a terminal or forge a line of a log.

    Control and direction characters, line separators and lone surrogates (bytes of a file's name
    that are no UTF-8) come out as escapes.
    """
    return "".join(
        char if char.isprintable() or char in _JOINERS else ascii(char)[1:-1] for char in text
    )
