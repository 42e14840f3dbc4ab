"""What a server does about watches by itself: tells pages of matches, and sends to webhooks.

Matches are found by whoever indexes, a job here or another process, so the catalog is looked at.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from footage.library import Library
from footage.server.answers import presented
from footage.server.events import Events
from footage.watches.watch import Match

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # between two looks for new matches
SEND_SECONDS = 2.0  # between two looks for what is to be sent
LAST_SECONDS = 1.0  # a request under way may still take when the server stops


class MatchNews:
    """Two threads: a webhook that does not answer keeps no page waiting."""

    def __init__(self, library: Library, events: Events) -> None:
        self._library = library
        self._events = events
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._asked: set[str] = set()
        self._lock = threading.Lock()
        self._told = 0
        # a request under way is not waited for when the server stops: it is sent again
        self._looking = threading.Thread(
            target=self._repeat, args=(self._look, self._wake, LOOK_SECONDS), name="footage-looking"
        )
        self._sending = threading.Thread(
            target=self._repeat,
            args=(self._send, self._stop, SEND_SECONDS),
            name="footage-sending",
            daemon=True,
        )

    def start(self) -> None:
        """Begin; matches of before are told of by nobody."""
        self._told = self._library.watches.newest()
        self._looking.start()
        self._sending.start()

    def close(self) -> None:
        """End; what was not sent is sent after the next start."""
        self._stop.set()
        self._wake.set()
        for thread, patience in ((self._looking, None), (self._sending, LAST_SECONDS)):
            if thread.ident is not None:
                thread.join(patience)

    def judge(self, name: str) -> None:
        """Let a watch look at what it has not judged, soon."""
        with self._lock:
            self._asked.add(name)
        self._wake.set()

    def shown(self, matches: Iterable[Match]) -> list[object]:
        """The shapes of matches, with addresses of pictures."""
        folder: Path = self._library.folder
        return [presented(match.to_json(), folder=folder) for match in matches]

    def _repeat(self, work: Callable[[], None], pause: threading.Event, seconds: float) -> None:
        while not self._stop.is_set():
            try:
                work()
            # as of a full disk, or a library that is being restored: a later time may do better
            except Exception:
                if not self._stop.is_set():
                    log.exception("watches: %s failed", work.__name__)
            pause.wait(seconds)

    def _look(self) -> None:
        self._wake.clear()
        with self._lock:
            asked, self._asked = self._asked, set()
        there = self._library.watches.names() if asked else ()
        for name in sorted(asked.intersection(there)):
            self._library.watches.run(name)
        for match in self._library.watches.since(self._told):
            self._told = max(self._told, match.number)
            self._events.tell("match", self.shown([match])[0])

    def _send(self) -> None:
        self._library.watches.deliver(stop=self._stop)
