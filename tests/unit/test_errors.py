"""The tree drawn in the docstring of errors.py is the tree there is, and every error helps."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import footage
from footage import errors
from footage.errors import FootageError

SOURCES = sorted(Path(footage.__file__).parent.rglob("*.py"))


class Drawn(NamedTuple):
    parent: str | None
    code: str
    status: int
    retryable: bool


def every_error(root: type[FootageError] = FootageError) -> Iterator[type[FootageError]]:
    yield root
    for child in root.__subclasses__():
        yield from every_error(child)


def drawn_tree() -> dict[str, Drawn]:
    line_of_tree = re.compile(r"^([ │├└─]*)([A-Z]\w+) +(\w+) +(\d{3}|HTTP)( +yes| +retryable)?$")
    tree: dict[str, Drawn] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := line_of_tree.match(line):
            indent, name, code, status, retryable = found.groups()
            above = [(depth, parent) for depth, parent in above if depth < len(indent)]
            parent = above[-1][1] if above else None
            above.append((len(indent), name))
            if status != "HTTP":
                tree[name] = Drawn(parent, code, int(status), bool(retryable))
    return tree


def test_the_drawn_tree_is_the_real_one() -> None:
    real = {
        error.__name__: Drawn(
            error.__bases__[0].__name__, error.code, error.http_status, error.retryable
        )
        for error in every_error()
        if error is not FootageError
    }
    assert drawn_tree() == real


def test_codes_are_unique() -> None:
    codes = [error.code for error in every_error()]
    assert len(codes) == len(set(codes))


def test_every_error_is_exported() -> None:
    names = {error.__name__ for error in every_error()}
    assert names <= set(footage.__all__)
    assert all(getattr(footage, name) is getattr(errors, name) for name in names)


@pytest.mark.parametrize("error", list(every_error()), ids=lambda error: error.__name__)
def test_the_text_is_one_sentence_that_ends_with_the_remedy(error: type[FootageError]) -> None:
    assert str(error("it broke", remedy="mend it")) == "it broke; mend it"
    text = str(error("it broke"))
    assert text == (f"it broke; {error.default_remedy}" if error.default_remedy else "it broke")
    assert "\n" not in text
    assert not text.endswith((".", "!"))


def test_an_empty_remedy_is_taken_as_none() -> None:
    assert str(errors.LibraryLocked("busy", remedy="")) == "busy"


def raised_without_remedy() -> Iterator[str]:
    helpless = {error.__name__ for error in every_error() if not error.default_remedy}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in helpless
                and not any(keyword.arg == "remedy" for keyword in node.keywords)
            ):
                yield f"{path.name}:{node.lineno}: {node.func.id}"


def test_no_error_is_raised_without_a_remedy() -> None:
    assert list(raised_without_remedy()) == []
