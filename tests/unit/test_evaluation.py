"""The figures of search: their bounds, their best and worst, and what a file of queries may hold."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner
from videos import make_video

import footage
from footage import InvalidQuery, Library, UsageError, evaluate, read_queries
from footage.cli.app import app
from footage.evaluation import Place, first_overlap, gains, iou, ndcg, recall, reciprocal_rank

seconds = st.floats(0, 1e4)
places = st.builds(
    lambda video, start, length: (video, start, start + length),
    st.sampled_from("ab"),
    seconds,
    st.floats(0.1, 100),
)
orders = st.lists(st.booleans(), max_size=10)


@given(places, places)
def test_iou_is_symmetric_and_at_most_one(one: Place, other: Place) -> None:
    assert iou(one, other) == iou(other, one)
    assert 0 <= iou(one, other) <= 1
    assert iou(one, one) == 1


def test_iou_by_hand() -> None:
    assert iou(("a", 0, 10), ("a", 5, 15)) == pytest.approx(5 / 15)
    assert iou(("a", 0, 10), ("b", 0, 10)) == 0
    assert iou(("a", 0, 1), ("a", 2, 3)) == 0


@given(st.lists(places, max_size=10), st.lists(places, min_size=1, max_size=5))
def test_each_answer_is_found_once(found: list[Place], answers: list[Place]) -> None:
    hits = gains(found, answers)
    assert len(hits) == len(found)
    assert sum(hits) <= len(answers)


@given(orders)
def test_figures_stay_within_their_bounds(order: list[bool]) -> None:
    answers = max(1, sum(order))
    for figure in (recall(order, 5), reciprocal_rank(order), ndcg(order, answers)):
        assert 0 <= figure <= 1
    assert ndcg(sorted(order, reverse=True), answers) == pytest.approx(float(any(order)))


@given(orders, st.integers(0, 8))
def test_moving_a_right_answer_up_never_hurts(order: list[bool], at: int) -> None:
    if at + 1 >= len(order) or order[at] or not order[at + 1]:
        return
    better = [*order[:at], True, False, *order[at + 2 :]]
    assert ndcg(better, sum(order)) > ndcg(order, sum(order))
    assert reciprocal_rank(better) >= reciprocal_rank(order)


def test_figures_by_hand() -> None:
    order = (False, True, False, True)
    assert reciprocal_rank(order) == 0.5
    assert (recall(order, 1), recall(order, 2)) == (0, 1)
    best = 1 + 1 / math.log2(3)
    assert ndcg(order, 2) == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / best)


def test_the_first_answer_has_no_overlap_with_a_whole_video() -> None:
    assert first_overlap([("a", 0, 5)], [("a", 0, math.inf)]) is None
    assert first_overlap([], [("a", 0, 5)]) == 0
    assert first_overlap([("a", 0, 5)], [("a", 0, 10), ("a", 4, 5)]) == 0.5


def write(path: Path, *lines: Any) -> Path:
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines), "utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "line 2"),
        ({"query": "", "relevant": [{"video": "a"}]}, "query"),
        ({"query": "red", "relevant": []}, "relevant"),
        ({"query": "red", "relevant": [{"video": "a", "start": 1}]}, "both"),
        ({"query": "red", "relevant": [{"video": "a", "start": 2, "end": 1}]}, "after"),
        ({"query": "red", "relevant": [{"video": "a", "from": 2}]}, "from"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: Any, why: str) -> None:
    path = write(tmp_path / "q.jsonl", "", line)
    with pytest.raises(InvalidQuery, match=why) as caught:
        read_queries(path)
    assert "line 2" in caught.value.what


def test_a_file_without_queries_and_one_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidQuery, match="no query"):
        read_queries(write(tmp_path / "q.jsonl", "", ""))
    with pytest.raises(UsageError, match="cannot be read"):
        read_queries(tmp_path / "nowhere.jsonl")


def labelled(house: Library) -> list[dict[str, Any]]:
    """What is found for red, as the right answer; a place where nothing is; a video not there."""
    found = house.search("red")[0]
    return [
        {
            "query": "red",
            "kind": "warm",
            "relevant": [{"video": found.video_id, "start": found.start, "end": found.end}],
        },
        {
            "query": "red",
            "kind": "wrong",
            "relevant": [{"video": found.video_id, "start": 9e3, "end": 9.1e3}],
        },
        {"query": "red", "relevant": [{"video": "not-here.mp4"}]},
    ]


def test_a_library_is_measured(house: Library, tmp_path: Path) -> None:
    queries = read_queries(write(tmp_path / "q.jsonl", *labelled(house)))
    evaluation = evaluate(house, queries)
    assert evaluation.by_kind["warm"]["recall@1"] == 1
    assert evaluation.by_kind["warm"]["mean_iou"] == 1
    assert evaluation.by_kind["wrong"]["recall@10"] == 0
    assert evaluation.figures["mrr"] == 0.5
    assert evaluation.unknown == {"red": "not-here.mp4"}
    assert evaluation.worst(1)[0].query.kind == "wrong"
    assert evaluation.missed({"mrr": 0.6}) == {"mrr": 0.5}
    assert evaluation.missed({"mrr": 0.5}) == {}
    with pytest.raises(UsageError, match="no figure 'speed'"):
        evaluation.missed({"speed": 1})


def test_from_the_command_line(tmp_path: Path) -> None:
    videos = tmp_path / "videos"
    videos.mkdir()
    make_video(videos / "red.mp4", seconds=2, shots=["red"])
    with footage.open(tmp_path / "my.library") as library:
        library.add(videos)
    queries = write(
        tmp_path / "q.jsonl",
        {"query": "a red wall", "relevant": [{"video": "red.mp4", "start": 0, "end": 2}]},
    )
    words = ["eval", str(queries), "--library", str(tmp_path / "my.library")]
    good = CliRunner().invoke(app, [*words, "--json", "--at-least", "recall@1=1"])
    assert good.exit_code == 0, good.output
    assert json.loads(good.stdout)["figures"]["recall@1"] == 1
    assert "recall@1" in CliRunner().invoke(app, words).output
    bad = CliRunner().invoke(app, [*words, "--at-least", "mean_iou=1.1"])
    assert bad.exit_code == 1
    assert "too low" in bad.output
