"""Colours tell pictures from motion, layouts tell them from light, mixtures tell of dissolves."""

from __future__ import annotations

import numpy as np
import pytest
from av import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from footage.media.looks import Look, Looker, colour_change, likeness, mixed
from tests.videos import Pixels, texture


def look(picture: Pixels, time: float = 0.0) -> Look:
    return Looker()(time, VideoFrame.from_ndarray(picture, format="rgb24"))


def plain(*colour: int) -> Pixels:
    return np.full((120, 160, 3), colour, dtype=np.uint8)


seeds = st.integers(0, 50)


def test_a_look_adds_up() -> None:
    one = look(texture(1))
    assert one.colours.sum() == pytest.approx(1)
    assert one.layout.shape == (144,)
    assert one.layout.mean() == pytest.approx(texture(1).mean(), abs=3)


def test_the_layout_lies_as_the_picture_does() -> None:
    picture = plain(0, 0, 0)
    picture[:60, 80:] = 240
    cells = look(picture).layout.reshape(9, 16)
    assert cells[:4, 9:].min() > 235
    assert cells[5:].max() < 5
    assert cells[:, :7].max() < 5


def test_other_colours_are_far_and_the_same_are_near() -> None:
    assert colour_change(look(plain(200, 20, 20)), look(plain(20, 20, 200))) == 1
    moved = np.roll(texture(1), 30, axis=1)
    assert colour_change(look(texture(1)), look(moved)) < 0.3
    assert colour_change(look(texture(1)), look(texture(2))) > 0.6


@given(one=seeds, other=seeds)
def test_distances_are_the_same_both_ways_and_within_bounds(one: int, other: int) -> None:
    a, b = look(texture(one)), look(texture(other))
    assert 0 <= colour_change(a, b) == colour_change(b, a) <= 1 + 1e-6
    assert -1 - 1e-5 <= likeness(a, b) <= 1 + 1e-5
    assert likeness(a, b) == pytest.approx(likeness(b, a), abs=1e-6)
    assert colour_change(a, a) == 0
    assert likeness(a, a) == pytest.approx(1, abs=1e-5)


@given(seed=seeds, gain=st.floats(0.4, 1.0), lift=st.floats(0, 60))
def test_light_leaves_the_layout_as_it_is(seed: int, gain: float, lift: float) -> None:
    picture = texture(seed)
    lit = (picture * (gain * 0.75) + lift).astype(np.uint8)
    assert likeness(look(picture), look(lit)) > 0.97


def test_bars_are_not_taken_for_likeness() -> None:
    one, other = texture(1).copy(), texture(2).copy()
    for picture in (one, other):
        picture[:20] = picture[-20:] = 0
    assert likeness(look(one), look(other)) < 0.6


def test_pictures_without_contrast_are_not_alike() -> None:
    assert likeness(look(plain(90, 90, 90)), look(plain(200, 200, 200))) == 0
    assert likeness(look(plain(0, 0, 0)), look(plain(0, 0, 0))) == 0


def test_black_is_black_through_noise_and_night_is_not() -> None:
    noise = np.random.default_rng(1).integers(0, 25, (120, 160, 3), dtype=np.uint8)
    night = plain(0, 0, 0)
    night[40:60, 40:60] = 120
    assert look(noise).black
    assert not look(night).black


@given(one=seeds, other=seeds, share=st.floats(0.2, 0.8))
def test_a_mixture_in_proportion_to_the_time_is_one(one: int, other: int, share: float) -> None:
    a, b = texture(one), texture(other)
    middle = (a * (1 - share) + b * share).astype(np.uint8)
    change, off = mixed(look(a, 0.0), look(middle, share), look(b, 1.0))
    assert change == pytest.approx(float(np.abs(look(a).layout - look(b).layout).mean()))
    assert off < 2


def test_a_cut_is_no_mixture() -> None:
    a, b = texture(1), texture(2)
    change, off = mixed(look(a, 0.0), look(a, 0.5), look(b, 1.0))
    assert off == pytest.approx(change / 2, rel=1e-3)
