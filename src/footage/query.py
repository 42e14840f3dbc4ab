"""What is asked: the query model, used alike by Python, the command line and what comes later."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from footage.errors import InvalidQuery

LONGEST_TEXT = 2_000  # characters; models read a few dozen words, the rest would be lost unseen
_YEAR = re.compile(r"\d{4}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{3}|\.\d{6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
DEEPEST = 1_000  # moments that offset and limit may reach together


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which videos are searched: all given conditions must hold. Durations are in seconds."""

    videos: tuple[str, ...] = ()
    """Ids, id prefixes or paths; any of them."""
    folders: tuple[Path, ...] = ()
    """Any of them, with all below it."""
    tags: tuple[str, ...] = ()
    """All of them."""
    recorded_from: datetime | None = None
    recorded_before: datetime | None = None
    shortest: float | None = None
    longest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to the library. Its text is taken literally.

    Raises `InvalidQuery` for what cannot be asked.
    """

    text: str | None = None
    vector: Sequence[float] | None = field(default=None, repr=False)
    filters: Filters = field(default_factory=Filters)
    limit: int = 10
    offset: int = 0
    group_by_video: bool = False

    def __post_init__(self) -> None:
        if (self.text is None) == (self.vector is None):
            raise InvalidQuery(
                "a search needs either a text or a vector", remedy="give exactly one of them"
            )
        if self.text is not None:
            _check_text(self.text)
        _check_range("limit", self.limit, 1)
        _check_range("offset", self.offset, 0)
        if self.limit + self.offset > DEEPEST:
            raise InvalidQuery(
                f"offset and limit reach moment {self.limit + self.offset:,}",
                remedy=f"stay within the best {DEEPEST:,}, or narrow the search with a filter",
            )

    def to_json(self) -> dict[str, Any]:
        """The shape of ``query`` in ``search --json``."""
        return {
            "text": self.text,
            "vector": self.vector is not None,
            "limit": self.limit,
            "offset": self.offset,
            "group_by_video": self.group_by_video,
        }


def _check_text(text: str) -> None:
    if not text.strip():
        raise InvalidQuery("the query is empty", remedy="say what the moment looks like")
    if not _is_text(text):
        raise InvalidQuery("the query is not valid text", remedy="type it again")
    if len(text) > LONGEST_TEXT:
        raise InvalidQuery(
            f"the query has {len(text):,} characters",
            remedy=f"keep it within {LONGEST_TEXT:,}: one sentence finds more than a page",
        )


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate: bytes of the command line that are no text
        return False
    return True


def _check_range(name: str, value: int, least: int) -> None:
    if value < least:
        raise InvalidQuery(f"{name} is {value}", remedy=f"it must be at least {least}")


def day_range(text: str) -> tuple[datetime, datetime]:
    """The first instant of a year, month, day or hour written in ISO 8601, and the one after it.

    ``2024`` is the whole year, ``2024-05`` the month, ``2024-05-01`` the day, in UTC; a full
    date and time is that instant twice. Raises `InvalidQuery` for anything else.
    """
    try:
        if _YEAR.fullmatch(text):
            return _midnight(date(int(text), 1, 1)), _midnight(date(int(text) + 1, 1, 1))
        if _MONTH.fullmatch(text):
            first = date.fromisoformat(f"{text}-01")
            return _midnight(first), _midnight((first + timedelta(days=31)).replace(day=1))
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return _midnight(day), _midnight(day + timedelta(days=1))
        if _INSTANT.fullmatch(text):
            instant = _utc(datetime.fromisoformat(text.replace("Z", "+00:00")))
            return instant, instant
    except (ValueError, OverflowError):
        pass
    raise InvalidQuery(
        f"{text!r} is not a date", remedy="write 2024, 2024-05, 2024-05-01 or 2024-05-01T17:30"
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc)


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=timezone.utc) if instant.tzinfo is None else instant
