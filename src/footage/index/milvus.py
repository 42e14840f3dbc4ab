"""Milvus in sessions: embedded in a file of the library, or a server.

The embedded engine belongs to one process at a time. `Milvus.session` takes it under a file lock,
keeps it for a moment after the last use (opening costs about half a second), then lets it go, so
that a search and an `index` that runs for hours take turns.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock

from footage import holders, logs
from footage.errors import IndexUnavailable, LibraryUnwritable
from footage.index import engine_file
from footage.index.address import redacted
from footage.index.faults import unavailable
from footage.index.schema import Engine
from footage.index.server import PATIENCE, PatientClient, Server

log = logging.getLogger(__name__)

LINGER = 2.0  # seconds an unused embedded engine stays open for the next search
STARTS = 3  # attempts
STARTING = 30.0  # seconds the embedded engine may take to listen: mostly 0.1, on a busy machine 12


class Milvus:
    """One Milvus, opened when needed. Safe to use from several threads."""

    def __init__(self, uri: str | Path, *, token: str | None = None, wait: float = 30.0) -> None:
        """``uri`` is a file's path (embedded) or the address of a server.

        ``wait`` is how many seconds a session waits for another process to let the file go, or for
        a server to answer (15 at most).
        """
        self.embedded = isinstance(uri, Path)
        self.place = str(uri) if self.embedded else redacted(str(uri))
        self._uri = str(uri)
        self._token = token or ""
        self._wait = wait
        self._mutex = threading.RLock()
        self._users = 0
        self._client: Any = None
        self._engine: Engine | None = None
        self._opened = 0
        self._timer: threading.Timer | None = None
        self._fires = self._idle_until = 0.0  # on the monotonic clock
        # not of a thread: the timer that lets it go is another than the one that took it
        self._file_lock = FileLock(f"{uri}.lock", thread_local=False) if self.embedded else None
        self._server = None if self.embedded else Server(self._uri, self._token)

    @property
    def engine(self) -> Engine:
        """What the engine said it is; only inside a session."""
        if self._engine is None:
            raise RuntimeError("Milvus.engine was asked outside a session")
        return self._engine

    @property
    def generation(self) -> int:
        """Changes with every new connection: what was learnt over an earlier one may be stale."""
        return self._opened + (self._server.connections if self._server else 0)

    @contextlib.contextmanager
    def session(self, *, linger: float = LINGER, wait: float | None = None) -> Iterator[Any]:
        """A `pymilvus.MilvusClient`, or what stands for one, to use within the block.

        Afterwards an embedded engine stays open ``linger`` seconds; ``wait`` overrides how many
        seconds to wait for another process, or for a server.

        Raises `LibraryLocked` where another process holds the embedded engine for too long, and
        `IndexUnavailable` where Milvus cannot be opened or fails.
        """
        _prepare_pymilvus()
        patience = self._wait if wait is None else wait
        if self._server is None:
            with self._embedded_session(linger, patience) as client:
                yield client
        else:
            with self._server_session(self._server, min(patience, PATIENCE)) as client:
                yield client

    def close(self) -> None:
        """Let the engine go now. The next session opens it again."""
        with self._mutex:
            self._cancel_release()
            if self._server is not None:
                self._server.drop()
            elif self._users == 0:
                self._close()

    # a server

    @contextlib.contextmanager
    def _server_session(self, server: Server, patience: float) -> Iterator[Any]:
        import grpc
        from pymilvus.exceptions import MilvusException

        client = PatientClient(server, patience)
        try:
            if self._engine is None:
                version = str(client.get_server_version())
                self._engine = Engine(embedded=False, version=version.removeprefix("v"))
                log.debug("opened %s: %s", self.place, self._engine)
            yield client
        except (MilvusException, grpc.RpcError) as error:
            log.debug("Milvus failed", exc_info=True)
            raise unavailable(error, where=self.place, token=self._token) from None

    # the embedded engine

    @contextlib.contextmanager
    def _embedded_session(self, linger: float, wait: float) -> Iterator[Any]:
        from pymilvus.exceptions import MilvusException

        with self._mutex:
            if self._client is None:
                self._open(wait)
            self._users += 1
        try:
            yield self._client
        except MilvusException as error:
            log.debug("Milvus failed", exc_info=True)
            raise IndexUnavailable(f"Milvus at {self._uri} failed ({error.message})") from error
        finally:
            with self._mutex:
                self._users -= 1
                if self._users == 0:
                    self._release_later(linger)

    def _open(self, wait: float) -> None:
        self._lock_file(wait)
        try:
            self._client = _open_embedded(self._uri)
        except BaseException:
            self._unlock_file()
            raise
        self._engine = Engine(embedded=True, version=_embedded_version())
        self._opened += 1
        log.debug("opened %s: %s", self._uri, self._engine)

    def _close(self) -> None:
        if self._client is None:
            return
        self._client.close()
        self._client = self._engine = None
        _stop_embedded(self._uri)
        self._unlock_file()
        log.debug("closed %s", self._uri)

    def _lock_file(self, wait: float) -> None:
        assert self._file_lock is not None  # noqa: S101 (the embedded engine has one)
        holders.take(
            self._file_lock,
            wait=wait,
            busy=f"another footage process holds {self._uri}",
            place=Path(self._file_lock.lock_file),
        )

    def _unlock_file(self) -> None:
        assert self._file_lock is not None  # noqa: S101 (the embedded engine has one)
        holders.let_go(self._file_lock)

    def _release_later(self, linger: float) -> None:
        if linger <= 0:
            self._close()
            return
        self._idle_until = time.monotonic() + linger
        # one timer for many searches: a thread for each costs up to 2 ms where cores are busy
        if self._timer is None or self._fires > self._idle_until:
            self._cancel_release()
            self._arm()

    def _arm(self) -> None:
        self._fires = self._idle_until
        self._timer = threading.Timer(self._fires - time.monotonic(), self._release_if_idle)
        self._timer.daemon = True
        self._timer.start()

    def _release_if_idle(self) -> None:
        with self._mutex:
            if self._timer is not threading.current_thread():
                return  # cancelled, or replaced, while it waited for the mutex
            self._timer = None
            if self._users:
                return  # whoever is last arms it anew
            if time.monotonic() < self._idle_until:
                self._arm()
            else:
                self._close()

    def _cancel_release(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


@functools.cache
def _prepare_pymilvus() -> None:
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # gRPC prints failed handshakes to stderr
    os.environ.setdefault("GLOG_minloglevel", "3")  # and the engine what it also answers
    import pymilvus  # noqa: F401 (its import sets its loggers up anew)

    logs.quiet_others()


def _open_embedded(uri: str) -> Any:
    from pymilvus import MilvusClient
    from pymilvus.exceptions import MilvusException

    _check_sound(Path(uri))
    try:
        with warnings.catch_warnings():  # milvus-lite 2.5 imports pkg_resources, which complains
            warnings.simplefilter("ignore")
            _await_embedded(uri)
            return MilvusClient(uri)
    # the embedded engine's own start-up fails in plain RuntimeError and OSError too
    except (MilvusException, RuntimeError, OSError) as error:
        if _embedded_process(uri) is not None:
            _stop_embedded(uri)
        log.debug("Milvus cannot be opened", exc_info=True)
        reason = getattr(error, "message", None) or error
        raise IndexUnavailable(f"Milvus at {uri} cannot be opened ({reason})") from error


def _check_sound(path: Path) -> None:
    try:
        fault = engine_file.fault(path)
    except OSError as error:
        raise LibraryUnwritable(f"{path} cannot be read ({error.strerror})") from error
    if fault:
        raise IndexUnavailable(
            f"Milvus at {path} cannot be opened ({fault})", remedy=engine_file.REMEDY
        )


def _embedded_version() -> str:
    from importlib.metadata import version

    return version("milvus-lite")


def _await_embedded(uri: str) -> None:
    """Start the engine and wait until it listens.

    On a busy machine it may take a lock file that is being replaced for a parent that has died, and
    then ends with 0 at once; so it is started again.
    """
    ended: int | None = 0
    for _ in range(STARTS):
        ended = _started(uri)
        if ended != 0:
            break
        _stop_embedded(uri)
    if ended is not None:
        raise RuntimeError(f"its engine ended with {ended}")


def _started(uri: str) -> int | None:
    """Start the engine; None once it listens, else what it ended with.

    pymilvus would give it ten seconds to listen.
    """
    from milvus_lite.server_manager import server_manager_instance

    address = server_manager_instance.start_and_get_uri(uri)
    process = _embedded_process(uri)
    if process is None or not str(address).startswith("unix:"):
        return None
    deadline = time.monotonic() + STARTING
    while not _listens(address.removeprefix("unix:")) and time.monotonic() < deadline:
        if process.poll() is not None:
            return int(process.returncode)
        time.sleep(0.01)
    return None


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def _embedded_process(uri: str) -> Any:
    """The `subprocess.Popen` of the engine that holds this file for us; None where none does."""
    from milvus_lite.server_manager import server_manager_instance

    server = getattr(server_manager_instance, "_servers", {}).get(str(Path(uri).resolve()))
    return getattr(server, "_p", None)


def _stop_embedded(uri: str) -> None:
    # MilvusClient.close leaves the engine of a file running until the process ends
    from milvus_lite.server_manager import server_manager_instance

    server_manager_instance.release_server(uri)
