"""What a server counts, as Prometheus reads it.

The format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds


class Metrics:
    """Counters of one server, since it was started. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._searches = [0] * (len(BUCKETS) + 1)
        self._search_seconds = 0.0
        self._seconds = 0.0

    def asked(self, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        name = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "other"
        with self._lock:
            self._requests[name, status] += 1
            self._seconds += seconds

    def searched(self, seconds: float) -> None:
        """A search was answered."""
        with self._lock:
            self._searches[bisect_left(BUCKETS, seconds)] += 1
            self._search_seconds += seconds

    def text(self, gauges: Mapping[str, tuple[str, Mapping[str, float]]]) -> str:
        """All counters, and ``gauges``: help and values by their labels, of each name."""
        with self._lock:
            lines = [*self._request_lines(), *self._search_lines()]
        for name, (help_text, values) in gauges.items():
            lines += [f"# HELP {name} {help_text}", f"# TYPE {name} gauge"]
            lines += [f"{name}{labels} {value:g}" for labels, value in values.items()]
        return "\n".join(lines) + "\n"

    def _request_lines(self) -> Iterable[str]:
        name = "footage_http_requests_total"
        yield f"# HELP {name} Requests answered, by method and status."
        yield f"# TYPE {name} counter"
        for (method, status), count in sorted(self._requests.items()):
            yield f'{name}{{method="{method}",status="{status}"}} {count}'
        name = "footage_http_request_seconds_total"
        yield f"# HELP {name} Seconds spent on requests."
        yield f"# TYPE {name} counter"
        yield f"{name} {self._seconds:.6f}"

    def _search_lines(self) -> Iterable[str]:
        name, total = "footage_search_seconds", 0
        yield f"# HELP {name} Seconds a search took."
        yield f"# TYPE {name} histogram"
        for bound, count in zip(BUCKETS, self._searches, strict=False):
            total += count
            yield f'{name}_bucket{{le="{bound:g}"}} {total}'
        total += self._searches[-1]
        yield f'{name}_bucket{{le="+Inf"}} {total}'
        yield f"{name}_sum {self._search_seconds:.6f}"
        yield f"{name}_count {total}"
