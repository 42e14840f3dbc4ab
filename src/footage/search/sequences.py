"""One thing, then another: chains of moments of one video, in order and not too far apart.

For each candidate of a step the best chain that ends in it is kept (dynamic programming over the
steps, as in Viterbi decoding); a chain scores the geometric mean of its candidates' scores.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from footage.search.fusion import Candidate, best_first

SLACK = 1.0  # seconds by which one step may begin before the end of the one before
TINY = 1e-12  # what a score of 0 counts as: its logarithm must be a number


def sequences(
    steps: Sequence[Sequence[Candidate]], *, within: float, most: int = 5
) -> list[Candidate]:
    """The chains with one candidate of each step, best first; at most ``most`` a video.

    Each step begins after the one before it, and at most ``within`` seconds after its end. No
    candidate is in two chains.
    """
    videos = [_by_video(step) for step in steps]
    shared = set.intersection(*(set(of_step) for of_step in videos)) if videos else set()
    found: list[Candidate] = []
    for video_id in sorted(shared):
        in_video = [of_step[video_id] for of_step in videos]
        found += [_chain(members) for members in _chains(in_video, within, most)]
    return best_first(found)


def _chains(
    steps: Sequence[Sequence[Candidate]], within: float, most: int
) -> list[list[Candidate]]:
    """The best chains of one video that share no member."""
    taken: set[int] = set()
    chains: list[list[Candidate]] = []
    while len(chains) < most:
        free = [[one for one in step if id(one) not in taken] for step in steps]
        best = _best_chain(free, within)
        if best is None:
            break
        chains.append(best)
        taken.update(map(id, best))
    return chains


def _best_chain(steps: Sequence[Sequence[Candidate]], within: float) -> list[Candidate] | None:
    if not all(steps):
        return None
    totals = _logs(steps[0])
    origins: list[NDArray[np.intp]] = []
    for before, after in pairwise(steps):
        reach = np.where(_follows(before, after, within), totals[:, None], -np.inf)
        origin = reach.argmax(axis=0)
        totals = reach[origin, np.arange(len(after))] + _logs(after)
        origins.append(origin)
    at = int(totals.argmax())
    if not np.isfinite(totals[at]):
        return None
    chain = [steps[-1][at]]
    for step, origin in zip(reversed(steps[:-1]), reversed(origins), strict=True):
        at = int(origin[at])
        chain.append(step[at])
    return chain[::-1]


def _follows(
    before: Sequence[Candidate], after: Sequence[Candidate], within: float
) -> NDArray[np.bool_]:
    """Whether each of ``after`` may follow each of ``before``, bool [before, after]."""
    starts = np.array([one.start for one in before])[:, None]
    ends = np.array([one.end for one in before])[:, None]
    next_starts = np.array([one.start for one in after])[None]
    next_ends = np.array([one.end for one in after])[None]
    gaps = next_starts - ends
    return np.asarray(
        (next_starts > starts) & (next_ends > ends) & (gaps >= -SLACK) & (gaps <= within)
    )


def _logs(step: Sequence[Candidate]) -> NDArray[np.float64]:
    return np.log([max(one.score, TINY) for one in step])


def _chain(members: Sequence[Candidate]) -> Candidate:
    chances = [one.probability for one in members]
    return Candidate(
        members[0].video_id,
        members[0].start,
        members[-1].end,
        _geometric_mean([one.score for one in members]),
        None if None in chances else _geometric_mean([chance or 0.0 for chance in chances]),
        [
            (replace(find, step=at), share / len(members))
            for at, one in enumerate(members)
            for find, share in one.finds
        ],
        members=tuple(members),
    )


def _geometric_mean(values: Sequence[float]) -> float:
    return math.exp(sum(math.log(max(value, TINY)) for value in values) / len(values))


def _by_video(candidates: Sequence[Candidate]) -> dict[str, list[Candidate]]:
    by_video: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_video.setdefault(candidate.video_id, []).append(candidate)
    return by_video
