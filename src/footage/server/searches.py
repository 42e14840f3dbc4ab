"""Searches take turns: a few at once, and those nobody waits for any more are never begun."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import anyio
from anyio import to_thread
from starlette.requests import Request

from footage.server.faults import Refused
from footage.server.metrics import Metrics

T = TypeVar("T")

WAITING = 200  # searches that wait at most: a page that types sends some, a flood many


class Turns:
    """Lets ``most`` searches, or other ``work``, run at once."""

    def __init__(self, most: int, work: str = "searches") -> None:
        self._most = most
        self._work = work
        self._semaphore: anyio.Semaphore | None = None  # made where the loop runs
        self._waiting = 0

    async def run(self, request: Request, work: Callable[[], T]) -> T:
        """What ``work`` returns, in a thread, once it is its turn.

        Raises `Refused` where too many wait, or the client has gone meanwhile.
        """
        if self._semaphore is None:
            self._semaphore = anyio.Semaphore(self._most)
        if self._waiting >= WAITING:
            raise Refused(
                503,
                "busy",
                f"{self._waiting} {self._work} wait already",
                remedy="ask again in a moment",
                headers={"Retry-After": "1"},
            )
        self._waiting += 1
        try:
            await self._semaphore.acquire()
        finally:
            self._waiting -= 1
        try:
            if await request.is_disconnected():
                raise Refused(499, "cancelled", "nobody waits for it", remedy="ask again")
            return await to_thread.run_sync(work)
        finally:
            self._semaphore.release()


@contextlib.contextmanager
def searched(metrics: Metrics) -> Iterator[None]:
    """Count a search that ended well, and how long it took."""
    began = time.monotonic()
    yield
    metrics.searched(time.monotonic() - began)
