"""What is sent and paid is told before, asked for, kept within a budget, and written down."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from marengo.helpers import KEY, Open
from videos import make_video

import footage
from footage.embedders.marengo import embedder as marengo
from footage.errors import UsageError
from footage.ingest.report import Kind, Observer, Plan
from footage.ledger import RemoteTask
from marengo_double import Double

pytestmark = pytest.mark.slow

Run = Callable[..., Any]
A_MINUTE = 0.04


@pytest.fixture
def program(run: Run, fresh: Double, soon: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("TWELVELABS_BASE_URL", fresh.url)
    monkeypatch.setenv("TWELVE_LABS_API_KEY", KEY)
    return run


def dollars(seconds: float) -> Any:
    return pytest.approx(seconds / 60 * A_MINUTE, rel=0.02)


class Listening(Observer):
    def __init__(self) -> None:
        self.plans: list[Plan] = []

    def planned(self, plan: Plan) -> None:
        self.plans.append(plan)


def test_a_plan_sends_nothing_and_says_what_it_would_cost(
    opened: Open, fresh: Double, films: Path
) -> None:
    library = opened()
    plan = library.plan(films)
    assert (plan.sent_to, plan.seconds) == ("api.twelvelabs.io", pytest.approx(18, abs=0.2))
    assert plan.dollars == dollars(18)
    assert fresh.calls == []
    assert library.videos() == []
    library.add(films)
    assert library.usage()[0].dollars == pytest.approx(plan.dollars, rel=0.01)
    assert library.plan(films).files == ()
    assert library.plan(films).unchanged == 2


def test_the_same_content_is_priced_once_and_what_is_paid_not_again(
    opened: Open, films: Path, tmp_path: Path
) -> None:
    shutil.copy(films / "b.mp4", tmp_path / "copy.mp4")
    library = opened()
    assert library.plan(films, tmp_path / "copy.mp4").dollars == dollars(18)
    library.add(films / "b.mp4")
    assert library.plan(films, tmp_path / "copy.mp4").dollars == dollars(12)
    video_id = library.video(films / "b.mp4").video_id
    task = RemoteTask(library.videos()[0].added_at, "asset", "task")
    library.remove(video_id)
    library.catalog.forget(video_id)
    assert library.plan(films).dollars == dollars(18)
    ledger = footage.ledger.Ledger(library.catalog, library.embedder.fingerprint.id)
    ledger.note(video_id, task)
    assert library.plan(films).dollars == dollars(12)


def test_a_video_that_would_be_refused_fails_in_the_plan(opened: Open, tmp_path: Path) -> None:
    make_video(tmp_path / "short.mp4", seconds=2, size=(640, 360))
    plan = opened().plan(tmp_path / "short.mp4")
    assert plan.files == ()
    assert "4 s or more" in str(plan.failed[0].error)


def test_what_goes_beyond_the_budget_is_left_for_a_later_run(
    opened: Open, fresh: Double, films: Path
) -> None:
    library = opened()
    report = library.add(films, budget=0.005)  # b costs 0.004, a 0.008
    kinds = {outcome.path.name: outcome.kind for outcome in report.outcomes}
    assert kinds == {"a.mp4": Kind.LEFT, "b.mp4": Kind.ADDED}
    assert len(fresh.paid) == 1
    assert library.add(films, budget=0.0).of(Kind.LEFT)
    assert len(fresh.paid) == 1
    assert library.add(films, budget=1.0).of(Kind.ADDED)
    with pytest.raises(UsageError, match="budget"):
        library.add(films, budget=-1.0)


def test_a_copy_of_what_is_left_is_left_too(opened: Open, fresh: Double, folder: Path) -> None:
    make_video(folder / "a.mp4", seconds=12, size=(640, 360))
    shutil.copy(folder / "a.mp4", folder / "b.mp4")
    library = opened()
    assert len(library.add(folder, budget=0.001).of(Kind.LEFT)) == 2
    assert library.usage() == []
    assert len(library.add(folder, budget=0.01).of(Kind.ADDED, Kind.LOCATED)) == 2
    assert len(fresh.paid) == 1


def test_a_result_that_is_gone_is_asked_for_anew_by_the_next_run(
    opened: Open, fresh: Double, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = opened()
    monkeypatch.setattr(marengo, "PATIENCE", -1000.0)
    fresh.script({"on": "POST /embed-v2/tasks", "fate": "processing"})
    library.add(films / "b.mp4")
    fresh.unscript()
    fresh.script({"on": "GET /embed-v2/tasks/*", "nth": [1], "status": 404})
    monkeypatch.setattr(marengo, "PATIENCE", 60.0)
    assert library.plan(films / "b.mp4").dollars == 0
    gone = library.add(films / "b.mp4").failed[0].error
    assert "b.mp4 was sent earlier, and Twelve Labs no longer has" in str(gone)
    assert "for about $0.00" in str(gone)
    assert library.plan(films / "b.mp4").dollars == dollars(6)
    assert library.add(films / "b.mp4").of(Kind.ADDED)


def test_a_month_has_a_budget_of_its_own(
    opened: Open, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTAGE_DOLLARS_A_MONTH", "0.009")
    library = opened()
    library.add(films / "b.mp4")
    report = library.add(films)
    assert [outcome.path.name for outcome in report.of(Kind.LEFT)] == ["a.mp4"]
    monkeypatch.setenv("FOOTAGE_DOLLARS_A_MONTH", "0.02")
    assert library.add(films).of(Kind.ADDED)


def test_an_observer_may_refuse_before_anything_is_sent(
    opened: Open, fresh: Double, films: Path
) -> None:
    class Refusing(Observer):
        def planned(self, plan: Plan) -> None:
            raise UsageError(f"{plan.dollars:.3f} is too much")

    with pytest.raises(UsageError, match=r"0\.012"):
        opened().add(films, observer=Refusing())
    assert fresh.calls == []


def test_a_migration_is_priced_and_not_measured_by_paying(
    fresh: Double, films: Path, tmp_path: Path, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWELVELABS_BASE_URL", fresh.url)
    monkeypatch.setenv("TWELVE_LABS_API_KEY", KEY)
    with footage.open(tmp_path / "lite.library") as library:
        library.add(films)
        plan = library.plan_migration("marengo")
        assert (plan.sent_to, plan.pace) == (fresh.url.split("/")[2], None)
        assert plan.dollars == dollars(18)
        assert plan.duration == pytest.approx(18, abs=0.2)
        assert fresh.calls == []
        listening = Listening()
        assert library.migrate("marengo", observer=listening).switched
        assert listening.plans[0].dollars == pytest.approx(plan.dollars)
        assert library.search("green")[0].title == "b"
        assert library.usage()[0].dollars == dollars(18)


def test_a_planned_migration_leaves_out_what_the_service_refuses(
    fresh: Double, films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWELVELABS_BASE_URL", fresh.url)
    monkeypatch.setenv("TWELVE_LABS_API_KEY", KEY)
    short = make_video(tmp_path / "short.mp4", shots=["white"], seconds=1, size=(640, 360))
    with footage.open(tmp_path / "lite.library") as library:
        assert not library.add(films, short).failed
        plan = library.plan_migration("marengo")
    assert [path.name for path in plan.files] == ["a.mp4", "b.mp4"]
    assert plan.duration == pytest.approx(18, abs=0.2)
    assert [outcome.path for outcome in plan.run.failed] == [short]


# the program


def test_a_dry_run_shows_the_price_and_leaves_no_library(
    program: Run, fresh: Double, films: Path, tmp_path: Path
) -> None:
    library = tmp_path / "new.library"
    index = ("index", "--library", library, "--embedder", "marengo", "--dry-run", films)
    shown = program(*index)
    assert shown.code == 0, shown.err
    assert "2 videos to index, 0:18 in all; sent to 127.0.0.1:" in shown.out
    assert not library.exists()
    plan = program(*index, "--json").json
    assert plan["dollars"] == dollars(18)
    assert [Path(file["path"]).name for file in plan["files"]] == ["a.mp4", "b.mp4"]
    assert fresh.calls == []


@pytest.mark.without_server("it has the answer of the same search in memory, and asks nobody")
def test_the_program_keeps_to_a_budget_and_shows_what_was_spent(
    program: Run, films: Path, tmp_path: Path
) -> None:
    library = ("--library", tmp_path / "my.library")
    first = program("index", *library, "--embedder", "marengo", "--yes", "--budget", "0.005", films)
    assert first.code == 1
    assert "1 video ($0.01) left: beyond the budget" in first.err
    assert "1 indexed, 1 left: beyond the budget" in first.out
    program("search", *library, "green")
    program("search", *library, "green")
    shown = program("usage", *library)
    assert "marengo3.0 video" in shown.out
    assert "queries that did not have to be sent again: 1 of 2 (50 %)" in shown.out
    spent = program("usage", *library, "--json").json
    assert spent["usage"][0]["dollars"] == dollars(6)
    assert spent["caches"]["queries"] == {"hits": 1, "misses": 1}
    doctor = program("doctor", *library).out
    assert "there already: videos 0 of 1 (0 %), queries 1 of 2 (50 %)" in doctor


def test_removing_and_pruning_warn_of_paying_again(
    program: Run, films: Path, tmp_path: Path
) -> None:
    library = ("--library", tmp_path / "my.library")
    path = Path(shutil.copy(films / "b.mp4", tmp_path))
    assert program("index", *library, "--embedder", "marengo", "-y", path).code == 0
    path.unlink()
    for command in (("remove", "b.mp4"), ("prune",)):
        asked = program(*command, *library)
        assert asked.code == 2
        assert "was paid for are deleted" in asked.err
        assert "pay again" in asked.err
    assert "paid" not in program("prune", *library, "--dry-run").err


def test_restoring_and_repairing_ask_before_they_pay(
    program: Run, fresh: Double, films: Path, tmp_path: Path
) -> None:
    library = ("--library", tmp_path / "my.library")
    assert program("index", *library, "--embedder", "marengo", "-y", films / "b.mp4").code == 0
    assert program("remove", *library, "--yes", "b.mp4").code == 0
    fresh.calls.clear()
    refused = program("remove", *library, "--restore", "b.mp4")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert fresh.calls == []
    assert program("remove", *library, "--restore", "--yes", "b.mp4").code == 0
    for archived in (tmp_path / "my.library/archive").rglob("*.zip"):
        archived.unlink()
    fresh.calls.clear()
    refused = program("doctor", *library, "--repair")
    assert refused.code == 2, refused.out
    assert fresh.calls == []
    assert program("doctor", *library, "--repair", "--yes").code == 0


# queries


def test_a_query_is_sent_once_also_by_another_process(
    opened: Open, fresh: Double, films: Path
) -> None:
    opened().add(films)
    fresh.calls.clear()
    first = opened()
    spans = [(moment.title, moment.start) for moment in first.search("green")]
    second = opened()
    assert [(moment.title, moment.start) for moment in second.search("green")] == spans
    assert len(fresh.calls) == 1
    second.search("red")
    assert len(fresh.calls) == 2
    assert (second.caches()["queries"].hits, second.caches()["queries"].misses) == (1, 2)


def test_while_the_service_is_away_known_queries_are_answered(
    opened: Open, fresh: Double, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = opened()
    library.add(films)
    library.search("green")
    fresh.script({"on": "* *", "status": 401})
    monkeypatch.setattr(marengo, "PATIENCE", 0.1)
    assert opened().search("green")[0].title == "b"
