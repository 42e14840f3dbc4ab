"""The connection to Milvus: embedded in a file of the library, or a server.

The embedded engine belongs to one process at a time. `Milvus.session` takes it under a file lock,
keeps it for a moment after the last use (opening costs about half a second), then lets it go, so
that a search and an `index` that runs for hours take turns.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from footage import holders, logs
from footage.errors import IndexUnavailable, LibraryLocked, LibraryUnwritable
from footage.index import engine_file
from footage.index.schema import Engine

log = logging.getLogger(__name__)

LINGER = 2.0  # seconds an unused embedded engine stays open for the next search


class Milvus:
    """One Milvus, opened when needed. Safe to use from several threads."""

    def __init__(self, uri: str | Path, *, token: str | None = None, wait: float = 30.0) -> None:
        """``uri`` is a file's path (embedded) or an http(s) address.

        ``wait`` is how many seconds a session waits for another process to let the file go.
        """
        self.embedded = isinstance(uri, Path)
        self._uri = str(uri)
        self._token = token or ""
        self._wait = wait
        self._mutex = threading.RLock()
        self._users = 0
        self._client: Any = None
        self._engine: Engine | None = None
        self._timer: threading.Timer | None = None
        self._file_lock = FileLock(f"{uri}.lock", thread_local=False) if self.embedded else None

    @property
    def engine(self) -> Engine:
        """What the engine said it is; only inside a session."""
        if self._engine is None:
            raise RuntimeError("Milvus.engine was asked outside a session")
        return self._engine

    @contextlib.contextmanager
    def session(self, *, linger: float = LINGER, wait: float | None = None) -> Iterator[Any]:
        """A `pymilvus.MilvusClient` to use within the block.

        Afterwards an embedded engine stays open ``linger`` seconds; ``wait`` overrides how many
        seconds to wait for another process.

        Raises `LibraryLocked` where another process holds the embedded engine for too long, and
        `IndexUnavailable` where Milvus cannot be opened or fails.
        """
        from pymilvus.exceptions import MilvusException

        logs.quiet_others()  # importing pymilvus sets its loggers up anew
        with self._mutex:
            self._cancel_release()
            if self._client is None:
                self._open(self._wait if wait is None else wait)
            self._users += 1
        try:
            yield self._client
        except MilvusException as error:
            log.debug("Milvus failed", exc_info=True)
            raise IndexUnavailable(f"Milvus at {self._uri} failed ({error.message})") from error
        finally:
            with self._mutex:
                self._users -= 1
                if self._users == 0 and self.embedded:
                    self._release_later(linger)

    def close(self) -> None:
        """Let the engine go now. The next session opens it again."""
        with self._mutex:
            self._cancel_release()
            if self._users == 0:
                self._close()

    def _open(self, wait: float) -> None:
        if self._file_lock is not None:
            try:
                self._file_lock.acquire(timeout=wait)
            except Timeout as error:
                who = holders.holder(Path(self._file_lock.lock_file))
                raise LibraryLocked(f"another footage process holds {self._uri}{who}") from error
            except OSError as error:
                raise LibraryUnwritable(
                    f"{self._uri} cannot be written ({error.strerror})"
                ) from error
            holders.note(Path(self._file_lock.lock_file))
        try:
            if self.embedded and (fault := engine_file.fault(Path(self._uri))):
                raise IndexUnavailable(
                    f"{self._uri} is damaged ({fault})", remedy=engine_file.REMEDY
                )
            self._client, self._engine = _connect(self._uri, self._token, embedded=self.embedded)
        except BaseException:
            if self._file_lock is not None:
                holders.clear(Path(self._file_lock.lock_file))
                self._file_lock.release()
            raise
        log.debug("opened %s: %s", self._uri, self._engine)

    def _close(self) -> None:
        if self._client is None:
            return
        self._client.close()
        self._client = self._engine = None
        if self._file_lock is not None:
            _stop_embedded(self._uri)
            holders.clear(Path(self._file_lock.lock_file))
            self._file_lock.release()
        log.debug("closed %s", self._uri)

    def _release_later(self, linger: float) -> None:
        if linger <= 0:
            self._close()
            return
        self._timer = threading.Timer(linger, self.close)
        self._timer.daemon = True
        self._timer.start()

    def _cancel_release(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _connect(uri: str, token: str, *, embedded: bool) -> tuple[Any, Engine]:
    from pymilvus import MilvusClient
    from pymilvus.exceptions import MilvusException

    try:
        client = MilvusClient(uri, token=token)
        version = _embedded_version() if embedded else str(client.get_server_version())
    # the embedded engine's own start-up fails in plain RuntimeError and OSError too
    except (MilvusException, RuntimeError, OSError) as error:
        log.debug("Milvus cannot be opened", exc_info=True)
        reason = getattr(error, "message", None) or error
        raise IndexUnavailable(f"Milvus at {uri} cannot be opened ({reason})") from error
    return client, Engine(embedded=embedded, version=version)


def _embedded_version() -> str:
    from importlib.metadata import version

    return version("milvus-lite")


def _stop_embedded(uri: str) -> None:
    # MilvusClient.close leaves the engine of a file running until the process ends
    from milvus_lite.server_manager import server_manager_instance

    server_manager_instance.release_server(uri)
