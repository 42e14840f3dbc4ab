"""The library's own values as JSON between two processes of one version, and back, losing nothing.

How a value is read follows from its type: a dataclass is an object of its fields, a tuple a list,
a path its text, a date ISO 8601. A file's name that is no text passes as the escapes that Python
has for it (PEP 383), which `json.dumps` writes in ASCII.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from footage import errors
from footage.errors import FootageError, InvalidQuery

_PLAIN = (bool, int, float, str)


def packed(value: Any) -> Any:  # noqa: PLR0911 - a table of kinds
    """A value as what `json.dumps` takes. Raises `TypeError` for one that is nothing of ours."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, FootageError):
        return _error(value)
    if is_dataclass(value):
        return {one.name: packed(getattr(value, one.name)) for one in fields(value) if one.init}
    if isinstance(value, Mapping):
        return {str(key): packed(part) for key, part in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [packed(part) for part in value]
    if hasattr(value, "address"):  # `WebVideo`, whose module is not needed for any other
        return {"address": value.address}
    raise TypeError(f"{type(value).__name__} does not go over the wire")


def unpacked(kind: Any, value: Any) -> Any:
    """The value of a type that was packed. Raises `ValueError` where it is none."""
    try:
        return _unpacked(kind, value)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{value!r:.100} is no {kind}") from error


def _unpacked(kind: Any, value: Any) -> Any:  # noqa: PLR0911 - a table of kinds
    if kind is Any:
        return value
    if kind is None or kind is type(None):
        return _checked(value is None, value)
    if kind in _PLAIN:
        return _number_or_text(kind, value)
    origin = get_origin(kind)
    if origin is not None:
        return _composed(kind, origin, value)
    if issubclass(kind, FootageError):
        return _raised(value)
    if is_dataclass(kind):
        return _made(kind, value)
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        pairs = zip(_hints(kind).values(), value, strict=True)
        return kind(*(_unpacked(hint, part) for hint, part in pairs))
    if kind is datetime:
        return datetime.fromisoformat(value)
    if isinstance(value, dict):
        _checked(hasattr(kind, "address"), value)
        return kind(value["address"])  # `WebVideo`
    return kind(value)  # a path or one of an enumeration


def _made(kind: Any, value: Mapping[str, Any]) -> Any:
    """Of a dataclass, whose own checks it passes."""
    hints = _hints(kind)
    return kind(**{name: _unpacked(hints[name], part) for name, part in value.items()})


def _composed(kind: Any, origin: Any, value: Any) -> Any:
    """Of a union, a list, a tuple or a mapping."""
    parts = get_args(kind)
    if origin in {Union, types.UnionType}:
        return _one_of(parts, value)
    if issubclass(origin, Mapping):
        return {str(key): _unpacked(parts[1], part) for key, part in value.items()}
    _checked(isinstance(value, list), value)
    if issubclass(origin, tuple) and parts[-1] is not Ellipsis:
        return tuple(_unpacked(part, one) for part, one in zip(parts, value, strict=True))
    several = [_unpacked(parts[0], one) for one in value]
    return tuple(several) if issubclass(origin, tuple) else several


def _one_of(kinds: tuple[Any, ...], value: Any) -> Any:
    """The first kind that fits; a text is text before it is a path."""
    if value is None and type(None) in kinds:
        return None
    for kind in sorted(kinds, key=lambda one: one is not str):
        try:
            return _unpacked(kind, value)
        except (TypeError, ValueError, AttributeError):
            continue
    raise ValueError(f"{value!r:.100} is none of {kinds}")


def _number_or_text(kind: type, value: Any) -> Any:
    whole = kind is float and type(value) is int  # and stays so: it is printed as it came
    return _checked(whole or type(value) is kind, value)


def _checked(holds: bool, value: Any) -> Any:
    if not holds:
        raise ValueError(f"{value!r:.100} is of another type")
    return value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _error(error: FootageError) -> dict[str, Any]:
    shape: dict[str, Any] = {"code": error.code, "message": error.what, "remedy": error.remedy}
    if isinstance(error, InvalidQuery) and error.position is not None:
        shape.update(text=error.text, position=error.position)
    return shape


def _raised(shape: Mapping[str, Any]) -> FootageError:
    """The error of a shape, of the class with its code; of none of them, `FootageError`."""
    what, remedy = str(shape["message"]), str(shape["remedy"])
    kind = _by_code().get(str(shape["code"]), FootageError)
    if issubclass(kind, InvalidQuery):
        return kind(what, remedy=remedy, text=shape.get("text"), position=shape.get("position"))
    return kind(what, remedy=remedy)


@cache
def _by_code() -> dict[str, type[FootageError]]:
    found = [value for value in vars(errors).values() if isinstance(value, type)]
    return {kind.code: kind for kind in found if issubclass(kind, FootageError)}
