"""What makes a file itself: its content, and the stamp that says the content may have changed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from footage.errors import MediaChanged, UnreadableMedia
from footage.media.faults import media_fault, shown
from footage.media.web import WebVideo
from footage.media.web_stamp import WebStamp

# Reads of a megabyte or more run a disk at full speed; more only delays the progress callback.
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A cheap sign of a file's content: while the stamp stays, the content is taken to."""

    size: int  #: bytes
    mtime_ns: int  #: last modification, nanoseconds since the epoch
    inode: int

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> FileStamp:
        """The stamp of a regular file; raises MediaMissing, MediaForbidden, UnreadableMedia."""
        try:
            status = os.stat(path)  # noqa: PTH116 - half the cost of Path.stat on a big scan
        except OSError as error:
            raise media_fault(error, path) from error
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableMedia(f"{shown(path)} is not a regular file", remedy="name a file")
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


Stamp: TypeAlias = "FileStamp | WebStamp"
"""By what it is seen whether what lies somewhere has changed."""


def stamp_of(place: Path | WebVideo) -> Stamp:
    """The stamp of what lies there now; raises like `FileStamp.of` or `WebVideo.look`."""
    return place.look() if isinstance(place, WebVideo) else FileStamp.of(place)


def unchanged(now: Stamp, before: Stamp | None) -> bool:
    """Whether a place holds what it held, as far as stamps can tell."""
    if isinstance(now, WebStamp) and isinstance(before, WebStamp):
        return now.agrees(before)
    return now == before


def content_id(
    path: str | os.PathLike[str], *, on_bytes: Callable[[int], None] | None = None
) -> str:
    """BLAKE2b-128 of all bytes of a file, as 32 hex digits.

    ``on_bytes`` is told the size of each chunk read. Raises MediaMissing, MediaForbidden,
    UnreadableMedia (empty, or the drive fails) and MediaChanged (written to meanwhile).
    """
    before = FileStamp.of(path)
    if before.size == 0:
        raise UnreadableMedia(f"{shown(path)} is empty (0 bytes)")
    try:
        digest, total = _hash(Path(path), on_bytes)
    except OSError as error:
        raise media_fault(error, path) from error
    if total != before.size or FileStamp.of(path) != before:
        raise MediaChanged(f"{shown(path)} changed while it was being read")
    return digest


def _hash(path: Path, on_bytes: Callable[[int], None] | None) -> tuple[str, int]:
    digest = hashlib.blake2b(digest_size=16)
    buffer = memoryview(bytearray(CHUNK_BYTES))
    total = 0
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digest.update(buffer[:count])
            total += count
            if on_bytes is not None:
                on_bytes(count)
    return digest.hexdigest(), total
