"""The shapes of jobs, watched folders and uploads."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from footage.server.shapes.common import Error, Shape


class Progress(Shape):
    """How far a job is."""

    files: int
    done: int
    failed: int
    seconds: float
    """Of video, that are done."""
    total_seconds: float
    """Of video."""
    eta: float | None
    """Seconds until it is done, at this pace."""
    waiting: str | None
    """What it waits for, where it does."""


class FileFailure(Error):
    """Why a single video could not be used."""

    path: str | None
    """Null for what lies on the web."""
    url: str | None
    """Null for a file."""


class Job(Shape):
    """Something to be indexed, or brought back."""

    id: str
    kind: Literal["index", "restore", "watched"]
    sources: list[str]
    """Paths, addresses, `upload:ID`; of `restore` ids of videos, of `watched` the folder."""
    tags: list[str]
    names: dict[str, str]
    """Of each source that is an upload, the name that was given with it."""
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    progress: Progress
    failures: list[FileFailure]
    """Of single videos."""
    error: Error | None
    """Why all of it failed."""
    attended: bool
    """Whether a command waits for it, with which it ends."""


class Jobs(Shape):
    """All jobs, the newest first."""

    jobs: list[Job]


class Watched(Shape):
    """A watched folder, as it was at the last look."""

    id: str
    folder: str
    tags: list[str]
    """Of the videos that come from there."""
    added_at: datetime
    state: Literal["new", "ok", "missing", "empty", "refused"]
    reason: str | None
    """Why it is as it is, where that is not `ok`."""
    looked_at: datetime | None
    settling: int
    """Files that are new or changed and do not stand still yet."""
    job: str | None
    """The id of the job that takes in what was found."""


class WatchedFolders(Shape):
    """The folders that are watched."""

    watched: list[Watched]


class Upload(Shape):
    """A file on its way here."""

    id: str
    name: str
    size: int
    """Bytes."""
    offset: int
    """Bytes of it that are here."""
    complete: bool
