"""What is similar: of other videos, the most alike first, and not ten times the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from analysis.planted import NAMES, looks, plant
from houses import House, Run
from hypothesis import given, settings
from hypothesis import strategies as st

import footage
from footage.analysis.similar import Similar, diverse
from footage.index.unit import unit


def shelf(library: footage.Library) -> None:
    """Two videos of dogs, one of dogs and cars, two of snow."""
    for number, names in enumerate(
        (["dog"] * 3, ["dog"] * 3, ["dog", "car"], ["snow"] * 3, ["snow"] * 2)
    ):
        plant(library, number, looks(names, seed=number, noise=0.2))


def numbers(found: Similar) -> list[int]:
    return [int(one.place.video_id, 16) for one in found.similar]


def test_moments_like_a_video(planted: footage.Library) -> None:
    shelf(planted)
    found = planted.analysis.similar("video 0", limit=2, diversity=0)
    assert set(numbers(found)) == {1, 2}
    scores = [one.score for one in found.similar]
    assert scores == sorted(scores, reverse=True)
    assert found.given == ("video 0",)


def test_moments_like_a_moment(planted: footage.Library) -> None:
    shelf(planted)
    found = planted.analysis.similar("video 2@7", limit=1)
    assert numbers(found)[0] != 2
    dog = planted.analysis.similar("video 2@1", limit=2, diversity=0)
    assert set(numbers(dog)) == {0, 1}


def test_videos_like_some(planted: footage.Library) -> None:
    shelf(planted)
    assert numbers(planted.analysis.similar("video 0", of="videos", limit=2)) == [1, 2]
    both = planted.analysis.similar("video 0", "video 3", of="videos", limit=2, diversity=0.5)
    assert set(numbers(both)) in ({1, 4}, {2, 4})


def test_filters_apply(planted: footage.Library) -> None:
    shelf(planted)
    planted.tag(["video 3", "video 4"], add=["cold"])
    found = planted.analysis.similar("video 0", filters=footage.Filters(tags=("cold",)))
    assert set(numbers(found)) == {3, 4}


def test_where_nothing_is_alike_it_is_said(planted: footage.Library) -> None:
    for number, name in enumerate(NAMES):
        plant(planted, number, looks([name] * 3, seed=number))
    found = planted.analysis.similar("video 0")
    assert found.similar == ()
    assert found.floor is not None
    assert (found.note or "").startswith("nothing else is alike: the nearest scores")
    assert planted.analysis.similar("video 0", of="videos").similar == ()


def test_only_what_is_alike_is_told_however_many_are_wanted(planted: footage.Library) -> None:
    for number, name in enumerate((*NAMES, "dog", "dog")):
        plant(planted, number, looks([name] * 3, seed=number))
    found = planted.analysis.similar("video 0", limit=50)
    assert found.note is None
    assert set(numbers(found)) == {len(NAMES), len(NAMES) + 1}
    assert all(one.score >= (found.floor or 1) for one in found.similar)
    assert set(numbers(planted.analysis.similar("video 0", of="videos"))) == set(numbers(found))


def test_the_floor_is_the_library_s_whatever_filters_leave(planted: footage.Library) -> None:
    for number, name in enumerate((*NAMES, "dog")):
        plant(planted, number, looks([name] * 3, seed=number))
    everywhere = planted.analysis.similar("video 0")
    planted.tag(["video 1", "video 2"], add=["other"])
    found = planted.analysis.similar("video 0", filters=footage.Filters(tags=("other",)))
    assert (found.similar, found.floor) == ((), everywhere.floor)


def test_where_all_is_alike_all_is_told(planted: footage.Library) -> None:
    for number in range(8):
        plant(planted, number, looks(["dog"] * 3, seed=number, noise=0.1))
    found = planted.analysis.similar("video 0", of="videos")
    assert len(found.similar) == 7
    assert found.floor == pytest.approx(0.9)


def test_of_too_few_videos_nobody_can_tell(planted: footage.Library) -> None:
    shelf(planted)
    found = planted.analysis.similar("video 0", limit=50)
    assert {1, 2, 3, 4} == set(numbers(found))
    assert found.floor is None
    assert "these are the nearest" in (found.note or "")


def test_a_library_of_one_video_says_so(planted: footage.Library) -> None:
    plant(planted, 0, looks(["dog"]))
    found = planted.analysis.similar("video 0")
    assert found.similar == ()
    assert found.note


@pytest.mark.parametrize(
    ("given_", "options"),
    [
        ((), {}),
        (("nobody",), {}),
        (("nobody@1",), {}),
        (("video 0@99999",), {}),
        (("video 0@x",), {}),
        (("video 0",), {"of": "frames"}),
        (("video 0",), {"limit": 0}),
        (("video 0",), {"diversity": 1.1}),
        (("video 0",), {"diversity": float("nan")}),
    ],
)
def test_what_cannot_be_asked(
    given_: tuple[str, ...], options: dict[str, Any], planted: footage.Library
) -> None:
    plant(planted, 0, looks(["dog"]))
    with pytest.raises(footage.UsageError):
        planted.analysis.similar(*given_, **options)


@settings(max_examples=60)
@given(st.integers(0, 20), st.integers(1, 25), st.floats(0, 1), st.integers(0, 999))
def test_the_diverse_are_the_best_first(
    count: int, limit: int, diversity: float, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    scores, vectors = chance.random(count), unit(chance.normal(size=(count, 4)))
    chosen = diverse(scores.tolist(), vectors, limit, diversity)
    assert len(chosen) == len(set(chosen)) == min(count, limit)
    if count and diversity < 1:
        assert chosen[0] == int(scores.argmax())
    if diversity == 0:
        assert chosen == np.argsort(-scores, kind="stable")[:limit].tolist()


def test_of_two_that_are_equal_one_is_enough() -> None:
    vectors = unit(np.array([[1.0, 0], [1, 0], [0, 1]]))
    assert diverse([0.9, 0.89, 0.8], vectors, 2, 0.3) == [0, 2]


def test_the_command(own_house: House, run: Run, colours: None) -> None:
    shown = run("similar", "green@1", "--library", own_house.library)
    assert shown.code == 0, shown.err
    assert "these are the nearest" in shown.out
    assert "red-blue" in shown.out
    told = run(
        "similar", "green@8", "--of", "videos", "-n", "1", "--library", own_house.library, "--json"
    ).json
    assert [one["title"] for one in told["similar"]] == ["red-blue"]
    assert run("similar", "nobody", "--library", own_house.library).code == 2
