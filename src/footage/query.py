"""What is asked: the query model, used alike by Python, the command line and what comes later."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from footage.errors import InvalidQuery
from footage.example import Example, check_weight

LONGEST_TEXT = 2_000  # characters; models read a few dozen words, the rest would be lost unseen
_YEAR = re.compile(r"\d{4}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{3}|\.\d{6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
MOST_EXAMPLES = 10  # as many as a service embeds at once
MODALITIES = ("visual", "audio", "speech", "screen", "fused")
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
    partitions: tuple[str, ...] = ()
    """Names, or what they begin with up to a ``/``; any of them."""

    def __post_init__(self) -> None:
        """Take what is near enough (one tag, a date, ``2024-05``); raises `InvalidQuery`."""
        for name, kinds in (
            *(("videos", (str,)), ("folders", (str, Path)), ("tags", (str,))),
            ("partitions", (str,)),
        ):
            values = listed(name, getattr(self, name), kinds)
            object.__setattr__(
                self, name, tuple(map(Path, values)) if name == "folders" else tuple(values)
            )
        for name in ("recorded_from", "recorded_before"):
            object.__setattr__(self, name, _instant(name, getattr(self, name)))
        for name in ("shortest", "longest"):
            _check_number(name, getattr(self, name))

    def to_json(self) -> dict[str, Any]:
        """The shape of ``filters`` in ``search --json``."""
        return {
            "videos": list(self.videos),
            "folders": [str(folder) for folder in self.folders],
            "tags": list(self.tags),
            "recorded_from": self.recorded_from and self.recorded_from.isoformat(),
            "recorded_before": self.recorded_before and self.recorded_before.isoformat(),
            "shortest": self.shortest,
            "longest": self.longest,
            "partitions": list(self.partitions),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to the library: a text, taken literally, examples, or both; or else a vector.

    Raises `InvalidQuery` for what cannot be asked, and `MediaError` for a file that does not show
    what it is.
    """

    text: str | None = None
    examples: tuple[Example, ...] = ()
    """Also taken: one alone, and files for examples of their kind and weight 1."""
    text_weight: float = 1.0
    """Above 0: how much the text counts beside the examples."""
    vector: Sequence[float] | None = field(default=None, repr=False)
    modalities: tuple[str, ...] = ()
    """Which of `MODALITIES` are searched; all that the library has where none is named."""
    filters: Filters = field(default_factory=Filters)
    limit: int = 10
    offset: int = 0
    group_by_video: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "examples", _examples(self.examples))
        object.__setattr__(self, "modalities", _modalities(self.modalities))
        asked = self.text is not None or bool(self.examples)
        if asked == (self.vector is not None):
            raise InvalidQuery(
                "a search needs a text, examples or both, or else a vector",
                remedy="say what the moment looks like",
            )
        if self.text is not None:
            _check_text(self.text)
        check_weight("text_weight", self.text_weight)
        if not isinstance(self.filters, Filters):
            raise InvalidQuery(
                f"filters is {self.filters!r:.100}", remedy="give a `footage.Filters(...)`"
            )
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
            "text_weight": self.text_weight,
            "examples": [example.to_json() for example in self.examples],
            "vector": self.vector is not None,
            "modalities": list(self.modalities),
            "filters": self.filters.to_json(),
            "limit": self.limit,
            "offset": self.offset,
            "group_by_video": self.group_by_video,
        }


def listed(name: str, values: object, kinds: tuple[type, ...] = (str,)) -> list[Any]:
    """A list of what was given, one by itself or several; raises `InvalidQuery` for other kinds."""
    if isinstance(values, kinds):
        return [values]
    found = list(values) if isinstance(values, Iterable) else [values]
    wrong = [value for value in found if not isinstance(value, kinds)]
    if wrong:
        names = " or ".join(kind.__name__ for kind in kinds)
        raise InvalidQuery(f"{name} holds {wrong[0]!r:.100}", remedy=f"each must be a {names}")
    return found


def _examples(values: object) -> tuple[Example, ...]:
    given = listed("examples", values, (Example, str, Path))
    if len(given) > MOST_EXAMPLES:
        raise InvalidQuery(
            f"the query has {len(given)} examples", remedy=f"give at most {MOST_EXAMPLES}"
        )
    return tuple(value if isinstance(value, Example) else Example(value) for value in given)


def _modalities(values: object) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(listed("modalities", values)))
    if unknown := [name for name in named if name not in MODALITIES]:
        raise InvalidQuery(
            f"there is no modality {unknown[0]!r:.100}",
            remedy=f"name some of {', '.join(MODALITIES)}",
        )
    return named


def _instant(name: str, value: object) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, date):
        return _midnight(value)
    if isinstance(value, str):
        return day_range(value)[0]
    raise InvalidQuery(
        f"{name} is {value!r:.100}", remedy="give a date, a datetime, or a text such as 2024-05-01"
    )


def _check_number(name: str, value: object) -> None:
    if value is None:
        return
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not value >= 0:  # type: ignore[operator]  # nor a NaN
        raise InvalidQuery(
            f"{name} is {value!r:.100}", remedy="give a number of seconds, 0 or more"
        )


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise InvalidQuery(f"the query is {text!r:.100}", remedy="give a text")
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


def _check_range(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidQuery(f"{name} is {value!r:.100}", remedy="give a whole number")
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
