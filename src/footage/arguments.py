"""What a call was given: lists, numbers and weights, checked with words for what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, isfinite
from typing import Any, TypeGuard

from footage.errors import InvalidQuery


def listed(name: str, values: object, kinds: tuple[type, ...] = (str,)) -> list[Any]:
    """A list of what was given, one by itself or several; raises `InvalidQuery` for other kinds."""
    if isinstance(values, kinds):
        return [values]
    found = list(values) if isinstance(values, Iterable) else [values]
    wrong = [value for value in found if not isinstance(value, kinds)]
    if wrong:
        names = " or ".join(kind.__name__ for kind in kinds)
        raise InvalidQuery(f"{name} holds {wrong[0]!r:.100}", remedy=f"each must be a {names}")
    return found


def check_most(what: str, values: tuple[object, ...], most: int) -> None:
    """Raise `InvalidQuery` for more than ``most`` values."""
    if len(values) > most:
        raise InvalidQuery(f"the query has {len(values)} {what}", remedy=f"give at most {most}")


def check_weight(name: str, value: object) -> None:
    """Raise `InvalidQuery` for what is no finite number above 0."""
    if not is_number(value) or value <= 0:
        raise InvalidQuery(f"{name} is {value!r:.100}", remedy="give a number above 0")


def check_signed_weight(name: str, value: object) -> None:
    """Raise `InvalidQuery` for what is no finite number, and for 0."""
    if not is_number(value) or value == 0:
        raise InvalidQuery(
            f"{name} is {value!r:.100}",
            remedy="give a number above 0, or below 0 for what is not wanted",
        )


def check_range(name: str, value: object, least: int) -> None:
    """Raise `InvalidQuery` for what is no whole number of ``least`` or more."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidQuery(f"{name} is {value!r:.100}", remedy="give a whole number")
    if value < least:
        raise InvalidQuery(f"{name} is {value}", remedy=f"it must be at least {least}")


def check_seconds(name: str, value: object, *, endless: bool = False) -> None:
    """Raise `InvalidQuery` for what is no number of seconds; ``endless`` lets infinity pass."""
    if not (endless and value == inf) and (not is_number(value) or value < 0):
        raise InvalidQuery(
            f"{name} is {value!r:.100}", remedy="give a number of seconds, 0 or more"
        )


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a finite number."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and isfinite(value)  # type: ignore[arg-type]
