"""Milvus filter expressions, built from whitelisted fields and quoted values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

FIELDS = frozenset({"id", "video_id", "scope", "partition", "start", "end"})
_ID = re.compile(r"[0-9a-z_-]{1,64}")


def quoted(value: str) -> str:
    """A string literal of Milvus's filter language; not ASCII-escaped, which Milvus misreads."""
    return json.dumps(value, ensure_ascii=False)


def is_in(field: str, values: Iterable[str]) -> str:
    """``field in [...]``."""
    _check_field(field)
    return f"{field} in [{', '.join(quoted(value) for value in values)}]"


def is_not_in(field: str, values: Iterable[str]) -> str:
    """``field not in [...]``."""
    _check_field(field)
    return f"{field} not in [{', '.join(quoted(value) for value in values)}]"


def is_after(field: str, value: str) -> str:
    """``field > "..."``, in the order of bytes."""
    _check_field(field)
    return f"{field} > {quoted(value)}"


def all_of(expressions: Iterable[str]) -> str:
    """What holds where each of these does; empty, which lets all through, for none."""
    return " and ".join(expressions)


def checked_ids(ids: Iterable[str]) -> list[str]:
    """The ids, refused where one could be more than an id: pymilvus does not escape them."""
    checked = list(ids)
    for value in checked:
        if not _ID.fullmatch(value):
            raise ValueError(f"not an id: {value!r}")
    return checked


def _check_field(field: str) -> None:
    if field not in FIELDS:
        raise ValueError(f"not a field of the index: {field!r}")
