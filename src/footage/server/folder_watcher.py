"""Looks into the watched folders again and again, and has jobs made of what is new."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from footage.errors import FootageError
from footage.server.events import Events
from footage.server.faults import Refused
from footage.server.job import Job
from footage.server.jobs import Jobs
from footage.server.watched_folders import STILL_SECONDS, Change, WatchedFolder, WatchedFolders

log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0  # between two looks
MOST_OF_THE_TIME = 20  # times as long as a look took at least, so that large trees cost 5 %
FAILED_SECONDS, LONGEST_SECONDS = 60.0, 3600.0  # before it is tried again where all of a job failed


class FolderWatcher:
    """A thread that looks into the watched folders while nothing is being indexed."""

    def __init__(
        self, folders: WatchedFolders, jobs: Jobs, events: Events, busy: Callable[[], bool]
    ) -> None:
        """``busy`` says whether another process is indexing."""
        self._folders, self._jobs, self._events, self._busy = folders, jobs, events, busy
        self._given: dict[str, dict[Path, Change]] = {}
        self._failures: dict[str, tuple[int, float]] = {}
        self._wake = threading.Event()
        self._closed = threading.Event()
        jobs.files_of = self.files_of
        # a drive that does not answer must not keep the server from ending
        self._thread = threading.Thread(target=self._run, name="footage-watched", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, once the look that is under way has."""
        self._closed.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=2)

    def look_soon(self) -> None:
        """Look now, as a folder was added."""
        self._wake.set()

    def files_of(self, job: Job) -> list[Path]:
        """What a job of a watched folder is to take in: what stands still in it now."""
        for watched in self._folders.all():
            if watched.folder == job.sources[0]:
                files = self._folders.look(watched)
                if not files and watched.settling:  # after a restart nobody has looked before
                    self._closed.wait(STILL_SECONDS)
                    files = self._folders.look(watched)
                self._given[watched.id] = files
                return list(files)
        return []

    def _run(self) -> None:
        while not self._closed.is_set():
            began = time.monotonic()
            try:
                pause = self._look_into_all()
            # as of a full disk: the next look may do better
            except Exception:
                log.exception("the watched folders could not be looked into")
                pause = LOOK_SECONDS
            pause = max(pause, MOST_OF_THE_TIME * (time.monotonic() - began))
            self._wake.wait(pause)
            self._wake.clear()

    def _look_into_all(self) -> float:
        """Look into each folder; returns the seconds until the next look."""
        pause = LOOK_SECONDS
        for watched in self._folders.all():
            if self._closed.is_set():
                break
            before = watched.to_json()
            self._finish(watched)
            if watched.job is None and not self._jobs.busy and not self._busy():
                if self._folders.look(watched) and self._may_try(watched):
                    self._begin(watched)
                elif watched.settling:
                    pause = STILL_SECONDS
            if watched.to_json() | {"looked_at": None} != before | {"looked_at": None}:
                self._events.tell("watched", watched.to_json())
        return pause

    def _begin(self, watched: WatchedFolder) -> None:
        try:
            watched.job = self._jobs.add([watched.folder], watched.tags, kind="watched").id
        except (FootageError, Refused) as error:
            log.warning("%s is not taken in now: %s", watched.folder, error)

    def _finish(self, watched: WatchedFolder) -> None:
        """Look whether the job of a folder has ended, and remember what became of it."""
        if watched.job is None:
            return
        try:
            job = self._jobs.job(watched.job)
        except Refused:  # so long ago that it was forgotten
            watched.job = None
            return
        if not job.ended:
            return
        watched.job = None
        given = self._given.pop(watched.id, {})
        if job.error is not None:
            count = self._failures.get(watched.id, (0, 0.0))[0] + 1
            wait = min(FAILED_SECONDS * 2 ** (count - 1), LONGEST_SECONDS)
            self._failures[watched.id] = count, time.monotonic() + wait
            return
        self._failures.pop(watched.id, None)
        self._folders.tried(watched, given, cancelled=job.state == "cancelled")

    def _may_try(self, watched: WatchedFolder) -> bool:
        return time.monotonic() >= self._failures.get(watched.id, (0, 0.0))[1]
