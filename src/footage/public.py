"""All that is public, and with it all of footage; `footage` hands it on when it is asked for."""

from footage.analysis.analysis import Analysis
from footage.analysis.clusters import Clusters
from footage.analysis.duplicates import Duplicates
from footage.analysis.outliers import Outliers
from footage.analysis.similar import Similar
from footage.analysis.summary import Summary
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
    ServerGone,
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
from footage.export.write import ExportReport
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
from footage.saved import SavedSearch
from footage.search.moments import Evidence, Moment, SearchResult
from footage.segment import Segment
from footage.settings import Sampling
from footage.steps import Like, Step
from footage.terms import Term
from footage.watches.watch import Match, Watch

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
    "ExportReport",
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
    "Match",
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
    "SavedSearch",
    "SearchResult",
    "Segment",
    "ServerGone",
    "ServiceDown",
    "ServiceError",
    "Similar",
    "SpaceMismatch",
    "Step",
    "Summary",
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
    "Watch",
    "WebVideo",
    "evaluate",
    "open",
    "read_queries",
]
