"""A library through the server that serves it: what `footage.Library` does, over HTTP.

It is found by what lies in the library's folder (`footage.server.found`), and asked by routes that
are the owner's alone (`footage.server.own`). Nothing heavy is loaded for it.
"""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_type_hints
from urllib.parse import urlsplit

import footage
from footage.errors import FootageError, ServerGone
from footage.query import Filters, Query
from footage.server import owner
from footage.server.found import PROTOCOL, Running, running
from footage.wire import packed, unpacked

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

log = logging.getLogger(__name__)

ROUTE = "/api/v1/own/"
HELLO_SECONDS = 5.0  # a server that is just starting, or stopping, is not waited for
Listener = Callable[[str, list[Any]], None]


class OtherVersion(Exception):
    """A server that speaks otherwise, so that one goes round it."""


def open_served(folder: Path) -> RemoteLibrary | None:
    """The library at ``folder`` through its server.

    None where none serves it, where it is another user's or another machine's, or where it does
    not answer. Raises `OtherVersion` where it is of a footage that speaks otherwise.
    """
    served = running(folder)
    if served is None or not served.is_here:
        return None
    if served.protocol != PROTOCOL:
        raise OtherVersion(
            f"footage serve (process {served.pid}, {served.url}) is footage "
            f"{served.version or 'of an earlier version'}, and this is {footage.__version__}: the "
            "library is used beside it; start it again to have both the same"
        )
    secret = owner.read(folder)
    if secret is None:
        return None
    library = RemoteLibrary(folder, served, secret)
    try:
        library.hello()
    except ServerGone as error:
        log.info("the library is opened beside its server: %s", error)
        return None
    return library


class RemoteLibrary:
    """A library that a server has open; see `footage.Library` for what each method does.

    Every method also raises `ServerGone`, where the server ends or is another one.
    """

    def __init__(self, folder: Path, served: Running, secret: str) -> None:
        self.folder = folder
        self._served, self._secret = served, secret

    def __enter__(self) -> RemoteLibrary:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

    def hello(self) -> None:
        """Make sure that it answers, and that it is the one that wrote where it is."""
        self._ask("hello", str, timeout=HELLO_SECONDS)

    @property
    def settings(self) -> LibrarySettings:
        """What is written in the library's folder."""
        from footage.settings import LibrarySettings

        return LibrarySettings.load(self.folder)

    @property
    def sent_to(self) -> str | None:
        """See `Library.sent_to`."""
        found: str | None = self._ask("sent_to", str | None)
        return found

    # what is asked

    def search(self, text: str | None = None, *, limit: int = 10) -> SearchResult:
        """See `Library.search`."""
        return self.answer(Query(text=text, limit=limit))

    def answer(self, query: Query) -> SearchResult:
        """See `Library.answer`."""
        from footage.search.moments import Moment, SearchResult

        found = self._ask("answer", Any, {"query": query})
        moments = unpacked(tuple[Moment, ...], found["moments"])
        return SearchResult(query, moments, found["matches"])

    def videos(self, filters: Filters | None = None, *, hidden: bool = False) -> list[Video]:
        """See `Library.videos`."""
        from footage.catalog import Video

        return self._list("videos", Video, filters=filters, hidden=hidden)

    def video(self, reference: str | Path) -> Video:
        """See `Library.video`."""
        from footage.catalog import Video

        found: Video = self._ask("video", Video, {"reference": reference})
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
        found: Reading = self._ask("transcript", Reading, asked)
        return found

    def reading_now(self, reference: str | Path, modality: str) -> Reading | None:
        """See `Library.reading_now`."""
        from footage.reader import Reading

        asked = {"reference": reference, "modality": modality}
        found: Reading | None = self._ask("reading_now", Reading | None, asked)
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

        found: dict[str, Tally] = self._ask("caches", dict[str, Tally])
        return found

    def is_being_indexed(self) -> bool:
        """See `Library.is_being_indexed`."""
        return bool(self._ask("is_being_indexed", bool))

    def plan(
        self, *sources: str | Path, exclude: Sequence[str] = (), budget: float | None = None
    ) -> Plan:
        """See `Library.plan`."""
        from footage.ingest.report import Plan
        from footage.ledger import within_month

        budget = within_month(self.usage, budget)
        asked = {"sources": sources, "exclude": exclude, "budget": budget}
        found: Plan = self._ask("plan", Plan, asked)
        return found

    def examine(self) -> Iterator[Check]:
        """What `footage.doctor` finds, as it is found."""
        from footage.doctor import Check

        for line in self._lines("examine", {}):
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
        found: PruneReport = self._ask("prune", PruneReport, asked)
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
            ReindexReport, self._watch("partition_by", {"parts": parts}, listen)
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
            report: Report = unpacked(Report, self._watch(call, asked, listen))
        except _Interrupted as interrupt:
            if interrupt.report is None:
                raise
            raise IngestInterrupted(unpacked(Report, interrupt.report)) from interrupt
        return report

    def _watch(self, call: str, asked: dict[str, Any], listen: Listener) -> Any:
        """The result of a call that tells of events; Ctrl-C ends it there, as `_Interrupted`."""
        watched = ""
        try:
            with closing(self._lines(call, asked)) as lines:
                for line in lines:
                    if "watched" in line:
                        watched = line["watched"]
                    elif "event" in line:
                        listen(line["event"], line["values"])
                        if line["event"] == "planned":
                            self._ask(f"watched/{watched}/agree", None)
                    elif "interrupted" in line:
                        raise _Interrupted(line["interrupted"])
                    else:
                        return line["result"]
        except _Interrupted:
            raise
        except KeyboardInterrupt as interrupt:
            if not watched:
                raise
            outcome = self._post(f"watched/{watched}/cancel", {})
            if "result" in outcome:  # it had ended
                return outcome["result"]
            raise _Interrupted(outcome.get("interrupted")) from interrupt
        raise self._gone("before it was done")

    def _list(self, call: str, kind: Any, **asked: Any) -> list[Any]:
        found: list[Any] = self._ask(call, list[kind], asked)
        return found

    def _ask(
        self,
        call: str,
        kind: Any,
        asked: Mapping[str, Any] = MappingProxyType({}),
        *,
        timeout: float | None = None,
    ) -> Any:
        return unpacked(kind, self._post(call, asked, timeout=timeout)["result"])

    def _post(
        self, call: str, asked: Mapping[str, Any], *, timeout: float | None = None
    ) -> dict[str, Any]:
        """The one line that a call is answered with."""
        with closing(self._lines(call, asked, timeout=timeout)) as lines:
            for line in lines:
                return line
        raise self._gone("before it answered")

    def _lines(
        self, call: str, asked: Mapping[str, Any], *, timeout: float | None = None
    ) -> Generator[dict[str, Any], None, None]:
        """The lines of an answer as they come. Raises what an error in it says, `ServerGone`."""
        address = urlsplit(self._served.url)
        path = f"{ROUTE}{call}"
        authorization, proof = owner.asking(self._secret, "POST", path)
        body = json.dumps({"from": str(Path.cwd()), "arguments": packed(asked)})
        headers = {"Authorization": authorization, "Content-Type": "application/json"}
        connection = http.client.HTTPConnection(
            address.hostname or "", address.port or 80, timeout=timeout
        )
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            if answer.headers.get(owner.PROOF) != proof:
                raise self._gone("and another program answers there")
            while line := answer.readline():
                yield _without_error(json.loads(line))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._gone("before it answered") from error
        finally:
            connection.close()

    def _gone(self, when: str) -> ServerGone:
        return ServerGone(
            f"footage serve (process {self._served.pid}, {self._served.url}) ended {when}"
        )


class _Interrupted(KeyboardInterrupt):
    """Ctrl-C, with the packed report of what was finished, if there is one."""

    def __init__(self, report: Any) -> None:
        super().__init__()
        self.report = report


def _without_error(line: dict[str, Any]) -> dict[str, Any]:
    """A line of an answer; raises the error that it says."""
    if "error" in line:
        raise unpacked(FootageError, line["error"])
    return line
