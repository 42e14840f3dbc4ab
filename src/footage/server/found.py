"""Which server serves a library: ``server.json`` says where, its lock whether it lives."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from footage import holders
from footage.durable import draft_of
from footage.errors import LibraryUnwritable

NOTE = "server.json"
LOCK = "server.lock"


class Running(NamedTuple):
    """A server that serves a library now."""

    url: str
    pid: int
    demands_token: bool


def running(folder: Path) -> Running | None:
    """The server of the library at ``folder``; None where there is none, whatever a note says."""
    try:
        values = json.loads((folder / NOTE).read_text("utf-8"))
        found = Running(str(values["url"]), int(values["pid"]), bool(values["demands_token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return found
    lock.release()
    return None


@contextlib.contextmanager
def owning(folder: Path) -> Iterator[None]:
    """Be the one server of a library, for as long as the block lasts.

    Raises `LibraryLocked`, which names the other one, and `LibraryUnwritable`.
    """
    lock = FileLock(folder / LOCK, thread_local=False)
    other = running(folder)
    at = f" at {other.url}" if other else ""
    holders.take(lock, wait=0.0, busy=f"{folder} is served already{at}", place=folder)
    try:
        yield
    finally:
        (folder / NOTE).unlink(missing_ok=True)
        holders.let_go(lock)


def announce(folder: Path, url: str, *, demands_token: bool) -> None:
    """Write down where the server is; only while `owning`. Raises `LibraryUnwritable`."""
    values = {
        "url": url,
        "pid": os.getpid(),
        "demands_token": demands_token,
        "since": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    path = folder / NOTE
    try:
        with draft_of(path) as draft:
            draft.write_text(json.dumps(values), "utf-8")
    except OSError as error:
        raise LibraryUnwritable(f"{path} cannot be written ({error.strerror})") from error
