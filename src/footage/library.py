"""The library: the one object that knows catalog, archive, index and embedder."""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from filelock import FileLock
from pydantic import SecretStr

from footage import copies, durable, holders, logs, migrate, move, prune, tune
from footage.analysis.analysis import Analysis
from footage.archive import Archive
from footage.arguments import listed
from footage.catalog import Catalog, Partition, Video
from footage.embedder import Embedder, VideoEmbedding
from footage.embedders import open_embedder, settled
from footage.errors import (
    CatalogDamaged,
    FootageError,
    IndexUnavailable,
    LibraryClosed,
    LibraryLocked,
    LibraryUnwritable,
    MediaMissing,
    SpaceMismatch,
    UsageError,
)
from footage.example import Example
from footage.export.options import options_of
from footage.export.stretches import stretch_of
from footage.export.write import ExportReport
from footage.export.write import export as write_moments
from footage.index.address import checked_uri, described
from footage.index.exact import ExactIndex
from footage.index.milvus import Milvus
from footage.index.schema import plan_of
from footage.index.segments import SegmentIndex
from footage.index.texts import TextIndex
from footage.ingest.pipeline import Ingest
from footage.ingest.reading import Places, ReadingPass
from footage.ingest.report import Kind, Observer, Plan, Report
from footage.ledger import Ledger, Spending, allowance, spendings
from footage.media.sources import scan
from footage.media.web import Place, WebVideo
from footage.migrate import MigrationPlan, MigrationReport, Migrator
from footage.move import Mover, MoveReport
from footage.partitions import Placement, checked_rule
from footage.paths import absolute
from footage.prune import PruneReport
from footage.query import Filters, Query, as_weights
from footage.reader import Reader, Reading
from footage.readers.reader_set import ReaderSet
from footage.reading_log import ReadingEntry
from footage.reindex import Reindexer, ReindexReport
from footage.saved import FOLDER as SAVED
from footage.saved import SavedSearches
from footage.search.assembly import assembled
from footage.search.cache import QueryVectors, Tally
from footage.search.moments import Moment, SearchResult
from footage.search.searcher import Searcher
from footage.segment import Segment, beside
from footage.settings import (
    FILE_NAME,
    Beside,
    Environment,
    LibrarySettings,
    Part,
    Sampling,
    Space,
)
from footage.steps import Like, Step
from footage.text_store import TextStore, is_unheard
from footage.thumbnails import Thumbnails
from footage.tune import Tuner, TuneReport
from footage.watches.watches import Watches

log = logging.getLogger(__name__)

INDEX_WAIT = 5.0  # seconds; a search that repairs the index is done by then, mostly
SEARCH_WAIT = 30.0  # seconds; an `index` holds Milvus for about one at a time


class Library:
    """A folder with videos' embeddings in it, to be added to and searched. Use `footage.open`.

    A library may be used from several threads, and by several processes at once: one of them
    indexes, all of them search.
    """

    def __init__(
        self,
        folder: Path,
        settings: LibrarySettings,
        *,
        embedder: Embedder | None = None,
        milvus_token: str | None = None,
        readers: Mapping[str, Reader] | None = None,
    ) -> None:
        self.folder = folder
        self.readers = ReaderSet(readers)
        self.settings = settings
        self._milvus_token = SecretStr(milvus_token) if milvus_token else Environment().milvus_token
        self._settings_stamp = _stamp(folder)
        self.embedder = embedder or open_embedder(settings.embedder, settings.sampling)
        self._left_token = self._milvus_token  # of the place that a move leaves
        self.thumbnails = Thumbnails(folder / "previews")
        self.archive = Archive(folder / "archive")
        self._log_file = logs.to_file(folder / "logs" / "footage.log")
        if copies.is_lost(folder):
            raise CatalogDamaged(f"{folder / 'catalog.sqlite'} is missing or empty")
        mark = self.embedder.fingerprint.id
        self.catalog = Catalog(folder / "catalog.sqlite", fingerprint=mark)
        self.embedder.attach(Ledger(self.catalog, mark))
        self.text_store = TextStore(folder, self.catalog)
        self._query_vectors = QueryVectors(folder)
        self._ingest_turn = threading.Lock()
        self._ingest_lock = FileLock(folder / "ingest.lock", thread_local=False)

    @property
    def sent_to(self) -> str | None:
        """The service that videos are sent to; None where they stay on this machine."""
        return self.embedder.sent_to

    def __enter__(self) -> Library:
        """Raises `LibraryClosed`."""
        if self.catalog.closed:
            raise LibraryClosed(f"the library {self.folder} was closed")
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all files; the library cannot be used afterwards, but closed again."""
        if self.catalog.closed:
            return
        self._close_index()
        if self.catalog.changed:
            copies.keep(self.folder, self.catalog)
        self._query_vectors.close()
        self.text_store.close()
        self.catalog.close()
        logs.detach(self._log_file)

    # adding and searching

    def add(
        self,
        *sources: str | Place,
        exclude: Sequence[str] = (),
        tags: Sequence[str] = (),
        budget: float | None = None,
        read: bool = True,
        observer: Observer | None = None,
    ) -> Report:
        """Index files, folders, globs and addresses; what was indexed before is skipped.

        ``exclude`` are glob patterns on names or paths; ``budget`` is about how many dollars may be
        spent where a service embeds, and ``FOOTAGE_DOLLARS_A_MONTH`` a limit beside it: what goes
        beyond is left for a later run. Once videos can be searched, what is said and written in
        them is read, unless ``read`` is false; then the watches look at what is new. A file that
        fails is in the report and stops nothing. Raises `UsageError` or `MediaMissing` for a source
        that is none or not there, `LibraryLocked` while another process indexes,
        `IngestInterrupted` on Ctrl-C.
        """
        found = scan(list(sources), exclude=listed("exclude", exclude))
        with self._indexing(wait=INDEX_WAIT):
            self._follow()
            self._sweep()
            lagging = not self._caught_up()
            ingest = self._ingest(budget, observer)
            report = ingest.run(found, tags=checked_tags(tags))
            self._count_embeddings(report)
            if lagging:
                self._catch_up_or_tell(report)
            else:
                self._place_if_possible()
            if read:
                self._reading_pass(observer).run(report)
        self._look_for_matches(report)
        return report

    def plan(
        self,
        *sources: str | Place,
        exclude: Sequence[str] = (),
        budget: float | None = None,
    ) -> Plan:
        """What `add` would do with the same arguments: files, seconds, and about how many dollars.

        Nothing is sent, embedded or written.
        """
        self._follow()
        return self._ingest(budget).plan(scan(list(sources), exclude=listed("exclude", exclude)))

    def search(
        self,
        text: str | None = None,
        *,
        examples: Example | str | Path | Iterable[Example | str | Path] = (),
        likes: Like | str | Iterable[Like | str] = (),
        text_weight: float = 1.0,
        vector: Sequence[float] | None = None,
        then: Step | str | Iterable[Step | str] = (),
        within: float = 30.0,
        weights: Mapping[str, float] | None = None,
        fusion: str = "calibrated",
        modalities: Sequence[str] = (),
        filters: Filters | None = None,
        limit: int = 10,
        offset: int = 0,
        group_by_video: bool = False,
    ) -> SearchResult:
        """The moments that match a text, examples, or both, best first.

        The text may have several terms, as ``2:dog + beach - people`` or ``said:hello``; see
        `footage.terms`. An example is a picture, a sound or a stretch of a video: an `Example`, or
        its file. ``likes`` are moments of the library to be like, as ``holiday.mp4@1:05``. ``then``
        is what follows in the same video, in order, each ``within`` so many seconds. ``weights``
        are of what is ``seen``, ``said`` and on a ``sign``, chosen for the query by default, and
        ``fusion`` (``calibrated`` or ``rrf``) makes one list of them. ``modalities`` are those of
        the library that are searched, all by default. Instead of all that is asked by, a
        ``vector`` of this library's space can be given.
        Raises `InvalidQuery`, `InvalidVector`, `MediaError`, `EmbedderError`, `LibraryLocked` or
        `IndexUnavailable`.
        """
        query = Query(
            text=text,
            examples=tuple(listed("examples", examples, (Example, str, Path))),
            likes=tuple(listed("likes", likes, (Like, str))),
            text_weight=text_weight,
            vector=vector,
            then=tuple(listed("then", then, (Step, str))),
            within=within,
            weights=as_weights(weights or {}),
            fusion=fusion,
            modalities=tuple(listed("modalities", modalities)),
            filters=filters or Filters(),
            limit=limit,
            offset=offset,
            group_by_video=group_by_video,
        )
        return self.answer(query)

    def answer(self, query: Query) -> SearchResult:
        """Like `search`, for a query made before."""
        self._follow()
        return self._searcher.search(query)

    def prepare(self) -> None:
        """Load what a search needs, so that the first is as fast as others; never raises.

        Not where embedding a query is paid for.
        """
        try:
            if self.sent_to is None and self.catalog.embedded():
                for text in ("a", "b"):  # some things are made for who searches more than once
                    self.answer(Query(text=text, limit=1))
        except FootageError as error:
            log.info("the first search will say why: %s", error)

    def export(
        self,
        moments: Iterable[Moment | str],
        path: str | Path,
        *,
        format: str | None = None,  # noqa: A002 - what everybody calls it
        fps: float | str | None = None,
        drop_frame: bool | None = None,
        handles: float | str = 0.0,
        merge: bool = False,
        exact: bool = False,
        title: str | None = None,
        on_progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> ExportReport:
        """Write moments in a form that editing programs read, or cut them out as files.

        A moment may also be a stretch, as ``holiday.mp4@1:05-1:12``. The format is what ``path``
        ends in: ``.csv``, ``.json``, ``.vtt``, ``.edl``, ``.fcpxml`` or ``.otio``; into a folder go
        ``clips``, or chapters of several videos with the format ``vtt``. A sequence has the rate of
        most of the footage, or ``fps``. ``handles`` are seconds, or frames as ``"12f"``, that are
        taken along on either side; ``merge`` joins what then overlaps. Clips are copied from the
        key frame before, or encoded anew where they are to be ``exact``.
        Raises `UsageError`, `NotFound` or `LibraryUnwritable`; why a clip could not be made is in
        the report.
        """
        target = absolute(path)
        options = options_of(
            target,
            format=format,
            fps=fps,
            drop_frame=drop_frame,
            handles=handles,
            merge=merge,
            exact=exact,
            title=title,
        )
        wanted = [
            stretch_of(each, self.video) if isinstance(each, str) else each
            for each in listed("moments", moments, (Moment, str))
        ]
        videos = self.catalog.videos(list({moment.video_id for moment in wanted}))
        lines = self.text_store.lines
        return write_moments(wanted, target, options, videos, lines, on_progress=on_progress)

    @cached_property
    def saved(self) -> SavedSearches:
        """Searches that are kept under a name."""
        return SavedSearches(self.folder, self.catalog)

    @cached_property
    def watches(self) -> Watches:
        """Saved searches that report what they find in new videos."""
        return Watches(
            catalog=self.catalog,
            saved=self.saved,
            texts=self.text_store,
            thumbnails=self.thumbnails,
            answer=self.answer,
            library_id=lambda: self.settings.id,
        )

    # videos

    def videos(self, filters: Filters | None = None, *, hidden: bool = False) -> list[Video]:
        """The videos, oldest recording first; with ``hidden`` the missing and removed ones too."""
        filters = filters or Filters()
        selected = self.catalog.select(filters, hidden=hidden)
        return [video.within(filters.folders) for video in self.catalog.videos(selected).values()]

    def video(self, reference: str | Path) -> Video:
        """One video by id, the beginning of its id, path, address, file name or title.

        Raises `NotFound` for none, and `InvalidQuery` where several are called so.
        """
        return self.catalog.video(str(reference))

    def embedding(self, reference: str | Path) -> VideoEmbedding:
        """The vectors of a video, from the archive. Raises `NotFound` or `ArchiveDamaged`."""
        video = self.video(reference)
        with self.catalog.embedding_of(video):
            return self.archive.read(video.video_id, self.embedder.fingerprint)

    def segments(self, reference: str | Path) -> list[Segment]:
        """The segments of a video in time order. Raises `NotFound` or `ArchiveDamaged`."""
        video = self.video(reference)
        picture = partial(self.thumbnails.path, video.video_id)
        with self.catalog.embedding_of(video):
            spans = self.archive.spans(video.video_id, self.embedder.fingerprint)
        return sorted(
            Segment(start, end, route.modality, route.scope, picture(start))
            for route, of_route in spans.items()
            for start, end in of_route.tolist()
        )

    def neighbours(self, reference: str | Path, time: float, *, count: int = 2) -> list[Segment]:
        """The segment of a video at ``time`` seconds, with up to ``count`` before and after it.

        Empty where the video is over by then. Raises `NotFound` or `ArchiveDamaged`.
        """
        return beside(self.segments(reference), time, count)

    def transcript(self, reference: str | Path, modality: str = "speech") -> Reading:
        """What is said in a video, or with ``screen`` what is written in it, as it was read.

        Raises `NotFound` where it was not read, which says why, and `ArchiveDamaged`.
        """
        return self.text_store.transcript(self.video(reference), modality)

    def reading_now(self, reference: str | Path, modality: str) -> Reading | None:
        """Like `transcript`; None where it is to be read (anew), as where its file has changed."""
        video = self.video(reference)
        entries = {entry.modality: entry for entry in self.text_store.log.of(video.video_id)}
        entry, places = entries.get(modality), Places(self.catalog.locations())
        if entry is None or is_unheard(entry, video):
            return None
        if not places.is_as_read(entry, video.place):
            return None
        return self.text_store.transcript(video, modality)

    def readings(self, reference: str | Path) -> list[ReadingEntry]:
        """What is known of a video's readings, made or failed. Raises `NotFound`."""
        return self.text_store.log.of(self.video(reference).video_id)

    @property
    def analysis(self) -> Analysis:
        """What is in the library: clusters, copies, outliers, trends, and what is like what."""
        self._follow()
        return self._analysis

    @cached_property
    def _analysis(self) -> Analysis:
        return Analysis(self)

    @property
    def texts(self) -> TextIndex:
        """What was read in the videos, to be searched."""
        return self.text_store.index

    def tag(
        self,
        references: str | Path | Iterable[str | Path],
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> list[Video]:
        """Add and remove tags; returns the videos as they are now."""
        ids = [self.video(reference).video_id for reference in _several(references)]
        self.catalog.tag(ids, add=checked_tags(add), remove=checked_tags(remove))
        if "tag" in self.settings.partition_by:
            with contextlib.suppress(LibraryLocked, LibraryUnwritable), self._indexing():
                self._follow()
                self._place_if_possible(ids)
        return list(self.catalog.videos(ids).values())

    def remove(self, references: str | Path | Iterable[str | Path]) -> list[Video]:
        """Take videos out of the library, for good: a later scan leaves them out.

        The files themselves are not touched, and nothing is handed out of them any more: what asks
        for it raises `NotFound`. `restore` brings one back. Returns the videos as they are now.
        """
        videos = [self.video(reference) for reference in _several(references)]
        for video in videos:
            self.catalog.bury(video.video_id)
        self._finish_removal([video.video_id for video in videos])
        return [self.catalog.video(video.video_id) for video in videos]

    def restore(
        self, references: str | Path | Iterable[str | Path], *, observer: Observer | None = None
    ) -> Report:
        """Bring removed videos back by indexing them again, from where they lie.

        Raises `MediaError`, and restores none, where one is not there.
        """
        videos = [self.video(reference) for reference in _several(references)]
        places = [_there(video) for video in videos]
        for video in videos:
            self.catalog.unbury(video.video_id)
        return self.add(*places, observer=observer)

    def prune(self, *, unreachable: bool = False, dry_run: bool = False) -> PruneReport:
        """Forget locations that are gone, and the videos left with none.

        A file counts as gone where its folder is there and it is not. Where the folder is not
        there either, as on an unplugged drive, it is kept unless ``unreachable``.
        Raises `LibraryLocked` while another process indexes.
        """
        if dry_run:
            return prune.plan(self.catalog, unreachable=unreachable)
        with self._indexing():
            self._follow()
            report = prune.plan(self.catalog, unreachable=unreachable)
            self.index.delete(video.video_id for video in report.videos)
            for video in report.videos:
                report.freed += self._forget_files(video.video_id)
                self.catalog.forget(video.video_id)
            gone = report.gone + (report.unreachable if unreachable else [])
            self.catalog.forget_locations(gone)
            self._place_if_possible()
            return report

    def usage(self) -> list[Spending]:
        """What was paid to services for this library, by month and purpose, newest first."""
        return spendings(self.catalog)

    def caches(self) -> dict[str, Tally]:
        """How often something was there already: ``videos``' embeddings, ``queries``' vectors."""
        return {
            "videos": self._query_vectors.tally("embeddings"),
            "queries": self._query_vectors.tally(),
        }

    def disk_use(self) -> dict[str, int]:
        """Bytes on disk by part: archive, index, thumbnails, catalog, queries, logs, readings."""
        return {
            "archive": prune.size_of([self.folder / "archive"]),
            "index": prune.size_of(self.folder.glob("milvus.db*")),
            "thumbnails": prune.size_of([self.folder / "previews"]),
            "catalog": prune.size_of(self.folder.glob("catalog.sqlite*")),
            "queries": prune.size_of(self.folder.glob("queries.sqlite*")),
            "logs": prune.size_of([self.folder / "logs"]),
            **self.text_store.disk_use(),
        }

    # the index

    def partitions(self) -> list[Partition]:
        """The partitions of the index and what lies in each, in order of their names."""
        return self.catalog.partitions()

    def partition_by(
        self, *parts: str, on_progress: Callable[[int, int], None] | None = None
    ) -> ReindexReport:
        """Divide the index by these parts from now on: of tag, folder, year and month; or not.

        What belongs elsewhere by then is written anew from the archive, while searches go on. On a
        server, the first rule makes other collections, and so does ending it; searches use them
        once they are filled. Interrupted, the same call goes on. ``on_progress`` is told what is
        done and what in all. Raises `UsageError`, `ArchiveDamaged`, `LibraryLocked` or
        `IndexUnavailable`.
        """
        rule, tell = checked_rule(parts), on_progress or (lambda _d, _n: None)
        with self._indexing(wait=INDEX_WAIT):
            self._follow()
            known, filled = self.settings.partition_by, 0
            if self.settings.milvus_uri is not None and bool(rule) != bool(known):
                filled = self._fill_and_divide(rule, tell)
            elif rule != known:
                with self.catalog.transaction():  # which a library that cannot be written refuses
                    self._save_settings(partition_by=rule)
            report = self._reindexer().reconcile(on_progress=tell)
            report.written += filled
            self.index.settle()
            self.index.drop_others()
            return report

    def reindex(
        self, *, fresh: bool = False, on_progress: Callable[[int, int], None] | None = None
    ) -> ReindexReport:
        """Make the index hold what catalog and archive say, computing no embedding.

        Segment ids are compared video by video, and only what differs is written; ``fresh`` drops
        the collections and writes everything. ``on_progress`` is told videos done and in all.
        On a server, a collection that has outgrown its kind of index gets another.
        """
        with self._indexing(wait=INDEX_WAIT):
            self._follow()
            report = self._reindexer().reconcile(
                fresh=fresh, on_progress=on_progress or (lambda _d, _n: None)
            )
            self.index.settle()
            self.index.drop_others()
            return report

    def move(
        self,
        milvus_uri: str | None,
        *,
        milvus_token: str | None = None,
        keep: bool = False,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> MoveReport:
        """Take the library to a Milvus server, or with None to the embedded engine.

        Nothing is embedded: the archive is replayed. Searches are answered from the old place
        until the new one holds everything; then the old one is cleaned, unless ``keep``.
        Interrupted, the same call goes on. ``on_progress`` is told segments done and in all.
        Raises `IndexUnavailable`, `ArchiveDamaged`, `LibraryLocked` or `UsageError`.
        """
        uri = None if milvus_uri is None else checked_uri(milvus_uri)
        with self._indexing(wait=INDEX_WAIT):
            self._follow()
            report = MoveReport(described(self.settings.milvus_uri), described(uri))
            token = SecretStr(milvus_token) if milvus_token else self._milvus_token
            if uri != self.settings.milvus_uri:
                self._fill_and_switch(uri, token, report, on_progress or (lambda _d, _n: None))
            if keep:
                move.forget_left(self.folder)
            else:
                self._clean_left(report)
            return report

    def migrate(
        self,
        embedder: str | Embedder | None = None,
        *,
        sampling: Sampling | None = None,
        without_failed: bool = False,
        observer: Observer | None = None,
    ) -> MigrationReport:
        """Embed all videos with another embedder, or another sampling, then search with that.

        With neither, the migration that was begun, or taken back by `rollback`, goes on.
        Searches are answered from the space there is until the other one holds every video that
        can be searched now; where some cannot be embedded the library stays as it is, unless
        ``without_failed``. Interrupted, the same call goes on. `rollback` goes back, until `finish`
        deletes what was left. Raises `UsageError`, `EmbedderBroken`, `LibraryLocked`,
        `IndexUnavailable`, and `IngestInterrupted` on Ctrl-C.
        """
        with self._indexing(wait=INDEX_WAIT):
            self._follow()
            self._sweep()
            space, target = self._other_space(embedder, sampling)
            names = migrate.described(self.settings.space), migrate.described(space)
            watching = observer or Observer()
            watching.migrating(*names)
            beside = self.settings.beside
            if beside is None:
                fingerprint = target.fingerprint.id
                beside = Beside(**space.model_dump(), fingerprint=fingerprint)
                self._save_settings(beside=beside)
            with self._migrator(target) as migrator:
                report = MigrationReport(
                    *names,
                    embedded=migrator.run(watching),
                    lacking=migrator.lacking(),
                )
            if without_failed or not report.lacking:
                self._swap(beside, target, searched=True)
                report.videos = len(self.catalog.embedded())
                report.switched = True
            return report

    def plan_migration(
        self, embedder: str | Embedder | None = None, *, sampling: Sampling | None = None
    ) -> MigrationPlan:
        """What `migrate` would do and about how long it would take; changes nothing.

        The pace is measured by embedding the beginning of a video. Raises `UsageError`, and
        `EmbedderBroken` where the model fails its self-test.
        """
        self._follow()
        space, target = self._other_space(embedder, sampling)
        names = migrate.described(self.settings.space), migrate.described(space)
        with self._migrator(target) as migrator:
            return migrator.plan(*names)

    def rollback(self, embedder: Embedder | None = None) -> list[Video]:
        """Search again with what was searched before `migrate`; ``embedder`` if it has no name.

        Returns the videos that this space lacks, because they were added since: `add` embeds them.
        What the migration made is kept: `migrate` goes on with it, ``finish(abandon=True)`` deletes
        it.
        Raises `UsageError` where there is nothing to go back to, and `SpaceMismatch` where the
        embedder is no longer the one it was.
        """
        with self._indexing(wait=INDEX_WAIT):
            self._follow()
            beside = self.settings.beside
            if beside is None or not beside.searched:
                raise UsageError(
                    "there is no migration to go back from: this library is searched with "
                    f"{migrate.described(self.settings.space)}",
                    remedy="nothing was changed"
                    if beside is None
                    else f"`footage migrate` goes on to {migrate.described(beside)}",
                )
            target = embedder or open_embedder(beside.embedder, beside.sampling)
            if target.fingerprint.id != beside.fingerprint:
                raise SpaceMismatch(
                    f"{beside.embedder} is not the version that the vectors left here are of",
                    remedy="stay, or `footage migrate --finish` and migrate anew",
                )
            if not any(self.archive.video_ids(target.fingerprint)):
                raise UsageError(
                    f"the vectors of {migrate.described(beside)} are not here: a backup holds "
                    "only what is searched",
                    remedy="`footage migrate --finish` forgets them",
                )
            self._swap(beside, target, searched=False)
            self._catch_up()
            return self.lacking()

    def finish(self, *, abandon: bool = False) -> str:
        """Delete the vectors that were searched before `migrate` switched.

        With ``abandon`` delete those beside the ones searched, whichever they are: of a migration
        that is not complete, or was taken back. Returns what was deleted, in words. Raises
        `UsageError` where there is nothing to delete, or a migration is under way.
        """
        with self._indexing(wait=INDEX_WAIT):
            self._follow()
            beside = self.settings.beside
            if beside is None:
                raise UsageError("there is no migration to finish", remedy="nothing is left over")
            if not beside.searched and not abandon:
                raise UsageError(
                    f"the migration to {migrate.described(beside)} is not complete: search is "
                    f"with {migrate.described(self.settings.space)}",
                    remedy="`footage migrate` goes on with it, --abandon deletes what it has made",
                )
            self.index.drop_space(beside.fingerprint)
            self.catalog.forget_space(beside.fingerprint)
            self.archive.delete_space(beside.fingerprint)
            self._save_settings(beside=None)
            return migrate.described(beside)

    def lacking(self) -> list[Video]:
        """The videos that are there and are not embedded in the space that is searched."""
        held = self.catalog.embedded()
        return [video for video in self.videos() if video.video_id not in held]

    def tune(
        self,
        *,
        queries: Sequence[str] = (),
        recall: float = tune.RECALL,
        apply: bool = False,
        on_progress: Callable[[str, int, int], None] | None = None,
    ) -> TuneReport:
        """Measure what a server's index parameters cost and give, on this library's own queries.

        ``queries`` are texts to search beside perturbed vectors of the library; the fastest that
        finds at least ``recall`` of the true ten nearest is recommended, and with ``apply`` used
        from now on. ``on_progress`` is told what is being done, steps done, and steps in all.
        """
        with self._indexing(wait=INDEX_WAIT):
            self._follow()
            tuner = Tuner(
                catalog=self.catalog,
                archive=self.archive,
                index=self.index,
                embedder=self.embedder,
                on_progress=on_progress or (lambda _what, _d, _n: None),
            )
            report = tuner.run(queries, recall=recall)
            if apply and report.recommended is not None:
                self._save_settings(index=report.settings)
                self._close_index()
                self.index.settle()
                report.applied = True
            return report

    def is_being_indexed(self) -> bool:
        """Whether another process is indexing into this library at this moment."""
        try:
            with self._indexing():
                return False
        except LibraryLocked:
            return True
        except LibraryUnwritable:
            return False

    def differing(self) -> list[str]:
        """The videos whose rows in the index are not those of the archive, or of no video.

        Ids and vectors are compared, so it takes as long as reading both.
        Raises `ArchiveDamaged` or `IndexUnavailable`.
        """
        held = self.index.digests()
        places = self._placement.places()
        differing = held.keys() - places.keys()
        for video_id, name in places.items():
            embedding = self.archive.read(video_id, self.embedder.fingerprint)
            if self.index.expected_digests(video_id, embedding, name) != held.get(video_id, {}):
                differing.add(video_id)
        return sorted(differing)

    @cached_property
    def index(self) -> SegmentIndex:
        """The segments in Milvus; of a library that cannot be written, in memory."""
        uri = self.settings.milvus_uri
        if uri is None and self.catalog.unwritable:
            mark = self.embedder.fingerprint
            return ExactIndex(
                fingerprint=mark,
                video_ids=self.catalog.embedded,
                read=lambda video_id: self.archive.read(video_id, mark),
                why=self.catalog.unwritable,
            )
        return self._index_at(uri, self._milvus_token)

    def _index_at(
        self,
        uri: str | None,
        token: SecretStr | None,
        embedder: Embedder | None = None,
        rule: tuple[Part, ...] | None = None,
    ) -> SegmentIndex:
        embedder = embedder or self.embedder
        milvus = Milvus(
            uri or self.folder / "milvus.db",
            token=token.get_secret_value() if token and uri else None,
            wait=SEARCH_WAIT,
        )
        return SegmentIndex(
            milvus,
            library_id=self.settings.id,
            fingerprint=embedder.fingerprint,
            routes=embedder.routes,
            plan=plan_of(self.settings.index),
            divided=bool(self.settings.partition_by if rule is None else rule),
        )

    def _close_index(self) -> None:
        if "index" in self.__dict__:
            self.index.close()
        self.__dict__.pop("index", None)
        self.__dict__.pop("_searcher", None)

    def _follow(self) -> None:
        """Go where another process has moved or migrated the library since it was opened."""
        stamp = _stamp(self.folder)
        if stamp == self._settings_stamp:
            return
        settings = LibrarySettings.load(self.folder)
        self._settings_stamp = stamp
        known = self.settings
        if settings.space != known.space:
            self._bind(open_embedder(settings.embedder, settings.sampling))
        elif settings.place != known.place:
            log.info("the index is now in %s", described(settings.milvus_uri))
            self._close_index()
        self.settings = settings

    def _save_settings(self, **changes: Any) -> None:
        settings = self.settings.model_copy(update=changes)
        settings.save(self.folder)
        self.settings = settings
        self._settings_stamp = _stamp(self.folder)

    def _other_space(
        self, embedder: str | Embedder | None, sampling: Sampling | None
    ) -> tuple[Space, Embedder]:
        """Where a migration is to go. Raises `UsageError` where it cannot."""
        beside = self.settings.beside
        if embedder is None and sampling is None:
            if beside is None or beside.searched:
                raise UsageError(
                    "there is no migration to go on with",
                    remedy="give --embedder, --fps or --segment-length to begin one",
                )
            embedder, sampling = beside.embedder, beside.sampling
        sampling = sampling or self.settings.sampling
        if isinstance(embedder, Embedder):
            target = embedder
            space = Space(embedder=embedder.fingerprint.name, sampling=sampling)
        else:
            name = settled(embedder) if embedder else self.settings.embedder
            space = Space(embedder=name, sampling=sampling)
            target = open_embedder(name, sampling)
        if target.fingerprint == self.embedder.fingerprint:
            raise UsageError(
                f"this library is searched with {migrate.described(space)} already",
                remedy="name another embedder or sampling",
            )
        if beside is not None and beside.fingerprint != target.fingerprint.id:
            raise _one_at_a_time(beside)
        return space, target

    def _count_embeddings(self, report: Report) -> None:
        if self.embedder.sent_to is not None:
            known = len(report.of(Kind.UNCHANGED, Kind.LOCATED))
            self._query_vectors.count("embeddings", hits=known, misses=len(report.of(Kind.ADDED)))

    def _ingest(self, budget: float | None, observer: Observer | None = None) -> Ingest:
        return Ingest(
            catalog=self.catalog,
            archive=self.archive,
            index=self.index,
            placement=self._placement,
            thumbnails=self.thumbnails,
            embedder=self.embedder,
            observer=observer or Observer(),
            budget=allowance(self.catalog, budget),
        )

    def _reading_pass(self, observer: Observer | None) -> ReadingPass:
        return ReadingPass(
            catalog=self.catalog,
            store=self.text_store,
            readers=self.readers,
            observer=observer or Observer(),
        )

    def _look_for_matches(self, report: Report) -> None:
        try:
            report.matches = {name: new for name, new in self.watches.run().items() if new}
        # what was indexed is indexed, and what is owed to the watches is judged by the next run
        except Exception:
            log.exception("the watches could not look at what is new")

    @contextlib.contextmanager
    def _migrator(self, target: Embedder) -> Iterator[Migrator]:
        grown = Catalog(self.catalog.path, fingerprint=target.fingerprint.id)
        target.attach(Ledger(grown, target.fingerprint.id))
        index = self._index_at(self.settings.milvus_uri, self._milvus_token, target)
        try:
            yield Migrator(
                catalog=self.catalog,
                grown=grown,
                archive=self.archive,
                index=index,
                placement=Placement(grown, self.settings.partition_by),
                thumbnails=self.thumbnails,
                embedder=target,
            )
        finally:
            index.close()
            grown.close()

    def _swap(self, beside: Beside, target: Embedder, *, searched: bool) -> None:
        """Search with ``beside`` from now on, and keep what was searched beside it.

        What is left ``searched`` is what `rollback` goes back to; else `migrate` goes on to it.
        """
        left = Beside(
            **self.settings.space.model_dump(),
            fingerprint=self.embedder.fingerprint.id,
            searched=searched,
        )
        self._save_settings(embedder=beside.embedder, sampling=beside.sampling, beside=left)
        self._bind(target)

    def _bind(self, embedder: Embedder) -> None:
        log.info("searched with %s from now on", embedder.fingerprint.id)
        self._close_index()
        self.embedder = embedder
        self.catalog.follow(embedder.fingerprint.id)
        embedder.attach(Ledger(self.catalog, embedder.fingerprint.id))

    def _fill_and_switch(
        self,
        uri: str | None,
        token: SecretStr | None,
        report: MoveReport,
        on_progress: Callable[[int, int], None],
    ) -> None:
        target = self._index_at(uri, token)
        try:
            mover = Mover(
                catalog=self.catalog,
                archive=self.archive,
                fingerprint=self.embedder.fingerprint,
                target=target,
                # not where they belong by now: the catalog speaks of both places
                names=self.catalog.assigned,
            )
            mover.fill(report, on_progress)
        finally:
            target.close()
        move.note_left(self.folder, self.settings.milvus_uri)
        self._close_index()
        self._left_token, self._milvus_token = self._milvus_token, token
        self._save_settings(milvus_uri=uri)
        self.catalog.mark_indexed(self.catalog.embedded())

    def _fill_and_divide(
        self, rule: tuple[Part, ...], on_progress: Callable[[int, int], None]
    ) -> int:
        """Go to the collections that are for this rule, filled first; returns how many videos."""
        placement = Placement(self.catalog, rule)
        target = self._index_at(self.settings.milvus_uri, self._milvus_token, rule=rule)
        try:
            mover = Mover(
                catalog=self.catalog,
                archive=self.archive,
                fingerprint=self.embedder.fingerprint,
                target=target,
                names=lambda: placement.names(self.catalog.embedded()),
            )
            mover.fill(MoveReport(target.place, target.place), on_progress)
        finally:
            target.close()
        # from here until the reindexing that follows, videos are searched wherever they may lie
        names = placement.names(self.catalog.embedded())
        self.catalog.assign(names)
        self._close_index()
        self._save_settings(partition_by=rule)
        return len(names)

    def _clean_left(self, report: MoveReport) -> None:
        """Clean the place that this move left, or one before it that was interrupted."""
        for uri in move.left(self.folder):
            if uri == self.settings.milvus_uri:
                continue
            try:
                move.clean(self._index_at(uri, self._left_token), self.folder)
            except IndexUnavailable as error:  # the move is done all the same
                report.not_cleaned = error
                return
            report.cleaned = True
        move.forget_left(self.folder)

    @cached_property
    def _searcher(self) -> Searcher:
        if not self.catalog.embedded() and self.catalog.embedded_otherwise():
            mark = self.embedder.fingerprint
            raise SpaceMismatch(
                f"the videos of this library were embedded by another version of {mark.name}",
                remedy="`footage index` on their folders embeds them again",
            )
        self.embedder.self_test(full=False)
        self._catch_up_unless_indexing()
        return assembled(
            folder=self.folder,
            embedder=self.embedder,
            index=self.index,
            catalog=self.catalog,
            archive=self.archive,
            store=self.text_store,
            thumbnails=self.thumbnails,
            vectors=self._query_vectors,
        )

    def _forget_files(self, video_id: str) -> int:
        """Delete archive file, thumbnails and readings of a video; returns the bytes freed."""
        archived = self.archive.files(video_id)
        freed = prune.size_of([*archived, self.thumbnails.folder(video_id)])
        self.archive.forget(video_id)
        self.thumbnails.delete(video_id)
        return freed + self.text_store.forget(video_id)

    def _finish_removal(self, video_ids: list[str]) -> None:
        """Take what is left of removed videos out; what says that something is left goes last."""
        self._follow()
        self.index.delete(video_ids)
        for video_id in video_ids:
            self._forget_files(video_id)
            self.catalog.forget_embedding(video_id)

    def _sweep(self) -> None:
        """Delete the drafts of killed processes; only for the holder of the ingest lock."""
        kept = durable.leftovers(self.folder / copies.FOLDER)
        kept += durable.leftovers(self.folder / SAVED)
        notes = self.folder.glob(".*.lock.json.*.tmp")
        parts = self.archive, self.thumbnails, self.text_store.readings
        drafts = [draft for part in parts for draft in part.leftovers()]
        for draft in [*drafts, *kept, *notes]:
            if draft.is_dir():
                shutil.rmtree(draft, ignore_errors=True)
            else:
                draft.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _indexing(self, *, wait: float = 0.0) -> Iterator[None]:
        # the lock of a file lets its own process in again
        if not self._ingest_turn.acquire(blocking=False):
            raise LibraryLocked(f"this process is indexing into {self.folder} already")
        try:
            with holders.indexing(self.folder, self._ingest_lock, wait=wait):
                yield
        finally:
            self._ingest_turn.release()

    def _catch_up_unless_indexing(self) -> None:
        # whoever is indexing has videos under way that the index cannot hold yet
        with contextlib.suppress(LibraryLocked, LibraryUnwritable), self._indexing():
            self._follow()
            self._catch_up()

    def _caught_up(self) -> bool:
        """Catch up; False where the index cannot be had, which keeps nobody from indexing."""
        try:
            self._catch_up()
        except IndexUnavailable as error:
            log.warning("the index is looked at later: %s", error.what)
            return False
        return True

    def _catch_up_or_tell(self, report: Report) -> None:
        try:
            self._catch_up()
        except IndexUnavailable as error:
            report.waiting = len(self.catalog.unindexed())
            report.waiting_for = error
        else:
            report.waiting, report.waiting_for = 0, None

    def _catch_up(self) -> None:
        """Repair an index that lags behind or was lost; cheap where nothing is amiss."""
        if half_removed := self.catalog.half_removed():
            self._finish_removal(half_removed)
        expected = sum(self.catalog.embedded().values())
        if not self.catalog.unindexed() and self.index.count() == expected:
            self._place()
            return
        log.info("the index does not hold the %d segments it should: repairing", expected)
        self._reindexer().reconcile(on_progress=lambda _d, _n: None)

    def _place(self, among: Iterable[str] | None = None) -> None:
        """Write videos anew whose tags or folders have changed, where they belong now."""
        if misplaced := self._placement.misplaced(among):
            log.info("%d videos go to other partitions", len(misplaced))
            self._reindexer().rewrite(misplaced)

    def _place_if_possible(self, among: Iterable[str] | None = None) -> None:
        # else they are found where they are, and go at the next catch-up
        with contextlib.suppress(LibraryLocked, LibraryUnwritable, IndexUnavailable):
            self._place(among)

    @property
    def _placement(self) -> Placement:
        return Placement(self.catalog, self.settings.partition_by)

    def _reindexer(self) -> Reindexer:
        return Reindexer(
            catalog=self.catalog,
            archive=self.archive,
            index=self.index,
            placement=self._placement,
            fingerprint=self.embedder.fingerprint,
        )


def _one_at_a_time(beside: Beside) -> UsageError:
    """Why no other migration is begun, and what ends the one there is."""
    words = migrate.described(beside)
    if beside.searched:
        return UsageError(
            f"the vectors of {words}, which were searched before, are still kept",
            remedy="`footage migrate --finish` deletes them, then begin again; or --rollback",
        )
    return UsageError(
        f"the migration to {words} is not complete",
        remedy="`footage migrate` goes on with it, `footage migrate --abandon` gives it up",
    )


def _stamp(folder: Path) -> int:
    """Changes when library.toml is written; 0 where it is gone."""
    try:
        return (folder / FILE_NAME).stat().st_mtime_ns
    except OSError:
        return 0


def _there(video: Video) -> Place:
    """Where a video can be read now; raises `MediaError` where it cannot."""
    place = video.place
    if isinstance(place, WebVideo):
        place.look()
    elif place is None or not place.exists():
        raise MediaMissing(f"{place or video.title} is not there now")
    return place


def _several(references: str | Path | Iterable[str | Path]) -> list[str | Path]:
    return listed("the videos", references, (str, Path))


def checked_tags(tags: Iterable[str]) -> list[str]:
    """Tags without surrounding spaces; raises `UsageError` for an empty or very long one."""
    checked = [tag.strip() for tag in listed("tags", tags)]
    for tag in checked:
        if not tag or len(tag) > 200 or not tag.isprintable():
            raise UsageError(
                f"{tag[:50]!r} cannot be a tag", remedy="use 1 to 200 printable characters"
            )
    return checked
