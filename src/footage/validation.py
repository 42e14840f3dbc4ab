"""What pydantic finds wrong with a value that somebody wrote, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

# by the type of the error, as https://docs.pydantic.dev/latest/errors/validation_errors/ lists them
_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is missing",
    "extra_forbidden": lambda _: "is not known here",
    "string_type": lambda _: "must be a text",
    "float_type": lambda _: "must be a number",
    "float_parsing": lambda _: "must be a number",
    "finite_number": lambda _: "must be a finite number",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "list_type": lambda _: "must be a list",
    "tuple_type": lambda _: "must be a list",
    "model_type": lambda _: "must be an object",
    "greater_than": lambda limits: f"must be above {limits['gt']:g}",
    "greater_than_equal": lambda limits: f"must be {limits['ge']:g} or more",
    "less_than": lambda limits: f"must be below {limits['lt']:g}",
    "less_than_equal": lambda limits: f"must be at most {limits['le']:g}",
    "too_short": lambda limits: f"must have {limits['min_length']} or more entries",
    "string_too_short": lambda limits: f"must have {limits['min_length']} or more characters",
}


def first_wrong(error: ValidationError, names: Mapping[str, str] | None = None) -> str:
    """The first thing that is wrong, and where: ``relevant[0].start must be 0 or more``.

    ``names`` says what a field is called where the value was written.
    """
    first = error.errors()[0]
    kind, context = first["type"], first.get("ctx", {})
    where = _place(first["loc"])
    where = (names or {}).get(where, where)
    if kind == "json_invalid":
        column = re.search(r"column (\d+)", first["msg"])
        return "it is not JSON" + (f" (column {column[1]})" if column else "")
    if kind in _WORDS:
        return f"{where or 'it'} {_WORDS[kind](context)}"
    words = str(context["error"]) if kind == "value_error" else first["msg"]
    return f"{where}: {words}" if where else words


def _place(location: tuple[int | str, ...]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).removeprefix(".")
