"""The shapes of what a server tells about itself and its library."""

from __future__ import annotations

from typing import Literal

from footage.server.shapes.common import Shape


class Reader(Shape):
    """What is read in videos, and how far that is."""

    name: Literal["speech", "screen"]
    modality: Literal["speech", "screen"]
    state: Literal["ok", "missing", "failing"]
    """`missing` where it is not installed, `failing` where more videos failed than were read."""
    reason: str | None
    remedy: str | None
    videos: int
    """That were read."""
    waiting: int
    """That were not read yet, or could not be."""


class DiskUse(Shape):
    """Bytes on disk by part."""

    archive: int
    index: int
    thumbnails: int
    catalog: int
    queries: int
    logs: int
    readings: int
    texts: int


class SizeLimits(Shape):
    """How much may be sent at once."""

    upload_bytes: int
    """Of one upload."""
    example_bytes: int
    """Of all files of one query."""


class Library(Shape):
    """What is served, and within which limits."""

    name: str
    id: str
    embedder: str
    videos: int
    seconds: float
    """Of all videos."""
    indexing: bool
    """Whether another process is indexing."""
    readers: list[Reader]
    disk: DiskUse
    roots: list[str]
    """Folders that videos may be indexed from."""
    limits: SizeLimits
    version: str
    """Of footage."""


class Ready(Shape):
    """That catalog and index can be used."""

    ready: Literal[True]
