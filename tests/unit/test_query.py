"""What can be asked, what cannot, and how dates are read."""

from __future__ import annotations

import contextlib
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.errors import InvalidQuery
from footage.query import DEEPEST, Filters, Query, day_range
from footage.steps import LONGEST_TEXT

UTC = timezone.utc


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"text": "a dog", "vector": [1.0]},
        {"text": ""},
        {"text": " \t\n"},
        {"text": "x" * (LONGEST_TEXT + 1)},
        {"text": "a dog", "limit": 0},
        {"text": "a dog", "limit": -1},
        {"text": "a dog", "offset": -1},
        {"text": "a dog", "limit": DEEPEST + 1},
        {"text": "a dog", "limit": 1, "offset": DEEPEST},
        {"text": "\udcff"},
    ],
    ids=repr,
)
def test_what_cannot_be_asked(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidQuery):
        Query(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "right",
    [
        {"text": "x" * LONGEST_TEXT},
        {"text": "a dog", "limit": DEEPEST},
        {"text": "a dog", "limit": 1, "offset": DEEPEST - 1},
        {"text": 'ein "Hund" -- 🐕 [1]'},
        {"vector": [1.0, 0.0]},
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_can_be_asked(right: dict[str, object]) -> None:
    Query(**right)  # type: ignore[arg-type]


@pytest.mark.parametrize("folders", ["", [""], ["/x", ""]])
def test_a_folder_without_a_name_is_not_the_current_one(folders: Any) -> None:
    with pytest.raises(InvalidQuery, match="without a name; name it"):
        Filters(folders=folders)


def test_the_json_of_a_query_does_not_hold_its_vector() -> None:
    assert Query(vector=[1.0, 0.0], limit=3).to_json() == {
        "text": None,
        "text_weight": 1.0,
        "terms": [],
        "examples": [],
        "likes": [],
        "vector": True,
        "then": [],
        "within": 30.0,
        "weights": {},
        "fusion": "calibrated",
        "modalities": [],
        "filters": Filters().to_json(),
        "limit": 3,
        "offset": 0,
        "group_by_video": False,
    }


@given(st.dates(date(1, 1, 1), date(9998, 12, 30)))
def test_a_day_a_month_and_a_year_hold_their_day(day: date) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for text in (day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]):
        first, after = day_range(text)
        assert first <= noon < after
        assert first.isoformat().startswith(text)
        assert not after.isoformat().startswith(text)
        assert (after - timedelta(microseconds=1)).isoformat().startswith(text)


@given(st.datetimes(timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=-7))])))
def test_an_instant_is_itself(instant: datetime) -> None:
    first, after = day_range(instant.isoformat())
    assert first == after == (instant if instant.tzinfo else instant.replace(tzinfo=UTC))


@given(st.text(max_size=24))
def test_anything_else_is_refused_politely(text: str) -> None:
    try:
        first, after = day_range(text)
    except InvalidQuery:
        return
    assert first <= after
    assert first.tzinfo is not None
    assert after.tzinfo is not None


@pytest.mark.parametrize(
    "text",
    ["", "soon", "24", "2024-13", "2024-02-30", "0000", "2024-5-1", "1_23", "+202", " 24 ", "-123"],
)
def test_junk_is_no_date(text: str) -> None:
    with pytest.raises(InvalidQuery, match="is not a date"):
        day_range(text)


def test_a_day_without_dashes_is_a_whole_day_or_no_date() -> None:
    try:
        first, after = day_range("20240501")
    except InvalidQuery:
        return
    assert after - first == timedelta(days=1)


@pytest.mark.parametrize("text", ["9999", "9999-12", "9999-12-31"])
def test_the_end_of_time_is_an_answer_or_a_plain_refusal(text: str) -> None:
    with contextlib.suppress(InvalidQuery):
        first, after = day_range(text)
        assert first < after


def test_filters_take_what_is_near_enough() -> None:
    near = Filters(tags="holiday", folders="/films", recorded_from="2024-05")
    assert near == Filters(
        tags=("holiday",), folders=(Path("/films"),), recorded_from=datetime(2024, 5, 1, tzinfo=UTC)
    )
    assert Filters(recorded_before=date(2024, 1, 1)).recorded_before == datetime(
        2024, 1, 1, tzinfo=UTC
    )
    assert Filters(recorded_from=datetime(2024, 1, 1)).recorded_from == datetime(  # noqa: DTZ001
        2024, 1, 1, tzinfo=UTC
    )
    assert Filters(tags=["a", "b"]) == Filters(tags=("a", "b"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"tags": 5},
        {"tags": [5]},
        {"videos": [b"x"]},
        {"folders": [None]},
        {"recorded_from": ...},
        {"recorded_before": 2024},
        {"recorded_from": "soon"},
        {"shortest": "90"},
        {"longest": True},
    ],
)
def test_filters_of_other_kinds_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidQuery) as caught:
        Filters(**wrong)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": 5},
        {"text": "a", "limit": "a"},
        {"text": "a", "limit": 2.5},
        {"text": "a", "offset": True},
        {"text": "a", "filters": {"tags": ["x"]}},
    ],
)
def test_queries_of_other_kinds_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidQuery):
        Query(**wrong)
