"""Indexing: scan, skip what is unchanged, identify, embed, archive, record, index.

Workers decode and embed, a bounded number of videos at a time; the calling thread alone writes the
catalog and the index. A video is in the library when its archive file is renamed into place and
its catalog row committed: killed before, nothing of it shows; killed after, nothing is lost.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from footage.archive import Archive
from footage.catalog import Catalog, Video
from footage.embedder import Embedder, VideoEmbedding, VideoFile
from footage.errors import (
    AnswerUnusable,
    ArchiveDamaged,
    FootageError,
    IndexUnavailable,
    LibraryLocked,
    MediaChanged,
    MediaError,
    RequestRefused,
    TaskFailed,
    TaskUnfinished,
    UnreadableMedia,
)
from footage.index.segments import SegmentIndex
from footage.ingest.report import (
    IngestInterrupted,
    Kind,
    Observer,
    Outcome,
    Plan,
    Planned,
    Report,
)
from footage.media.faults import shown
from footage.media.identity import FileStamp, Stamp, content_id, stamp_of, unchanged
from footage.media.probe import VideoInfo, probe
from footage.media.sources import Scan
from footage.media.web import Place, WebVideo, at_once
from footage.media.web_stamp import web_id
from footage.partitions import Placement
from footage.records import describe
from footage.thumbnails import ThumbnailDraft, Thumbnails

log = logging.getLogger(__name__)

# A flush opens Milvus for about a second and keeps searches waiting that long, so it is done by
# the clock, or earlier where many segments have gathered.
FLUSH_SECONDS = 10.0
FLUSH_SEGMENTS = 5_000
LONGEST_PAUSE = 300.0  # seconds between flushes while the index cannot be had
LAST_FLUSH_WAIT = 30.0  # seconds the end of a run waits for whoever holds the index
QUEUED_A_WORKER = 2  # videos submitted ahead: enough to keep a worker busy, few to undo


# These fail one video; others are not affected.
OF_ONE_VIDEO = (MediaError, TaskFailed, TaskUnfinished, RequestRefused, AnswerUnusable)


class _Stopped(Exception):
    """Raised inside a worker to unwind it."""


@dataclass(frozen=True, slots=True)
class _Pending:
    path: Place
    stamp: Stamp
    info: VideoInfo
    video_id: str | None = None  # where it had to be known before it is embedded
    dollars: float = 0.0


@dataclass(frozen=True, slots=True)
class _Embedded:
    pending: _Pending
    video_id: str
    kind: Kind
    embedding: VideoEmbedding | None = None


class Ingest:
    """One run of indexing over one library. The caller holds the library's ingest lock."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        archive: Archive,
        index: SegmentIndex,
        placement: Placement,
        thumbnails: Thumbnails,
        embedder: Embedder,
        observer: Observer,
        budget: float | None = None,
    ) -> None:
        """``budget``: dollars this run may spend; what goes beyond is left for a later one."""
        self._budget = budget
        self._catalog = catalog
        self._archive = archive
        self._index = index
        self._placement = placement
        self._thumbnails = thumbnails
        self._embedder = embedder
        self._observer = observer
        self._stop = threading.Event()
        self._turns_lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        # numbers of segments: the vectors wait in the archive, however long a server is away
        self._unflushed: dict[str, int] = {}
        self._pause = FLUSH_SECONDS
        self._last_flush = time.monotonic()

    def run(self, scan: Scan, *, tags: Sequence[str] = ()) -> Report:
        """Index what a scan found; failures of single videos are in the report.

        Raises `IngestInterrupted` on Ctrl-C, and `LibraryError` or `EmbedderError` where going
        on makes no sense, as with a model that fails its self-test; whatever was finished by then
        stays.
        """
        began = time.monotonic()
        report = Report(scan)
        try:
            pending, plan = self._plan(report)
            if pending:
                self._embedder.check_ready()
            self._observer.planned(plan)
            if pending:
                self._embedder.self_test()
            self._keep_addresses(report)
            unchanged = [outcome.video_id or "" for outcome in report.of(Kind.UNCHANGED)]
            if tags and unchanged:
                self._catalog.tag(unchanged, add=tags, remove=())
            self._work(pending, report, tags)
        except KeyboardInterrupt as interrupt:
            raise IngestInterrupted(report) from interrupt
        finally:
            self._flush_last(report)
            order = {place: at for at, place in enumerate(scan.places)}
            report.outcomes.sort(key=lambda outcome: order[outcome.path])
            report.elapsed = time.monotonic() - began
        return report

    # planning

    def plan(self, scan: Scan) -> Plan:
        """What `run` would do."""
        report = Report(scan)
        _, plan = self._plan(report)
        return plan

    def _plan(self, report: Report) -> tuple[list[_Pending], Plan]:
        known = self._catalog.locations()
        videos = self._catalog.videos()
        embedded = self._catalog.embedded().keys() & videos
        pending: list[_Pending] = []
        for path in report.scan.files:
            try:
                stamp = FileStamp.of(path)
                seen, video_id = known.get(path, (None, ""))
                there = stamp == seen and _as_it_was(path, videos.get(video_id), embedded)
                if there:
                    report.outcomes.append(there)
                else:
                    pending.append(self._priced(_Pending(path, stamp, probe(path))))
            except MediaError as error:
                self._finish(report, _failure(path, error))
        self._plan_web(report, videos, embedded, pending)
        log.info("%d files unchanged, %d to index", len(report.outcomes), len(pending))
        within, beyond = self._within_budget(pending)
        for item in beyond:
            duration = item.info.duration
            self._finish(report, Outcome(item.path, Kind.LEFT, item.video_id, duration))
        return within, Plan(
            files=tuple(map(_planned, within)),
            unchanged=len(report.of(Kind.UNCHANGED, Kind.REMOVED)),
            left=tuple(map(_planned, beyond)),
            failed=tuple(report.failed),
            sent_to=self._embedder.sent_to,
        )

    def _plan_web(
        self,
        report: Report,
        videos: Mapping[str, Video],
        embedded: Container[str],
        pending: list[_Pending],
    ) -> None:
        known = self._catalog.addresses() if report.scan.web else {}

        def look(video: WebVideo) -> _Pending | Outcome:
            stamp, seen = video.look(), known.get(video.url)
            if seen is None or seen.stamp.silent or not stamp.agrees(seen.stamp):
                return _Pending(video, stamp, probe(video), web_id(video.url, stamp))
            there = _as_it_was(video, videos.get(seen.video_id), embedded)
            return there or _Pending(video, stamp, probe(video), seen.video_id)

        with closing(at_once(report.scan.web, look)) as looked_at:
            for video, found in looked_at:
                try:
                    item = found.result()
                    if isinstance(item, Outcome):
                        report.outcomes.append(item)
                    else:
                        pending.append(self._priced(item))
                except MediaError as error:
                    self._finish(report, _failure(video, error))

    def _keep_addresses(self, report: Report) -> None:
        """Of what is on the web and as it was, keep what was signed last, and the newest stamp."""
        known = self._catalog.addresses() if report.scan.web else {}
        for outcome in report.of(Kind.UNCHANGED, Kind.REMOVED):
            video = outcome.path
            if isinstance(video, WebVideo):
                seen = known[video.url]
                if (video.address, video.stamp) != (seen.address, seen.stamp):
                    self._catalog.locate_web(video, seen.video_id)

    def _priced(self, item: _Pending) -> _Pending:
        """The item with what it costs by itself: nothing where its content is embedded already.

        Raises `MediaError` for a file that would be refused where it is to be sent.
        """
        if self._embedder.sent_to is None:
            return item
        video_id = self._id_of(item)
        dollars = 0.0
        if not (self._is_removed(video_id) or self._is_archived(video_id)):
            dollars = self._embedder.price(VideoFile(item.path, video_id, item.info))
        return replace(item, video_id=video_id, dollars=dollars)

    def _within_budget(self, pending: Sequence[_Pending]) -> tuple[list[_Pending], list[_Pending]]:
        """What may be paid for, and what not; the second copy of a content costs nothing."""
        within: list[_Pending] = []
        beyond: list[_Pending] = []
        left = math.inf if self._budget is None else self._budget
        paid: set[str] = set()
        for item in pending:
            dollars = 0.0 if item.video_id in paid else item.dollars
            if dollars > 0 and dollars > left:
                beyond.append(item)
                continue
            left -= dollars
            within.append(replace(item, dollars=dollars))
            if item.video_id is not None:
                paid.add(item.video_id)
        return within, beyond

    # working

    def _work(self, pending: Sequence[_Pending], report: Report, tags: Sequence[str]) -> None:
        workers = ThreadPoolExecutor(self._embedder.concurrency, thread_name_prefix="footage")
        running: dict[Future[_Embedded], _Pending] = {}
        try:
            for item, future in self._in_turn(workers, pending, running):
                try:
                    result = future.result()
                except OF_ONE_VIDEO as error:
                    self._finish(report, _failure(item.path, error))
                except FootageError:
                    raise
                # one bad file must not stop the others, whatever it does to a decoder
                except Exception as error:
                    log.exception("%s failed in an unforeseen way", shown(item.path))
                    unforeseen = MediaError(
                        f"{shown(item.path)} failed in an unforeseen way ({error!r})",
                        remedy="please report it, with the log of the library",
                    )
                    self._finish(report, _failure(item.path, unforeseen))
                else:
                    self._finish(report, self._commit(result, tags))
                self._flush_if_due()
        finally:
            self._stop.set()
            for item in running.values():
                if isinstance(item.path, WebVideo):
                    item.path.hang_up()
            workers.shutdown(wait=True, cancel_futures=True)
            # what was finished when the run was stopped is kept too
            for future in running:
                if not future.cancelled() and future.exception() is None:
                    report.outcomes.append(self._commit(future.result(), tags))

    def _in_turn(
        self,
        workers: ThreadPoolExecutor,
        pending: Iterable[_Pending],
        running: dict[Future[_Embedded], _Pending],
    ) -> Iterator[tuple[_Pending, Future[_Embedded]]]:
        queued = iter(pending)
        room = self._embedder.concurrency * QUEUED_A_WORKER
        while True:
            while len(running) < room and (item := next(queued, None)) is not None:
                running[workers.submit(self._embed, item)] = item
            if not running:
                return
            done, _ = wait(running, timeout=FLUSH_SECONDS, return_when=FIRST_COMPLETED)
            if not done:
                self._flush_if_due()
            for future in [future for future in running if future in done]:
                yield running.pop(future), future

    def _embed(self, item: _Pending) -> _Embedded:
        video_id = self._id_of(item)
        if self._is_removed(video_id):
            return _Embedded(item, video_id, Kind.REMOVED)
        with self._turn(video_id):
            known = self._from_archive(video_id)
            if known is not None:
                self._embedder.kept(video_id)  # a run that died may not have come to it
                return _Embedded(item, video_id, Kind.LOCATED, known)
            return _Embedded(item, video_id, Kind.ADDED, self._embed_anew(item, video_id))

    def _id_of(self, item: _Pending) -> str:
        if item.video_id is not None:
            return item.video_id
        if isinstance(item.path, WebVideo):
            return web_id(item.path.url, item.path.stamp or item.path.look())
        return content_id(item.path, on_bytes=self._check_stopped)

    def _embed_anew(self, item: _Pending, video_id: str) -> VideoEmbedding:
        began = time.perf_counter()
        with self._thumbnails.draft() as draft:
            embedding = self._embed_unchanged(item, video_id, draft)
            spans = [
                (start, end) for track in embedding.tracks.values() for start, end in track.spans
            ]
            self._thumbnails.keep(video_id, draft, spans)
        about = describe(_video(item, video_id, embedding.duration), _locations(item))
        self._archive.write(video_id, self._embedder.fingerprint, embedding, video=about)
        self._embedder.kept(video_id)
        log.info(
            "embedded %s: %.1f s of video, %d segments in %.2f s",
            shown(item.path),
            embedding.duration,
            embedding.segments,
            time.perf_counter() - began,
        )
        return embedding

    def _embed_unchanged(
        self, item: _Pending, video_id: str, draft: ThumbnailDraft
    ) -> VideoEmbedding:
        """Embed a file; `MediaChanged` where it is not what it was, whatever else went wrong."""
        try:
            embedding = self._embedder.embed(
                VideoFile(item.path, video_id, item.info),
                on_progress=lambda seconds: self._progress(item.path, seconds),
                on_thumbnail=draft.add,
            )
        except UnreadableMedia:
            self._check_unchanged(item)
            raise
        self._check_unchanged(item)
        return embedding

    def _check_unchanged(self, item: _Pending) -> None:
        try:
            now = stamp_of(item.path)
        except MediaError:
            # What was read of the web was checked as it came; what a service fetched by itself is
            # paid for, and what signed the address may have run out by now.
            if isinstance(item.path, WebVideo):
                return
            raise
        if not unchanged(now, item.stamp):
            raise MediaChanged(f"{shown(item.path)} changed while it was being read")

    def _check_stopped(self, _: object = None) -> None:
        if self._stop.is_set():
            raise _Stopped

    def _progress(self, path: Place, seconds: float) -> None:
        self._check_stopped()
        self._observer.progressed(path, seconds)

    def _turn(self, video_id: str) -> threading.Lock:
        """Held while a content is embedded: a copy of it waits, then finds it in the archive."""
        with self._turns_lock:
            return self._turns.setdefault(video_id, threading.Lock())

    def _is_removed(self, video_id: str) -> bool:
        found = self._catalog.videos([video_id])
        return video_id in found and found[video_id].removed

    def _is_archived(self, video_id: str) -> bool:
        return self._archive.has(video_id, self._embedder.fingerprint)

    def _from_archive(self, video_id: str) -> VideoEmbedding | None:
        if not self._is_archived(video_id):
            return None
        try:
            return self._archive.read(video_id, self._embedder.fingerprint)
        except ArchiveDamaged as error:
            log.error("%s; embedding it again", error.what)
            return None

    # recording

    def _commit(self, result: _Embedded, tags: Sequence[str]) -> Outcome:
        item, embedding = result.pending, result.embedding
        with self._catalog.transaction():  # killed within, nothing of the video shows
            kind = Kind.REMOVED if self._is_removed(result.video_id) else result.kind
            fresh = kind is not Kind.REMOVED and self._record_video(result)
            self._locate(item, result.video_id)
            if kind is not Kind.REMOVED:
                self._catalog.tag([result.video_id], add=tags, remove=())
            if fresh and embedding is not None:
                self._record_embedding(result.video_id, embedding)
        if fresh and embedding is not None:
            self._unflushed[result.video_id] = embedding.segments
        elif kind is Kind.REMOVED and embedding is not None:  # removed while it was embedded
            self._archive.delete(result.video_id, self._embedder.fingerprint)
            self._thumbnails.delete(result.video_id)
            embedding = None
        return Outcome(
            item.path,
            kind,
            result.video_id,
            duration=embedding.duration if embedding else item.info.duration,
            segments=embedding.segments if embedding else 0,
            damage=asdict(embedding.damage) if embedding else {},
        )

    def _locate(self, item: _Pending, video_id: str) -> None:
        if isinstance(item.path, WebVideo):
            self._catalog.locate_web(item.path, video_id)
        for path, stamp in _locations(item):
            self._catalog.locate(path, stamp, video_id)

    def _record_video(self, result: _Embedded) -> bool:
        """Record a video; whether its embedding is new, so that the index still lacks it."""
        embedding = result.embedding
        if embedding is None:
            return False
        known = result.kind is Kind.LOCATED and result.video_id in self._catalog.embedded()
        self._catalog.put(_video(result.pending, result.video_id, embedding.duration))
        return not known

    def _record_embedding(self, video_id: str, embedding: VideoEmbedding) -> None:
        damage = asdict(embedding.damage)
        (partition,) = self._placement.names([video_id]).values()
        self._catalog.record_embedding(video_id, embedding.segments, damage, partition=partition)

    def _finish(self, report: Report, outcome: Outcome) -> None:
        if outcome.error is not None:
            log.error("%s", outcome.error)
        report.outcomes.append(outcome)
        self._observer.finished(outcome)

    # the index

    def _flush_if_due(self) -> None:
        waited = time.monotonic() - self._last_flush
        many = sum(self._unflushed.values()) >= FLUSH_SEGMENTS and self._pause <= FLUSH_SECONDS
        if not self._unflushed or (not many and waited < self._pause):
            return
        try:
            self._flush(wait=0.0)
            self._pause = FLUSH_SECONDS
        except LibraryLocked as error:
            log.info("indexed later: %s", error.what)
        except IndexUnavailable as error:
            log.warning("indexed later: %s", error.what)
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
        self._last_flush = time.monotonic()

    def _flush_last(self, report: Report) -> None:
        try:
            self._flush(wait=LAST_FLUSH_WAIT)
        except (LibraryLocked, IndexUnavailable) as error:
            log.error("%s", error)
            report.waiting = len(self._unflushed)
            report.waiting_for = error

    def _flush(self, *, wait: float) -> None:
        wanted = self._catalog.embedded()
        while self._unflushed:
            part = self._next_part()
            batch = self._read([video_id for video_id in part if video_id in wanted])
            self._placement.write(self._index, batch, linger=0.0, wait=wait)
            for video_id in part:
                del self._unflushed[video_id]

    def _next_part(self) -> list[str]:
        """Videos to write at once: about as many segments as are flushed before their time."""
        part: list[str] = []
        segments = 0
        for video_id, count in self._unflushed.items():
            if part and segments + count > FLUSH_SEGMENTS:
                break
            part.append(video_id)
            segments += count
        return part

    def _read(self, video_ids: Iterable[str]) -> dict[str, VideoEmbedding]:
        batch = {}
        for video_id in video_ids:
            try:
                batch[video_id] = self._archive.read(video_id, self._embedder.fingerprint)
            except ArchiveDamaged as error:  # not marked as indexed, so the next run looks at it
                log.error("%s", error)
        return batch


def _planned(item: _Pending) -> Planned:
    return Planned(item.path, item.info.duration, item.dollars)


def _as_it_was(place: Place, video: Video | None, embedded: Container[str]) -> Outcome | None:
    """What is left to do about a place that still holds ``video``: nothing, or None for all."""
    if video is None or not (video.removed or video.video_id in embedded):
        return None
    return Outcome(
        place,
        Kind.REMOVED if video.removed else Kind.UNCHANGED,
        video.video_id,
        duration=video.duration,
        segments=video.segments,
        damage=video.damage,
    )


def _failure(path: Place, error: FootageError) -> Outcome:
    return Outcome(path, Kind.FAILED, error=error)


def _locations(item: _Pending) -> list[tuple[Path, FileStamp]]:
    path, stamp = item.path, item.stamp
    if isinstance(path, WebVideo) or not isinstance(stamp, FileStamp):
        return []
    return [(path, stamp)]


def _video(item: _Pending, video_id: str, duration: float) -> Video:
    info, stamp, now = item.info, item.stamp, datetime.now(timezone.utc)
    if isinstance(stamp, FileStamp):
        modified: datetime | None = datetime.fromtimestamp(stamp.mtime_ns / 1e9, timezone.utc)
    else:
        modified = stamp.date
    return Video(
        video_id=video_id,
        title=info.title or item.path.stem,
        duration=duration,
        width=info.width,
        height=info.height,
        fps=info.fps,
        codec=info.codec,
        has_audio=info.has_audio,
        recorded_at=info.recorded_at or modified or now,
        added_at=now,
        url=item.path.url if isinstance(item.path, WebVideo) else None,
    )
