"""Forgetting what is no longer anywhere: locations that are gone, and videos left with none."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from footage.catalog import Catalog, Video


@dataclass(slots=True)
class PruneReport:
    """What was forgotten, or would be."""

    videos: list[Video] = field(default_factory=list)
    """Videos that lie nowhere any more; with their vectors and thumbnails."""
    gone: list[Path] = field(default_factory=list)
    """Locations whose folder is there and the file is not."""
    unreachable: list[Path] = field(default_factory=list)
    """Locations whose folder is not there, as when a drive is unplugged; kept unless asked."""
    freed: int = 0
    """Bytes of archive and thumbnails."""

    def to_json(self) -> dict[str, Any]:
        """The shape of ``prune --json``."""
        return {
            "videos": [video.to_json() for video in self.videos],
            "gone": [str(path) for path in self.gone],
            "unreachable": [str(path) for path in self.unreachable],
            "freed": self.freed,
        }


def plan(catalog: Catalog, *, unreachable: bool) -> PruneReport:
    """What could be forgotten. With ``unreachable``, locations on absent drives count as gone."""
    report = PruneReport()
    for video in catalog.videos().values():
        if video.removed:
            continue
        kept = 0
        for path in video.paths:
            if path.exists():
                kept += 1
            elif path.parent.is_dir():
                report.gone.append(path)
            else:
                report.unreachable.append(path)
                kept += not unreachable
        if kept == 0 and video.url is None:
            report.videos.append(video)
    return report


def size_of(paths: Iterable[Path]) -> int:
    """Bytes of all files at or below the paths; what is not there counts nothing."""
    return sum(_size(path) for path in paths)


def _size(path: Path) -> int:
    if path.is_dir():
        return _size_below(path)
    with suppress(FileNotFoundError, NotADirectoryError):
        return path.stat().st_size
    return 0


def _size_below(folder: str | Path) -> int:
    """As thumbnails are many: pathlib asks twice about each file, and takes five times as long."""
    total = 0
    with suppress(FileNotFoundError, PermissionError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                total += _size_below(entry.path)
            elif entry.is_file():
                with suppress(FileNotFoundError):  # deleted meanwhile
                    total += entry.stat().st_size
    return total
