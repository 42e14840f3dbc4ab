"""What the program asks of a library, be it opened here or by a server that it goes through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

from footage.catalog import Partition, Video
from footage.ingest.report import Observer, Plan, Report
from footage.ledger import Spending
from footage.prune import PruneReport
from footage.query import Filters, Query
from footage.reader import Reading
from footage.reading_log import ReadingEntry
from footage.reindex import ReindexReport
from footage.search.cache import Tally
from footage.search.moments import SearchResult
from footage.segment import Segment
from footage.settings import LibrarySettings


class AnyLibrary(Protocol):
    """`Library`, where it says what each of these does, and `RemoteLibrary`.

    A server takes the arguments of a call, and a client its answer, by these annotations.
    """

    @property
    def folder(self) -> Path:
        """Where it lies."""

    @property
    def settings(self) -> LibrarySettings:
        """What it is."""

    @property
    def sent_to(self) -> str | None:
        """The service that its videos are sent to; None where they stay on this machine."""

    def __enter__(self) -> AnyLibrary: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...

    # what is asked

    def search(self, text: str | None = None, *, limit: int = 10) -> SearchResult: ...  # noqa: D102
    def answer(self, query: Query) -> SearchResult: ...  # noqa: D102
    def videos(self, filters: Filters | None = None, *, hidden: bool = False) -> list[Video]: ...  # noqa: D102
    def video(self, reference: str | Path) -> Video: ...  # noqa: D102
    def segments(self, reference: str | Path) -> list[Segment]: ...  # noqa: D102
    def neighbours(self, reference: str | Path, time: float) -> list[Segment]: ...  # noqa: D102
    def readings(self, reference: str | Path) -> list[ReadingEntry]: ...  # noqa: D102
    def transcript(self, reference: str | Path, modality: str = "speech") -> Reading: ...  # noqa: D102
    def reading_now(self, reference: str | Path, modality: str) -> Reading | None: ...  # noqa: D102
    def partitions(self) -> list[Partition]: ...  # noqa: D102
    def usage(self) -> list[Spending]: ...  # noqa: D102
    def caches(self) -> dict[str, Tally]: ...  # noqa: D102
    def is_being_indexed(self) -> bool: ...  # noqa: D102
    def plan(  # noqa: D102
        self, *sources: str | Path, exclude: Sequence[str] = (), budget: float | None = None
    ) -> Plan: ...

    # what changes it

    def tag(  # noqa: D102
        self,
        references: str | Path | Iterable[str | Path],
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> list[Video]: ...
    def remove(self, references: str | Path | Iterable[str | Path]) -> list[Video]: ...  # noqa: D102
    def prune(self, *, unreachable: bool = False, dry_run: bool = False) -> PruneReport: ...  # noqa: D102

    # what is watched while it goes on

    def add(  # noqa: D102
        self,
        *sources: str | Path,
        exclude: Sequence[str] = (),
        tags: Sequence[str] = (),
        budget: float | None = None,
        read: bool = True,
        observer: Observer | None = None,
    ) -> Report: ...
    def restore(  # noqa: D102
        self, references: str | Path | Iterable[str | Path], *, observer: Observer | None = None
    ) -> Report: ...
    def partition_by(  # noqa: D102
        self, *parts: str, on_progress: Callable[[int, int], None] | None = None
    ) -> ReindexReport: ...
