"""Reading: what is said and written in the videos of a run, after their pictures are searchable.

Each reading is stored by itself as soon as it is there; what was interrupted is read again.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from footage.catalog import Catalog
from footage.embedder import VideoFile
from footage.errors import FootageError, MediaChanged, MediaError
from footage.ingest.report import (
    IngestInterrupted,
    Kind,
    Observer,
    ReadingOutcome,
    Report,
    ToRead,
)
from footage.media.faults import shown
from footage.media.identity import FileStamp
from footage.media.probe import probe
from footage.media.web import Place, WebVideo
from footage.reader import Reading
from footage.readers.cues import FORMATS
from footage.readers.reader_set import ReaderSet
from footage.reading_log import ReadingEntry
from footage.text_store import TextStore

log = logging.getLogger(__name__)

QUEUED = 2  # videos submitted ahead for each modality: enough to keep its worker busy


class _Stopped(Exception):
    """Raised inside a reader to unwind it."""


@dataclass(frozen=True, slots=True)
class _Task:
    video_id: str
    modality: str
    place: Place
    seconds: float
    beside: str
    stamp: FileStamp | None  # of the file whose content the video is


class ReadingPass:
    """One pass over the videos of a run. The caller holds the library's ingest lock."""

    def __init__(
        self, *, catalog: Catalog, store: TextStore, readers: ReaderSet, observer: Observer
    ) -> None:
        self._catalog = catalog
        self._store = store
        self._readers = readers
        self._observer = observer
        self._stop = threading.Event()

    def run(self, report: Report) -> None:
        """Read what is not read yet; what came of it is added to the report.

        A video that fails is tried again by the next run. Raises `IngestInterrupted` on Ctrl-C,
        and `LibraryError` where nothing can be stored.
        """
        try:
            self._store.catch_up()
            tasks = self._tasks(report)
            if tasks:
                todo = [ToRead(task.place, task.modality, task.seconds) for task in tasks]
                self._observer.reading_planned(todo)
                self._work(tasks, report)
        except KeyboardInterrupt as interrupt:
            raise IngestInterrupted(report) from interrupt

    # planning

    def _tasks(self, report: Report) -> list[_Task]:
        """What is to be read; no file is opened, and each folder is listed once."""
        there = report.of(Kind.ADDED, Kind.LOCATED, Kind.UNCHANGED)
        videos = {outcome.video_id: outcome for outcome in there if outcome.video_id}
        entries = self._store.log.entries()
        stored = {
            modality: set(self._store.readings.video_ids(modality))
            for modality in self._readers.modalities
        }
        places = Places(self._catalog.locations())
        tasks = []
        for video_id, outcome in videos.items():
            place, stamp, beside = places.of(video_id, outcome.path)
            for modality in self._readers.modalities:
                entry = entries.get((video_id, modality))
                as_it_was = modality == "screen" or (entry is not None and entry.beside == beside)
                if (
                    entry is not None
                    and video_id in stored[modality]
                    and as_it_was
                    and self._readers.is_current(entry)
                ):
                    continue
                tasks.append(_Task(video_id, modality, place, outcome.duration, beside, stamp))
        return tasks

    # working

    def _work(self, tasks: Sequence[_Task], report: Report) -> None:
        running: dict[Future[Reading], _Task] = {}
        with ExitStack() as stack:
            workers = {
                modality: stack.enter_context(
                    ThreadPoolExecutor(1, thread_name_prefix=f"footage-{modality}")
                )
                for modality in self._readers.modalities
            }
            try:
                for future, task in self._in_turn(workers, tasks, running):
                    self._finish(report, self._stored(task, future))
            finally:
                self._stop.set()
                for task in running.values():
                    if isinstance(task.place, WebVideo):
                        task.place.hang_up()
                for worker in workers.values():
                    worker.shutdown(wait=True, cancel_futures=True)
                for future, task in running.items():
                    if not future.cancelled() and future.exception() is None:
                        report.readings.append(self._stored(task, future))

    def _in_turn(
        self,
        workers: Mapping[str, ThreadPoolExecutor],
        tasks: Iterable[_Task],
        running: dict[Future[Reading], _Task],
    ) -> Iterator[tuple[Future[Reading], _Task]]:
        queues = {
            modality: iter([task for task in tasks if task.modality == modality])
            for modality in workers
        }
        while True:
            for modality, queue in queues.items():
                under_way = sum(task.modality == modality for task in running.values())
                for _ in range(QUEUED - under_way):
                    if (task := next(queue, None)) is not None:
                        running[workers[modality].submit(self._read, task)] = task
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in [future for future in running if future in done]:
                yield future, running.pop(future)

    def _read(self, task: _Task) -> Reading:
        self._check(task)
        video = VideoFile(task.place, task.video_id, probe(task.place))

        def on_progress(seconds: float) -> None:
            if self._stop.is_set():
                raise _Stopped
            self._observer.reading_progressed(task.place, task.modality, seconds)

        on_progress(0.0)
        reading = self._readers.read(task.modality, video, on_progress=on_progress)
        self._check(task)
        return reading

    def _check(self, task: _Task) -> None:
        """Raise `MediaError` where the file is not what it was when its content was identified."""
        if isinstance(task.place, Path) and FileStamp.of(task.place) != task.stamp:
            raise MediaChanged(f"{shown(task.place)} changed since it was indexed")

    def _stored(self, task: _Task, future: Future[Reading]) -> ReadingOutcome:
        name = (task.place, task.video_id, task.modality)
        try:
            reading = future.result()
        except FootageError as error:
            return self._failed(task, error)
        # one bad file must not stop the others, whatever it does to a decoder or a model
        except Exception as error:
            log.exception("%s failed in an unforeseen way", shown(task.place))
            unforeseen = MediaError(
                f"{shown(task.place)} failed in an unforeseen way ({error!r})",
                remedy="please report it, with the log of the library",
            )
            return self._failed(task, unforeseen)
        self._store.keep(task.video_id, task.modality, reading, beside=task.beside)
        log.info("read %s: %d lines of %s", shown(task.place), len(reading.lines), task.modality)
        return ReadingOutcome(*name, lines=len(reading.lines))

    def _failed(self, task: _Task, error: FootageError) -> ReadingOutcome:
        log.error("%s", error)
        self._store.log.record_failure(task.video_id, task.modality, error, beside=task.beside)
        return ReadingOutcome(task.place, task.video_id, task.modality, error=error)

    def _finish(self, report: Report, outcome: ReadingOutcome) -> None:
        report.readings.append(outcome)
        self._observer.reading_finished(outcome)


class Places:
    """Where each video is best read: where subtitles lie beside it, if they do anywhere."""

    def __init__(self, locations: Mapping[Path, tuple[FileStamp, str]]) -> None:
        self._locations = locations
        self._paths: dict[str, list[Path]] = {}
        for path, (_, video_id) in sorted(locations.items()):
            self._paths.setdefault(video_id, []).append(path)
        self._folders: dict[Path, dict[str, list[str]]] = {}

    def of(self, video_id: str, place: Place) -> tuple[Place, FileStamp | None, str]:
        """A place to read a video from, the stamp it was known by, and that of its subtitles."""
        for path in self._paths.get(video_id, ()):
            if (beside := self.beside(path)) and path.is_file():
                return path, self._locations[path][0], beside
        known = None if isinstance(place, WebVideo) else self._locations.get(place)
        return place, known and known[0], ""

    def is_as_read(self, entry: ReadingEntry, place: Place | None) -> bool:
        """Whether a reading is of the file that is there now, and of its subtitles."""
        if not entry.edition or not isinstance(place, Path):
            return bool(entry.edition)
        with contextlib.suppress(MediaError):
            place, stamp, beside = self.of(entry.video_id, place)
            return stamp == FileStamp.of(Path(str(place))) and beside == entry.beside
        return True

    def beside(self, path: Path) -> str:
        """A stamp of the subtitle files beside a video; empty where there are none."""
        files = self._folders.get(path.parent)
        if files is None:
            files = self._folders[path.parent] = _subtitle_files(path.parent)
        own = sorted({*files.get(path.name.lower(), ()), *files.get(path.stem.lower(), ())})
        return hashlib.blake2b("\n".join(own).encode(), digest_size=8).hexdigest() if own else ""


def _subtitle_files(folder: Path) -> dict[str, list[str]]:
    """Name, size and time of each subtitle file, by what a video beside it may be called."""
    found: dict[str, list[str]] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                stem, dot, suffix = entry.name.rpartition(".")
                if f"{dot}{suffix}".lower() not in FORMATS:
                    continue
                facts = entry.stat()
                told = f"{os.fsencode(entry.name)!r} {facts.st_size} {facts.st_mtime_ns}"
                words = stem.lower().split(".")  # clip.en.forced is of clip, clip.en, ...
                for count in range(1, len(words) + 1):
                    found.setdefault(".".join(words[:count]), []).append(told)
    except OSError:
        return {}
    return found
