"""Walking a folder tree once, whatever links it holds."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file in the tree, and what it really is behind any link."""

    path: Path
    identity: tuple[int, int]  #: (device, inode): two names of one file share it
    linked: bool  #: reached through a symbolic link
    regular: bool  #: False for pipes, sockets and devices, which must not be opened

    @classmethod
    def of(cls, path: Path, *, linked: bool = False) -> FoundFile:
        """Raises OSError if the file, or what it links to, cannot be looked at."""
        status = path.stat()
        return cls(
            path=path,
            identity=(status.st_dev, status.st_ino),
            linked=linked or path.is_symlink(),
            regular=stat.S_ISREG(status.st_mode),
        )


class Prune(Protocol):
    """Says whether to leave a path, and all below it, out."""

    def __call__(self, path: Path, *, is_folder: bool) -> bool:
        """True to leave it out."""


def walk(
    root: Path, prune: Prune, *, depth: int | None = None
) -> Iterator[FoundFile | tuple[Path, OSError]]:
    """Every file below ``root``, at most ``depth`` levels down, and what could not be looked at.

    Links to folders are followed after all real folders, and no folder is entered twice, so
    loops end and files keep their real names where they have one.
    """
    entered: set[tuple[int, int]] = set()
    folders: deque[tuple[Path, int, bool]] = deque([(root, 1, False)])
    links: deque[tuple[Path, int, bool]] = deque()
    while folders or links:
        folder, level, linked = (folders or links).popleft()
        try:
            names = _names_in(folder, entered)
        except OSError as error:
            yield folder, error
            continue
        for name in names:
            path = folder / name
            is_folder = path.is_dir()
            if prune(path, is_folder=is_folder):
                continue
            if not is_folder:
                yield _found(path, linked)
            elif depth is None or level < depth:
                by_link = linked or path.is_symlink()
                (links if by_link else folders).append((path, level + 1, by_link))


def _names_in(folder: Path, entered: set[tuple[int, int]]) -> list[str]:
    """The sorted names in a folder, none if it was entered before."""
    status = folder.stat()
    identity = status.st_dev, status.st_ino
    if identity in entered:
        return []
    entered.add(identity)
    return sorted(os.listdir(folder))  # noqa: PTH208 - names alone are wanted


def _found(path: Path, linked: bool) -> FoundFile | tuple[Path, OSError]:
    try:
        return FoundFile.of(path, linked=linked)
    except OSError as error:
        return path, error
