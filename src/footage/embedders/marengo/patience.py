"""Calls to the service that wait for their turn, try again, and know when to stop.

What is tried again: connections that break, timeouts, 408, 409, 429, 5xx, and answers that cannot
be read; never 400, 401, 403, 404. Waits grow exponentially with full jitter
(https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), and are never shorter
than the service asks for. Where that is longer than there is patience, the call fails at once and
says when to come back.

What costs money is not asked for twice on a guess: where such a request was sent and its answer
lost (a timeout, a broken connection, a 5xx, an answer cut short), the service may be at work on it.
Then `AnswerLost` is raised, so that the caller first looks for what it asked for.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from footage import logs
from footage.embedders.marengo.circuit import Circuit
from footage.embedders.marengo.faults import CAUGHT, Fault, Scrub, error_of, fault_of, wait_for_turn
from footage.embedders.marengo.pace import Pace
from footage.errors import QuotaGone, ServiceDown

log = logging.getLogger(__name__)

T = TypeVar("T")
Check = Callable[[], None]

WORTH_TELLING = 3.0  # seconds of a wait
TELL_EVERY = 30.0  # seconds
SLICE = 1.0  # seconds between two looks at whether the work was cancelled


def unchecked() -> None:
    """Nothing cancels this call."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, which tests replace."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time  # seconds since the epoch
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try, in seconds."""

    deadline: float = 900.0  # no attempt begins later than this
    first: float = 1.0  # the first wait is up to this long, the next up to twice that
    longest: float = 60.0  # of the waits that the service did not ask for


@dataclass(slots=True)
class Heard:
    """What the answer to a thread's last request said beside its body."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Ear(threading.local):
    """Hears every answer; httpx calls `hear`. Each thread has its own."""

    def __init__(self) -> None:
        self.heard = Heard()

    def hear(self, response: httpx.Response) -> None:
        """A response hook of an `httpx.Client`."""
        self.heard = Heard(response.status_code, response.headers)


class _Failed(Exception):
    """One attempt that failed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class Caller:
    """Makes calls with patience. Safe to use from several threads."""

    def __init__(self, *, clock: Clock, circuit: Circuit, ear: Ear, scrub: Scrub) -> None:
        self._clock, self._circuit, self._ear, self._scrub = clock, circuit, ear, scrub
        self._told = -TELL_EVERY

    def call(
        self,
        endpoint: str,
        send: Callable[[], T],
        *,
        pace: Pace,
        patience: Patience,
        check: Check = unchecked,
        paid: bool = False,
    ) -> T:
        """What ``send`` returns, tried again as long as that may help and ``patience`` lasts.

        ``check`` is called before each attempt and every second of a wait; what it raises ends the
        call. A ``paid`` request is not repeated once it may have been done.

        Raises `ServiceError`, each kind as its name says; `AnswerLost` for a ``paid`` one alone.
        """
        began = self._clock.monotonic()

        def left() -> float:
            return began + patience.deadline - self._clock.monotonic()

        def hopeful(error: BaseException) -> bool:
            return isinstance(error, _Failed) and error.fault.again and not (
                paid and error.fault.lost
            )  # fmt: skip

        def tell(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, _Failed):
                self._tell(error.fault, state.upcoming_sleep, left())

        retrying = Retrying(
            retry=retry_if_exception(hopeful),
            wait=_Wait(patience),
            stop=lambda state: state.upcoming_sleep > left(),
            before_sleep=tell,
            sleep=lambda seconds: self.pause(seconds, check),
            reraise=True,
        )
        attempts = 0

        def attempt() -> T:
            nonlocal attempts
            attempts += 1
            check()
            self._wait_for_service(endpoint, left, check, first=attempts == 1)
            self._wait_for_turn(endpoint, pace, max(left(), 0.0), check)
            return self._attempt(f"{endpoint}, attempt {attempts}", send, pace)

        try:
            return retrying(attempt)
        except _Failed as failed:
            fault = failed.fault
        raise error_of(fault, endpoint, lost=paid, until=self._until(fault.wait))

    def _tell(self, fault: Fault, wait: float, left: float) -> None:
        """Tell whoever waits at the terminal, now and then, what is waited for."""
        now = self._clock.monotonic()
        if wait >= WORTH_TELLING and now - self._told >= TELL_EVERY:
            self._told = now
            log.warning(
                "Twelve Labs: %s; asked again in %.0f s, and until %s (Ctrl-C is safe)",
                fault,
                wait,
                self._until(left),
                extra=logs.NOTICE,
            )

    def pause(self, seconds: float, check: Check = unchecked) -> None:
        """Sleep, with a look at ``check`` every second."""
        end = self._clock.monotonic() + seconds
        while (left := end - self._clock.monotonic()) > 0:
            check()
            self._clock.sleep(min(left, SLICE))

    def _wait_for_service(
        self, endpoint: str, left: Callable[[], float], check: Check, *, first: bool
    ) -> None:
        """A new call fails at once where the circuit is open; one under way waits, as it may."""
        while (wait := self._circuit.wait()) > 0:
            if first or wait > left():
                raise ServiceDown(
                    f"Twelve Labs has been out of order and was not asked again ({endpoint})",
                    remedy=f"run the same command again after {self._until(wait)}",
                )
            self.pause(wait, check)

    def _wait_for_turn(self, endpoint: str, pace: Pace, left: float, check: Check) -> None:
        if (wait := pace.turn(left)) > left:
            why = f": {pace.why}" if pace.why else ""
            raise QuotaGone(
                f"no more requests to Twelve Labs are allowed for now ({endpoint}{why})",
                remedy=f"run the same command again after {self._until(wait)}",
            )
        self.pause(wait, check)

    def _attempt(self, label: str, send: Callable[[], T], pace: Pace) -> T:
        began = self._clock.monotonic()
        self._ear.heard = Heard()
        try:
            answer = send()
        except CAUGHT as error:
            fault = fault_of(
                error,
                headers=self._ear.heard.headers,
                now=self._clock.wall(),
                scrub=self._scrub,
            )
        else:
            self._note(label, str(self._ear.heard.status or "done"), began)
            self._circuit.succeeded()
            self._learn(pace)
            return answer
        self._note(label, fault.outcome, began)
        self._circuit.failed() if fault.down else self._circuit.succeeded()
        self._learn(pace)
        if fault.spent or fault.wait:
            pace.hold(fault.wait or 0.0, str(fault))
        raise _Failed(fault)

    def _learn(self, pace: Pace) -> None:
        wait = wait_for_turn(self._ear.heard.headers, self._clock.wall())
        if wait:
            pace.hold(wait, "none is left within the limit")

    def _note(self, label: str, outcome: str, began: float) -> None:
        took = 1000 * (self._clock.monotonic() - began)
        log.info("%s: %s, %.0f ms", label, outcome, took)

    def _until(self, wait: float | None) -> str | None:
        if wait is None:
            return None
        moment = datetime.fromtimestamp(self._clock.wall() + wait + 1).astimezone()
        return moment.strftime("%Y-%m-%d %H:%M:%S")


class _Wait:
    """Seconds until the next attempt: growing, with full jitter, never less than is asked for."""

    def __init__(self, patience: Patience) -> None:
        self._grown = wait_random_exponential(multiplier=patience.first, max=patience.longest)

    def __call__(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.fault.wait if isinstance(error, _Failed) else None
        return max(asked or 0.0, self._grown(state))
