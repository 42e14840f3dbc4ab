"""Files that are there whole or not at all, also after the power has gone."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

DRAFT_SUFFIX = ".tmp"


@contextlib.contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """A temporary name beside ``target`` to write to; put in its place when the block ends well.

    Raises `OSError` where the disk refuses; what was at ``target`` is then as it was.
    """
    draft = target.with_name(f".{target.stem}.{uuid.uuid4().hex}{DRAFT_SUFFIX}")
    try:
        yield draft
        sync(draft)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync(path: Path) -> None:
    """Wait until a file's content is on the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Wait until a folder's entries are on the disk."""
    with contextlib.suppress(PermissionError):  # Windows has no fsync of a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def leftovers(folder: Path) -> list[Path]:
    """Drafts that a killed process left in ``folder``."""
    return sorted(folder.glob(f".*{DRAFT_SUFFIX}"))


def set_aside(path: Path) -> Path:
    """Rename a damaged file to ``<name>.damaged-<n>``; raises `OSError`."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    return aside
