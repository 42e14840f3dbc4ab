"""Which server serves a library: ``server.json`` says where, its lock whether it lives."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

import footage
from footage.errors import LibraryUnwritable
from footage.server import owner

NOTE = "server.json"
LOCK = "server.lock"
PROTOCOL = 1
"""Changes with what a server and the commands that go through it say to each other."""
LOOKED = 0.5  # seconds: who looks whether the lock is held has it for a moment


class Running(NamedTuple):
    """A server that serves a library now."""

    url: str
    pid: int
    demands_token: bool
    host: str = ""
    """The name of the machine it runs on."""
    version: str = ""
    protocol: int = 0

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine; the library may lie on a disk that several have."""
        return self.host == socket.gethostname()


def running(folder: Path) -> Running | None:
    """The server of the library at ``folder``; None where there is none, whatever a note says."""
    try:
        values = json.loads((folder / NOTE).read_text("utf-8"))
        found = Running(
            str(values["url"]),
            int(values["pid"]),
            bool(values["demands_token"]),
            str(values.get("host", "")),
            str(values.get("version", "")),
            int(values.get("protocol", 0)),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if _is_held(folder / LOCK) else None


@contextlib.contextmanager
def owning(folder: Path) -> Iterator[None]:
    """Be the one server of a library, for as long as the block lasts.

    Raises `LibraryLocked`, which names the other one, and `LibraryUnwritable`.
    """
    from filelock import FileLock

    from footage import holders

    lock = FileLock(folder / LOCK, thread_local=False)
    other = running(folder)
    at = f" at {other.url}" if other else ""
    holders.take(lock, wait=LOOKED, busy=f"{folder} is served already{at}", place=folder)
    try:
        _forget(folder)  # that of a killed server: somebody else may listen there now
        yield
    finally:
        _forget(folder)
        holders.let_go(lock)


def announce(folder: Path, url: str, *, demands_token: bool) -> str:
    """Write down where the server is; only while `owning`. Raises `LibraryUnwritable`.

    Returns the secret by which the owner's programs and the server know each other.
    """
    from footage.durable import draft_of

    values = {
        "url": url,
        "pid": os.getpid(),
        "demands_token": demands_token,
        "host": socket.gethostname(),
        "version": footage.__version__,
        "protocol": PROTOCOL,
        "since": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    path = folder / NOTE
    try:
        secret = owner.make(folder)
        with draft_of(path) as draft:
            draft.write_text(json.dumps(values), "utf-8")
    except OSError as error:
        raise LibraryUnwritable(f"{path} cannot be written ({error.strerror})") from error
    return secret


def _forget(folder: Path) -> None:
    for name in (NOTE, owner.FILE_NAME):
        with contextlib.suppress(OSError):
            (folder / name).unlink(missing_ok=True)


def _is_held(lock: Path) -> bool:
    """Whether a process has the lock, which goes with the process however that ends."""
    try:
        import fcntl
    except ImportError:
        return _is_held_elsewhere(lock)
    try:
        with lock.open("rb") as file:  # closing it lets go
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _is_held_elsewhere(lock: Path) -> bool:
    """The same where there is no flock, as on Windows; slower to load."""
    from filelock import FileLock, Timeout

    probe = FileLock(lock)
    try:
        probe.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    probe.release()
    return False
