"""The thumbnails of a library: ``previews/<video id>/<milliseconds>.jpg``, one a segment.

They are made while indexing from frames that were decoded anyway, so that a result can be shown
when its drive is unplugged.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from footage import durable
from footage.errors import LibraryUnwritable

SPOOL_BYTES = 4 << 20  # kept in memory before a draft moves to an unnamed file on disk


class Thumbnails:
    """The previews folder of a library."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def draft(self) -> ThumbnailDraft:
        """Somewhere to put the thumbnails of a video while it is being embedded."""
        return ThumbnailDraft()

    def keep(
        self, video_id: str, draft: ThumbnailDraft, spans: Iterable[tuple[float, float]]
    ) -> None:
        """Of the thumbnails in ``draft``, keep the one nearest to the middle of each span (s).

        Those of other spans stay: another embedder may have cut the same video otherwise.
        Raises `LibraryUnwritable` where the disk refuses.
        """
        folder = self._root / video_id
        fresh = self._root / f".{video_id}.{uuid.uuid4().hex}.tmp"
        try:
            fresh.mkdir(parents=True)
            for start, end in spans:
                image = draft.nearest(start, end)
                if image is not None:
                    (fresh / _name(start)).write_bytes(image)
            if folder.exists():
                for other in folder.glob("*.jpg"):  # what else is there is made again
                    if not (fresh / other.name).exists():
                        shutil.copyfile(other, fresh / other.name)
                shutil.rmtree(folder)
            fresh.replace(folder)
        except OSError as error:
            raise LibraryUnwritable(f"{folder} cannot be written ({error.strerror})") from error
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def folder(self, video_id: str) -> Path:
        """Where the thumbnails of a video lie."""
        return self._root / video_id

    def path(self, video_id: str, start: float) -> Path | None:
        """The thumbnail of the segment that starts at ``start`` seconds, if it is there."""
        path = self._root / video_id / _name(start)
        return path if path.is_file() else None

    def at(self, video_id: str, time: float) -> Path | None:
        """The thumbnail of the segment that is on at ``time`` seconds, if it is there."""
        names = sorted(path.name for path in self.folder(video_id).glob("*.jpg"))
        before = names[: bisect_right(names, _name(time))]
        return self.folder(video_id) / before[-1] if before else None

    def video_ids(self) -> list[str]:
        """The ids of all videos that have a folder of thumbnails."""
        if not self._root.is_dir():
            return []
        return sorted(path.name for path in self._root.iterdir() if not path.name.startswith("."))

    def leftovers(self) -> list[Path]:
        """Drafts that killed processes left; only whoever indexes knows that none is in use."""
        return durable.leftovers(self._root)

    def delete(self, video_id: str) -> None:
        """Remove all thumbnails of a video."""
        shutil.rmtree(self._root / video_id, ignore_errors=True)


class ThumbnailDraft:
    """JPEGs by time, in one spooled file: an hour costs no more memory than a minute."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._offsets: list[int] = [0]
        self._spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115

    def __enter__(self) -> ThumbnailDraft:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def add(self, time: float, jpeg: bytes) -> None:
        """Add the image of the frame at ``time`` seconds; times must rise."""
        self._spool.write(jpeg)
        self._times.append(time)
        self._offsets.append(self._offsets[-1] + len(jpeg))

    def nearest(self, start: float, end: float) -> bytes | None:
        """The image nearest to the middle of ``[start, end)``, one within it where there is one."""
        if not self._times:
            return None
        inside = [i for i, time in enumerate(self._times) if start <= time < end]
        middle = (start + end) / 2
        candidates = inside or [max(0, bisect_right(self._times, start) - 1)]
        best = min(candidates, key=lambda i: abs(self._times[i] - middle))
        self._spool.seek(self._offsets[best])
        return self._spool.read(self._offsets[best + 1] - self._offsets[best])


def _name(start: float) -> str:
    return f"{round(start * 1000):09d}.jpg"
