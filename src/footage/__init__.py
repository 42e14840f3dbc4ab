"""Semantic video search: say what you remember, get the moment.

>>> import footage
>>> with footage.open("my.library") as library:
...     library.add("~/Videos")
...     for moment in library.search("a dog jumps into a lake"):
...         print(moment.path, moment.start, moment.end)
"""

from footage.catalog import Video
from footage.embedder import Embedder, Fingerprint, Route, Track, VideoEmbedding, VideoFile
from footage.errors import (
    AnswerLost,
    AnswerUnusable,
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
    KeyRefused,
    LibraryClosed,
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
    QuotaGone,
    ReaderBroken,
    ReaderError,
    ReaderUnavailable,
    RequestRefused,
    ServiceDown,
    ServiceError,
    SpaceMismatch,
    TaskFailed,
    TaskUnfinished,
    UnreadableMedia,
    UsageError,
)
from footage.evaluation import Evaluation, LabelledQuery, evaluate, read_queries
from footage.ingest.report import IngestInterrupted, Observer, Outcome, Report
from footage.library import Library, Segment
from footage.migrate import MigrationPlan, MigrationReport
from footage.opening import open_library as open  # noqa: A004 - footage.open() is the front door
from footage.prune import PruneReport
from footage.query import Filters, Query
from footage.reindex import ReindexReport
from footage.search.moments import Evidence, Moment, SearchResult
from footage.settings import Sampling

__version__ = "0.1.0"

__all__ = [
    "AnswerLost",
    "AnswerUnusable",
    "ArchiveDamaged",
    "BackupDamaged",
    "CatalogDamaged",
    "Embedder",
    "EmbedderBroken",
    "EmbedderError",
    "EmbedderUnavailable",
    "Evaluation",
    "Evidence",
    "Filters",
    "Fingerprint",
    "FootageError",
    "IndexUnavailable",
    "IngestInterrupted",
    "InvalidQuery",
    "InvalidVector",
    "KeyRefused",
    "LabelledQuery",
    "Library",
    "LibraryClosed",
    "LibraryError",
    "LibraryLocked",
    "LibraryNotFound",
    "LibraryTooNew",
    "LibraryUnwritable",
    "MediaChanged",
    "MediaError",
    "MediaForbidden",
    "MediaMissing",
    "MigrationPlan",
    "MigrationReport",
    "Moment",
    "NoVideo",
    "NotFound",
    "Observer",
    "Outcome",
    "PruneReport",
    "Query",
    "QuotaGone",
    "ReaderBroken",
    "ReaderError",
    "ReaderUnavailable",
    "ReindexReport",
    "Report",
    "RequestRefused",
    "Route",
    "Sampling",
    "SearchResult",
    "Segment",
    "ServiceDown",
    "ServiceError",
    "SpaceMismatch",
    "TaskFailed",
    "TaskUnfinished",
    "Track",
    "UnreadableMedia",
    "UsageError",
    "Video",
    "VideoEmbedding",
    "VideoFile",
    "evaluate",
    "open",
    "read_queries",
]
