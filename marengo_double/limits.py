"""What an organisation may ask for: requests a minute and a day, and seconds of media a day."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from math import ceil

from marengo_double.refusals import Refused


@dataclass(frozen=True, slots=True)
class Limits:
    """None is no limit. Tests shorten ``minute`` and ``day``, which are seconds."""

    rpm: int | None = None
    rpd: int | None = None
    quota_seconds: float | None = None  # of audio and video embedded, a day
    minute: float = 60.0
    day: float = 86_400.0


@dataclass(slots=True)
class _Window:
    unit: str
    most: float
    length: float
    used: float = 0.0
    ends: float = 0.0

    def roll(self) -> None:
        if time.time() >= self.ends:
            self.used, self.ends = 0.0, time.time() + self.length

    def headers(self) -> dict[str, str]:
        """As documented for v1.2, and under the names that v1.3 was seen to answer with."""
        left, reset = max(0, int(self.most - self.used)), str(ceil(self.ends))
        return {
            "x-ratelimit-limit": str(int(self.most)),
            "x-ratelimit-remaining": str(left),
            "x-ratelimit-used": str(int(self.used)),
            "x-ratelimit-reset": reset,
            "x-ratelimit-request-limit": str(int(self.most)),
            "x-ratelimit-request-remaining": str(left),
            "x-ratelimit-request-reset": reset,
        }

    def refusal(self) -> Refused:
        wait = max(0, ceil(self.ends - time.time()))
        until = datetime.fromtimestamp(self.ends, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        message = (
            f"You have exceeded the rate limit ({int(self.most)} {self.unit}). "
            f"Please try again later after {until}."
        )
        headers = {**self.headers(), "retry-after": str(wait)}
        return Refused(429, "too_many_requests", message, headers)


class Meter:
    """Counts what was asked for. One organisation, whatever the key."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._requests: dict[str, list[_Window]] = {}
        quota = limits.quota_seconds
        self._quota = None if quota is None else _Window("seconds a day", quota, limits.day)

    def request(self, category: str) -> dict[str, str]:
        """Count one request of a category, such as ``embed``; the headers of its answer.

        Raises `Refused` (429, with ``Retry-After``) for one too many, which is not counted.
        """
        with self._lock:
            windows = self._requests.setdefault(category, self._windows())
            for window in windows:
                window.roll()
                if window.used + 1 > window.most:
                    raise window.refusal()
            for window in windows:
                window.used += 1
            tightest = min(windows, key=lambda window: window.most - window.used, default=None)
            return tightest.headers() if tightest else {}

    def spend(self, seconds: float) -> None:
        """Count seconds of media; raises `Refused` (429) where the day's quota does not suffice."""
        if self._quota is None:
            return
        with self._lock:
            self._quota.roll()
            if self._quota.used + seconds > self._quota.most:
                raise self._quota.refusal()
            self._quota.used += seconds

    def _windows(self) -> list[_Window]:
        named = (
            ("requests per minute", self._limits.rpm, self._limits.minute),
            ("requests per day", self._limits.rpd, self._limits.day),
        )
        return [_Window(unit, most, length) for unit, most, length in named if most is not None]
