"""Milvus's filter language cannot be steered by a value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.index.filters import FIELDS, checked_ids, is_in, quoted

HOSTILE = ['"', "\\", '"] or id != "', "a\nb", "'", "日本語", "🎬", "\x00", "%", "{x}"]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_stays_one_literal(value: str) -> None:
    assert is_in("video_id", [value, "b"]) == f'video_id in [{quoted(value)}, "b"]'
    assert json.loads(quoted(value)) == value


@given(st.text())
def test_a_literal_ends_where_it_should(value: str) -> None:
    literal = quoted(value)
    inside = literal[1:-1].replace("\\\\", "").replace('\\"', "")
    assert literal[0] == literal[-1] == '"'
    assert '"' not in inside
    assert not inside.endswith("\\")


def test_text_is_not_ascii_escaped() -> None:
    assert quoted("é") == '"é"'


def test_no_values_is_an_empty_list() -> None:
    assert is_in("id", []) == "id in []"


@pytest.mark.parametrize("field", ["", "title", "id or 1", "ID", "vector"])
def test_only_known_fields(field: str) -> None:
    assert field not in FIELDS
    with pytest.raises(ValueError, match="not a field"):
        is_in(field, ["a"])


def test_ids_pass() -> None:
    ids = ["0" * 32, "a-b_c", "f" * 64]
    assert checked_ids(iter(ids)) == ids


@pytest.mark.parametrize(
    "value", ["", "A", "a b", "a\n", 'a"', "a'", "é", "٣", "f" * 65, "a,b", "../a"]
)
def test_what_is_no_id_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        checked_ids(["aa", value])
