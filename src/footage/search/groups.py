"""How touching hits of a video become one stretch of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from footage.embedder import Route, Vector
from footage.index.segments import Hit

JOIN_GAP = 0.05  # seconds between segments that still touch, given rounding
JOIN_SHARE = 0.85  # of the way from the floor to a moment's best: cosines have no fixed scale
FLOOR_RANK = 200  # the hit whose score is the floor: the best of what does not match, or near it
LONGEST = 60.0  # seconds a moment may grow to: longer is a film, not a moment


@dataclass(slots=True)
class Group:
    """Touching hits of one video on one route, the best of them first."""

    hits: list[Hit]
    ranks: list[int]
    """The places, from 1, of these hits among all that were found on their route."""
    start: float
    end: float
    floor: float = 0.0
    """The score of what does not match, or hardly."""
    query: Vector | None = field(default=None, repr=False, compare=False)
    """What was asked for, to look closer with."""
    by_text: bool = field(default=True, compare=False)
    """Whether that is a vector of text alone."""

    @property
    def best(self) -> Hit:
        """The hit that stands for the group."""
        return self.hits[0]


def merge(hits: Iterable[Hit], floor: float | None = None) -> list[Group]:
    """Join touching, about equally good hits of a video; best group first, in a stable order.

    A group grows from its best hit to both sides while the neighbour touches, scores at least
    `JOIN_SHARE` of the way from the floor to the group's best, and the whole stays within
    `LONGEST` seconds. Where it is not given, the floor is the score of hit number `FLOOR_RANK`, or
    of the last one: so what is joined does not depend on how many more hits were fetched.
    """
    ordered = ranked(hits)
    if floor is None:
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
    return groups


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
