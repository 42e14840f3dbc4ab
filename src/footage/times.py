"""Times as people read and write them."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """``75.4`` as ``1:15``, with hours where there are any."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def span(start: float, end: float) -> str:
    """A time range, ``0:12–0:18``; with tenths where it is shorter than two seconds."""
    if end - start < 2:
        return f"{clock(start)}.{int(start * 10) % 10}–{clock(end)}.{int(end * 10) % 10}"
    return f"{clock(start)}–{clock(end)}"
