"""Hits are scored again by their best frame, and moments end where what matches ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.embedder import Route, Track
from footage.errors import ArchiveDamaged
from footage.index.segments import Hit
from footage.search.closer import LOOKED_AT, CloserLook, Read

QUERY = np.array([1, 0], np.float32)
VISUAL = Route("visual", "clip")


def film(cosines: list[float], shots: tuple[float, ...] = (), fps: float = 1.0) -> Read:
    """The frames of every video: one a tick, with these cosines to the query."""
    times = np.arange(len(cosines)) / fps
    spans = np.column_stack([times, times + 1 / fps])
    vectors = np.array([[c, (1 - c * c) ** 0.5] for c in cosines], np.float32).reshape(-1, 2)

    def read(_video: str, start: float, end: float) -> tuple[Track, tuple[float, ...]]:
        first, last = np.searchsorted(times, [start, end])
        inside = tuple(time for time in shots if start < time < end)
        return Track(spans[first:last], vectors[first:last]), inside

    return read


def hit(start: float, end: float, score: float, name: str = "") -> Hit:
    return Hit(name or f"{start}", "v", start, end, score, VISUAL)


def sharpened(
    look: CloserLook, start: float, end: float, floor: float = 0.0
) -> tuple[float, float]:
    return look.sharpened("v", start, end, query=QUERY, floor=floor)


# scoring


def test_one_good_frame_counts_half() -> None:
    look = CloserLook(film([0.1, 0.1, 0.9, 0.1]))
    (seen,) = look.rescored([hit(0, 4, 0.3)], QUERY)
    assert seen.score == pytest.approx((0.3 + 0.9) / 2)
    assert seen[:4] == hit(0, 4, 0.3)[:4]


def test_the_order_follows_the_new_scores() -> None:
    look = CloserLook(film([0.3, 0.3, 0.1, 0.8]))
    assert [h.start for h in look.rescored([hit(0, 2, 0.32), hit(2, 4, 0.31)], QUERY)] == [2, 0]


def test_hits_without_frames_stay_as_they_are() -> None:
    hits = [hit(0, 2, 0.5), hit(2, 4, 0.4)]
    assert CloserLook(film([])).rescored(hits, QUERY) == hits


def test_a_damaged_archive_leaves_hits_as_they_are() -> None:
    def read(*_: object) -> tuple[Track, tuple[float, ...]]:
        raise ArchiveDamaged("it is gone")

    look = CloserLook(read)
    assert look.rescored([hit(0, 2, 0.5)], QUERY) == [hit(0, 2, 0.5)]
    assert sharpened(look, 1, 5) == (1, 5)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=2 * LOOKED_AT))
def test_no_hit_is_lost_and_scores_fall(scores: list[float]) -> None:
    hits = [hit(at, at + 1, score) for at, score in enumerate(sorted(scores, reverse=True))]
    cosines = [((at * 7) % 13) / 13 for at in range(len(hits))]
    seen = CloserLook(film(cosines)).rescored(hits, QUERY)
    assert sorted(h.segment_id for h in seen) == sorted(h.segment_id for h in hits)
    assert [h.score for h in seen] == sorted((h.score for h in seen), reverse=True)
    beyond = [h.segment_id for h in hits[LOOKED_AT:]]
    assert [h.segment_id for h in seen][LOOKED_AT:] == beyond


# start and end


def test_a_segment_of_two_shots_ends_with_the_one_that_matches() -> None:
    look = CloserLook(film([0.1, 0.1, 0.8, 0.8], shots=(1.7,)))
    assert sharpened(look, 0, 4) == (1.7, 4)


def test_shots_that_match_as_well_stay() -> None:
    look = CloserLook(film([0.1, 0.8, 0.7, 0.1], shots=(0.9, 1.9, 2.9)))
    assert sharpened(look, 0, 4) == (0.9, 2.9)


def test_what_is_seen_late_in_a_long_shot_starts_there() -> None:
    look = CloserLook(film([0.1] * 8 + [0.8] * 4))
    assert sharpened(look, 0, 12) == (8, 12)


def test_the_middle_does_not_fall_out() -> None:
    look = CloserLook(film([0.8, 0.1, 0.7], shots=(1.0, 2.0)))
    assert sharpened(look, 0, 3) == (0, 1)  # from the best one on, up to what does not match


def test_alike_frames_change_nothing() -> None:
    assert sharpened(CloserLook(film([0.5] * 12)), 0, 12) == (0, 12)


def test_the_floor_decides_what_is_alike() -> None:
    look = CloserLook(film([0.5, 0.8], shots=(1.0,)))
    assert sharpened(look, 0, 2, floor=0.0) == (0, 2)
    assert sharpened(look, 0, 2, floor=0.4) == (1, 2)


def test_a_shot_between_two_frames_goes_with_its_neighbour() -> None:
    look = CloserLook(film([0.8, 0.8, 0.1, 0.1], shots=(1.3, 1.9)))
    assert sharpened(look, 0, 4) == (0, 1.3)
    look = CloserLook(film([0.1, 0.1, 0.8], shots=(1.5, 2.5)))
    assert sharpened(look, 0, 2.9) == (1.5, 2.9)  # no frame after 2.5 s: nothing says otherwise


@given(
    cosines=st.lists(st.floats(-1, 1), max_size=30),
    shots=st.lists(st.floats(0, 30), max_size=6),
    start=st.floats(0, 20),
    length=st.floats(0.01, 10),
    floor=st.floats(-1, 1),
)
def test_it_stays_inside(
    cosines: list[float], shots: list[float], start: float, length: float, floor: float
) -> None:
    look = CloserLook(film(cosines, tuple(sorted(set(shots)))))
    begin, end = sharpened(look, start, start + length, floor)
    assert start <= begin < end <= start + length
