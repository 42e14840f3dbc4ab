"""One thing, then another: the best chains, in order, near enough, no moment in two of them."""

from __future__ import annotations

import math
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.search.fusion import Candidate, Find
from footage.search.moments import Evidence
from footage.search.sequences import SLACK, sequences


def candidate(start: float, end: float, score: float, *, video: str = "aa") -> Candidate:
    evidence = Evidence("visual", "vector", start, end, score, 1)
    find = Find(video, start, end, "clip", score, lambda: [evidence], score, 1)
    return Candidate(video, start, end, score, score, [(find, 1.0)])


def spans(found: list[Candidate]) -> list[list[tuple[float, float]]]:
    return [[(one.start, one.end) for one in chain.members] for chain in found]


@st.composite
def steps(draw: st.DrawFn) -> list[list[Candidate]]:
    one = st.builds(
        lambda start, length, score, video: candidate(start, start + length, score, video=video),
        *(st.integers(0, 60), st.integers(1, 10), st.floats(0.01, 1), st.sampled_from("ab")),
    )
    return [draw(st.lists(one, max_size=6)) for _ in range(draw(st.integers(2, 3)))]


def follows(one: Candidate, other: Candidate, within: float) -> bool:
    return (
        one.video_id == other.video_id
        and other.start > one.start
        and other.end > one.end
        and -SLACK <= other.start - one.end <= within
    )


@given(steps(), st.floats(0, 30))
def test_chains_are_in_order_near_enough_and_share_no_member(
    found: list[list[Candidate]], within: float
) -> None:
    chains = sequences(found, within=within)
    for chain in chains:
        assert len(chain.members) == len(found)
        assert all(follows(a, b, within) for a, b in pairwise(chain.members))
        assert (chain.start, chain.end) == (chain.members[0].start, chain.members[-1].end)
    for one, other in combinations(chains, 2):
        assert not {*map(id, one.members)} & {*map(id, other.members)}


@given(steps(), st.floats(0, 30))
def test_the_first_chain_is_the_best_there_is(found: list[list[Candidate]], within: float) -> None:
    possible = [
        math.prod(one.score for one in chain) ** (1 / len(chain))
        for chain in product(*found)
        if all(follows(a, b, within) for a, b in pairwise(chain))
    ]
    chains = sequences(found, within=within)
    assert bool(chains) == bool(possible)
    if possible:
        assert chains[0].score == pytest.approx(max(possible))


def test_a_weak_step_that_follows_beats_a_strong_one_that_does_not() -> None:
    first = [candidate(0, 5, 0.9), candidate(100, 105, 0.6)]
    second = [candidate(50, 55, 0.9), candidate(108, 112, 0.5)]
    assert spans(sequences([first, second], within=10)) == [[(100, 105), (108, 112)]]


def test_of_one_video_each_moment_is_in_one_chain() -> None:
    first = [candidate(0, 5, 0.9)]
    second = [candidate(6, 8, 0.8), candidate(9, 12, 0.7)]
    assert spans(sequences([first, second], within=10)) == [[(0, 5), (6, 8)]]


def test_finds_say_which_step_they_are_of() -> None:
    (chain,) = sequences([[candidate(0, 5, 0.9)], [candidate(6, 8, 0.8)]], within=10)
    assert [find.step for find, _ in chain.finds] == [0, 1]
    assert sum(share for _, share in chain.finds) == pytest.approx(1.0)
    assert chain.probability == pytest.approx(math.sqrt(0.72))


def test_nothing_follows_nothing() -> None:
    assert sequences([[candidate(0, 5, 0.9)], []], within=10) == []
    assert sequences([[], []], within=10) == []
