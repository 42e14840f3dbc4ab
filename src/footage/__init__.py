"""Semantic video search: say what you remember, get the moment.

>>> import footage
>>> with footage.open("my.library") as library:
...     library.add("~/Videos")
...     for moment in library.search("a dog jumps into a lake"):
...         print(moment.path, moment.start, moment.end)
"""

from footage.catalog import Video
from footage.errors import (
    ArchiveDamaged,
    BackupDamaged,
    CatalogDamaged,
    EmbedderBroken,
    EmbedderError,
    EmbedderUnavailable,
    FootageError,
    IndexUnavailable,
    InvalidQuery,
    InvalidVector,
    LibraryError,
    LibraryLocked,
    LibraryNotFound,
    LibraryTooNew,
    LibraryUnwritable,
    MediaChanged,
    MediaError,
    MediaForbidden,
    MediaMissing,
    NotFound,
    NoVideo,
    SpaceMismatch,
    UnreadableMedia,
    UsageError,
)
from footage.ingest.report import IngestInterrupted, Observer, Outcome, Report
from footage.library import Library, Segment
from footage.opening import open_library as open  # noqa: A004 - footage.open() is the front door
from footage.query import Filters, Query
from footage.search.moments import Evidence, Moment, SearchResult
from footage.settings import Sampling

__version__ = "0.1.0"

__all__ = [
    "ArchiveDamaged",
    "BackupDamaged",
    "CatalogDamaged",
    "EmbedderBroken",
    "EmbedderError",
    "EmbedderUnavailable",
    "Evidence",
    "Filters",
    "FootageError",
    "IndexUnavailable",
    "IngestInterrupted",
    "InvalidQuery",
    "InvalidVector",
    "Library",
    "LibraryError",
    "LibraryLocked",
    "LibraryNotFound",
    "LibraryTooNew",
    "LibraryUnwritable",
    "MediaChanged",
    "MediaError",
    "MediaForbidden",
    "MediaMissing",
    "Moment",
    "NoVideo",
    "NotFound",
    "Observer",
    "Outcome",
    "Query",
    "Report",
    "Sampling",
    "SearchResult",
    "Segment",
    "SpaceMismatch",
    "UnreadableMedia",
    "UsageError",
    "Video",
    "open",
]
