"""What is asked: the query model, used alike by Python, the command line and what comes later."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from math import inf
from pathlib import Path
from typing import Any

from footage.arguments import (
    check_most,
    check_range,
    check_seconds,
    check_weight,
    is_number,
    listed,
)
from footage.errors import InvalidQuery
from footage.example import Example
from footage.steps import Like, Step, as_examples, as_likes
from footage.terms import Term

_YEAR = re.compile(r"\d{4}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{3}|\.\d{6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
MODALITIES = ("visual", "audio", "speech", "screen", "fused")
CHANNELS = ("seen", "said", "sign")
FUSIONS = ("calibrated", "rrf")
WITHIN = 30.0  # seconds
MOST_STEPS = 5  # each is a search of its own
DEEPEST = 1_000  # moments that offset and limit may reach together


def folder_of(value: str | Path) -> Path:
    """The folder of a filter. Raises `InvalidQuery` for "", which a path takes for the current."""
    if value == "":
        raise InvalidQuery("a folder is given without a name", remedy="name it, or leave it out")
    return Path(value)


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
                self, name, tuple(map(folder_of, values)) if name == "folders" else tuple(values)
            )
        for name in ("recorded_from", "recorded_before"):
            object.__setattr__(self, name, _instant(name, getattr(self, name)))
        for name in ("shortest", "longest"):
            if getattr(self, name) is not None:
                check_seconds(name, getattr(self, name), endless=True)

    def to_json(self) -> dict[str, Any]:
        """The shape of ``filters`` in ``search --json``."""
        return {
            "videos": list(self.videos),
            "folders": [str(folder) for folder in self.folders],
            "tags": list(self.tags),
            "recorded_from": self.recorded_from and self.recorded_from.isoformat(),
            "recorded_before": self.recorded_before and self.recorded_before.isoformat(),
            # JSON has no infinity: no video lasts as long as the one, and the other is no limit
            "shortest": sys.float_info.max if self.shortest == inf else self.shortest,
            "longest": None if self.longest == inf else self.longest,
            "partitions": list(self.partitions),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to the library: a text, examples, moments to be like, or several; or a vector.

    Raises `InvalidQuery` for what cannot be asked, and `MediaError` for a file that does not show
    what it is.
    """

    text: str | None = None
    """In the text form of `footage.terms`: ``2:dog + beach - people``, ``said:hello``."""
    examples: tuple[Example, ...] = ()
    """Also taken: one alone, and files for examples of their kind and weight 1."""
    likes: tuple[Like, ...] = ()
    """Also taken: one alone, and ``VIDEO@TIME`` for `Like.parse` of it."""
    text_weight: float = 1.0
    """Above 0: how much the text, all of it, counts beside the examples."""
    vector: Sequence[float] | None = field(default=None, repr=False)
    then: tuple[Step, ...] = ()
    """What follows in the same video, in order. Also taken: one alone, and texts."""
    within: float = WITHIN
    """At most so many seconds lie between the end of one step and the start of the next."""
    weights: tuple[tuple[str, float], ...] = ()
    """How much each of `CHANNELS` counts, 0 or more; given as a mapping. Chosen for the query
    where none is given.
    """
    fusion: str = "calibrated"
    """How what the channels found becomes one list: one of `FUSIONS`."""
    modalities: tuple[str, ...] = ()
    """Which of `MODALITIES` are searched; all that the library has where none is named."""
    filters: Filters = field(default_factory=Filters)
    limit: int = 10
    offset: int = 0
    group_by_video: bool = False
    steps: tuple[Step, ...] = field(init=False, repr=False, compare=False, default=())
    """The query's own step and what is to follow; none for a vector."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "examples", as_examples(self.examples))
        object.__setattr__(self, "likes", as_likes(self.likes))
        object.__setattr__(self, "then", _then(self.then))
        object.__setattr__(self, "weights", as_weights(self.weights))
        object.__setattr__(self, "modalities", _modalities(self.modalities))
        self._take_own_step()
        check_seconds("within", self.within)
        if self.fusion not in FUSIONS:
            raise InvalidQuery(
                f"there is no fusion {self.fusion!r:.100}", remedy=f"use {' or '.join(FUSIONS)}"
            )
        if not isinstance(self.filters, Filters):
            raise InvalidQuery(
                f"filters is {self.filters!r:.100}", remedy="give a `footage.Filters(...)`"
            )
        self._check_page()

    @property
    def terms(self) -> tuple[Term, ...]:
        """What the text says."""
        return self.steps[0].terms if self.steps else ()

    def to_json(self) -> dict[str, Any]:
        """The shape of ``query`` in ``search --json``."""
        return {
            "text": self.text,
            "text_weight": self.text_weight,
            "terms": [term.to_json() for term in self.terms],
            "examples": [example.to_json() for example in self.examples],
            "likes": [like.to_json() for like in self.likes],
            "vector": self.vector is not None,
            "then": [step.to_json() for step in self.then],
            "within": self.within,
            "weights": dict(self.weights),
            "fusion": self.fusion,
            "modalities": list(self.modalities),
            "filters": self.filters.to_json(),
            "limit": self.limit,
            "offset": self.offset,
            "group_by_video": self.group_by_video,
        }

    def _take_own_step(self) -> None:
        """Check what the query asks by, as that of any step."""
        asked = self.text is not None or bool(self.examples or self.likes)
        if asked and self.vector is not None:
            raise InvalidQuery(
                "a vector is a query by itself, and a text, an example or a moment is given too",
                remedy="leave one of them out",
            )
        if not asked and self.vector is None:
            raise InvalidQuery(
                "it is not said what to search for",
                remedy="give a text, an example (a picture, clip or sound), or a moment to be like",
            )
        if self.vector is None:
            own = Step(self.text, self.examples, self.likes, self.text_weight)
            object.__setattr__(self, "steps", (own, *self.then))
            return
        check_weight("text_weight", self.text_weight)
        if self.then:
            raise InvalidQuery(
                "nothing can be asked to follow a vector", remedy="ask by a text or an example"
            )

    def _check_page(self) -> None:
        check_range("limit", self.limit, 1)
        check_range("offset", self.offset, 0)
        if self.limit + self.offset > DEEPEST:
            raise InvalidQuery(
                f"offset and limit reach moment {self.limit + self.offset:,}",
                remedy=f"stay within the best {DEEPEST:,}, or narrow the search with a filter",
            )


def with_ids(query: Query, id_of: Callable[[str], str]) -> Query:
    """The query with what ``id_of`` makes of each video it names: names may lead elsewhere."""

    def likes(step: Step | Query) -> tuple[Like, ...]:
        return tuple(replace(like, video=id_of(like.video)) for like in step.likes)

    return replace(
        query,
        filters=replace(query.filters, videos=tuple(map(id_of, query.filters.videos))),
        likes=likes(query),
        then=tuple(replace(step, likes=likes(step)) for step in query.then),
    )


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


def _then(values: object) -> tuple[Step, ...]:
    given = listed("then", values, (Step, str))
    check_most("steps to follow", tuple(given), MOST_STEPS - 1)
    return tuple(value if isinstance(value, Step) else Step(value) for value in given)


def as_weights(values: object) -> tuple[tuple[str, float], ...]:
    """The weights of channels, of a mapping or of pairs, by name; raises `InvalidQuery`."""
    try:
        given = dict(values)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        raise InvalidQuery(
            f"weights is {values!r:.100}", remedy="give a mapping, as {'seen': 1, 'said': 0.5}"
        ) from None
    for name, weight in given.items():
        if name not in CHANNELS or not is_number(weight) or weight < 0:
            raise InvalidQuery(
                f"weights has {name!r:.100}: {weight!r:.100}",
                remedy=f"give each of {', '.join(CHANNELS)} that counts a number, 0 or more",
            )
    if given and not any(given.values()):
        raise InvalidQuery("all weights are 0", remedy="let one of them count")
    return tuple(sorted((str(name), float(weight)) for name, weight in given.items()))


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
