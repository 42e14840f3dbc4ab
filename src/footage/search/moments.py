"""What a search answers with, and how neighbouring segments become one moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from footage.embedder import Route
from footage.index.segments import Hit
from footage.media.web import Place, WebVideo
from footage.query import Query

JOIN_GAP = 0.05  # seconds between segments that still touch, given rounding
JOIN_SHARE = 0.85  # of the way from the floor to a moment's best: cosines have no fixed scale
FLOOR_RANK = 200  # the hit whose score is the floor: the best of what does not match, or near it
FOLD_SHARE = 0.5  # of the shorter of two moments of several routes, that makes them one
LONGEST = 60.0  # seconds a moment may grow to: longer is a film, not a moment


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a moment matched: one segment found on one route."""

    segment_id: str
    modality: str
    start: float
    end: float
    score: float
    rank: int
    """The place of the segment, from 1, among all that were found on its route."""

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``evidence``."""
        return {
            "segment_id": self.segment_id,
            "modality": self.modality,
            "start": self.start,
            "end": self.end,
            "score": round(self.score, 6),
            "rank": self.rank,
        }


@dataclass(frozen=True, slots=True)
class Moment:
    """One answer: a stretch of a video, in seconds, with its score, -1 to 1.

    The score is the cosine of the query with a segment or, where the embedder looks at frames, the
    mean of that and of the cosine with the segment's best frame.
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
    """The probability that it matches, 0 to 1; None where the library is not calibrated."""
    evidence: tuple[Evidence, ...] = field(default=(), repr=False)

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
            "confidence": self.confidence,
            "modality": self.modality,
            "thumbnail": str(self.thumbnail) if self.thumbnail else None,
            "evidence": [evidence.to_json() for evidence in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class SearchResult(Sequence[Moment]):
    """The moments found, best first. Iterates, indexes and measures like a list of them."""

    query: Query
    moments: tuple[Moment, ...]

    @property
    def found(self) -> bool:
        """False where nothing in the library matches."""
        return bool(self.moments)

    def to_json(self) -> dict[str, Any]:
        """The shape of ``search --json``."""
        return {
            "query": self.query.to_json(),
            "found": self.found,
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


@dataclass(slots=True)
class Group:
    """Touching hits of one video on one route, the best of them first."""

    hits: list[Hit]
    ranks: list[int]
    """The places, from 1, of these hits among all that were found."""
    start: float
    end: float
    floor: float = 0.0
    """The score of what does not match, or hardly."""

    @property
    def best(self) -> Hit:
        """The hit that stands for the group."""
        return self.hits[0]


def merge(hits: Iterable[Hit]) -> list[Group]:
    """Join touching, about equally good hits of a video; best group first, in a stable order.

    A group grows from its best hit to both sides while the neighbour touches, scores at least
    `JOIN_SHARE` of the way from the floor to the group's best, and the whole stays within
    `LONGEST` seconds. The floor is the score of hit number `FLOOR_RANK`, or of the last one: so
    what is joined does not depend on how many more hits were fetched.
    """
    ordered = ranked(hits)
    floor = ordered[:FLOOR_RANK][-1].score if ordered else 0.0
    places = {hit.segment_id: place for place, hit in enumerate(ordered, start=1)}
    touching = _Touching(ordered)
    taken: set[str] = set()
    groups = []
    for hit in ordered:
        if hit.segment_id in taken:
            continue
        group = Group([hit], [places[hit.segment_id]], hit.start, hit.end, floor)
        taken.add(hit.segment_id)
        while neighbour := _best_neighbour(group, floor, touching, taken):
            group.hits.append(neighbour)
            group.ranks.append(places[neighbour.segment_id])
            taken.add(neighbour.segment_id)
            group.start = min(group.start, neighbour.start)
            group.end = max(group.end, neighbour.end)
        groups.append(group)
    return _folded(groups)


def _folded(groups: Iterable[Group]) -> list[Group]:
    """One group for what was found on several routes at once: the best, the others its evidence."""
    kept: dict[str, list[Group]] = {}
    folded = []
    for group in groups:
        others = kept.setdefault(group.best.video_id, [])
        same = next((other for other in others if _is_same(other, group)), None)
        if same is not None:
            same.hits += group.hits
            same.ranks += group.ranks
        else:
            others.append(group)
            folded.append(group)
    return folded


def _is_same(one: Group, other: Group) -> bool:
    """Whether two groups of a video are of other routes, and share half of the shorter."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    shorter = min(one.end - one.start, other.end - other.start)
    return one.best.route != other.best.route and shared >= FOLD_SHARE * shorter


def ranked(hits: Iterable[Hit]) -> list[Hit]:
    """Hits best first; equally good ones in an order that is always the same."""
    return sorted(hits, key=_rank)


class _Touching:
    """Hits by where they begin and end, to find those that touch a group."""

    def __init__(self, hits: Iterable[Hit]) -> None:
        self._by_start: dict[tuple[str, Route, int], Hit] = {}
        self._by_end: dict[tuple[str, Route, int], Hit] = {}
        for hit in hits:
            self._by_start[hit.video_id, hit.route, _tick(hit.start)] = hit
            self._by_end[hit.video_id, hit.route, _tick(hit.end)] = hit

    def neighbours(self, group: Group) -> Iterator[Hit]:
        """The hits that touch a group, before it and after it."""
        video_id, route = group.best.video_id, group.best.route
        for edges, edge in ((self._by_start, group.end), (self._by_end, group.start)):
            # rounding can put two ends of one cut on either side of a tick
            for tick in (_tick(edge), _tick(edge) - 1, _tick(edge) + 1):
                if hit := edges.get((video_id, route, tick)):
                    yield hit


def _best_neighbour(group: Group, floor: float, touching: _Touching, taken: set[str]) -> Hit | None:
    enough = floor + JOIN_SHARE * (group.best.score - floor)
    fitting = [
        hit
        for hit in touching.neighbours(group)
        if hit.segment_id not in taken
        and hit.score >= enough
        and max(group.end, hit.end) - min(group.start, hit.start) <= LONGEST
    ]
    return min(fitting, key=_rank, default=None)


def _rank(hit: Hit) -> tuple[float, str, float, str]:
    return (-hit.score, hit.video_id, hit.start, hit.segment_id)


def _tick(seconds: float) -> int:
    return round(seconds / JOIN_GAP)
