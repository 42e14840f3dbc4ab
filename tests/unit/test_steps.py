"""The steps of a query, the moments it is like, and how what it says is kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import make_picture

from footage import Example, Filters, InvalidQuery, Like, Query, Step, Term
from footage.query import MOST_STEPS
from footage.steps import MOST_EXAMPLES, MOST_LIKES, MOST_TERMS

PICTURE = Example("beach.jpg", "image")
NOT_THE_PICTURE = Example("beach.jpg", "image", weight=-1)


@given(
    st.text(min_size=1, max_size=20),
    st.integers(0, 10**6),
    st.floats(0.01, 100) | st.floats(-100, -0.01),
)
def test_a_moment_is_read_behind_any_name(video: str, time: int, weight: float) -> None:
    assert Like.parse(f"{video}@{time}") == Like(video, time)
    assert Like.parse(f"{video}@{time}^{weight:f}") == Like(video, time, float(f"{weight:f}"))


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("VIDEO@1:05^2", Like("VIDEO", 65, 2)),
        ("3f2a@0:01:05.5", Like("3f2a", 65.5)),
        ("films/a@b.mp4@7^-0.5", Like("films/a@b.mp4", 7, -0.5)),
        ("https://me@example.org/a.mp4@0", Like("https://me@example.org/a.mp4", 0)),
    ],
)
def test_moments_as_they_are_typed(text: str, like: Like) -> None:
    assert Like.parse(text) == like


@pytest.mark.parametrize(
    "text", ["", "a.mp4", "a.mp4@", "@1", "a@b", "a@1:99", "a@1^", "a@1^0", "a@-1", "a@1-2", "a@::"]
)
def test_junk_is_no_moment(text: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        Like.parse(text)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "wrong",
    [("", 1), (5, 1), ("a", -1), ("a", "1"), ("a", float("nan")), ("a", 1, 0), ("a", 1, True)],
    ids=repr,
)
def test_what_is_no_moment(wrong: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidQuery) as refused:
        Like(*wrong)
    assert refused.value.remedy


def test_a_step_takes_what_is_near_enough(tmp_path: Any) -> None:
    file = make_picture(tmp_path / "red.png", "red")
    step = Step("dog - cat", file, "a.mp4@5")  # type: ignore[arg-type]
    assert step == Step("dog - cat", (Example(file),), (Like("a.mp4", 5),))
    assert step.terms == (Term("dog"), Term("cat", weight=-1))


@pytest.mark.parametrize(
    "right",
    [
        {"text": "- people", "examples": (PICTURE,)},
        {"text": "- people", "likes": ("a@1",)},
        {"text": "- people said:hello"},
        {"text": "dog", "examples": (NOT_THE_PICTURE,)},
    ],
    ids=repr,
)
def test_minus_beside_what_is_wanted(right: dict[str, Any]) -> None:
    Step(**right)
    Query(**right)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({}, "not said what to search for|a moment is asked for by"),
        ({"text": "- people"}, "only what is not wanted; say also what is wanted"),
        ({"text": "- people", "examples": (NOT_THE_PICTURE,)}, "only what is not wanted"),
        ({"likes": ("a@1^-2",)}, "only what is not wanted"),
        ({"text": "dog +"}, "nothing follows"),
        ({"text": "dog", "text_weight": -1}, "above 0"),
        ({"text": " + ".join("x" * (MOST_TERMS + 1))}, "has 11 terms"),
        ({"likes": ["a@1"] * (MOST_LIKES + 1)}, "has 11 moments"),
        ({"examples": [PICTURE] * (MOST_EXAMPLES + 1)}, "has 11 examples"),
        ({"text": "dog", "likes": (5,)}, "likes holds 5"),
    ],
    ids=str,
)
def test_what_no_step_and_so_no_query_can_be(wrong: dict[str, Any], why: str) -> None:
    for make in (Step, Query):
        with pytest.raises(InvalidQuery, match=why) as refused:
            make(**wrong)
        assert refused.value.remedy


def test_a_query_has_its_own_step_first() -> None:
    query = Query(text="a car", examples=(PICTURE,), then="a crash", text_weight=2)
    assert query.steps == (Step("a car", (PICTURE,), text_weight=2), Step("a crash"))
    assert query.terms == (Term("a car"),)
    assert Query(vector=[1.0]).steps == Query(vector=[1.0]).terms == ()


def test_a_query_is_a_key_with_all_that_it_asks() -> None:
    asked: dict[str, Any] = {"text": "a car"}
    more: list[dict[str, Any]] = [
        {"likes": ("a@1",)},
        {"then": ("a crash",)},
        {"within": 5},
        {"weights": {"seen": 1}},
        {"fusion": "rrf"},
    ]
    queries = [Query(**asked), *(Query(**asked, **each) for each in more)]
    assert len(set(queries)) == len(queries)
    again = Query(**asked, weights={"said": 1, "seen": 0.5})
    assert {again: 1}[Query(**asked, weights=(("seen", 0.5), ("said", 1)))] == 1  # type: ignore[arg-type]
    assert again.weights == (("said", 1.0), ("seen", 0.5))


@pytest.mark.parametrize(
    "wrong",
    [
        {"then": 5},
        {"then": ["- people"]},
        {"then": ["x"] * MOST_STEPS},
        {"within": -1},
        {"within": float("inf")},
        {"within": float("nan")},
        {"within": "30"},
        {"weights": {"heard": 1}},
        {"weights": {"seen": -1}},
        {"weights": {"seen": float("nan")}},
        {"weights": {"seen": 0, "said": 0}},
        {"weights": {"seen": "1"}},
        {"weights": 5},
        {"weights": "seen"},
        {"weights": ["seen"]},
        {"fusion": "best"},
        {"fusion": None},
    ],
    ids=repr,
)
def test_what_cannot_be_asked_beside_a_text(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidQuery) as refused:
        Query(text="a car", **wrong)
    assert refused.value.remedy


@pytest.mark.parametrize("beside", [{"text": "a"}, {"likes": ("a@1",)}, {"then": ("a",)}], ids=repr)
def test_a_vector_is_asked_by_alone(beside: dict[str, Any]) -> None:
    with pytest.raises(InvalidQuery):
        Query(vector=[1.0], **beside)


def test_the_json_of_all_that_can_be_asked() -> None:
    query = Query(
        text="2:car - said:stop",
        likes=("a@65^2",),  # type: ignore[arg-type]
        then=("a crash",),  # type: ignore[arg-type]
        within=10,
        weights={"seen": 1},  # type: ignore[arg-type]
        fusion="rrf",
    )
    terms = [
        {"text": "car", "kind": "any", "weight": 2.0},
        {"text": "stop", "kind": "said", "weight": -1.0},
    ]
    assert query.to_json() == {
        "text": "2:car - said:stop",
        "text_weight": 1.0,
        "terms": terms,
        "examples": [],
        "likes": [{"video": "a", "time": 65.0, "weight": 2.0}],
        "vector": False,
        "then": [
            {
                "text": "a crash",
                "text_weight": 1.0,
                "terms": [{"text": "a crash", "kind": "any", "weight": 1.0}],
                "examples": [],
                "likes": [],
            }
        ],
        "within": 10,
        "weights": {"seen": 1.0},
        "fusion": "rrf",
        "modalities": [],
        "filters": Filters().to_json(),
        "limit": 10,
        "offset": 0,
        "group_by_video": False,
    }
