"""The figures of search: their bounds, their best and worst, and what a file of queries may hold."""

from __future__ import annotations

import json
import logging
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
from footage.evaluation import (
    Evaluation,
    Judged,
    LabelledQuery,
    Place,
    Span,
    first_overlap,
    gains,
    iou,
    ndcg,
    recall,
    reciprocal_rank,
)
from footage.search.moments import Moment

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
        ({"query": "red", "relevant": [{"video": "a", "start": 1}]}, "both"),
        ({"query": "red", "relevant": [{"video": "a", "start": 2, "end": 1}]}, "after"),
        (
            {"query": "red", "relevant": [{"video": "a", "from": 2}]},
            r"relevant\[0\].from is not kn",
        ),
        ("red", "it is not JSON"),
        ("[]", "it must be an object"),
        ({"query": "red"}, "relevant is missing"),
        ({"query": 3, "relevant": [{"video": "a"}]}, "query must be a text"),
        ({"relevant": [{"video": "a"}]}, "query is missing"),
        ({"query": "a", "relevant": [{"video": "a", "start": "x", "end": 2}]}, "'x' is not a time"),
        ({"query": "a", "relevant": [{"video": "a", "start": -1, "end": 2}]}, "must be 0 or more"),
        ('{"query": "a", "relevant": [{"video": "a", "start": 1, "end": NaN}]}', "finite number"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: Any, why: str) -> None:
    path = write(tmp_path / "q.jsonl", "", line)
    with pytest.raises(InvalidQuery, match=why) as caught:
        read_queries(path)
    assert "line 2" in caught.value.what
    assert "nput" not in caught.value.what
    assert "Tuple" not in caught.value.what


def test_a_file_without_queries_and_one_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidQuery, match="no query"):
        read_queries(write(tmp_path / "q.jsonl", "", ""))
    with pytest.raises(UsageError, match=r"nowhere.jsonl cannot be read \([\w ]+\)"):
        read_queries(tmp_path / "nowhere.jsonl")


def labelled(house: Library) -> list[dict[str, Any]]:
    """What is found for red, as the right answer; a video without red; a video not there."""
    found = house.search("red")[0]
    others = [video.video_id for video in house.videos() if video.title == "white"]
    return [
        {
            "query": "red",
            "kind": "warm",
            "relevant": [{"video": found.video_id, "start": found.start, "end": found.end}],
        },
        {
            "query": "red",
            "kind": "wrong",
            "relevant": [{"video": others[0], "start": 0, "end": 1}],
        },
        {"query": "red", "relevant": [{"video": "not-here.mp4"}]},
    ]


def test_a_library_is_measured(house: Library, tmp_path: Path) -> None:
    queries = read_queries(write(tmp_path / "q.jsonl", *labelled(house)))
    evaluation = evaluate(house, queries)
    assert evaluation.by_kind["warm"]["recall@1"] == 1
    assert evaluation.by_kind["warm"]["mean_iou"] == 1
    assert evaluation.by_kind["wrong"]["recall@1"] == 0
    mrr = evaluation.figures["mrr"]
    assert mrr == pytest.approx((1 + evaluation.by_kind["wrong"]["mrr"]) / 2, abs=1e-4)
    assert evaluation.unknown == {"red": "not-here.mp4"}
    assert evaluation.worst(1)[0].query.kind == "wrong"
    assert evaluation.missed({"mrr": mrr + 0.1}) == {"mrr": mrr}
    assert evaluation.missed({"mrr": mrr}) == {}
    for name in ("speed", "p50_ms"):
        with pytest.raises(UsageError, match=f"no figure '{name}'"):
            evaluation.missed({name: 1})
    for value in (math.nan, math.inf):
        with pytest.raises(UsageError, match=f"mrr cannot be {value}"):
            evaluation.missed({"mrr": value})


def test_a_figure_that_was_not_measured_is_not_passed(house: Library) -> None:
    untimed = LabelledQuery(query="red", relevant=(Span(video=house.videos()[0].video_id),))
    with pytest.raises(UsageError, match="no answer has times"):
        evaluate(house, [untimed]).missed({"mean_iou": 0.1})
    nothing = evaluate(house, [LabelledQuery(query="red", relevant=(Span(video="not-here"),))])
    with pytest.raises(UsageError, match="no query was judged"):
        nothing.missed({"mrr": 0.1})


def judged_as(confidence: float | None, *, there: bool, found: bool) -> Judged:
    first = Moment("a", "a", 0, 1, 0.5, "visual", "clip", confidence=confidence)
    relevant = (Span(video="a"),) if there else ()
    query = LabelledQuery(query="red", relevant=relevant)
    return Judged(query, int(there), (there,), None, 1.0, first, found)


def test_what_is_not_there_says_how_much_is_found_falsely() -> None:
    true = [judged_as(0.3 + at / 10, there=True, found=at > 1) for at in range(4)]
    false = [judged_as(at / 20, there=False, found=at > 9) for at in range(11)]
    figures = Evaluation((*true, *false)).figures
    assert figures["queries"] == 15
    assert figures["recall@1"] == 1  # of the queries that something answers
    assert figures["found"] == 0.5
    assert figures["false_found"] == pytest.approx(1 / 11, abs=1e-4)
    assert figures["confidence@0.1"] == pytest.approx(0.45)
    assert figures["true_found@0.1"] == 0.5
    assert len(Evaluation((*true, *false)).worst(20)) == 4


def test_without_confidence_or_absent_queries_there_is_no_threshold() -> None:
    unknown = [judged_as(None, there=there, found=True) for there in (True, False)]
    figures = Evaluation(tuple(unknown)).figures
    assert (figures["found"], figures["false_found"]) == (1, 1)
    assert "confidence@0.1" not in figures
    nothing_there = Evaluation((unknown[1],)).figures
    assert "recall@1" not in nothing_there
    with pytest.raises(UsageError, match="no query is about what the library has nothing of"):
        Evaluation((judged_as(0.5, there=True, found=True),)).missed({"true_found@0.1": 0.5})


def test_absent_queries_are_asked(house: Library) -> None:
    found = house.search("red")[0].video_id
    present = LabelledQuery(query="red", relevant=(Span(video=found),))
    evaluation = evaluate(house, [present, LabelledQuery(query="grey", relevant=())])
    assert [one.is_absent for one in evaluation.judged] == [False, True]
    assert evaluation.figures["queries"] == 2
    assert evaluation.figures["found"] == 1
    assert "false_found" in evaluation.figures


def test_no_answer_is_taken_from_memory(house: Library, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="footage")
    query = LabelledQuery(query="a red one", relevant=(Span(video=house.videos()[0].video_id),))
    evaluate(house, [query])
    assert "index " in caplog.text
    assert "from memory" not in caplog.text


def test_an_answer_beyond_the_end_is_refused_and_one_over_it_is_cut(house: Library) -> None:
    video = house.search("red")[0]
    lasts = house.video(video.video_id).duration

    def judge(start: float, end: float) -> Evaluation:
        span = Span(video=video.video_id, start=start, end=end)
        return evaluate(house, [LabelledQuery(query="red", relevant=(span,))])

    with pytest.raises(InvalidQuery, match="an answer to 'red' begins at 1000 s"):
        judge(1000, 1010)
    assert judge(0, 1000).judged[0].overlap == judge(0, lasts).judged[0].overlap


def test_times_are_written_as_elsewhere_and_a_mark_is_passed_over(tmp_path: Path) -> None:
    line = {"query": "red", "relevant": [{"video": "a", "start": "0:11", "end": "1:02.5"}]}
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps(line), "utf-8-sig")
    (span,) = read_queries(path)[0].relevant
    assert (span.start, span.end) == (11, 62.5)


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
    strange = write(tmp_path / "s.jsonl", {"query": "red", "relevant": [{"video": "nowhere"}]})
    words[1] = str(strange)
    nothing = CliRunner().invoke(app, [*words, "--at-least", "recall@10=0.1"])
    assert nothing.exit_code == 1
    assert "left out: 1 of the queries" in nothing.output
    for figure in ("recall@10=nan", "p50_ms=1", "recall@3=1"):
        assert CliRunner().invoke(app, [*words, "--at-least", figure]).exit_code != 0
