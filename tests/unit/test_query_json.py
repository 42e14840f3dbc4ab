"""A query comes back from its JSON as it was."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage import Example, Filters, Like, Query, Step
from footage.errors import InvalidQuery
from footage.query_json import QueryBody, body_of, query_of, written


class Beside:
    """Files that lie in one folder, under the names that they have."""

    def __init__(self, folder: Path = Path("/x")) -> None:
        self.folder = folder

    def take(self, name: str) -> tuple[str, Path]:
        return "", self.folder / name

    def rest(self) -> list[Example]:
        return []


def through_json(query: Query) -> Query:
    text = json.dumps(written(body_of(query, lambda path: path.name)), allow_nan=False)
    return query_of(QueryBody.model_validate_json(text), Beside())


words = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20)
weights = st.floats(0.1, 9.0)
seconds = st.floats(0.0, 1e5)
likes = st.builds(Like, words, seconds, weights)
pictures = st.builds(
    Example,
    st.sampled_from(["/x/a.jpg", "https://example.com/b.png"]),
    st.just("image"),
    weight=weights,
)
clips = st.builds(
    Example, st.just("/x/c.mp4"), st.sampled_from(["clip", "sound"]), st.just(1.5), st.just(4.0)
)
shown = st.lists(st.one_of(pictures, clips), max_size=2).map(tuple)
steps = st.builds(Step, words, shown, st.lists(likes, max_size=2).map(tuple), weights)
filters = st.builds(
    Filters,
    videos=st.lists(words, max_size=2).map(tuple),
    folders=st.lists(words.map(lambda name: Path("/x") / name), max_size=2).map(tuple),
    tags=st.lists(words, max_size=2).map(tuple),
    recorded_from=st.none() | st.dates(),
    recorded_before=st.none() | st.datetimes(),
    shortest=st.none() | seconds,
    longest=st.none() | seconds,
    partitions=st.lists(words, max_size=2).map(tuple),
)
queries = st.builds(
    Query,
    text=words,
    examples=shown,
    likes=st.lists(likes, max_size=2).map(tuple),
    text_weight=weights,
    then=st.lists(steps, max_size=2).map(tuple),
    within=seconds,
    weights=st.dictionaries(st.sampled_from(["seen", "said", "sign"]), weights),
    fusion=st.sampled_from(["calibrated", "rrf"]),
    modalities=st.lists(st.sampled_from(["visual", "speech"]), unique=True).map(tuple),
    filters=filters,
    limit=st.integers(1, 100),
    offset=st.integers(0, 100),
    group_by_video=st.booleans(),
)


@given(queries)
def test_a_query_comes_back(query: Query) -> None:
    assert through_json(query) == query


def test_a_vector_comes_back() -> None:
    assert list(through_json(Query(vector=[0.25, -1.0])).vector or ()) == [0.25, -1.0]


def test_what_is_not_said_is_not_written() -> None:
    assert written(body_of(Query(text="a dog"), str)) == {"text": "a dog"}


def test_no_limit_of_length_is_written_as_none() -> None:
    endless = Query(text="x", filters=Filters(shortest=inf, longest=inf))
    back = through_json(endless).filters
    assert back.longest is None
    assert back.shortest is not None
    assert back.shortest > 1e300


def test_a_folder_is_the_same_from_anywhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (folder,) = through_json(Query(text="x", filters=Filters(folders="here"))).filters.folders
    assert folder == tmp_path / "here"


def test_names_that_are_no_text_come_back() -> None:
    query = Query(text="x", filters=Filters(videos="\udcff", folders="/x/\udcff"))
    value = json.loads(json.dumps(written(body_of(query, str))))
    assert query_of(QueryBody.model_validate(value), Beside()) == query


def test_a_vector_of_any_length_cannot_be_written() -> None:
    with pytest.raises(InvalidQuery, match="vector"):
        body_of(Query(vector=[1.0] * 70_000), str)


@pytest.mark.parametrize(
    "body",
    [
        {"examples": [{}]},
        {"examples": [{"source": "/etc/passwd"}]},
        {"text": "x - "},
        {"examples": [{"source": ""}]},
        {"text": "x", "filters": {"folders": [""]}},
    ],
)
def test_what_cannot_be_asked(body: dict[str, Any]) -> None:
    with pytest.raises(InvalidQuery):
        query_of(QueryBody.model_validate(body), Beside())
