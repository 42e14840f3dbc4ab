"""What is made of the figures: cuts, fades and dissolves, each once."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from footage.media.cuts import Changes, blend, find_boundaries, may_be_cut
from footage.media.looks import Look

TIMES = np.arange(0, 8, 0.04)
NONE = np.zeros(len(TIMES))
QUIET = Changes(TIMES, NONE + 0.02, NONE + 0.05, NONE + 1, NONE, NONE > 0)


def at(time: float, value: float, otherwise: float) -> np.ndarray:
    return np.where(abs(TIMES - time) < 0.01, value, otherwise)


def during(start: float, end: float) -> np.ndarray:
    return (start - 0.01 < TIMES) & (end + 0.01 > TIMES)


def mixture(time: float, clear: float, of: Changes = QUIET) -> Changes:
    """The changes with a dissolve around ``time`` as well."""
    lag = np.maximum(of.lag, np.where(during(time - 0.5, time + 0.7), 0.4, 0))
    blend = np.maximum(0, clear - 40 * abs(TIMES - time))
    return replace(of, blend=np.maximum(of.blend, blend), lag=lag)


CUT = replace(
    QUIET,
    step=at(4.0, 0.6, 0.02),
    lag=np.where(during(4.0, 4.24), 0.6, 0.05),
    likeness=at(4.0, 0.3, 1.0),
)


def test_nothing_happens() -> None:
    assert find_boundaries(QUIET) == []
    nothing = {name: series[:0] for name, series in asdict(QUIET).items()}
    assert find_boundaries(Changes(**nothing)) == []


def test_a_cut() -> None:
    assert find_boundaries(CUT) == pytest.approx([4.0])


def test_a_flash_is_a_jump_that_keeps_the_layout() -> None:
    assert find_boundaries(replace(CUT, likeness=at(4.0, 0.97, 1.0))) == []


def test_a_broken_frame_is_a_jump_that_does_not_last() -> None:
    assert find_boundaries(replace(CUT, lag=at(4.0, 0.6, 0.05))) == []


def test_amid_motion_a_cut_has_to_stand_out() -> None:
    assert find_boundaries(replace(CUT, step=at(4.0, 0.6, 0.3))) == []
    assert find_boundaries(replace(CUT, step=at(4.0, 0.6, 0.18))) == pytest.approx([4.0])


def test_a_dissolve_is_where_the_mixture_is_clearest() -> None:
    assert find_boundaries(mixture(3.0, 20)) == pytest.approx([3.0])
    assert find_boundaries(mixture(6.0, 5, mixture(3.0, 20))) == pytest.approx([3.0, 6.0])


def test_motion_all_the_while_is_no_dissolve() -> None:
    assert find_boundaries(mixture(4.0, 9)) == pytest.approx([4.0])
    assert find_boundaries(mixture(4.0, 9, replace(QUIET, lag=NONE + 0.35))) == []
    assert find_boundaries(mixture(4.0, 9, replace(QUIET, lag=NONE + 0.2))) == pytest.approx([4.0])


def test_a_mixture_beside_a_cut_is_the_cut() -> None:
    assert find_boundaries(mixture(4.6, 9, CUT)) == pytest.approx([4.0])
    assert find_boundaries(mixture(6.2, 9, CUT)) == pytest.approx([4.0, 6.2])


def test_a_fade_through_black_is_one_boundary_whatever_surrounds_it() -> None:
    fade = mixture(5.2, 9)
    assert find_boundaries(fade) == pytest.approx([5.2])
    fade = replace(fade, black=during(4.4, 5.0))
    assert find_boundaries(fade) == pytest.approx([4.7])
    assert find_boundaries(replace(CUT, black=during(4.4, 5.0))) == pytest.approx([4.7])


def test_black_at_either_end_or_for_long_is_no_fade() -> None:
    ends = during(0, 1) | during(7, 8)
    assert find_boundaries(replace(QUIET, black=ends)) == []
    assert find_boundaries(replace(QUIET, black=during(2, 5.4))) == []
    assert find_boundaries(replace(QUIET, black=during(2, 4.8))) == pytest.approx([3.4])


shares = arrays(np.float64, len(TIMES), elements=st.floats(0, 1, width=16))


@given(
    step=shares,
    lag=shares,
    likeness=shares,
    blend=shares,
    black=arrays(np.bool_, len(TIMES)),
)
def test_boundaries_rise_and_lie_within_the_video(**series: np.ndarray) -> None:
    series["step"][0] = series["blend"][0] = 0  # the first frame follows on none
    found = find_boundaries(Changes(TIMES, **series))
    assert all(0 < time <= TIMES[-1] for time in found)
    assert all(one < other for one, other in pairwise(found))


def look(time: float, red: float, bright: str) -> Look:
    colours = np.zeros(512, dtype=np.float32)
    colours[:2] = 1 - red, red
    layout = np.full(144, 50, dtype=np.float32)
    layout[slice(0, 72) if bright == "left" else slice(72, 144)] = 150
    if bright == "both":
        layout[:] = 100
    return Look(time, colours, layout)


BEFORE, MIDDLE, AFTER = look(0, 0, "left"), look(0.5, 0.5, "both"), look(1, 1, "right")


def test_a_blend_needs_all_of_its_signs() -> None:
    assert blend(BEFORE, MIDDLE, AFTER) == pytest.approx(100)
    assert blend(BEFORE, look(0.5, 0, "left"), AFTER) == 0  # a cut
    assert blend(BEFORE, MIDDLE, look(1, 0.3, "right")) == 0  # the same colours
    assert blend(BEFORE, look(0.5, 0.5, "left"), look(1, 1, "left")) == 0  # the same layout


def test_a_blend_needs_frames_on_both_sides() -> None:
    assert blend(BEFORE, replace(MIDDLE, time=0.1), AFTER) == 0
    assert blend(BEFORE, replace(MIDDLE, time=0.9), AFTER) == 0
    assert blend(BEFORE, replace(BEFORE), replace(AFTER, time=0)) == 0


def test_what_may_be_a_cut() -> None:
    assert may_be_cut(0.5)
    assert not may_be_cut(0.1)
