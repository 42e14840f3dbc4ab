"""Paths as the user means them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def absolute(path: str | Path) -> Path:
    """An absolute path without ``..``, ``~`` expanded where it is somebody's home.

    Links are not followed: a file keeps the name the user knows it by.
    """
    with contextlib.suppress(RuntimeError):  # "~nobody" is the name of a file, then
        path = Path(path).expanduser()
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps the `..`
