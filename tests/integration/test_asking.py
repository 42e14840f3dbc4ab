"""Every form of a query over real little videos: minus, weights, likes, then, folding, neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest
from videos import make_video

import footage
from footage.errors import InvalidQuery, NotFound


def spans(result: footage.SearchResult) -> list[tuple[str, int, int]]:
    return [(one.title, round(one.start), round(one.end)) for one in result]


@pytest.fixture
def shown(library: footage.Library, folder: Path) -> footage.Library:
    """Two films of 4-second shots."""
    make_video(folder / "flag.mp4", seconds=16.0, shots=["red", "white", "blue", "red"])
    make_video(folder / "lawn.mp4", seconds=12.0, shots=["green", "blue", "white"])
    assert not library.add(folder).failed
    return library


def test_one_thing_then_another(shown: footage.Library) -> None:
    result = shown.search("blue", then="white", within=3)
    assert spans(result)[0] == ("lawn", 4, 12)
    moment = result[0]
    assert [(round(start), round(end)) for start, end in moment.steps] == [(4, 8), (8, 12)]
    assert [one.step for one in moment.evidence] == [0, 1]
    assert {one.step for one in moment.evidence} == {0, 1}
    assert sum(one.contribution for one in moment.evidence) == pytest.approx(1.0)


def test_three_steps_in_order(shown: footage.Library) -> None:
    result = shown.search("red", then=["white", "blue"], within=2)
    assert spans(result)[0] == ("flag", 0, 12)


def test_what_comes_too_late_does_not_follow(shown: footage.Library) -> None:
    first = shown.search("red", then="blue", within=3)
    assert ("flag", 0, 12) not in spans(first)
    assert spans(shown.search("red", then="blue", within=5))[0] == ("flag", 0, 12)


def test_more_like_this_leaves_out_this(shown: footage.Library) -> None:
    result = shown.search(likes="flag.mp4@9")
    assert spans(result)[0] == ("lawn", 4, 8)
    assert ("flag", 8, 12) not in spans(result)


def test_like_this_but_not_that(shown: footage.Library) -> None:
    plain = spans(shown.search(likes="flag.mp4@1"))
    less = spans(shown.search("2:blue", likes="flag.mp4@1^-0.5"))
    assert plain[0][0] == "flag"
    assert less[0][1:] in {(8, 12), (4, 8)}


def test_likes_that_are_not_there(shown: footage.Library) -> None:
    with pytest.raises(InvalidQuery, match=r"flag lasts 16\.0 s, and nothing is on at 99 s"):
        shown.search(likes="flag.mp4@99")
    with pytest.raises(NotFound):
        shown.search(likes="nothing.mp4@1")


def test_what_looks_the_same_in_a_video_is_one_answer(shown: footage.Library) -> None:
    best = shown.search("red")[0]
    assert (best.title, round(best.start)) in {("flag", 0), ("flag", 12)}
    assert [(round(a), round(b)) for a, b in best.alike] == [
        (12, 16) if round(best.start) == 0 else (0, 4)
    ]
    assert spans(shown.search("red")).count(best.title) <= 3


def test_many_that_look_the_same_hide_no_other(library: footage.Library, folder: Path) -> None:
    make_video(folder / "long.mp4", seconds=60.0, shots=["red", "blue"] * 15)
    make_video(folder / "short.mp4", seconds=4.0, shots=["red"])
    library.add(folder)
    result = library.search("red", limit=3)
    assert [one.title for one in result[:2]].count("short") == 1
    assert sum(len(one.alike) for one in result) > 10


def test_ranks_alone(shown: footage.Library) -> None:
    result = shown.search("blue", then="white", within=3, fusion="rrf")
    assert spans(result)[0] == ("lawn", 4, 12)


def test_nothing_was_said_here(shown: footage.Library) -> None:
    with pytest.raises(InvalidQuery, match="said"):
        shown.search("said:hello")


def test_neighbours_of_a_moment(shown: footage.Library) -> None:
    around = shown.neighbours("flag.mp4", 9.0, count=1)
    assert [(round(one.start), round(one.end)) for one in around] == [(4, 8), (8, 12), (12, 16)]
    assert shown.neighbours("flag.mp4", 99.0) == []
    assert len(shown.neighbours("flag.mp4", 0.0)) == 3
