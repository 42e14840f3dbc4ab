"""Videos on the web, embedded by Marengo: their addresses are handed over, and they are paid once."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from marengo.helpers import Open
from website import Page, Site

import footage
from footage.embedders.marengo import embedder as marengo
from footage.embedders.marengo import limits
from footage.embedders.marengo.service import Service
from footage.errors import MediaError, RequestRefused, TaskFailed
from footage.ingest.report import Kind, Report
from footage.media.probe import probe
from footage.media.web import WebVideo
from footage.media.web_stamp import WebStamp
from footage.repair import repair
from marengo_double import Double

pytestmark = pytest.mark.slow

SIGNED = "?X-Amz-Date=20261125T090000Z&X-Amz-Signature={}"


@pytest.fixture
def shelf(site: Site, films: Path) -> Site:
    """12 s of red and blue, and 6 s of green, on the web."""
    for name in ("a", "b"):
        site[f"/{name}.mp4"] = Page((films / f"{name}.mp4").read_bytes(), etag=f'"{name}"')
    return site


def urls(site: Site) -> list[str]:
    return [f"{site.url}/a.mp4", f"{site.url}/b.mp4"]


def kinds(report: Report) -> list[Kind]:
    assert not report.failed, [str(outcome.error) for outcome in report.failed]
    return [outcome.kind for outcome in report.outcomes]


def calls(double: Double, what: str) -> int:
    return sum(f"{call.method} {call.path}" == what for call in double.calls)


def paid_once(double: Double, videos: int = 2) -> bool:
    return [paid.tasks for paid in double.paid.values()] == [1] * videos


@pytest.mark.parametrize("name", ["marengo:3.0", "marengo:3.5,dimension=64"])
def test_addresses_are_handed_over_and_moments_found(
    name: str, opened: Open, fresh: Double, shelf: Site
) -> None:
    library = opened(name)
    assert kinds(library.add(*urls(shelf))) == [Kind.ADDED] * 2
    best = library.search("blue")[0]
    assert (best.title, best.url, best.path) == ("a", urls(shelf)[0], None)
    assert best.start >= 5
    assert best.thumbnail is not None
    assert paid_once(fresh)
    assert {asset.method for asset in fresh.assets} == {"url"}
    whole = [asked.path for asked in shelf.requests if asked.range is None]
    assert sorted(whole) == ["/a.mp4", "/b.mp4"]  # by the service, each once
    assert {asset.filename for asset in fresh.assets} == {
        f"{video.video_id}.mp4" for video in library.videos()
    }


def test_a_second_run_asks_the_service_for_nothing(
    opened: Open, fresh: Double, shelf: Site
) -> None:
    opened().add(*urls(shelf))
    fresh.calls.clear()
    assert kinds(opened().add(*urls(shelf))) == [Kind.UNCHANGED] * 2
    assert fresh.calls == []


def test_a_plan_prices_them_and_sends_nothing(opened: Open, fresh: Double, shelf: Site) -> None:
    plan = opened().plan(*urls(shelf))
    assert plan.dollars == pytest.approx(18 / 60 * 0.04, rel=0.02)
    assert plan.to_json()["files"][0]["url"] == urls(shelf)[0]
    assert fresh.calls == []
    assert kinds(opened().add(*urls(shelf), budget=0.005)) == [Kind.LEFT, Kind.ADDED]


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 504, "html": True, "after": True},
        {"drop": "reset", "after": True},
        {"drop": "body", "after": True},
        {"malformed": True},
    ],
)
def test_an_answer_that_is_lost_is_not_paid_twice(
    trouble: dict[str, Any], opened: Open, fresh: Double, shelf: Site
) -> None:
    fresh.script({"on": "POST /embed-v2/tasks", "nth": [1, 2], **trouble})
    library = opened()
    assert kinds(library.add(*urls(shelf))) == [Kind.ADDED] * 2
    assert paid_once(fresh)
    assert library.search("green")[0].url == urls(shelf)[1]
    assert sum(spent.calls for spent in library.usage()) == 2


def test_a_lost_answer_is_not_taken_for_what_lay_there_before(
    opened: Open, fresh: Double, shelf: Site
) -> None:
    """The address is the same, and so may be the length; the name of the asset is not."""
    url = urls(shelf)[0]
    library = opened()
    library.add(url)
    shelf["/a.mp4"] = Page(shelf["/b.mp4"].data, etag='"another"')
    fresh.script({"on": "POST /embed-v2/tasks", "status": 504, "html": True, "after": True})
    assert kinds(library.add(url)) == [Kind.ADDED]
    assert paid_once(fresh)
    assert library.search("green")[0].url == url
    assert {video.state for video in library.videos(hidden=True)} == {"ready", "missing"}


def test_a_run_that_died_goes_on_with_a_new_signature_and_pays_nothing(
    opened: Open, fresh: Double, shelf: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marengo, "PATIENCE", -1000.0)
    fresh.script({"on": "POST /embed-v2/tasks", "fate": "processing"})
    shelf["/b.mp4"].needs = "Signature=first"
    report = opened().add(urls(shelf)[1] + SIGNED.format("first"))
    assert report.failed[0].error is not None
    assert report.failed[0].error.code == "task_unfinished"
    shelf["/b.mp4"].needs = "Signature=second"
    monkeypatch.setattr(marengo, "PATIENCE", 60.0)
    for task in fresh.tasks:
        task.ready_at = 0.0
    assert kinds(opened().add(urls(shelf)[1] + SIGNED.format("second"))) == [Kind.ADDED]
    assert paid_once(fresh, 1)
    assert calls(fresh, "POST /embed-v2/tasks") == 1


@pytest.mark.parametrize("step", ["fetch", "create_task"])
def test_what_a_run_that_died_began_is_found_again(
    step: str, opened: Open, fresh: Double, shelf: Site
) -> None:
    """Died after the service had done its part, and before that was written down."""
    real = getattr(Service, step)

    def dying(self: Service, *given: Any, **named: Any) -> str:
        real(self, *given, **named)
        raise RuntimeError("killed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Service, step, dying)
        assert len(opened().add(*urls(shelf)).failed) == 2
    assert kinds(opened().add(*urls(shelf))) == [Kind.ADDED] * 2
    assert paid_once(fresh)
    assert calls(fresh, "POST /assets") == calls(fresh, "POST /embed-v2/tasks") == 2


def test_what_is_paid_is_kept_where_the_signature_runs_out_meanwhile(
    opened: Open, fresh: Double, shelf: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Its thumbnails cannot be made then, which is told in the log and in `doctor`."""
    library = opened()
    create = Service.create_task

    def then_runs_out(self: Service, *given: Any, **named: Any) -> str:
        shelf["/b.mp4"].status = 403
        return create(self, *given, **named)

    with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.WARNING, "footage"):
        patch.setattr(Service, "create_task", then_runs_out)
        assert kinds(library.add(urls(shelf)[1])) == [Kind.ADDED]
    assert paid_once(fresh, 1)
    best = library.search("green")[0]
    assert (best.url, best.thumbnail) == (urls(shelf)[1], None)
    assert "has no thumbnails" in caplog.text


def test_thumbnails_that_lack_are_made_later(
    opened: Open, fresh: Double, shelf: Site, tmp_path: Path
) -> None:
    folder, embedder = tmp_path / "other.library", opened().embedder
    with footage.open(folder, embedder=embedder) as library:
        library.add(urls(shelf)[0])
        library.thumbnails.delete(library.videos()[0].video_id)
    before = len(fresh.calls)
    assert [item.part for item in repair(folder, embedder=embedder)] == ["thumbnails"]
    assert len(fresh.calls) == before
    with footage.open(folder, embedder=embedder) as library:
        assert library.search("blue")[0].thumbnail is not None


def test_what_the_service_cannot_fetch_is_one_sentence_without_secrets(
    opened: Open, fresh: Double, shelf: Site
) -> None:
    library = opened()
    shelf["/b.mp4"].needs = "Signature=secret"
    fresh.script(
        {
            "on": "POST /assets",
            "fate": "failed",
            "reason": "could not fetch https://h.example/b.mp4?X-Amz-Signature=secret today",
        }
    )
    error = library.add(urls(shelf)[1] + SIGNED.format("secret")).failed[0].error
    assert isinstance(error, TaskFailed)
    assert error.what.startswith(f"{urls(shelf)[1]} cannot be read by Twelve Labs (could not")
    assert "download it" in error.remedy
    assert "secret" not in str(error)
    fresh.unscript()
    assert kinds(library.add(urls(shelf)[1] + SIGNED.format("secret"))) == [Kind.ADDED]
    assert paid_once(fresh, 1)


def test_an_address_that_is_refused_is_one_sentence_without_secrets(
    opened: Open, fresh: Double, shelf: Site
) -> None:
    fresh.script(
        {"on": "POST /assets", "status": 400, "message": "no: https://h.example/b.mp4?sig=secret."}
    )
    error = opened().add(urls(shelf)[1]).failed[0].error
    assert isinstance(error, RequestRefused)
    assert "no: https://h.example/b.mp4?…" in str(error)
    assert "secret" not in str(error)


def test_what_is_too_large_to_be_fetched_is_not_sent(films: Path) -> None:
    video, info = WebVideo("https://example.org/b.mp4"), probe(films / "b.mp4")
    video.stamp = WebStamp(None, None, limits.LARGEST_ON_THE_WEB)
    limits.check_video(video, info)
    video.stamp = WebStamp(None, None, limits.LARGEST_ON_THE_WEB + 10**8)
    with pytest.raises(MediaError, match=r"b\.mp4 has 4\.1 GB, and Twelve Labs takes 4 GB at most"):
        limits.check_video(video, info)


def test_a_page_is_not_sent(opened: Open, fresh: Double, shelf: Site) -> None:
    shelf["/watch"] = Page(b"<!doctype html><title>Watch</title>", kind="text/html")
    report = opened().add(f"{shelf.url}/watch")
    assert "is a web page, not a video" in str(report.failed[0].error)
    assert fresh.calls == []


def test_migrating_to_it_hands_the_addresses_over(
    opened: Open, fresh: Double, shelf: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "other.library"
    target = opened().embedder
    with footage.open(folder, embedder=ColourEmbedder()) as library:
        library.add(*urls(shelf))
        ids = {video.video_id for video in library.videos()}
        assert library.plan_migration(target).dollars == pytest.approx(18 / 60 * 0.04, rel=0.02)
        assert library.migrate(target).switched
        assert {video.video_id for video in library.videos()} == ids
        assert library.search("green")[0].url == urls(shelf)[1]
    assert {asset.method for asset in fresh.assets} == {"url"}
    assert paid_once(fresh)
