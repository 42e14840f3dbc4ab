"""Who holds a lock: a note beside it, for people to read. The lock itself is the system's own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from filelock import FileLock, Timeout

from footage.errors import LibraryLocked, LibraryUnwritable


def note(lock: Path) -> None:
    """Write down that this process holds ``lock``; a disk that refuses goes without."""
    values = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": _command(),
        "since": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    path = _path(lock)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(json.dumps(values), "utf-8")
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def clear(lock: Path) -> None:
    """Take the note away; to be done before the lock is let go."""
    with contextlib.suppress(OSError):
        _path(lock).unlink(missing_ok=True)


def holder(lock: Path) -> str:
    """Who holds ``lock``, as the end of a sentence; empty where no living process says so."""
    try:
        values = json.loads(_path(lock).read_text("utf-8"))
        pid, host, command = int(values["pid"]), str(values["host"]), str(values["command"])
        since = datetime.fromisoformat(values["since"]).astimezone()
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return ""
    here = host == socket.gethostname()
    if here and not _lives(pid):
        return ""
    where = "" if here else f" on {host[:64]}"
    return f": {command[:64]}, process {pid}{where}, since {since:%Y-%m-%d %H:%M:%S}"


@contextlib.contextmanager
def indexing(folder: Path, lock: FileLock, *, wait: float) -> Iterator[None]:
    """Hold the ingest lock of the library at ``folder``; ``wait`` is in seconds.

    Raises `LibraryLocked`, which names the holder, and `LibraryUnwritable`.
    """
    take(lock, wait=wait, busy=f"another footage process is indexing into {folder}", place=folder)
    try:
        yield
    finally:
        let_go(lock)


def take(lock: FileLock, *, wait: float, busy: str, place: Path) -> None:
    """Take a lock within ``wait`` seconds, and write down who has it.

    Raises `LibraryLocked`, which says ``busy`` and names the holder, and `LibraryUnwritable`
    where ``place`` cannot be written.
    """
    path = Path(lock.lock_file)
    try:
        lock.acquire(timeout=wait)
    except Timeout as error:
        raise LibraryLocked(f"{busy}{holder(path)}") from error
    except OSError as error:
        raise LibraryUnwritable(f"{place} cannot be written ({error.strerror})") from error
    note(path)


def let_go(lock: FileLock) -> None:
    """Release a lock that `take` took."""
    clear(Path(lock.lock_file))
    lock.release()


def _path(lock: Path) -> Path:
    return lock.with_name(f"{lock.name}.json")


def _command() -> str:
    """The program and its command; the rest of the command line may hold what is private."""
    program = Path(sys.argv[0]).name if sys.argv and sys.argv[0] else "python"
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if program in {"footage", "-c", "__main__.py"} and command.isalpha():
        return f"footage {command}"
    return "python" if program == "-c" else program


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
