"""Frame rates as fractions, and SMPTE timecode: frames counted as hours, minutes, seconds, frames.

At 30000/1001 and 60000/1001 frames a second a count of 30 or 60 a second falls behind the clock by
3.6 s an hour. Drop-frame timecode (SMPTE ST 12-1) passes over the first two or four numbers of
every minute but each tenth, and so keeps up; it is written with a ``;`` before the frames.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import floor

from footage.errors import UsageError
from footage.media.recording import snapped

STANDARD = tuple(
    Fraction(n * 1000, 1001) if fractional else Fraction(n)
    for n, fractional in (
        *((24, True), (24, False), (25, False), (30, True), (30, False)),
        *((48, True), (48, False), (50, False), (60, True), (60, False)),
    )
)
"""The rates that editing programs have sequences of, in frames a second."""

_FASTEST = 60  # counted in a timecode: frames have two digits
_RATE = re.compile(r"\d{1,6}(\.\d{1,20})?|\d{1,6}/[1-9]\d{0,5}", re.ASCII)
_TEXT = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.,])(\d\d)", re.ASCII)


def parsed_rate(value: object) -> Fraction:
    """``25``, ``23.976`` or ``"24000/1001"`` as one of `STANDARD`. Raises `UsageError`."""
    text = str(value)
    rate = Fraction(0)
    if _RATE.fullmatch(text):
        rate = snapped(Fraction(text))
    if rate not in STANDARD:
        known = ", ".join(rate_name(each) for each in STANDARD)
        raise UsageError(
            f"{text[:50]!r} is no frame rate of a sequence", remedy=f"use one of {known}"
        )
    return rate


def nearest(number: Fraction) -> int:
    """The nearest whole number; of two the greater, so that equal lengths stay equal."""
    return floor(number + Fraction(1, 2))


def rate_name(rate: Fraction) -> str:
    """A rate as people write it: ``25``, ``29.97``, ``23.976``."""
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")


def counted(rate: Fraction) -> Fraction:
    """The rate at which the timecode of footage counts.

    That is its own where that is one of a sequence. Of what is faster every second frame is
    counted, or third; what is slower has several counts a frame, where that makes a standard rate.
    """
    if rate > _FASTEST:
        return rate / -(-rate // _FASTEST)
    multiples = (rate * times for times in range(1, _FASTEST))
    return next((each for each in multiples if each in STANDARD), rate)


def has_drop(rate: Fraction) -> bool:
    """Whether drop-frame timecode exists at a rate."""
    return rate in (Fraction(30_000, 1001), Fraction(60_000, 1001))


def to_timecode(count: int, rate: Fraction, *, drop: bool = False) -> str:
    """A number of frames as timecode at ``rate``; after 24 hours it begins anew."""
    base = nominal(rate)
    dropped = _dropped(rate) if drop else 0
    count %= _day(base, dropped)
    if dropped:
        tens, rest = divmod(count, 600 * base - 9 * dropped)
        minutes = max(0, rest - dropped) // (60 * base - dropped)
        count += dropped * (9 * tens + minutes)
    seconds, frames = divmod(count, base)
    mark = ";" if drop else ":"
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{frames:02}"


def from_timecode(text: str, rate: Fraction) -> int:
    """The number of frames that a timecode counts to; drop-frame where a ``;`` says so.

    Raises `UsageError` for what is none at this rate, such as a number that is passed over.
    """
    found = _TEXT.fullmatch(text.strip())
    base = nominal(rate)
    if found is None:
        raise UsageError(f"{text[:50]!r} is no timecode", remedy="write it as 01:02:03:04")
    hours, minutes, seconds, frames = (int(found[group]) for group in (1, 2, 3, 5))
    dropped = _dropped(rate) if is_drop(text) else 0
    passed_over = frames < dropped and seconds == 0 and minutes % 10 != 0
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= base or passed_over:
        raise UsageError(
            f"there is no timecode {text} at {rate_name(rate)} frames a second",
            remedy="give one that there is",
        )
    whole = hours * 60 + minutes
    return (whole * 60 + seconds) * base + frames - dropped * (whole - whole // 10)


def is_drop(text: str) -> bool:
    """Whether a timecode is written as drop-frame."""
    return ";" in text


def nominal(rate: Fraction) -> int:
    """How many frames a second are counted at a rate: 30 at 29.97."""
    return max(1, round(rate))


def _dropped(rate: Fraction) -> int:
    """How many numbers are passed over in a minute."""
    return nominal(rate) // 15 if has_drop(rate) else 0


def _day(base: int, dropped: int) -> int:
    return 86_400 * base - dropped * 9 * 144
