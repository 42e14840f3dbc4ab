"""Fusing what several ways of looking found into one ranking of moments.

A **find** is a stretch of a video that one way of looking found, with the probability that it is
what was asked for. A **clause** is one thing that was asked for; a word may have been seen, said or
shown, so the ways of looking for a clause are alternatives, and the probability that any of them is
right is that of not all being wrong (a noisy or: Pearl, Probabilistic Reasoning in Intelligent
Systems, 1988, 4.3.2). Several clauses must all hold: their probabilities make a weighted geometric
mean, so that a moment that lacks one thing altogether does not win by the others.

Beside it there is reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009), which looks
at ranks alone. It is also what is left where no probabilities are known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from footage.search.groups import Group
from footage.search.moments import Evidence

FOLD_SHARE = 0.5  # of the shorter of two stretches, that makes them the same one
NEAR = 5.0  # seconds between what is said and what is seen of one moment
LEAST = 0.01  # the probability of a clause where nothing was found for it
SURE, HARDLY = 1 - 1e-9, 1e-9  # what 1 and 0 count as: their logarithms must be numbers
RRF_K = 60  # the constant of the paper
LONGEST = 60.0  # seconds that the clauses of a moment may span together


@dataclass(slots=True)
class Find:
    """What one way of looking found: a stretch of a video, in seconds."""

    video_id: str
    start: float
    end: float
    scope: str
    score: float
    """Of the best of its evidence."""
    evidence: Callable[[], Iterable[Evidence]]
    """Makes it, best first: hundreds are found, and that of ten is shown."""
    probability: float | None
    rank: int
    """From 1, among the finds of this way of looking."""
    group: Group | None = None
    step: int = 0
    """Which step of a sequence it was found for, from 0."""


class Channel(NamedTuple):
    """A way of looking for a clause, how far it is trusted (0 to 1), and its finds, best first."""

    name: str
    weight: float
    finds: list[Find]


class Clause(NamedTuple):
    """One thing that was asked for, how much it counts, and the alternatives it may be found by."""

    weight: float
    channels: Sequence[Channel]


@dataclass(slots=True)
class Candidate:
    """A moment in the making."""

    video_id: str
    start: float
    end: float
    score: float
    probability: float | None
    finds: list[tuple[Find, float]] = field(default_factory=list)
    """The finds, the one that counts most first, and each one's share in the score."""
    members: tuple[Candidate, ...] = ()
    """Of a sequence, the candidate of each step."""
    alike: list[tuple[float, float]] = field(default_factory=list)

    @property
    def best(self) -> Find:
        """The find that counts most."""
        return self.finds[0][0]


def fused(
    clauses: Sequence[Clause], minus: Sequence[Channel] = (), *, by_rank: bool = False
) -> list[Candidate]:
    """The candidates of all clauses, best first in a stable order.

    What is not wanted (``minus``) lowers those it is found at by the probability that it is there.
    With ``by_rank``, or where a probability is not known, reciprocal ranks order them.
    """
    known = all(
        find.probability is not None
        for channel in [*(one for clause in clauses for one in clause.channels), *minus]
        for find in channel.finds
    )
    by_rank = by_rank or not known
    each = [alternatives(clause.channels, by_rank=by_rank) for clause in clauses]
    if len(each) == 1:
        candidates = each[0]
    else:
        weights = [clause.weight for clause in clauses]
        candidates = _together(each, weights, by_rank=by_rank)
    for channel in minus:
        _lower(candidates, channel)
    if not known:
        candidates = [replace(one, probability=None) for one in candidates]
    return best_first(candidates)


def alternatives(channels: Sequence[Channel], *, by_rank: bool) -> list[Candidate]:
    """One candidate for what several channels found at one place, best first."""
    weighed = [
        (_trust(channel, find, by_rank=by_rank), channel, find)
        for channel in channels
        for find in channel.finds
    ]
    weighed.sort(key=lambda item: (-item[0], item[2].video_id, item[2].start))
    places: dict[str, list[_Place]] = {}
    for trust, channel, find in weighed:
        there = places.setdefault(find.video_id, [])
        same = next((place for place in there if place.holds(find)), None)
        if same is None:
            there.append(_Place(find.start, find.end, {channel.name: (trust, channel, find)}))
        else:  # what a channel found twice at one place counts once
            same.found.setdefault(channel.name, (trust, channel, find))
    return best_first(
        place.candidate(by_rank=by_rank) for there in places.values() for place in there
    )


def by_score(channels: Sequence[Channel]) -> list[Candidate]:
    """The candidates of channels whose scores are cosines of one space, by these, best first.

    For where a probability is not known: with a text, whose scores are of another kind, ranks are
    all that can be compared.
    """
    if any(find.group is None for channel in channels for find in channel.finds):
        return fused([Clause(1.0, channels)], by_rank=True)
    finds = [find for channel in channels for find in channel.finds]
    finds.sort(key=lambda find: (-find.score, find.video_id, find.start))
    kept: dict[str, list[Candidate]] = {}
    for find in finds:
        there = kept.setdefault(find.video_id, [])
        place = (find.start, find.end)
        same = next((one for one in there if is_same(one.start, one.end, *place)), None)
        if same is None:
            there.append(Candidate(find.video_id, *place, find.score, None, [(find, 1.0)]))
        else:
            same.finds.append((find, 0.0))
    return best_first(candidate for there in kept.values() for candidate in there)


def best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Candidates by their scores; equal ones in an order that is always the same."""
    return sorted(candidates, key=lambda one: (-one.score, one.video_id, one.start, one.end))


def is_same(start: float, end: float, other_start: float, other_end: float) -> bool:
    """Whether two stretches of a video share half of the shorter one."""
    shared = min(end, other_end) - max(start, other_start)
    return shared > 0 and shared >= FOLD_SHARE * min(end - start, other_end - other_start)


@dataclass(slots=True)
class _Place:
    """A stretch of a video and what each channel found there."""

    start: float
    end: float
    found: dict[str, tuple[float, Channel, Find]]

    def holds(self, find: Find) -> bool:
        return is_same(self.start, self.end, find.start, find.end)

    def candidate(self, *, by_rank: bool) -> Candidate:
        found = list(self.found.values())
        if len(found) == 1:  # as most are
            ((trust, channel, find),) = found
            chance = _chance(channel, find)
            return self._of(find, trust if by_rank else chance, chance, [(find, 1.0)])
        trusts = [trust for trust, _, _ in found]
        missing = math.prod(1 - _chance(channel, find) for _, channel, find in found)
        parts = trusts if by_rank else [-math.log1p(-trust) for trust in trusts]
        total = sum(parts)
        shares = [(find, part / total) for (_, _, find), part in zip(found, parts, strict=True)]
        return self._of(found[0][2], sum(trusts) if by_rank else 1 - missing, 1 - missing, shares)

    def _of(
        self, best: Find, score: float, probability: float, shares: list[tuple[Find, float]]
    ) -> Candidate:
        return Candidate(best.video_id, self.start, self.end, score, probability, shares)


def _trust(channel: Channel, find: Find, *, by_rank: bool) -> float:
    return channel.weight / (RRF_K + find.rank) if by_rank else _chance(channel, find)


def _chance(channel: Channel, find: Find) -> float:
    return min(max(channel.weight * (find.probability or 0.0), HARDLY), SURE)


def _together(
    each: Sequence[Sequence[Candidate]], weights: Sequence[float], *, by_rank: bool
) -> list[Candidate]:
    """The moments of several clauses that must all hold, each moment once."""
    by_video = [_by_video(candidates) for candidates in each]
    total = sum(weights)
    joined: list[Candidate] = []
    for own, candidates in enumerate(each):
        for candidate in candidates:
            parts: list[Candidate | None] = [
                candidate if at == own else _nearest(candidate, there.get(candidate.video_id, ()))
                for at, there in enumerate(by_video)
            ]
            joined.append(_joined(candidate, parts, [w / total for w in weights], by_rank=by_rank))
    return _once(joined)


def _joined(
    seed: Candidate,
    parts: Sequence[Candidate | None],
    weights: Sequence[float],
    *,
    by_rank: bool,
) -> Candidate:
    there = [(part, weight) for part, weight in zip(parts, weights, strict=True) if part]
    logs = [
        weight * math.log(max(part.probability or 0.0, LEAST) if part else LEAST)
        for part, weight in zip(parts, weights, strict=True)
    ]
    probability = math.exp(sum(logs))
    score = sum(part.score * weight for part, weight in there) if by_rank else probability
    height = sum(part.score * weight for part, weight in there)
    finds = [
        (find, share * part.score * weight / height)
        for part, weight in there
        for find, share in part.finds
    ]
    finds.sort(key=lambda item: -item[1])
    return Candidate(
        seed.video_id,
        min(part.start for part, _ in there),
        max(part.end for part, _ in there),
        score,
        probability,
        finds,
    )


def _by_video(candidates: Iterable[Candidate]) -> dict[str, list[Candidate]]:
    by_video: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_video.setdefault(candidate.video_id, []).append(candidate)
    return by_video


def _nearest(seed: Candidate, others: Iterable[Candidate]) -> Candidate | None:
    """The best of the candidates at or beside a place."""
    return next(
        (
            other
            for other in others  # best first
            if other.start - seed.end <= NEAR
            and seed.start - other.end <= NEAR
            and max(seed.end, other.end) - min(seed.start, other.start) <= LONGEST
        ),
        None,
    )


def _once(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Without those that lie, by half or more, where a better one lies."""
    kept: dict[str, list[Candidate]] = {}
    for candidate in best_first(candidates):
        there = kept.setdefault(candidate.video_id, [])
        if not any(is_same(one.start, one.end, candidate.start, candidate.end) for one in there):
            there.append(candidate)
    return [candidate for there in kept.values() for candidate in there]


def _lower(candidates: Iterable[Candidate], channel: Channel) -> None:
    """Lower the candidates where a channel found what is not wanted."""
    there: dict[str, list[Find]] = {}
    for find in channel.finds:
        there.setdefault(find.video_id, []).append(find)
    chances = _by_height(channel.finds)
    for candidate in candidates:
        chance = max(
            (
                find.probability if find.probability is not None else chances(find)
                for find in there.get(candidate.video_id, ())
                if find.start < candidate.end and candidate.start < find.end
            ),
            default=0.0,
        )
        factor = (1 - min(chance, SURE)) ** channel.weight
        candidate.score *= factor
        if candidate.probability is not None:
            candidate.probability *= factor


def _by_height(finds: Sequence[Find]) -> Callable[[Find], float]:
    """How likely finds are, 0 to 1, where probabilities are not known.

    A text that holds the words does. Of looks, all of which are found, each stands by its score
    between the lowest and the highest; and where none stands out, between yes and no.
    """
    scores = [find.score for find in finds if find.group is not None]
    lowest, highest = min(scores, default=0.0), max(scores, default=0.0)

    def chance(find: Find) -> float:
        if find.group is None:
            return 1.0
        return (find.score - lowest) / (highest - lowest) if highest > lowest else 0.5

    return chance
