"""Timecode counts every frame once, and drop-frame passes over the numbers that it should."""

from __future__ import annotations

from fractions import Fraction

import pytest
from edits import RATES, counting, frame_of
from hypothesis import given
from hypothesis import strategies as st

from footage.errors import UsageError
from footage.export.timecode import (
    counted,
    from_timecode,
    has_drop,
    nearest,
    parsed_rate,
    rate_name,
    to_timecode,
)

NTSC, FAST = RATES["29.97"], RATES["59.94"]
MODES = [(rate, drop) for rate in RATES.values() for drop in {False, has_drop(rate)}]


@pytest.mark.parametrize(
    ("count", "rate", "text"),
    [
        (1799, NTSC, "00:00:59;29"),
        (1800, NTSC, "00:01:00;02"),
        (17_981, NTSC, "00:09:59;29"),
        (17_982, NTSC, "00:10:00;00"),
        (107_892, NTSC, "01:00:00;00"),
        (2_589_407, NTSC, "23:59:59;29"),
        (3599, FAST, "00:00:59;59"),
        (3600, FAST, "00:01:00;04"),
        (35_964, FAST, "00:10:00;00"),
        (1800, RATES["30"], "00:01:00:00"),
        (1440, RATES["23.976"], "00:01:00:00"),
        (90_000, RATES["25"], "01:00:00:00"),
    ],
)
def test_known_ones(count: int, rate: Fraction, text: str) -> None:
    assert to_timecode(count, rate, drop=";" in text) == text
    assert from_timecode(text, rate) == count


@given(st.sampled_from(MODES), st.integers(0, 86_400 * 59))
def test_every_frame_has_a_timecode_of_its_own(mode: tuple[Fraction, bool], count: int) -> None:
    rate, drop = mode
    text = to_timecode(count, rate, drop=drop)
    day = from_timecode("23:59:59" + (";" if drop else ":") + f"{round(rate) - 1}", rate) + 1
    assert from_timecode(text, rate) == count % day
    assert to_timecode(count + day, rate, drop=drop) == text


@pytest.mark.parametrize(("rate", "drop"), MODES)
def test_they_are_those_that_one_counts(rate: Fraction, drop: bool) -> None:
    passed_over = round(rate) // 15 if drop else 0
    for at, text in list(enumerate(counting(round(rate), passed_over, 12)))[::7]:
        assert to_timecode(at, rate, drop=drop) == text
        assert frame_of(text, rate) == at


@given(st.sampled_from([NTSC, FAST]), st.integers(0, 86_399 * 29))
def test_drop_frame_keeps_up_with_the_clock(rate: Fraction, count: int) -> None:
    hours, minutes, seconds, frames = map(
        int, to_timecode(count, rate, drop=True).replace(";", ":").split(":")
    )
    told = hours * 3600 + minutes * 60 + seconds + frames / round(rate)
    assert abs(told - count / rate) < 0.16  # it is 86 ms a day behind, and 2 frames off between


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("00:01:00;00", NTSC),
        ("00:01:00;01", NTSC),
        ("00:11:00;03", FAST),
        ("00:00:00:24", RATES["24"]),
        ("24:00:00:00", RATES["25"]),
        ("00:60:00:00", RATES["25"]),
        ("", RATES["25"]),
        ("1:2:3:4", RATES["25"]),
        ("00:00:00:0٣", RATES["25"]),
    ],
)
def test_what_is_no_timecode(text: str, rate: Fraction) -> None:
    with pytest.raises(UsageError):
        from_timecode(text, rate)


@pytest.mark.parametrize("name", RATES)
def test_rates_are_read_as_people_write_them(name: str) -> None:
    assert parsed_rate(name) == RATES[name]
    assert parsed_rate(float(name)) == RATES[name]
    assert parsed_rate(str(RATES[name])) == RATES[name]
    assert parsed_rate(float(RATES[name])) == RATES[name]
    assert rate_name(RATES[name]) == name


@pytest.mark.parametrize(
    "value",
    [0, -25, "fast", "", "1/0", 31, float("nan"), float("inf"), None, "1e999999999", "9" * 99],
)
def test_what_is_no_rate_of_a_sequence(value: object) -> None:
    with pytest.raises(UsageError, match="25"):
        parsed_rate(value)


@pytest.mark.parametrize(
    ("rate", "counts"),
    [("25", "25"), ("10", "30"), ("12", "24"), ("12.5", "25"), ("15000/1001", "30000/1001"),
     ("100", "50"), ("120", "60"), ("120000/1001", "60000/1001"), ("240", "60"), ("7", "7")],
)  # fmt: skip
def test_what_a_timecode_counts_at_other_rates(rate: str, counts: str) -> None:
    assert counted(Fraction(rate)) == Fraction(counts)


def test_halves_are_rounded_alike() -> None:
    assert [nearest(Fraction(n, 2)) for n in (1, 3, 5)] == [1, 2, 3]
