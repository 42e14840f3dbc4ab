"""Shots to segments: whole cover, in order, within bounds."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.errors import UsageError
from footage.media.shots import segments


def test_shots_of_good_length_stay_as_they_are() -> None:
    assert segments([4.0, 11.0], 20.0) == [(0, 4), (4, 11), (11, 20)]


def test_a_short_shot_joins_its_shorter_neighbour() -> None:
    assert segments([4.0, 5.0, 12.0], 20.0) == [(0, 5), (5, 12), (12, 20)]
    assert segments([7.0, 8.0, 12.0], 20.0) == [(0, 7), (7, 12), (12, 20)]


def test_a_short_first_and_a_short_last_shot_have_one_neighbour() -> None:
    assert segments([1.0, 10.0, 19.5], 20.0) == [(0, 10), (10, 20)]


def test_many_short_shots_become_few_good_ones() -> None:
    assert segments([0.5 * k for k in range(1, 20)], 10.0) == [
        (2.0 * k, 2.0 * k + 2) for k in range(5)
    ]


def test_a_long_shot_is_cut_into_equal_parts() -> None:
    assert segments([], 40.0, longest=16.0) == [(0, 40 / 3), (40 / 3, 80 / 3), (80 / 3, 40)]


def test_a_video_that_is_too_short_is_one_segment() -> None:
    assert segments([0.5], 1.2) == [(0, 1.2)]


def test_a_hair_over_the_longest_is_not_halved() -> None:
    assert segments([], 15.000001) == [(0, 15.000001)]


def test_no_duration_has_no_segments() -> None:
    assert segments([], 0.0) == []


def test_boundaries_outside_or_twice_do_not_matter() -> None:
    assert segments([-1, 0, 8, 8, 4, 20, 99], 20.0) == segments([4, 8], 20.0)


@pytest.mark.parametrize(
    ("boundaries", "duration", "bounds"),
    [
        ([], -1.0, {}),
        ([], float("nan"), {}),
        ([], float("inf"), {}),
        ([float("nan")], 10.0, {}),
        ([], 10.0, {"shortest": -1}),
        ([], 10.0, {"longest": 0, "shortest": 0}),
        ([], 10.0, {"shortest": 10, "longest": 15}),
    ],
)
def test_nonsense_is_a_usage_error(
    boundaries: list[float], duration: float, bounds: dict[str, float]
) -> None:
    with pytest.raises(UsageError):
        segments(boundaries, duration, **bounds)


@given(
    boundaries=st.lists(st.floats(-10, 300), max_size=80),
    duration=st.floats(0.01, 300),
    shortest=st.floats(0, 5),
    ratio=st.floats(2, 8),
)
def test_segments_cover_the_video_within_their_bounds(
    boundaries: list[float], duration: float, shortest: float, ratio: float
) -> None:
    longest = max(0.5, shortest * ratio)
    spans = segments(boundaries, duration, shortest=shortest, longest=longest)
    assert spans[0][0] == 0
    assert spans[-1][1] == duration
    assert all(one[1] == other[0] for one, other in pairwise(spans))
    assert all(start < end for start, end in spans)
    assert all(end - start <= longest + 1e-4 for start, end in spans)
    if len(spans) > 1:
        assert all(end - start >= shortest - 1e-4 for start, end in spans)
    shuffled = segments(boundaries[::-1], duration, shortest=shortest, longest=longest)
    assert shuffled == spans
