"""Moments become frames: at the nearest, with handles, joined; and lie in a sequence of one rate."""

from __future__ import annotations

from fractions import Fraction

import pytest
from edits import RATES, cuts, source
from hypothesis import given
from hypothesis import strategies as st

from footage.errors import UsageError
from footage.export.cuts import Handles
from footage.export.timeline import timeline_of

NTSC = RATES["29.97"]


def frames(made: object) -> list[tuple[int, int]]:
    return [(cut.first, cut.after) for cut in made]  # type: ignore[attr-defined]


def test_a_moment_goes_from_the_nearest_frame_to_the_nearest() -> None:
    assert frames(cuts(source(), (0.019, 1), (0.021, 1.5), (2, 2.001))) == [
        (0, 25),
        (1, 38),
        (50, 51),
    ]


def test_it_stays_within_its_video() -> None:
    of = source(seconds=10)
    assert frames(cuts(of, (9, 99), (9.999, 12))) == [(225, 250), (249, 250)]
    with pytest.raises(UsageError, match=r"beach lasts 10\.0 s"):
        cuts(of, (10.5, 11))


@pytest.mark.parametrize(
    ("handles", "expected"),
    [
        (1, [(0, 75), (200, 250)]),
        ("0.4", [(2, 60), (215, 250)]),
        ("0.4 s", [(2, 60), (215, 250)]),
        (" .4sec", [(2, 60), (215, 250)]),
        ("1 second", [(0, 75), (200, 250)]),
        ("12f", [(0, 62), (213, 250)]),
        ("5 frames", [(7, 55), (220, 250)]),
    ],
)
def test_handles_end_where_the_video_does(handles: object, expected: list[tuple[int, int]]) -> None:
    made = cuts(source(seconds=10), (0.48, 2), (9, 9.96), handles=Handles.of(handles))
    assert frames(made) == expected


@pytest.mark.parametrize(
    "value",
    [
        -1,
        "x",
        "",
        "f",
        "s",
        "-3f",
        "-1 s",
        "1.2.3 s",
        "1 s s",
        float("nan"),
        float("inf"),
        "1e9",
        None,
        True,
        [1],
    ],
)
def test_what_are_no_handles(value: object) -> None:
    with pytest.raises(UsageError, match="12f"):
        Handles.of(value)


def test_what_overlaps_is_joined_where_it_is_asked_for() -> None:
    spans = ((4, 6), (1, 2), (5, 7), (6.5, 9), (2, 2.4))
    assert frames(cuts(source(), *spans, merge=True)) == [(100, 225), (25, 60)]
    assert len(cuts(source(), *spans)) == 5
    two = [source(), source(number=2)]
    assert len(cuts(two, (1, 2), merge=True)) == 2


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 9)), min_size=1, max_size=20))
def test_joined_ones_hold_the_same_frames_and_none_twice(spans: list[tuple[int, int]]) -> None:
    made = cuts(source(), *((s, s + n) for s, n in spans), merge=True)
    held = [frame for cut in made for frame in range(cut.first, cut.after)]
    wanted = {f for s, n in spans for f in range(25 * s, min(2500, 25 * (s + n)))}
    assert len(held) == len(set(held))
    assert set(held) == wanted


def test_the_sequence_is_as_most_of_the_footage() -> None:
    long, short = source(NTSC, number=1), source(RATES["24"], number=2)
    assert timeline_of([*cuts(long, (0, 9)), *cuts(short, (0, 1), (1, 2))], title="x").rate == NTSC
    assert timeline_of(cuts(source(Fraction(7)), (0, 9)), title="x").rate == 25
    assert timeline_of(cuts(source(Fraction(10)), (0, 9)), title="x").rate == 30
    assert timeline_of(cuts(long, (0, 9)), title="x", rate=Fraction(25)).rate == 25


def test_drop_frame_follows_the_footage() -> None:
    def drops(*timecodes: str | None) -> bool:
        sources = [source(NTSC, timecode=code, number=n) for n, code in enumerate(timecodes)]
        return timeline_of(cuts(sources, (0, 1)), title="x").drop

    assert drops(None)
    assert drops("01:00:00;00", None)
    assert not drops("01:00:00:00", None)
    assert not timeline_of(cuts(source(RATES["30"]), (0, 1)), title="x").drop
    with pytest.raises(UsageError, match=r"29\.97"):
        timeline_of(cuts(source(RATES["24"]), (0, 1)), title="x", drop=True)


@given(st.lists(st.sampled_from(list(RATES.values())), min_size=1, max_size=8))
def test_a_sequence_has_no_gaps(rates: list[Fraction]) -> None:
    made = cuts([source(rate, number=n) for n, rate in enumerate(rates)], (1, 3.3))
    timeline = timeline_of(made, title="x", rate=RATES["25"])
    ends = [event.at + event.count for event in timeline.events]
    assert [event.at for event in timeline.events] == [0, *ends[:-1]]
    assert timeline.frames == ends[-1]
    for event, cut in zip(timeline.events, made, strict=True):
        assert abs(event.count / Fraction(25) - cut.count / cut.source.rate) <= Fraction(1, 50)
