"""What a search answers with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from footage.media.web import Place, WebVideo
from footage.query import Filters, Query

HINT = "say it in other words or name what is seen"
HINT_SAID = "say it in other words, name what is seen, or look for what was said with said:"
HINT_EMPTY = "index videos, or ask for an earlier page: there is nothing here"
HINT_FILTERS = "let more videos pass: nothing that can be searched passes the filters"
HINT_EXAMPLE = "ask by another example, or say beside it in words what is seen"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a moment matched: one stretch found by one way of looking."""

    modality: str
    how: str
    """``vector`` by the embedder's space, ``words`` by words, ``meaning`` by sentences' space."""
    start: float
    end: float
    score: float
    """A cosine; of words the share, 0 to 1, that matched, rare ones counting more."""
    rank: int
    """The place, from 1, among all that were found this way."""
    segment_id: str | None = None
    """None for text, which has no segments."""
    text: str | None = None
    """What is said or written there; None where it was not by its text that it was found."""
    words: tuple[str, ...] = ()
    """The words of ``text`` that matched, as they stand there."""
    step: int = 0
    """Which step of a sequence it is of, from 0."""
    contribution: float = 1.0
    """Its share in the moment's score; those of a moment come to 1."""

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``evidence``."""
        return {
            "segment_id": self.segment_id,
            "modality": self.modality,
            "how": self.how,
            "start": self.start,
            "end": self.end,
            "score": round(self.score, 6),
            "rank": self.rank,
            "contribution": round(self.contribution, 4),
            "text": self.text,
            "words": list(self.words),
            "step": self.step,
        }


@dataclass(frozen=True, slots=True)
class Moment:
    """One answer: a stretch of a video, in seconds, with its score.

    Scores order the moments of one answer. Where one way of looking was enough, it is that one's:
    the cosine of the query with a segment or, where the embedder looks at frames, the mean of that
    and of the cosine with the segment's best frame. Where several were fused it lies in 0 to 1.
    """

    video_id: str
    title: str
    start: float
    end: float
    score: float
    modality: str
    scope: str
    path: Path | None = None
    url: str | None = None
    thumbnail: Path | None = None
    confidence: float | None = None
    """The probability that it matches, 0 to 1; None where there is too little to tell by."""
    evidence: tuple[Evidence, ...] = field(default=(), repr=False)
    steps: tuple[tuple[float, float], ...] = ()
    """Start and end of each step of a sequence, in seconds; empty where one thing was asked for."""
    alike: tuple[tuple[float, float], ...] = ()
    """Other stretches of the video that look the same and match no better."""

    @property
    def place(self) -> Place | None:
        """Where the video lies: its path or its address, without what signs that."""
        return WebVideo(self.url) if self.url else self.path

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``moments`` in ``search --json``."""
        return {
            "video_id": self.video_id,
            "path": str(self.path) if self.path else None,
            "url": self.url,
            "title": self.title,
            "start": self.start,
            "end": self.end,
            "scope": self.scope,
            "score": round(self.score, 6),
            "confidence": None if self.confidence is None else round(self.confidence, 4),
            "modality": self.modality,
            "thumbnail": str(self.thumbnail) if self.thumbnail else None,
            "evidence": [evidence.to_json() for evidence in self.evidence],
            "steps": [list(step) for step in self.steps],
            "alike": [list(span) for span in self.alike],
        }


@dataclass(frozen=True, slots=True)
class SearchResult(Sequence[Moment]):
    """The moments found, best first. Iterates, indexes and measures like a list of them."""

    query: Query
    moments: tuple[Moment, ...]
    matches: bool = True
    """Whether the best moment is likely enough to be right, or nobody can tell."""
    said: bool = True
    """Whether it is known of any video what is said in it."""

    @property
    def found(self) -> bool:
        """False where nothing matches well: the moments, if there are any, are best guesses."""
        return bool(self.moments) and self.matches

    @property
    def hint(self) -> str | None:
        """What may find more, where nothing matches well."""
        if self.found:
            return None
        if not self.moments:
            return HINT_FILTERS if self.query.filters != Filters() else HINT_EMPTY
        terms = [term for step in self.query.steps for term in step.terms]
        if not terms:
            return HINT_EXAMPLE
        asked = any(term.kind == "said" for term in terms)
        return HINT_SAID if self.said and not asked else HINT

    def to_json(self) -> dict[str, Any]:
        """The shape of ``search --json``."""
        return {
            "query": self.query.to_json(),
            "found": self.found,
            "hint": self.hint,
            "moments": [moment.to_json() for moment in self.moments],
        }

    def __len__(self) -> int:
        return len(self.moments)

    def __iter__(self) -> Iterator[Moment]:
        return iter(self.moments)

    @overload
    def __getitem__(self, index: int) -> Moment: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Moment]: ...
    def __getitem__(self, index: int | slice) -> Moment | Sequence[Moment]:
        return self.moments[index]
