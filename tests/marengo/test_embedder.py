"""A library embedded by Marengo: what is found, what is paid, what happens when things go wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from marengo.helpers import KEY, Open
from videos import make_video

import footage
from footage.embedders.marengo import embedder as marengo
from footage.embedders.marengo.embedder import MarengoEmbedder
from footage.errors import EmbedderUnavailable, KeyRefused, TaskFailed
from footage.ingest.report import Kind
from footage.settings import Sampling
from marengo_double import Double


@pytest.fixture(autouse=True)
def _soon(soon: None) -> None:
    pass


@pytest.fixture
def double(fresh: Double) -> Double:
    return fresh


def created(double: Double) -> int:
    return sum(call.method == "POST" and call.path.endswith("/tasks") for call in double.calls)


def paid_once(double: Double) -> bool:
    return all(paid.tasks == 1 for paid in double.paid.values())


@pytest.mark.parametrize("name", ["marengo:3.0", "marengo:3.5", "marengo:3.5,dimension=64,fixed=3"])
def test_videos_are_embedded_and_found(
    name: str, opened: Open, double: Double, films: Path
) -> None:
    library = opened(name)
    report = library.add(films)
    assert [outcome.kind for outcome in report.outcomes] == [Kind.ADDED, Kind.ADDED]
    best = library.search("blue")[0]
    assert best.title == "a"
    assert best.start >= 5
    assert library.search("green")[0].title == "b"
    assert paid_once(double)
    assert len(double.paid) == 2
    assert best.thumbnail is not None


def test_what_is_heard_and_said_is_evidence_of_the_same_moment(opened: Open, films: Path) -> None:
    library = opened()
    library.add(films)
    embedding = library.embedding(films / "a.mp4")
    assert {route.modality for route in embedding.tracks} == {"visual", "audio", "speech"}
    moments = library.search("red", limit=10)
    spans = [(moment.video_id, moment.start, moment.end) for moment in moments]
    assert len(spans) == len(set(spans))
    assert {item.modality for item in moments[0].evidence} >= {"visual", "speech"}


def test_a_second_run_asks_for_nothing(opened: Open, double: Double, films: Path) -> None:
    opened().add(films)
    double.calls.clear()
    report = opened().add(films)
    assert [outcome.kind for outcome in report.outcomes] == [Kind.UNCHANGED] * 2
    assert double.calls == []


def test_what_was_paid_is_written_down(opened: Open, films: Path) -> None:
    library = opened()
    library.add(films)
    (spent,) = library.usage()
    assert (spent.what, spent.calls, spent.seconds) == (
        "marengo3.0 video",
        2,
        pytest.approx(18, abs=0.2),
    )
    assert spent.dollars == pytest.approx(18 / 60 * 0.04, rel=0.02)


def test_a_task_under_way_is_waited_for_and_not_paid_again(
    opened: Open, double: Double, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marengo, "PATIENCE", -1000.0)
    double.script({"on": "POST /embed-v2/tasks", "fate": "processing"})
    report = opened().add(films)
    assert {outcome.error and outcome.error.code for outcome in report.outcomes} == {
        "task_unfinished"
    }
    assert created(double) == 2
    monkeypatch.setattr(marengo, "PATIENCE", 60.0)
    for task in double.tasks.values() if isinstance(double.tasks, dict) else double.tasks:
        task.ready_at = 0.0
    report = opened().add(films)
    assert [outcome.kind for outcome in report.outcomes] == [Kind.ADDED] * 2
    assert created(double) == 2
    assert paid_once(double)


def test_an_answer_that_is_lost_is_not_paid_twice(
    opened: Open, double: Double, films: Path
) -> None:
    double.script(
        {"on": "POST /embed-v2/tasks", "nth": [1, 2], "status": 504, "html": True, "after": True}
    )
    report = opened().add(films)
    assert [outcome.kind for outcome in report.outcomes] == [Kind.ADDED] * 2
    assert paid_once(double)
    assert len(double.paid) == 2


def test_a_lost_answer_is_not_taken_for_another_video_of_the_same_length(
    opened: Open, double: Double, tmp_path: Path
) -> None:
    colours = ["red", "green", "blue", "yellow"]
    for colour in colours:
        make_video(tmp_path / f"{colour}.mp4", shots=[colour], seconds=6, size=(640, 360))
    double.script({"on": "POST /embed-v2/tasks", "status": 504, "html": True, "after": True})
    library = opened()
    report = library.add(*(tmp_path / f"{colour}.mp4" for colour in colours))
    assert not report.failed
    assert {colour: library.search(f"a {colour} wall")[0].title for colour in colours} == {
        colour: colour for colour in colours
    }
    assert paid_once(double)
    assert len(double.paid) == len(colours)


def test_a_file_becomes_an_asset_with_the_name_of_its_video(
    opened: Open, double: Double, films: Path
) -> None:
    library = opened()
    report = library.add(films)
    assert [outcome.kind for outcome in report.outcomes] == [Kind.ADDED] * 2
    assert (
        len([call for call in double.calls if (call.method, call.path[-7:]) == ("POST", "/assets")])
        == 2
    )
    assert library.search("green")[0].title == "b"


def test_a_task_that_fails_fails_one_video(opened: Open, double: Double, films: Path) -> None:
    double.script(
        {"on": "POST /embed-v2/tasks", "nth": [1], "fate": "failed", "reason": "no picture"}
    )
    report = opened().add(films)
    kinds = sorted(outcome.kind.value for outcome in report.outcomes)
    assert kinds == ["added", "failed"]
    assert "no picture" in str(report.failed[0].error)
    assert isinstance(report.failed[0].error, TaskFailed)
    double.unscript()
    assert len(opened().add(films).of(Kind.ADDED)) == 1  # the failed one is asked for anew


@pytest.mark.parametrize(
    "fault", [{"dimension": 100}, {"nan": True}, {"empty": True}, {"without": ["start_sec"]}]
)
def test_an_unusable_answer_fails_one_video_and_is_not_stored(
    fault: dict[str, object], opened: Open, double: Double, films: Path
) -> None:
    double.script({"on": "GET /embed-v2/tasks/*", **fault})
    library = opened()
    report = library.add(films / "b.mp4")
    assert report.failed[0].error is not None
    assert library.videos() == []
    double.unscript()
    assert library.add(films / "b.mp4").of(Kind.ADDED)
    assert created(double) == 1  # the same task, read again
    assert paid_once(double)


def test_a_wrong_key_is_one_sentence_without_the_key(opened: Open, films: Path) -> None:
    with pytest.raises(KeyRefused, match="TWELVE_LABS_API_KEY") as refused:
        opened(key="tlk_wrong_key").add(films)
    assert "tlk_wrong_key" not in str(refused.value)


def test_a_missing_key_is_one_sentence_and_listing_needs_none(tmp_path: Path, films: Path) -> None:
    with footage.open(tmp_path / "no-key.library", embedder="marengo") as library:
        assert library.videos() == []
        with pytest.raises(KeyRefused, match="no API key"):
            library.add(films)


def test_without_the_sdk_it_says_what_to_install(
    tmp_path: Path, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "footage.embedders.marengo.service")
    monkeypatch.setitem(sys.modules, "twelvelabs", None)
    with footage.open(tmp_path / "no-sdk.library", embedder="marengo") as library:
        with pytest.raises(EmbedderUnavailable, match=r"twelvelabs.*\.\[marengo\]"):
            library.add(films)
        assert library.videos() == []


def test_a_video_that_is_too_short_is_not_sent(
    opened: Open, double: Double, tmp_path: Path
) -> None:
    path = make_video(tmp_path / "short.mp4", seconds=2, size=(640, 360))
    report = opened().add(path)
    assert "lasts 2.0 s, and Twelve Labs takes 4 s or more" in str(report.failed[0].error)
    assert created(double) == 0


@pytest.mark.parametrize(
    "name",
    [
        "marengo:2.7",
        "marengo:3.0,dimension=64",
        "marengo:3.5,see=transcription",
        "marengo:3.5,fixed=99",
        "marengo:3.0,see=visual+fused",
        "marengo:3.0,colour=red",
    ],
)
def test_what_marengo_cannot_do_is_refused(name: str) -> None:
    with pytest.raises(EmbedderUnavailable, match="cannot be used"):
        MarengoEmbedder(name, Sampling())


# the program


def test_the_price_is_asked_for_before_anything_is_sent(
    run: Callable[..., Any],
    double: Double,
    films: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TWELVELABS_BASE_URL", double.url)
    monkeypatch.setenv("TWELVE_LABS_API_KEY", KEY)
    index = ("index", "--library", tmp_path / "my.library", "--embedder", "marengo", films)
    refused = run(*index)
    assert refused.code == 2
    assert "2 videos to index, 0:18 in all; sent to 127.0.0.1:" in refused.err
    assert "say --yes" in refused.err
    assert double.calls == []
    agreed = run(*index, "--yes")
    assert agreed.code == 0, agreed.err
    assert "2 indexed" in agreed.out
    assert KEY not in agreed.out + agreed.err
    log = (tmp_path / "my.library/logs/footage.log").read_text()
    assert KEY not in log
    assert "POST /embed-v2/tasks" in log
    again = run(*index)  # nothing to send, so nothing is asked
    assert again.code == 0
    found = run("search", "--library", tmp_path / "my.library", "--json", "green")
    assert found.json["moments"][0]["title"] == "b"
