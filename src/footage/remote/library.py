"""The methods of a library, each a call of its server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from footage.query import Filters, Query
from footage.remote.link import Interrupted, Link
from footage.wire import unpacked

if TYPE_CHECKING:
    from footage.catalog import Partition, Video
    from footage.doctor import Check
    from footage.ingest.report import Observer, Plan, Report
    from footage.ledger import Spending
    from footage.prune import PruneReport
    from footage.reader import Reading
    from footage.reading_log import ReadingEntry
    from footage.reindex import ReindexReport
    from footage.search.cache import Tally
    from footage.search.moments import SearchResult
    from footage.segment import Segment
    from footage.settings import LibrarySettings


class RemoteLibrary:
    """A library that a server has open; see `footage.Library` for what each method does.

    Every method also raises `ServerGone`, where the server ends or is another one.
    """

    def __init__(self, folder: Path, link: Link) -> None:
        self.folder = folder
        self._link = link

    def __enter__(self) -> RemoteLibrary:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

    @property
    def settings(self) -> LibrarySettings:
        """What is written in the library's folder."""
        from footage.settings import LibrarySettings

        return LibrarySettings.load(self.folder)

    @property
    def sent_to(self) -> str | None:
        """See `Library.sent_to`."""
        found: str | None = self._link.ask("sent_to", str | None)
        return found

    # what is asked

    def search(self, text: str | None = None, *, limit: int = 10) -> SearchResult:
        """See `Library.search`."""
        return self.answer(Query(text=text, limit=limit))

    def answer(self, query: Query) -> SearchResult:
        """See `Library.answer`."""
        from footage.search.moments import Moment, SearchResult

        found = self._link.ask("answer", Any, {"query": query})
        moments = unpacked(tuple[Moment, ...], found["moments"])
        return SearchResult(query, moments, found["matches"], said=found["said"])

    def videos(self, filters: Filters | None = None, *, hidden: bool = False) -> list[Video]:
        """See `Library.videos`."""
        from footage.catalog import Video

        return self._list("videos", Video, filters=filters, hidden=hidden)

    def video(self, reference: str | Path) -> Video:
        """See `Library.video`."""
        from footage.catalog import Video

        found: Video = self._link.ask("video", Video, {"reference": reference})
        return found

    def segments(self, reference: str | Path) -> list[Segment]:
        """See `Library.segments`."""
        from footage.segment import Segment

        return self._list("segments", Segment, reference=reference)

    def neighbours(self, reference: str | Path, time: float) -> list[Segment]:
        """See `Library.neighbours`."""
        from footage.segment import Segment

        return self._list("neighbours", Segment, reference=reference, time=time)

    def readings(self, reference: str | Path) -> list[ReadingEntry]:
        """See `Library.readings`."""
        from footage.reading_log import ReadingEntry

        return self._list("readings", ReadingEntry, reference=reference)

    def transcript(self, reference: str | Path, modality: str = "speech") -> Reading:
        """See `Library.transcript`."""
        from footage.reader import Reading

        asked = {"reference": reference, "modality": modality}
        found: Reading = self._link.ask("transcript", Reading, asked)
        return found

    def reading_now(self, reference: str | Path, modality: str) -> Reading | None:
        """See `Library.reading_now`."""
        from footage.reader import Reading

        asked = {"reference": reference, "modality": modality}
        found: Reading | None = self._link.ask("reading_now", Reading | None, asked)
        return found

    def partitions(self) -> list[Partition]:
        """See `Library.partitions`."""
        from footage.catalog import Partition

        return self._list("partitions", Partition)

    def usage(self) -> list[Spending]:
        """See `Library.usage`."""
        from footage.ledger import Spending

        return self._list("usage", Spending)

    def caches(self) -> dict[str, Tally]:
        """See `Library.caches`."""
        from footage.search.cache import Tally

        found: dict[str, Tally] = self._link.ask("caches", dict[str, Tally])
        return found

    def is_being_indexed(self) -> bool:
        """See `Library.is_being_indexed`."""
        return bool(self._link.ask("is_being_indexed", bool))

    def plan(
        self, *sources: str | Path, exclude: Sequence[str] = (), budget: float | None = None
    ) -> Plan:
        """See `Library.plan`."""
        from footage.ingest.report import Plan
        from footage.ledger import within_month

        budget = within_month(self.usage, budget)
        asked = {"sources": sources, "exclude": exclude, "budget": budget}
        found: Plan = self._link.ask("plan", Plan, asked)
        return found

    def examine(self) -> Iterator[Check]:
        """What `footage.doctor` finds, as it is found."""
        from footage.doctor import Check

        for line in self._link.lines("examine", {}):
            if "event" in line:
                yield unpacked(Check, line["values"][0])

    # what changes it

    def tag(
        self,
        references: str | Path | Iterable[str | Path],
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> list[Video]:
        """See `Library.tag`."""
        from footage.catalog import Video

        return self._list("tag", Video, references=references, add=add, remove=remove)

    def remove(self, references: str | Path | Iterable[str | Path]) -> list[Video]:
        """See `Library.remove`."""
        from footage.catalog import Video

        return self._list("remove", Video, references=references)

    def prune(self, *, unreachable: bool = False, dry_run: bool = False) -> PruneReport:
        """See `Library.prune`."""
        from footage.prune import PruneReport

        asked = {"unreachable": unreachable, "dry_run": dry_run}
        found: PruneReport = self._link.ask("prune", PruneReport, asked)
        return found

    # what is watched while it goes on

    def add(
        self,
        *sources: str | Path,
        exclude: Sequence[str] = (),
        tags: Sequence[str] = (),
        budget: float | None = None,
        read: bool = True,
        observer: Observer | None = None,
    ) -> Report:
        """See `Library.add`; in the server's queue of jobs, and ended with this process."""
        from footage.ledger import within_month

        budget = within_month(self.usage, budget)
        asked = {"sources": sources, "exclude": exclude, "tags": tags, "budget": budget}
        return self._index("add", asked | {"read": read}, observer)

    def restore(
        self, references: str | Path | Iterable[str | Path], *, observer: Observer | None = None
    ) -> Report:
        """See `Library.restore`; a job as by `add`."""
        return self._index("restore", {"references": references}, observer)

    def partition_by(
        self, *parts: str, on_progress: Callable[[int, int], None] | None = None
    ) -> ReindexReport:
        """See `Library.partition_by`."""
        from footage.reindex import ReindexReport

        def listen(_event: str, values: list[Any]) -> None:
            if on_progress is not None:
                on_progress(*values)

        report: ReindexReport = unpacked(
            ReindexReport, self._link.watch("partition_by", {"parts": parts}, listen)
        )
        return report

    # how it is asked

    def _index(self, call: str, asked: dict[str, Any], observer: Observer | None) -> Report:
        from footage.ingest.report import IngestInterrupted, Observer, Report

        watching = observer or Observer()

        def listen(event: str, values: list[Any]) -> None:
            told = getattr(watching, event)
            kinds = get_type_hints(getattr(Observer, event)).values()
            told(*(unpacked(kind, one) for kind, one in zip(kinds, values, strict=False)))

        try:
            report: Report = unpacked(Report, self._link.watch(call, asked, listen))
        except Interrupted as interrupt:
            if interrupt.report is None:
                raise
            raise IngestInterrupted(unpacked(Report, interrupt.report)) from interrupt
        return report

    def _list(self, call: str, kind: Any, **asked: Any) -> list[Any]:
        found: list[Any] = self._link.ask(call, list[kind], asked)
        return found
