"""What a moment is asked for by, beside its video: a step of a query, and moments it is like."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from footage.arguments import (
    check_most,
    check_signed_weight,
    check_weight,
    is_number,
    listed,
)
from footage.errors import InvalidQuery
from footage.example import Example, seconds
from footage.terms import Term, parse_terms

LONGEST_TEXT = 2_000  # characters; models read a few dozen words, the rest would be lost unseen
MOST_EXAMPLES = 10  # as many as a service embeds at once
MOST_TERMS = 10
MOST_LIKES = 10
_LIKE = re.compile(r"(.+)@([\d:.]+)(?:\^(-?\d*\.?\d+))?", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Like:
    """A moment of a video of the library that the wanted ones are like.

    >>> Like("holiday.mp4", 65, weight=2)

    Raises `InvalidQuery` for what cannot be asked.
    """

    video: str
    """Its id, the beginning of its id, path, address, file name or title."""
    time: float
    """Seconds into the video."""
    weight: float = 1.0
    """How much it counts beside the other parts of the query; below 0 it is what is not wanted."""

    def __post_init__(self) -> None:
        if isinstance(self.video, Path):
            object.__setattr__(self, "video", str(self.video))
        if not isinstance(self.video, str) or not self.video:
            raise InvalidQuery(f"{self.video!r:.100} is no video", remedy="give its id or path")
        if not is_number(self.time) or self.time < 0:
            raise InvalidQuery(
                f"the time in {self.video} is {self.time!r:.100}", remedy="give seconds, 0 or more"
            )
        check_signed_weight("weight", self.weight)

    @classmethod
    def parse(cls, text: str) -> Like:
        """Read ``VIDEO@TIME`` or ``VIDEO@TIME^WEIGHT``, as typed on a command line.

        The last ``@`` counts. Raises `InvalidQuery`.
        """
        found = _LIKE.fullmatch(text)
        if found is None:
            raise InvalidQuery(
                f"{text!r:.100} is no moment of a video", remedy="write VIDEO@1:05 or VIDEO@1:05^2"
            )
        video, time, weight = found.groups()
        return cls(video, seconds(time), float(weight or 1))

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``likes`` in ``search --json``."""
        return {"video": self.video, "time": self.time, "weight": self.weight}


@dataclass(frozen=True, slots=True)
class Step:
    """What one moment is asked for by: a text, examples, moments it is like, or several of these.

    >>> Step("a goal - crowd", examples=("stadium.jpg",))

    Raises `InvalidQuery` for what cannot be asked, and `MediaError` for a file that does not show
    what it is.
    """

    text: str | None = None
    """In the text form of `footage.terms`: ``2:dog + beach - people``, ``said:hello``."""
    examples: tuple[Example, ...] = ()
    """Also taken: one alone, and files for examples of their kind and weight 1."""
    likes: tuple[Like, ...] = ()
    """Also taken: one alone, and ``VIDEO@TIME`` for `Like.parse` of it."""
    text_weight: float = 1.0
    """Above 0: how much the text, all of it, counts beside the examples."""
    terms: tuple[Term, ...] = field(init=False, repr=False, compare=False, default=())
    """What the text says."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "examples", as_examples(self.examples))
        object.__setattr__(self, "likes", as_likes(self.likes))
        object.__setattr__(self, "terms", () if self.text is None else _terms(self.text))
        check_weight("text_weight", self.text_weight)
        weights = [term.weight for term in self.terms]
        weights += [example.weight for example in self.examples]
        weights += [like.weight for like in self.likes]
        if not weights:
            raise InvalidQuery(
                "a moment is asked for by a text, examples or moments it is like",
                remedy="say what it looks like",
            )
        if max(weights) < 0:
            raise InvalidQuery(
                "the query says only what is not wanted",
                remedy="say also what is wanted, as in: beach - people",
            )

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``then`` in ``search --json``."""
        return {
            "text": self.text,
            "text_weight": self.text_weight,
            "terms": [term.to_json() for term in self.terms],
            "examples": [example.to_json() for example in self.examples],
            "likes": [like.to_json() for like in self.likes],
        }


def as_examples(values: object) -> tuple[Example, ...]:
    """Examples, of those given and of files; raises `InvalidQuery` and `MediaError`."""
    given = listed("examples", values, (Example, str, Path))
    check_most("examples", tuple(given), MOST_EXAMPLES)
    return tuple(value if isinstance(value, Example) else Example(value) for value in given)


def as_likes(values: object) -> tuple[Like, ...]:
    """Moments, of those given and of their text form; raises `InvalidQuery`."""
    given = listed("likes", values, (Like, str))
    check_most("moments to be like", tuple(given), MOST_LIKES)
    return tuple(value if isinstance(value, Like) else Like.parse(value) for value in given)


def _terms(text: str) -> tuple[Term, ...]:
    if isinstance(text, str) and len(text) > LONGEST_TEXT:
        raise InvalidQuery(
            f"the query has {len(text):,} characters",
            remedy=f"keep it within {LONGEST_TEXT:,}: one sentence finds more than a page",
        )
    terms = parse_terms(text)
    check_most("terms", terms, MOST_TERMS)
    return terms
