"""Cutting speech at pauses: nothing is lost, nothing is doubled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.media.sound import SAMPLE_RATE, Samples
from footage.readers.voice import WINDOW, Stretch, stretches

SECONDS = WINDOW / SAMPLE_RATE


def spoken(plan: Sequence[tuple[float, bool]], block: int = 1000) -> list[Stretch]:
    """The stretches of a sound made of parts of so many seconds, voiced or not.

    The n-th sample is n, so that each can be told from the others; the detector knows the plan.
    """
    voiced = np.concatenate([np.full(round(seconds / SECONDS), flag) for seconds, flag in plan])
    samples = np.arange(len(voiced) * WINDOW, dtype=np.float64).astype(np.float32)
    blocks = [samples[at : at + block] for at in range(0, len(samples), block)]
    asked = iter(voiced)

    def detector(window: Samples) -> float:
        assert len(window) == WINDOW
        return 0.9 if next(asked) else 0.1

    return list(stretches(blocks, detector))


def windows_in(stretch: Stretch) -> range:
    first = round(stretch.start / SECONDS)
    return range(first, first + len(stretch.samples) // WINDOW)


def test_speech_comes_with_a_little_of_the_silence_around_it() -> None:
    (stretch,) = spoken([(5, False), (3, True), (5, False)])
    assert stretch.start == pytest.approx(4.8, abs=0.05)
    assert len(stretch.samples) / SAMPLE_RATE == pytest.approx(3.4, abs=0.1)
    ((start, end),) = stretch.voiced
    assert (start, end) == pytest.approx((5.0, 8.0), abs=0.05)
    assert stretch.seconds == pytest.approx(3, abs=0.05)


def test_a_long_pause_ends_a_stretch_a_short_one_does_not() -> None:
    one, two = spoken([(2, True), (1, False), (2, True), (3, False), (2, True)])
    assert [len(one.voiced), len(two.voiced)] == [2, 1]


def test_silence_and_clicks_are_no_speech() -> None:
    assert spoken([(60, False)]) == []
    assert spoken([(5, False), (0.1, True), (5, False)]) == []


def test_a_long_speech_is_cut_at_its_longest_late_pause() -> None:
    one, *_ = spoken(
        [(5, True), (0.4, False), (5, True), (0.2, False), (2, True), (0.1, False)] * 3
    )
    end = one.start + len(one.samples) / SAMPLE_RATE
    assert end == pytest.approx(10.5, abs=0.3)


def test_without_a_pause_it_is_cut_where_it_is_softest() -> None:
    loud = np.ones(SAMPLE_RATE * 20, np.float32)
    loud[SAMPLE_RATE * 12 : SAMPLE_RATE * 12 + 2 * WINDOW] = 0.01
    one, two = stretches([loud], lambda _window: 0.9)
    assert len(one.samples) / SAMPLE_RATE == pytest.approx(12, abs=0.1)
    assert len(one.samples) + len(two.samples) == len(loud)


plans = st.lists(st.tuples(st.floats(0.1, 20), st.booleans()), min_size=1, max_size=12)


@given(plan=plans, block=st.integers(1, 40_000))
def test_every_sample_of_speech_is_in_one_stretch(
    plan: list[tuple[float, bool]], block: int
) -> None:
    found = spoken(plan, max(block, 200))
    voiced = np.concatenate([np.full(round(seconds / SECONDS), flag) for seconds, flag in plan])
    count = np.zeros(len(voiced), int)
    for stretch in found:
        inside = windows_in(stretch)
        count[inside.start : inside.stop] += 1
        assert stretch.samples[0] == np.float32(inside.start * WINDOW)
        assert len(stretch.samples) <= 16 * SAMPLE_RATE
    assert count.max(initial=0) <= 1
    lost = np.flatnonzero(voiced & (count == 0))
    # what is lost was too little to be speech: no more than 0.2 s in a piece between two cuts
    edges = np.flatnonzero(np.diff(lost) > 1)
    for piece in np.split(lost, edges + 1):
        assert len(piece) * SECONDS < 0.2


@given(plan=plans)
def test_starts_and_ends_rise(plan: list[tuple[float, bool]]) -> None:
    spans = [span for stretch in spoken(plan) for span in stretch.voiced]
    times = [time for span in spans for time in span]
    assert times == sorted(times)
