"""How fast the service may be asked: what the user says, and what its answers teach."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

MINUTE, DAY = 60.0, 86_400.0


class Pace:
    """One limit of the service, shared by all threads: turns are handed out in order.

    ``rpm`` and ``rpd`` are requests in any minute and any day; None is no limit known. Beyond
    them, `hold` keeps everybody back, where a 429 or the headers of an answer ask for that:
    others may be using the same organisation's limit.
    """

    def __init__(
        self, clock: Callable[[], float], *, rpm: int | None = None, rpd: int | None = None
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        limits = ((rpm, MINUTE), (rpd, DAY))
        self._windows = [_Window(most, length) for most, length in limits if most is not None]
        self._held_until = 0.0
        self._why = ""

    def turn(self, patience: float) -> float:
        """Take a turn; seconds to wait until it comes.

        One that would come after more than ``patience`` seconds is not taken.
        """
        with self._lock:
            now = self._clock()
            at = max([now, self._held_until, *(window.free_at() for window in self._windows)])
            if at - now <= patience:
                for window in self._windows:
                    window.take(at)
            return at - now

    @property
    def why(self) -> str:
        """What the service said when it last asked to wait; empty where the limit is our own."""
        with self._lock:
            return self._why if self._clock() < self._held_until else ""

    def hold(self, seconds: float, why: str = "") -> None:
        """Nobody gets a turn for so long; never shortens what was asked before."""
        with self._lock:
            until = self._clock() + seconds
            if until > self._held_until:
                self._held_until, self._why = until, why


class _Window:
    """At most so many turns within any stretch of ``length`` seconds."""

    def __init__(self, most: int, length: float) -> None:
        if most < 1:
            raise ValueError("a limit is at least one request")
        self._length = length
        self._taken: deque[float] = deque(maxlen=most)

    def free_at(self) -> float:
        full = len(self._taken) == self._taken.maxlen
        return self._taken[0] + self._length if full else 0.0

    def take(self, at: float) -> None:
        self._taken.append(at)
