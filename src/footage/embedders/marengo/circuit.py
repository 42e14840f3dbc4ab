"""A circuit breaker: once the service is down nobody waits for it in vain."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Circuit:
    """Opens after ``failures`` in a row over at least ``over`` seconds; safe among threads.

    Both have to be: eight workers that meet one hiccup are eight failures in a row, and no outage.
    Once open, nothing is let through for ``rest`` seconds. Then one call is (half-open): the
    circuit closes if it succeeds, else the rest begins again, each time twice as long up to
    ``longest``. A call that never reports back holds nothing up: another follows a rest later.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        failures: int = 5,
        over: float = 60.0,
        rest: float = 30.0,
        longest: float = 600.0,
    ) -> None:
        self._clock = clock
        self._failures, self._over = failures, over
        self._first_rest, self._longest = rest, longest
        self._rest = rest
        self._lock = threading.Lock()
        self._count = 0
        self._since = 0.0  # of the first failure in a row
        self._until: float | None = None  # None: closed
        self._trying = False  # whether a call was let through to see

    def wait(self) -> float:
        """Seconds until something is let through again; 0 lets this call through."""
        with self._lock:
            if self._until is None:
                return 0.0
            left = self._until - self._clock()
            if left > 0:
                return left
            self._until, self._trying = self._clock() + self._rest, True
            return 0.0

    def succeeded(self) -> None:
        """The service is itself, whatever it answered."""
        with self._lock:
            self._count, self._rest = 0, self._first_rest
            self._until, self._trying = None, False

    def failed(self) -> None:
        """The service is not itself."""
        with self._lock:
            now = self._clock()
            self._since = self._since if self._count else now
            self._count += 1
            if self._until is None:
                if self._count >= self._failures and now - self._since >= self._over:
                    self._until = now + self._rest
            elif self._trying:  # the others were under way when it opened
                self._rest = min(2 * self._rest, self._longest)
                self._until, self._trying = now + self._rest, False
