"""What several ways of looking found becomes one ranking: shares, order, minus, ranks alone."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.search.fusion import (
    LEAST,
    NEAR,
    RRF_K,
    Candidate,
    Channel,
    Clause,
    Find,
    fused,
    is_same,
)
from footage.search.moments import Evidence


def find(
    start: float, end: float, probability: float | None, *, video: str = "aa", rank: int = 1
) -> Find:
    evidence = Evidence("visual", "vector", start, end, 0.5, rank)
    return Find(video, start, end, "clip", 0.5, lambda: [evidence], probability, rank)


def channel(*finds: Find, name: str = "seen", weight: float = 1.0) -> Channel:
    return Channel(name, weight, list(finds))


def spans(candidates: list[Candidate]) -> list[tuple[float, float]]:
    return [(one.start, one.end) for one in candidates]


@st.composite
def channels(draw: st.DrawFn) -> list[Channel]:
    made = []
    for name in draw(st.lists(st.sampled_from(["seen", "words", "meaning"]), unique=True)):
        finds = []
        for rank in range(1, draw(st.integers(0, 6)) + 1):
            start = draw(st.integers(0, 40))
            end = start + draw(st.integers(1, 15))
            probability = draw(st.floats(0, 1))
            video = draw(st.sampled_from("ab"))
            finds.append(find(start, end, probability, video=video, rank=rank))
        made.append(channel(*finds, name=name, weight=draw(st.floats(0.1, 1))))
    return made


@given(channels(), st.booleans())
def test_alternatives_give_each_place_once_best_first(found: list[Channel], by_rank: bool) -> None:
    candidates = fused([Clause(1.0, found)], by_rank=by_rank)
    scores = [one.score for one in candidates]
    assert scores == sorted(scores, reverse=True)
    for one, other in combinations(candidates, 2):
        if one.video_id == other.video_id and by_rank is False:
            names = {id(f) for f, _ in one.finds} & {id(f) for f, _ in other.finds}
            assert not names


@given(channels(), channels())
def test_probabilities_are_probabilities_and_shares_come_to_one(
    first: list[Channel], second: list[Channel]
) -> None:
    for candidate in fused([Clause(1.0, first), Clause(2.0, second)]):
        assert candidate.probability is not None
        assert 0 <= candidate.probability <= 1
        assert sum(share for _, share in candidate.finds) == pytest.approx(1.0)


@given(channels(), channels())
def test_a_clause_no_moment_meets_leaves_next_to_nothing(
    first: list[Channel], second: list[Channel]
) -> None:
    nothing = Clause(1.0, [])
    for candidate in fused([Clause(1.0, first), nothing]):
        assert candidate.score <= math.sqrt(LEAST) + 1e-9
    assert len(fused([Clause(1.0, second), nothing])) <= len(fused([Clause(1.0, second)]))


def test_two_ways_of_looking_are_surer_than_one() -> None:
    seen = channel(find(0, 10, 0.6), find(50, 60, 0.65))
    said = channel(find(2, 6, 0.5), name="words")
    best, second = fused([Clause(1.0, [seen, said])])
    assert (best.start, best.end) == (0, 10)
    assert best.probability == pytest.approx(1 - 0.4 * 0.5)
    assert second.probability == pytest.approx(0.65)
    assert [share for _, share in best.finds] == [
        pytest.approx(math.log(0.4) / math.log(0.2)),
        pytest.approx(math.log(0.5) / math.log(0.2)),
    ]


def test_a_channel_that_is_trusted_less_counts_less() -> None:
    seen = channel(find(0, 10, 0.5))
    said = channel(find(20, 25, 0.6), name="words", weight=0.5)
    assert spans(fused([Clause(1.0, [seen, said])])) == [(0, 10), (20, 25)]


def test_all_clauses_must_hold() -> None:
    dog = Clause(1.0, [channel(find(0, 10, 0.9), find(40, 50, 0.6))])
    hello = Clause(1.0, [channel(find(48, 53, 0.6), name="words")])
    best, other = fused([dog, hello])
    assert (best.start, best.end) == (40, 53)
    assert best.probability == pytest.approx(0.6)
    assert other.probability == pytest.approx(math.sqrt(0.9 * LEAST))


def test_clauses_beyond_reach_do_not_hold_together() -> None:
    dog = Clause(1.0, [channel(find(0, 10, 0.9))])
    near = Clause(1.0, [channel(find(10 + NEAR, 20, 0.9), name="words")])
    far = Clause(1.0, [channel(find(10.1 + NEAR, 20, 0.9), name="words")])
    assert len(fused([dog, near])) == 1
    assert len(fused([dog, far])) == 2


def test_a_heavier_clause_decides() -> None:
    dog = [channel(find(0, 10, 0.9), find(30, 40, 0.2))]
    hello = [channel(find(0, 10, 0.2), find(30, 40, 0.9), name="words")]
    assert spans(fused([Clause(3.0, dog), Clause(1.0, hello)])) == [(0, 10), (30, 40)]
    assert spans(fused([Clause(1.0, dog), Clause(3.0, hello)])) == [(30, 40), (0, 10)]


def test_what_is_not_wanted_sinks() -> None:
    dog = Clause(1.0, [channel(find(0, 10, 0.9), find(30, 40, 0.5))])
    music = channel(find(5, 8, 0.8), name="words")
    best, other = fused([dog], [music])
    assert (best.start, other.start) == (30, 0)
    assert other.probability == pytest.approx(0.9 * 0.2)
    assert spans(fused([dog], [music._replace(weight=0.01)]))[0] == (0, 10)


def test_ranks_alone_where_a_probability_is_unknown() -> None:
    seen = channel(find(0, 10, None, rank=1), find(30, 40, None, rank=2))
    said = channel(find(30, 40, 0.1, rank=1), name="words")
    best, other = fused([Clause(1.0, [seen, said])])
    assert (best.start, best.probability) == (30, None)
    assert best.score == pytest.approx(1 / (RRF_K + 2) + 1 / (RRF_K + 1))
    assert other.score == pytest.approx(1 / (RRF_K + 1))


def test_by_rank_the_confidence_stays_what_it_is() -> None:
    (one,) = fused([Clause(1.0, [channel(find(0, 10, 0.7))])], by_rank=True)
    assert one.score == pytest.approx(1 / (RRF_K + 1))
    assert one.probability == pytest.approx(0.7)


def test_touching_is_not_the_same() -> None:
    assert not is_same(0, 5, 5, 10)
    assert is_same(0, 5, 2.5, 20)
    assert not is_same(0, 5, 2.6, 20)
