"""Telling browsers what happens: server-sent events (html.spec.whatwg.org, 9.2)."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, TypeAlias

from footage.server.answers import written

Event: TypeAlias = "tuple[str, Any]"

KEEP_ALIVE = 15.0  # seconds without an event until something is sent all the same
QUEUED = 500  # events a client that does not read is kept
MOST_LISTENERS = 200


class Events:
    """Whoever listens, and what they are told. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[asyncio.Queue[Event | None], asyncio.AbstractEventLoop] = {}
        self.closed = False

    def tell(self, name: str, data: Any) -> None:
        """Tell all who listen."""
        self._put((name, data))

    def close(self) -> None:
        """End all listening."""
        self.closed = True
        self._put(None)

    @property
    def full(self) -> bool:
        """Whether nobody else may listen."""
        return len(self._listeners) >= MOST_LISTENERS

    async def listen(self, first: Callable[[], Iterable[Event]]) -> AsyncIterator[bytes]:
        """The events from now on as they are sent, ``first`` those that say how it stands."""
        heard: asyncio.Queue[Event | None] = asyncio.Queue(QUEUED)
        with self._lock:
            self._listeners[heard] = asyncio.get_running_loop()
        try:
            yield b"retry: 2000\n\n"
            for event in first():
                yield _sent(event)
            while not self.closed:
                try:
                    told = await asyncio.wait_for(heard.get(), KEEP_ALIVE)
                except asyncio.TimeoutError:
                    yield b": still here\n\n"
                    continue
                if told is None:
                    return
                yield _sent(told)
        finally:
            with self._lock:
                self._listeners.pop(heard, None)

    def _put(self, event: Event | None) -> None:
        with self._lock:
            listeners = list(self._listeners.items())
        for heard, loop in listeners:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_offer, heard, event)


def _offer(heard: asyncio.Queue[Event | None], event: Event | None) -> None:
    if heard.full():
        heard.get_nowait()  # who does not read misses the oldest, and is told the newest state
    heard.put_nowait(event)


def _sent(event: Event) -> bytes:
    name, data = event
    # in ASCII, as some clients take other characters for ends of lines
    told = json.dumps(json.loads(written(data)))
    return f"event: {name}\ndata: {told}\n\n".encode("ascii")
