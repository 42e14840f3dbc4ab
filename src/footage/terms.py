"""The text form of a query: ``2:dog + beach - people``, ``said:"refund policy"``, ``sign:exit``.

``+`` and ``-`` stand between spaces, and a word that is nothing but one of them is always an
operator. ``said:``, ``sign:`` and ``seen:`` at the beginning of a word, with a letter, a digit or
a quote right after, begin a term of their own. ``2:`` where a term begins, with a letter, a quote
or a key right after, is its weight. A quote at the beginning of a word, or of what a weight or key
stands before, makes all up to the next one literal; in it ``\\"`` is a quote and ``\\\\`` a
backslash. Everything else is text: t-shirt, 2:30, C++, dog -people, she said: yes, a 12" record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from footage.arguments import is_number
from footage.errors import InvalidQuery

KINDS = ("any", "seen", "said", "sign")
LEAST_WEIGHT, MOST_WEIGHT = 0.001, 1000.0  # beyond them one part is as good as alone

_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"\S+")
_OPERATOR = re.compile(r"[+-](?=\s|\Z)")
_WEIGHT = re.compile(r"(\d+(?:\.\d+)?|\.\d+):", re.ASCII)
_KEY = re.compile(r"(seen|said|sign):", re.ASCII | re.IGNORECASE)
_QUOTED = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a text query. Raises `InvalidQuery` for what cannot be asked."""

    text: str
    kind: str = "any"
    """Where it is looked for: what is ``seen``, what is ``said``, a ``sign`` that can be read on
    the screen, or ``any`` of these.
    """
    weight: float = 1.0
    """How much it counts beside the others; below 0 it is what is not wanted."""

    def __post_init__(self) -> None:
        check_text(self.text)
        if self.kind not in KINDS:
            raise InvalidQuery(
                f"{self.kind!r:.100} is no kind of term", remedy=f"use one of {', '.join(KINDS)}"
            )
        if not is_number(self.weight) or not LEAST_WEIGHT <= abs(self.weight) <= MOST_WEIGHT:
            raise InvalidQuery(f"the weight of a term is {self.weight!r:.100}", remedy=_WEIGHTS)

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``terms`` in ``search --json``."""
        return {"text": self.text, "kind": self.kind, "weight": self.weight}


_WEIGHTS = (
    f"give a number from {LEAST_WEIGHT:g} to {MOST_WEIGHT:g}, with a minus for what is not wanted"
)


class _Head(NamedTuple):
    """What stands before the content of a term, and where that begins."""

    weight: float
    kind: str
    end: int


@dataclass(slots=True)
class _Draft:
    """A term that is being read."""

    weight: float
    kind: str
    words: list[str] = field(default_factory=list)

    def term(self) -> Term:
        return Term(" ".join(self.words), self.kind, self.weight)


def parse_terms(text: str) -> tuple[Term, ...]:
    """The terms of a text form, one at least.

    Raises `InvalidQuery`, with the position, for an operator that nothing follows, a quote that is
    left open or holds nothing, a weight that is no weight, and an empty text.
    """
    check_text(text)
    drafts: list[_Draft] = []
    operator: re.Match[str] | None = None  # the one that nothing follows yet
    at = _end(_SPACES, text, 0)
    while at < len(text):
        if found := _OPERATOR.match(text, at):
            if operator:
                raise _nothing_follows(operator)
            operator, end = found, found.end()
        else:
            begins = operator is not None or not drafts
            head = _head(text, at, begins=begins)
            if begins or head.kind != "any":
                sign = -1 if operator and operator[0] == "-" else 1
                drafts.append(_Draft(sign * head.weight, head.kind))
            word, end = _word(text, head.end)
            drafts[-1].words.append(word)
            operator = None
        at = _end(_SPACES, text, end)
    if operator:
        raise _nothing_follows(operator)
    return tuple(draft.term() for draft in drafts)


def format_terms(terms: Sequence[Term]) -> str:
    """The text form of terms, which `parse_terms` reads as the same terms."""
    parts: list[str] = []
    for term in terms:
        sign = "- " if term.weight < 0 else "+ " if parts else ""
        size = abs(term.weight)
        weight = "" if size == 1 else f"{Decimal(repr(size)).normalize():f}:"
        key = "" if term.kind == "any" else f"{term.kind}:"
        parts.append(f"{sign}{weight}{key}{_content(term.text, weight, key)}")
    return " ".join(parts)


def check_text(text: object) -> None:
    """Raise `InvalidQuery` for what is no text, or an empty one."""
    if not isinstance(text, str):
        raise InvalidQuery(f"the query is {text!r:.100}", remedy="give a text")
    if not text.strip():
        raise InvalidQuery("the query is empty", remedy="say what the moment looks like")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate: bytes of the command line that are no text
        raise InvalidQuery("the query is not valid text", remedy="type it again") from None


def _head(text: str, at: int, *, begins: bool) -> _Head:
    weight = _WEIGHT.match(text, at)
    after = weight.end() if weight else at
    key = _KEY.match(text, after)
    if key and _opens(text, key.end(), str.isalnum):
        return _Head(_weight(text, weight), key[1].lower(), key.end())
    if weight and begins and _opens(text, after, str.isalpha):
        return _Head(_weight(text, weight), "any", after)
    return _Head(1.0, "any", at)


def _opens(text: str, at: int, is_content: Callable[[str], bool]) -> bool:
    following = text[at : at + 1]
    return following == '"' or is_content(following)


def _weight(text: str, match: re.Match[str] | None) -> float:
    if match is None:
        return 1.0
    weight = float(match[1])
    if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
        raise InvalidQuery(
            f"the weight {match[1]:.20} at character {match.start() + 1} is out of range",
            remedy=f"write one from {LEAST_WEIGHT:g} to {MOST_WEIGHT:g}, or put it all in quotes "
            "where it is to be taken as text",
            text=text,
            position=match.start() + 1,
        )
    return weight


def _word(text: str, at: int) -> tuple[str, int]:
    """A word, or what is in quotes with what touches them; and where it ends."""
    literal = ""
    if text[at] == '"':
        literal, at = _quoted(text, at)
    end = _end(_WORD, text, at)
    return literal + text[at:end], end


def _quoted(text: str, at: int) -> tuple[str, int]:
    quoted = _QUOTED.match(text, at)
    if quoted is None:
        raise InvalidQuery(
            f"the quote at character {at + 1} is left open",
            remedy='close it with another ", or leave it out',
            text=text,
            position=at + 1,
        )
    if not quoted[1].strip():
        raise InvalidQuery(
            f"the quotes at character {at + 1} hold nothing",
            remedy="write between them what is looked for, or leave them out",
            text=text,
            position=at + 1,
        )
    return _ESCAPED.sub(r"\1", quoted[1]), quoted.end()


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where a match that begins at ``at`` ends; there, where nothing matches."""
    found = pattern.match(text, at)
    return found.end() if found else at


def _nothing_follows(operator: re.Match[str]) -> InvalidQuery:
    sign, at = operator[0], operator.start() + 1
    return InvalidQuery(
        f"nothing follows the {sign} at character {at}",
        remedy=f'write something after it, or "{sign}" in quotes where it is to be taken as text',
        text=operator.string,
        position=at,
    )


def _content(text: str, weight: str, key: str) -> str:
    """A term's text as it is, where it reads as itself behind weight and key; else in quotes."""
    first = text[0]
    fits = (not key or first.isalnum()) and (key or not weight or first.isalpha())
    if fits and _is_plain(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_plain(text: str) -> bool:
    try:
        return parse_terms(text) == (Term(text),)
    except InvalidQuery:
        return False
