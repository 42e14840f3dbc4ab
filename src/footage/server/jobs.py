"""Jobs are run one after the other, on a thread of their own, and outlive the server."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from footage.errors import FootageError, LibraryLocked, NoVideo, UnreadableMedia
from footage.ingest.report import IngestInterrupted, Kind, Observer, Outcome, Plan
from footage.library import Library, checked_tags
from footage.media.web import Place, WebVideo
from footage.server.errands import Errand, Gone
from footage.server.events import Event, Events
from footage.server.faults import Refused, error_shape, unforeseen, without_folder
from footage.server.job import Job, JobStore, Progress, now
from footage.server.sources import Sources

log = logging.getLogger(__name__)

TELL_SECONDS = 0.25  # between two events of a job's progress
LOCKED_SECONDS = 2.0  # between two looks whether another process still indexes


class _Cancelled(Gone):
    """Ends a run of indexing as Ctrl-C does: what was finished is kept."""


class Jobs:
    """The jobs of one library."""

    def __init__(self, library: Library, events: Events, sources: Sources, store: JobStore) -> None:
        self._library = library
        self._events = events
        self._sources = sources
        self._store = store
        self._wake = threading.Condition()
        self._running: Job | None = None
        self._attended: dict[str, tuple[Errand, Callable[[Observer], None]]] = {}
        self._cancel = threading.Event()
        self._closing = False
        self.files_of: Callable[[Job], list[Path]] = lambda _job: []
        """What a job of a watched folder takes in; set by whoever watches them."""
        self._thread = threading.Thread(target=self._run_all, name="footage-jobs")

    def start(self) -> None:
        """Begin, with what a killed server had under way first."""
        for job in self._store.jobs():
            if job.attended and not job.ended:  # the command has gone with the server
                self._end(job, "cancelled")
            elif job.state == "running":
                self._requeue(job)
        self._thread.start()

    def close(self) -> None:
        """Interrupt what runs, to go on with it at the next start."""
        with self._wake:
            self._closing = True
            self._cancel.set()
            self._wake.notify_all()
        if self._thread.ident is not None:
            self._thread.join()
        self._store.close()

    # what is asked from outside

    def add(self, sources: Sequence[str], tags: Sequence[str] = (), kind: str = "index") -> Job:
        """A new job, at the end of the queue. Raises `UsageError`, `MediaMissing` or `Refused`."""
        if kind == "index":
            self._sources.places(sources)
        job = Job(uuid.uuid4().hex, kind, list(sources), checked_tags(tags), created_at=now())
        job.names = self._sources.names(sources)
        self._keep(job)
        self._notify()
        return job

    def attend(
        self,
        errand: Errand,
        kind: str,
        *,
        sources: Sequence[str],
        tags: Sequence[str],
        work: Callable[[Observer], None],
    ) -> Job:
        """A new job that does ``work`` for a command; raises `UsageError`.

        It ends as soon as the command does, and is not taken up again.
        """
        job = Job(
            errand.id,
            kind,
            list(sources),
            checked_tags(tags),
            created_at=now(),
            attended=True,
        )
        self._attended[job.id] = errand, work
        if before := sum(not other.ended for other in self._store.jobs()):
            errand.tell("waiting", f"{before:,} before it in the queue of footage serve")
        self._keep(job)
        self._notify()
        return job

    def all(self) -> list[Job]:
        """All jobs, the newest first."""
        running = self._running
        return [
            running if running is not None and job.id == running.id else job
            for job in self._store.jobs()
        ]

    def job(self, job_id: str) -> Job:
        """One job; raises `Refused`."""
        running = self._running
        return running if running is not None and running.id == job_id else self._store.job(job_id)

    @property
    def busy(self) -> bool:
        """Whether a job runs or is queued."""
        return self._store.has_unended()

    def cancel(self, job_id: str) -> Job:
        """Take a job out of the queue, or end it; raises `Refused` where it has ended."""
        with self._wake:
            job = self.job(job_id)
            if job.ended:
                raise _conflict(job, "has ended")
            if self._running is not None and self._running.id == job_id:
                self._cancel.set()
                return job
            job.state, job.ended_at = "cancelled", now()
            self._keep(job)
            if attended := self._attended.pop(job.id, None):
                attended[0].drop()
            return job

    def retry(self, job_id: str) -> Job:
        """Put a job that has ended into the queue again; raises `Refused` where it has not."""
        with self._wake:
            job = self.job(job_id)
            if not job.ended:
                raise _conflict(job, f"is {job.state}")
            if job.attended:
                raise _conflict(job, "was of a command, to be run again itself")
            self._requeue(job)
            self._wake.notify_all()
            return job

    def unended(self) -> list[Event]:
        """Events that say how it stands with all that is queued or runs."""
        return [("job", self.shown(job)) for job in reversed(self.all()) if not job.ended]

    def shown(self, job: Job) -> dict[str, object]:
        """The shape of a job, without the path of the library."""
        value = job.to_json()
        value["failures"] = [
            {
                key: without_folder(text, self._library.folder) if isinstance(text, str) else text
                for key, text in failure.items()
            }
            for failure in job.failures
        ]
        return value

    # the thread

    def _run_all(self) -> None:
        while not self._closing:
            try:
                self._run_next()
            # as of a full disk: a later job may do better
            except Exception:
                log.exception("a job could not be run or written down")
                self._cancel.wait(LOCKED_SECONDS)

    def _run_next(self) -> None:
        job = self._next()
        if job is None:
            return
        videos = self._library.catalog.count()
        try:
            self._run(job)
        # one job must not end the others
        except Exception:
            log.exception("job %s failed in an unforeseen way", job.id)
            job.error = unforeseen().to_json()["error"]
            self._end(job, "failed")
        finally:
            self._running = None
        if (left := self._library.catalog.count()) != videos:
            self._events.tell("library", {"videos": left})

    def _next(self) -> Job | None:
        """The oldest job that is queued, once there is one; None at the end."""
        with self._wake:
            while not self._closing:
                queued = [job for job in self._store.jobs() if job.state == "queued"]
                if queued:
                    self._cancel.clear()
                    job = self._running = queued[-1]
                    job.state, job.started_at = "running", now()
                    self._keep(job)
                    return job
                self._wake.wait()
            return None

    def _run(self, job: Job) -> None:
        watch = _Watch(job, self._cancel, lambda: self._tell(job))
        try:
            self._work(job, watch)
        except (IngestInterrupted, Gone):
            self._interrupted(job)
        except FootageError as error:
            job.error = error_shape(error, self._library.folder)["error"]
            self._end(job, "failed")
        except Refused as error:
            job.error = error.to_json()["error"]
            self._end(job, "failed")
        else:
            self._end(job, "failed" if job.failures and not watch.useful else "done")

    def _work(self, job: Job, watch: _Watch) -> None:
        if attended := self._attended.pop(job.id, None):
            attended[1](watch)
            return
        while True:
            watch.check()
            try:
                if job.kind == "restore":
                    self._library.restore(job.sources, observer=watch)
                elif job.kind == "watched":
                    if files := self.files_of(job):
                        self._library.add(*files, tags=job.tags, observer=watch)
                else:
                    places = self._sources.places(job.sources)
                    self._library.add(*places, tags=job.tags, observer=watch)
                return
            except LibraryLocked as error:
                job.progress.waiting = without_folder(error.what, self._library.folder)
                self._tell(job)
                self._cancel.wait(LOCKED_SECONDS)

    def _interrupted(self, job: Job) -> None:
        if self._closing and not job.attended:
            self._requeue(job)
        else:
            self._end(job, "cancelled")

    def _end(self, job: Job, state: str) -> None:
        for failure in job.failures:
            if failure["code"] in {UnreadableMedia.code, NoVideo.code} and failure["path"]:
                self._sources.forget_upload(Path(failure["path"]))
        job.progress.eta = job.progress.waiting = None
        job.ended_at, job.state = now(), state  # last: whoever sees it takes all for done
        self._keep(job)

    def _requeue(self, job: Job) -> None:
        job.state, job.started_at, job.ended_at, job.error = "queued", None, None, None
        job.progress, job.failures = Progress(), []
        self._keep(job)

    def _keep(self, job: Job) -> None:
        self._store.save(job)
        self._tell(job)

    def _tell(self, job: Job) -> None:
        self._events.tell("job", self.shown(job))

    def _notify(self) -> None:
        with self._wake:
            self._wake.notify_all()


class _Watch(Observer):
    """Writes a run's progress into its job, and ends the run when it is cancelled."""

    def __init__(self, job: Job, cancel: threading.Event, tell: Callable[[], None]) -> None:
        self._job, self._cancel, self._tell = job, cancel, tell
        self._lock = threading.Lock()
        self._reached: dict[Place, float] = {}
        self._lengths: dict[Place, float] = {}
        self._began = self._told = time.monotonic()
        self.useful = 0  # files that are in the library now

    def check(self) -> None:
        """Raise where the job was cancelled."""
        if self._cancel.is_set():
            raise _Cancelled

    def planned(self, plan: Plan) -> None:
        """See `Observer`."""
        self.check()
        progress = self._job.progress
        progress.waiting = None
        progress.files = len(plan.files) + plan.unchanged + len(plan.failed)
        progress.done = plan.unchanged + len(plan.failed)
        progress.total_seconds = round(plan.seconds, 3)
        self.useful += plan.unchanged
        self._lengths = {file.path: file.seconds for file in plan.files}
        self._began = time.monotonic()
        self._tell()

    def progressed(self, path: Place, seconds: float) -> None:
        """See `Observer`."""
        self.check()
        with self._lock:
            self._reached[path] = seconds
        if time.monotonic() - self._told >= TELL_SECONDS:
            self._measure()

    def finished(self, outcome: Outcome) -> None:
        """See `Observer`."""
        job, error = self._job, outcome.error
        if outcome.path in self._lengths:
            job.progress.done += 1
            with self._lock:
                self._reached[outcome.path] = self._lengths[outcome.path]
        if error is not None:
            web = isinstance(outcome.path, WebVideo)
            where = str(outcome.path).encode("utf-8", "backslashreplace").decode()
            job.progress.failed += 1
            job.failures.append(
                {
                    "path": None if web else where,
                    "url": where if web else None,
                    "code": error.code,
                    "message": error.what,
                    "remedy": error.remedy,
                }
            )
        elif outcome.kind is not Kind.UNCHANGED:
            self.useful += 1
        self._measure()
        self.check()

    def _measure(self) -> None:
        """Say how far it is and how long the rest will take at this pace."""
        self._told = time.monotonic()
        progress = self._job.progress
        with self._lock:
            done = sum(self._reached.values())
        progress.seconds = round(min(done, progress.total_seconds), 3)
        left = progress.total_seconds - progress.seconds
        elapsed = self._told - self._began
        progress.eta = round(left * elapsed / done, 1) if done > 0 else None
        self._tell()


def _conflict(job: Job, why: str) -> Refused:
    return Refused(
        409, "job_conflict", f"job {job.id} {why}", remedy="GET /api/v1/jobs says how it stands"
    )
