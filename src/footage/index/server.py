"""A Milvus server as a client that waits, tries again and reconnects.

A call that cannot connect, or gets no answer in time, is repeated with exponential backoff and
jitter until the session's patience ends. Repeating is safe: segments are upserted, never inserted,
and everything else footage asks of a server is the same done twice.
"""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_before_delay,
    wait_exponential,
    wait_random,
)

from footage.index.faults import TRANSIENT, kind_of

log = logging.getLogger(__name__)

PATIENCE = 15.0  # seconds of trying: Milvus is back from a restart in about ten
ANSWER = 10.0  # seconds a call may take
SHORTEST = 2.0  # seconds a call may take where there is no patience left
LONG_CALLS = {  # seconds, for calls that are work and not a question
    "upsert": 60.0,
    "delete": 60.0,
    "create_collection": 60.0,
    "release_collection": 60.0,
    "drop_collection": 60.0,
    "flush": 300.0,
    "load_collection": 600.0,
    "create_index": 3_600.0,
}


class Server:
    """The one connection of a process to a server. Safe to use from several threads."""

    def __init__(self, uri: str, token: str) -> None:
        self._uri = uri
        self._token = token
        self._lock = threading.Lock()
        self._client: Any = None
        self.connections = 0
        """How many connections were made: what was remembered of an earlier one may be stale."""

    def client(self, timeout: float) -> Any:
        """The `pymilvus.MilvusClient`, connected first where it is not."""
        from pymilvus import MilvusClient

        with self._lock:
            if self._client is None:
                # not pymilvus's shared connection: closing it would close it for others
                self._client = MilvusClient(
                    self._uri, token=self._token, timeout=timeout, dedicated=True
                )
                self.connections += 1
            return self._client

    def drop(self, client: Any = None) -> None:
        """Close the connection, or only ``client`` if it still is the one."""
        with self._lock:
            if self._client is None or (client is not None and client is not self._client):
                return
            client, self._client = self._client, None
        try:
            client.close()
        # whatever a broken channel does when it is closed, it is given up
        except Exception:
            log.debug("a connection to Milvus did not close cleanly", exc_info=True)


class PatientClient:
    """The methods of `pymilvus.MilvusClient`, each with a timeout and ``patience`` s of retries.

    Raises what pymilvus raises, once patience has ended or at once where trying again is no use.
    """

    def __init__(self, server: Server, patience: float) -> None:
        self._server = server
        self._patience = patience

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return functools.partial(self._call, name)

    def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        deadline = time.monotonic() + self._patience
        retrying = Retrying(
            retry=retry_if_exception(lambda error: kind_of(error) in TRANSIENT),
            wait=wait_exponential(multiplier=0.2, max=4.0) + wait_random(0, 0.2),
            stop=stop_before_delay(self._patience),
            before_sleep=lambda state: log.info("Milvus: trying again, %s", _failure(state)),
            reraise=True,
        )
        return retrying(self._attempt, deadline, name, *args, **kwargs)

    def _attempt(self, deadline: float, name: str, *args: Any, **kwargs: Any) -> Any:
        answer = min(ANSWER, max(SHORTEST, deadline - time.monotonic()))
        client = None
        try:
            client = self._server.client(answer)
            timeout = LONG_CALLS.get(name, answer)
            return getattr(client, name)(*args, timeout=timeout, **kwargs)
        except Exception as error:
            if client is not None and kind_of(error) in TRANSIENT:
                self._server.drop(client)  # gRPC waits ever longer before it reconnects by itself
            raise


def _failure(state: RetryCallState) -> str:
    error = state.outcome.exception() if state.outcome else None
    return kind_of(error).value if error else ""
