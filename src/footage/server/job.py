"""A job: what it is to do, how far it is, what came of it; and the file that jobs are kept in."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from footage.errors import LibraryUnwritable
from footage.server.faults import Refused

FILE_NAME = "jobs.sqlite"
ENDED = ("done", "failed", "cancelled")


@dataclass(slots=True)
class Progress:
    """How far a job is; seconds are of video, but for ``eta``, which is of the clock."""

    files: int = 0
    done: int = 0
    failed: int = 0
    seconds: float = 0.0
    total_seconds: float = 0.0
    eta: float | None = None
    waiting: str | None = None
    """What it waits for, where it does."""


@dataclass(slots=True)
class Job:
    """Something to be indexed, or brought back."""

    id: str
    kind: str
    """``index``, ``restore``, or ``watched`` of a watched folder."""
    sources: list[str]
    tags: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """Of the sources that are uploads, what these were called by whoever sent them."""
    state: str = "queued"
    created_at: str = ""
    started_at: str | None = None
    ended_at: str | None = None
    progress: Progress = field(default_factory=Progress)
    failures: list[dict[str, Any]] = field(default_factory=list)
    """Single videos that could not be used."""
    error: dict[str, Any] | None = None
    """Why all of it failed."""
    attended: bool = False
    """Whether a command waits for it, with which it ends."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED

    def to_json(self) -> dict[str, Any]:
        """The shape of a job."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Job:
        """A job from its shape."""
        return cls(**{**value, "progress": Progress(**value["progress"])})


def now() -> str:
    """This moment, in ISO 8601."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


class JobStore:
    """The jobs of a library on disk. Safe to use from several threads."""

    def __init__(self, path: Path, most: int) -> None:
        """``most`` jobs are kept, the newest. Raises `LibraryUnwritable`."""
        self._path, self._most = path, most
        self._lock = threading.Lock()
        try:
            self._db = self._opened()
        except sqlite3.DatabaseError:  # damaged: what is queued is asked for again
            path.unlink(missing_ok=True)
            self._db = self._opened()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def save(self, job: Job) -> None:
        """Keep a job as it is now; raises `LibraryUnwritable`."""
        row = job.id, job.created_at, job.state, json.dumps(job.to_json())
        try:
            with self._lock, self._db:
                self._db.execute("INSERT OR REPLACE INTO jobs VALUES (?,?,?,?)", row)
                self._db.execute(
                    "DELETE FROM jobs WHERE state IN (?,?,?) AND id NOT IN"
                    " (SELECT id FROM jobs ORDER BY created_at DESC LIMIT ?)",
                    (*ENDED, self._most),
                )
        except sqlite3.Error as error:
            raise LibraryUnwritable(f"{self._path} cannot be written ({error})") from error

    def jobs(self) -> list[Job]:
        """All jobs, the newest first."""
        with self._lock:
            rows = self._db.execute("SELECT job FROM jobs ORDER BY created_at DESC, id").fetchall()
        return [Job.from_json(json.loads(row[0])) for row in rows]

    def has_unended(self) -> bool:
        """Whether one is queued or runs."""
        sql = "SELECT 1 FROM jobs WHERE state NOT IN (?,?,?) LIMIT 1"
        with self._lock:
            return self._db.execute(sql, ENDED).fetchone() is not None

    def job(self, job_id: str) -> Job:
        """One job; raises `Refused`."""
        with self._lock:
            row = self._db.execute("SELECT job FROM jobs WHERE id = ?", (job_id,)).fetchone()
        if row is None:
            raise no_such_job(job_id)
        return Job.from_json(json.loads(row[0]))

    def _opened(self) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(self._path, check_same_thread=False)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(
                "CREATE TABLE IF NOT EXISTS jobs"
                " (id TEXT PRIMARY KEY, created_at TEXT, state TEXT, job TEXT)"
            )
        except sqlite3.OperationalError as error:
            raise LibraryUnwritable(f"{self._path} cannot be written ({error})") from error
        return db


def no_such_job(job_id: str) -> Refused:
    """Refuses an id that no job has."""
    return Refused(
        404, "not_found", f"there is no job {job_id[:50]!r}", remedy="GET /api/v1/jobs lists them"
    )
