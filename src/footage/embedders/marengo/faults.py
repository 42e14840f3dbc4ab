"""What can go wrong with a call, however the SDK and httpx put it, as one thing: a `Fault`.

The SDK has error classes for some statuses of some methods and a bare ``ApiError`` for the rest;
connections that break are httpx's errors; a field that is missing is pydantic's. Their texts print
headers and bodies, so none of them is shown or logged: only the service's own message is, without
the key, on one line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from json import JSONDecodeError
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError
from twelvelabs.core.api_error import ApiError

from footage.errors import (
    AnswerLost,
    KeyRefused,
    NotAtService,
    QuotaGone,
    RequestRefused,
    ServiceDown,
    ServiceError,
)

CAUGHT = (
    *(ApiError, httpx.HTTPError, httpx.InvalidURL),
    *(ValidationError, JSONDecodeError, UnicodeDecodeError),
)
LONGEST = 366 * 86_400.0  # seconds; to wait longer than a year is to wait for ever
_AGAIN = {408, 409, 429}  # and 5xx
_HOPELESS = {501, 505, 510}  # 5xx that stay as they are
_SPENT_REST = 3_600.0  # seconds until it is worth asking whether there is credit again
_SPENT = {"usage_limit_exceeded", "quota_exceeded", "insufficient_credits"}
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_TEXT_MOST = 300  # characters of a message that are shown
_EPOCH = 1e8  # a reset above is a date, one below is seconds

Scrub = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One call that failed."""

    status: int | None = None  # None: no answer came
    message: str = ""  # the service's own, or what broke; one line without the key
    code: str = ""  # the service's own
    wait: float | None = None  # seconds to the time that the service says to come back
    sent: bool = True  # whether the service may have got the request
    garbled: bool = False  # an answer came that says yes and cannot be read
    hopeless: bool = False  # asking again cannot help

    @property
    def spent(self) -> bool:
        """Whether no more requests are allowed for now."""
        return self.status in {402, 429} or self.code in _SPENT

    @property
    def again(self) -> bool:
        """Whether asking again may help."""
        if self.hopeless or self.code in _SPENT:
            return False
        if self.status is None or self.garbled or self.status in _AGAIN:
            return True
        return self.status >= 500 and self.status not in _HOPELESS

    @property
    def lost(self) -> bool:
        """Whether the service may have done what was asked, and only its answer is missing."""
        return self.again and self.sent and self.status not in {409, 429}

    @property
    def down(self) -> bool:
        """Whether it says that the service is not itself."""
        return self.again and self.status not in {409, 429}

    @property
    def outcome(self) -> str:
        """The status, or what broke: for the log, which gets nothing of a body."""
        return self.message if self.status is None or self.garbled else str(self.status)

    def __str__(self) -> str:
        return self.outcome if self.message in self.outcome else f"{self.outcome} {self.message}"


def fault_of(error: Exception, *, headers: Mapping[str, str], now: float, scrub: Scrub) -> Fault:
    """The fault behind one of ``CAUGHT``.

    ``headers`` are those of the answer, names in lower case, ``now`` is in seconds since the
    epoch, ``scrub`` takes the key out of a text.
    """
    if isinstance(error, ApiError):
        return _answered(error, now, scrub)
    if isinstance(error, httpx.TransportError):
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).lower()
        hopeless = isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError)
        sent = not isinstance(error, _UNSENT) and not hopeless
        return Fault(None, name, sent=sent, hopeless=hopeless)
    if isinstance(error, httpx.HTTPStatusError):
        status, kept = error.response.status_code, error.response.headers
        return Fault(status, "", wait=wait_asked(kept, now))
    if isinstance(error, httpx.InvalidURL):
        return Fault(None, "the address is none", sent=False, hopeless=True)
    return Fault(200, "the answer cannot be read", garbled=True, wait=wait_asked(headers, now))


def error_of(fault: Fault, endpoint: str, *, lost: bool, until: str | None) -> ServiceError:
    """What a user is told: ``lost`` where a paid request may have been done.

    ``until`` is when to come back, as text; None where nobody knows.
    """
    call = f"({endpoint}: {fault})"
    later = f"run the same command again after {until}" if until else None
    if lost and fault.lost:
        return AnswerLost(f"Twelve Labs may have done what was asked, its answer is lost {call}")
    if fault.spent:
        return QuotaGone(f"Twelve Labs allows no more requests for now {call}", remedy=later)
    if fault.status in {401, 403}:
        return KeyRefused(f"Twelve Labs does not take the API key {call}")
    if fault.again:
        return ServiceDown(f"Twelve Labs cannot be reached or is out of order {call}", remedy=later)
    if fault.status == 404:
        return NotAtService(f"Twelve Labs does not have what was asked for {call}")
    return RequestRefused(f"Twelve Labs refused a request {call}")


def wait_asked(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that an answer asks to wait: 0 to `LONGEST`, None where it says nothing readable.

    ``retry-after-ms`` in milliseconds, else ``retry-after`` in seconds or as an HTTP date
    (RFC 9110, 10.2.3). A date is held against the answer's own ``date``, so that a wrong clock on
    this machine does no harm; ``now``, in seconds since the epoch, is used where there is none.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None:
        return _bounded(seconds)
    moment = _date(text)
    return None if moment is None else _bounded(moment - _clock(headers, now))


def wait_for_turn(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until a request is allowed again, where the limit's headers say none is left."""
    for kind in ("x-ratelimit-request-", "x-ratelimit-"):
        left, reset = _number(headers.get(kind + "remaining")), _number(headers.get(kind + "reset"))
        if left is not None and left <= 0 and reset is not None:
            return _bounded(reset - _clock(headers, now) if reset > _EPOCH else reset)
    return None


def _answered(error: ApiError, now: float, scrub: Scrub) -> Fault:
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    status = error.status_code or 0
    if 200 <= status < 300:
        return Fault(status, "the answer cannot be read", garbled=True)
    body: Any = error.body
    if isinstance(body, BaseModel):  # the SDK reads the body of a 413, and of no other status
        body = body.model_dump()
    body = body if isinstance(body, dict) else {}
    inner = body.get("error") if isinstance(body.get("error"), dict) else body
    message = inner.get("message") if isinstance(inner, dict) else None
    code = inner.get("code") if isinstance(inner, dict) else None
    fault = Fault(
        status,
        one_line(scrub(str(message or ""))),
        code=scrub(str(code or "")),
        wait=wait_asked(headers, now),
    )
    credit = fault.spent and not fault.again
    return replace(fault, wait=_SPENT_REST) if credit and fault.wait is None else fault


def one_line(text: str) -> str:
    """A message as the end of a sentence: one line, no full stop, not too long."""
    line = " ".join(text.split()).rstrip(".!")
    return line if len(line) <= _TEXT_MOST else line[: _TEXT_MOST - 1] + "…"


def _number(text: str | None) -> float | None:
    if text is None or not re.fullmatch(r"\s*[+-]?\d+(\.\d*)?\s*", text, re.ASCII):
        return None
    return float(text)


def _date(text: str | None) -> float | None:
    try:
        moment: datetime = parsedate_to_datetime(text or "")
        return moment.timestamp()
    except (TypeError, ValueError, OverflowError, IndexError, OSError):
        return None


def _clock(headers: Mapping[str, str], now: float) -> float:
    at = _date(headers.get("date"))
    return now if at is None else at


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST)
