"""Semantic video search: say what you remember, get the moment.

>>> import footage
>>> with footage.open("my.library") as library:
...     library.add("~/Videos")
...     for moment in library.search("a dog jumps into a lake"):
...         print(moment.path, moment.start, moment.end)
"""

from footage.analysis.analysis import Analysis
from footage.analysis.clusters import Clusters
from footage.analysis.duplicates import Duplicates
from footage.analysis.outliers import Outliers
from footage.analysis.similar import Similar
from footage.analysis.trends import Trends
from footage.catalog import Partition, Video
from footage.embedder import Embedder, Fingerprint, Part, Route, Track, VideoEmbedding, VideoFile
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
    MediaUnreachable,
    NotAtService,
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
from footage.example import Example
from footage.ingest.report import (
    IngestInterrupted,
    Kind,
    Observer,
    Outcome,
    Plan,
    Planned,
    Report,
)
from footage.library import Library
from footage.media.web import WebVideo
from footage.migrate import MigrationPlan, MigrationReport
from footage.opening import open_library as open  # noqa: A004 - footage.open() is the front door
from footage.prune import PruneReport
from footage.query import Filters, Query
from footage.reindex import ReindexReport
from footage.search.moments import Evidence, Moment, SearchResult
from footage.segment import Segment
from footage.settings import Sampling
from footage.steps import Like, Step
from footage.terms import Term

__version__ = "0.1.0"

__all__ = [
    "Analysis",
    "AnswerLost",
    "AnswerUnusable",
    "ArchiveDamaged",
    "BackupDamaged",
    "CatalogDamaged",
    "Clusters",
    "Duplicates",
    "Embedder",
    "EmbedderBroken",
    "EmbedderError",
    "EmbedderUnavailable",
    "Evaluation",
    "Evidence",
    "Example",
    "Filters",
    "Fingerprint",
    "FootageError",
    "IndexUnavailable",
    "IngestInterrupted",
    "InvalidQuery",
    "InvalidVector",
    "KeyRefused",
    "Kind",
    "LabelledQuery",
    "Library",
    "LibraryClosed",
    "LibraryError",
    "LibraryLocked",
    "LibraryNotFound",
    "LibraryTooNew",
    "LibraryUnwritable",
    "Like",
    "MediaChanged",
    "MediaError",
    "MediaForbidden",
    "MediaMissing",
    "MediaUnreachable",
    "MigrationPlan",
    "MigrationReport",
    "Moment",
    "NoVideo",
    "NotAtService",
    "NotFound",
    "Observer",
    "Outcome",
    "Outliers",
    "Part",
    "Partition",
    "Plan",
    "Planned",
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
    "Similar",
    "SpaceMismatch",
    "Step",
    "TaskFailed",
    "TaskUnfinished",
    "Term",
    "Track",
    "Trends",
    "UnreadableMedia",
    "UsageError",
    "Video",
    "VideoEmbedding",
    "VideoFile",
    "WebVideo",
    "evaluate",
    "open",
    "read_queries",
]
