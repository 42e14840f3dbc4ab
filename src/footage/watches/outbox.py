"""What is to be sent to webhooks: at least once, later if need be, and given up in the end.

A request is written down together with the matches it tells of. Whoever sends it claims it first,
for longer than an attempt can take; so a killed process only delays it, and its id is the same the
next time.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections.abc import Callable

from tenacity import RetryCallState, Retrying, wait_exponential_jitter

from footage.catalog import Catalog
from footage.watches.found import THERE, Found
from footage.watches.watch import Delivery
from footage.watches.webhook import TIMEOUT, Undelivered, post, signature

log = logging.getLogger(__name__)

ATTEMPTS = 20  # after which a request is given up, about eight hours after the first
LEAST_WAIT = 0.01  # seconds
CLAIMED = 6 * TIMEOUT  # seconds that a request is left to whoever is sending it
# nobody is told of a video that was removed
_WAITING = (
    " FROM deliveries d JOIN watches w ON w.name = d.watch WHERE d.state = 'pending'"  # noqa: S608
    " AND w.webhook IS NOT NULL AND w.signing_key IS NOT NULL AND EXISTS"
    f" (SELECT 1 FROM matches WHERE matches.delivery_id = d.delivery_id AND {THERE})"
)
# about 1, 2, 4, … seconds, and up to one more, so that not all come back at once
_WAIT = wait_exponential_jitter(initial=1.0, max=3_600.0)


class Outbox:
    """The requests to webhooks of one library."""

    def __init__(
        self,
        catalog: Catalog,
        found: Found,
        library_id: Callable[[], str],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock`` gives seconds since 1970."""
        self._catalog = catalog
        self._found = found
        self._library_id = library_id
        self._clock = clock

    def deliver(self, *, patience: float = 0.0, stop: threading.Event | None = None) -> int:
        """Send what is due, and what comes due within ``patience`` seconds; how many succeeded.

        Ends early once ``stop`` is set.
        """
        stop, succeeded = stop or threading.Event(), 0
        until = time.monotonic() + patience
        while not stop.is_set():
            wait = self.due_in()
            if wait is None or (wait > 0 and time.monotonic() + wait > until):
                break
            if wait > 0:
                stop.wait(max(wait, LEAST_WAIT))
                continue
            delivery = self._claim()
            if delivery is not None:  # else another process was faster
                succeeded += self._send(delivery)
        return succeeded

    def due_in(self) -> float | None:
        """Seconds until something is due, 0 or less where it is; None where nothing waits."""
        first = self._catalog.rows(f"SELECT min(d.due){_WAITING}")[0][0]
        return None if first is None else float(first) - self._clock()

    def retry_dead(self, name: str | None = None) -> int:
        """Begin anew with what was given up, of a watch or of all; how many."""
        with self._catalog.transaction() as db:
            return db.execute(
                "UPDATE deliveries SET state = 'pending', attempts = 0, due = 0"
                " WHERE state = 'dead' AND watch = coalesce(?, watch)",
                (name,),
            ).rowcount

    def _claim(self) -> Delivery | None:
        """What is due first, which nobody else gets for a while."""
        now = self._clock()
        with self._catalog.transaction() as db:
            row = db.execute(
                f"SELECT d.delivery_id, d.attempts, w.*{_WAITING} AND d.due <= ?"
                " ORDER BY d.due LIMIT 1",
                (now,),
            ).fetchone()
            if row is None:
                return None
            db.execute(
                "UPDATE deliveries SET attempts = attempts + 1, due = ? WHERE delivery_id = ?",
                (now + CLAIMED, row["delivery_id"]),
            )
        return Delivery(
            id=row["delivery_id"],
            watch=row["name"],
            attempts=row["attempts"] + 1,
            webhook=row["webhook"],
            secret=row["signing_key"],
            private=bool(row["private"]),
        )

    def _send(self, delivery: Delivery) -> bool:
        body, at = self._body(delivery), int(self._clock())
        headers = {
            "Footage-Delivery": delivery.id,
            "Footage-Signature": signature(delivery.secret, body, at),
        }
        try:
            post(delivery.webhook, body, headers=headers, private=delivery.private, timeout=TIMEOUT)
        except Undelivered as error:
            self._failed(delivery, error)
            return False
        self._update(delivery, "delivered", self._clock(), None)
        log.info("the webhook of %s took %s", delivery.watch, delivery.id)
        return True

    def _body(self, delivery: Delivery) -> bytes:
        matches = self._found.matches(delivery_id=delivery.id)
        value = {
            "id": delivery.id,
            "library": self._library_id(),
            "watch": delivery.watch,
            "matches": [match.to_send() for match in reversed(matches)],
        }
        return json.dumps(value).encode()

    def _failed(self, delivery: Delivery, error: Undelivered) -> None:
        log.warning("the webhook of %s failed: %s", delivery.watch, error)
        dead = error.hopeless or delivery.attempts >= ATTEMPTS
        due = self._clock() + pause_after(delivery.attempts)
        self._update(delivery, "dead" if dead else "pending", due, str(error))
        if not dead:  # it is the same host: the others of this watch wait as well
            with self._catalog.transaction() as db:
                db.execute(
                    "UPDATE deliveries SET due = ? WHERE watch = ? AND state = 'pending'"
                    " AND due < ?",
                    (due + random.random(), delivery.watch, due),  # noqa: S311 - no secret
                )

    def _update(self, delivery: Delivery, state: str, due: float, error: str | None) -> None:
        with self._catalog.transaction() as db:
            db.execute(
                "UPDATE deliveries SET state = ?, due = ?, error = ? WHERE delivery_id = ?",
                (state, due, error, delivery.id),
            )


def pause_after(attempts: int) -> float:
    """Seconds until the next attempt, after so many that failed."""
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = attempts
    return float(_WAIT(state))
