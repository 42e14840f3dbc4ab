"""A library of videos that lie on the web: found, told apart, followed, and read again when needed."""

from __future__ import annotations

import io
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from houses import Run
from videos import make_video
from website import Page, Site

import footage
from footage import Filters, Library, MediaForbidden, MediaMissing, UsageError
from footage.backup import backup, restore
from footage.cli.open_ import _resolve, player_command
from footage.ingest.report import IngestInterrupted, Kind, Outcome, Report
from footage.media import http_file
from footage.media.web import WebVideo
from footage.repair import repair

SIGNED = "X-Amz-Date=20261125T090000Z&X-Amz-Expires=60&X-Amz-Signature={}"


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("clips")
    return {
        colour: make_video(folder / f"{colour}.mp4", shots=[colour], seconds=3).read_bytes()
        for colour in ("red", "blue", "green")
    }


@pytest.fixture
def shelf(site: Site, clips: dict[str, bytes]) -> Site:
    """A red and a blue clip on the web."""
    for colour in ("red", "blue"):
        site[f"/{colour}.mp4"] = Page(
            clips[colour], etag=f'"{colour}"', modified="Wed, 01 Jul 2020 10:00:00 GMT"
        )
    return site


def kinds(report: Report) -> list[Kind]:
    return [outcome.kind for outcome in report.outcomes]


def embedded(library: Library) -> int:
    assert isinstance(library.embedder, ColourEmbedder)
    return library.embedder.embedded


def secrets_in(folder: Path, secret: str) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and secret.encode() in path.read_bytes()
    ]


def test_what_lies_on_the_web_is_found_like_any_file(library: Library, shelf: Site) -> None:
    report = library.add(f"{shelf.url}/red.mp4", f"{shelf.url}/blue.mp4")
    assert kinds(report) == [Kind.ADDED] * 2
    best = library.search("red")[0]
    assert (best.title, best.path, best.url) == ("red", None, f"{shelf.url}/red.mp4")
    assert best.thumbnail is not None
    (video,) = [video for video in library.videos() if video.title == "red"]
    assert (video.state, video.path, video.paths) == ("ready", None, ())
    assert video.to_json()["url"] == best.to_json()["url"] == f"{shelf.url}/red.mp4"
    assert video.recorded_at.isoformat() == "2020-07-01T10:00:00+00:00"
    assert library.video(f"{shelf.url}/red.mp4#t=3") == video
    assert library.segments(f"{shelf.url}/red.mp4")


@pytest.mark.parametrize("embedder", ["colours", "lite"])
def test_it_is_embedded_as_the_file_would_be(
    embedder: str, tmp_path: Path, shelf: Site, clips: dict[str, bytes]
) -> None:
    own = ColourEmbedder() if embedder == "colours" else embedder
    path, url = tmp_path / "red.mp4", f"{shelf.url}/red.mp4"
    path.write_bytes(clips["red"])
    with footage.open(tmp_path / "my.library", embedder=own) as library:
        assert kinds(library.add(path, url)) == [Kind.ADDED] * 2
        file, web = library.embedding(path), library.embedding(url)
        assert file.duration == web.duration
        for route, track in file.tracks.items():
            assert (track.vectors == web.tracks[route].vectors).all()
            assert (track.spans == web.tracks[route].spans).all()
        assert len({video.video_id for video in library.videos()}) == 2
        assert {moment.url for moment in library.search("a red wall")} == {None, url}


class TestTheNextRun:
    def test_what_is_as_it_was_is_not_read(self, library: Library, shelf: Site) -> None:
        url = f"{shelf.url}/red.mp4"
        library.add(url)
        shelf.requests.clear()
        assert kinds(library.add(url)) == [Kind.UNCHANGED]
        assert [asked.range for asked in shelf.requests] == ["bytes=0-1023"]

    def test_tags_reach_it_all_the_same(self, library: Library, shelf: Site) -> None:
        library.add(f"{shelf.url}/red.mp4")
        library.add(f"{shelf.url}/red.mp4", tags=["sea"])
        assert library.video(f"{shelf.url}/red.mp4").tags == ("sea",)

    def test_what_was_replaced_is_another_video_and_the_old_one_missing(
        self, library: Library, shelf: Site, clips: dict[str, bytes]
    ) -> None:
        url = f"{shelf.url}/red.mp4"
        library.add(url)
        old = library.video(url)
        shelf["/red.mp4"] = Page(clips["green"], etag='"green"')
        assert kinds(library.add(url)) == [Kind.ADDED]
        new = library.video(url)
        assert new.video_id != old.video_id
        assert [video.video_id for video in library.videos()] == [new.video_id]
        assert {m.video_id for m in library.search("red")} == {new.video_id}
        left = library.video(old.video_id)
        assert (left.state, left.url) == ("missing", None)
        assert [video.video_id for video in library.prune().videos] == [old.video_id]
        assert library.search("green")[0].url == url

    def test_what_comes_back_is_not_embedded_again(
        self, library: Library, shelf: Site, clips: dict[str, bytes]
    ) -> None:
        url, page = f"{shelf.url}/red.mp4", shelf["/red.mp4"]
        library.add(url)
        first = library.video(url)
        shelf["/red.mp4"] = Page(clips["green"], etag='"green"')
        library.add(url)
        shelf["/red.mp4"] = page
        before = embedded(library)
        assert kinds(library.add(url)) == [Kind.LOCATED]
        assert embedded(library) == before
        assert library.video(url).video_id == first.video_id
        assert library.search("red")[0].video_id == first.video_id

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ({"etag": '"a"'}, {"etag": 'W/"a"'}),
            ({"etag": '"node-1"', "modified": "then"}, {"etag": '"node-2"', "modified": "then"}),
            ({"modified": "then"}, {}),
            ({"etag": '"a"'}, {"etag": '"a"', "ranges": False}),
        ],
    )
    def test_a_server_that_says_it_otherwise_has_not_changed_it(
        self, library: Library, site: Site, clips: dict[str, bytes], before: Any, after: Any
    ) -> None:
        url = f"{site.url}/red.mp4"
        site["/red.mp4"] = Page(clips["red"], **before)
        library.add(url)
        video = library.video(url)
        site["/red.mp4"] = Page(clips["red"], **after)
        assert kinds(library.add(url)) == [Kind.UNCHANGED]
        assert library.video(url).video_id == video.video_id

    def test_a_server_that_says_nothing_costs_a_look_and_no_embedding(
        self, library: Library, site: Site, tmp_path: Path
    ) -> None:
        clip = make_video(tmp_path / "red.mkv", shots=["red"]).read_bytes()
        site["/red.mkv"] = Page(clip, ranges=False, length="chunked", kind="video/x-matroska")
        url = f"{site.url}/red.mkv"
        assert kinds(library.add(url)) == [Kind.ADDED]
        before = embedded(library)
        assert kinds(library.add(url)) == [Kind.LOCATED]
        assert embedded(library) == before
        assert len(library.videos(hidden=True)) == 1


class TestSigned:
    def test_signed_anew_it_is_the_same_and_the_new_signature_is_kept(
        self, library: Library, shelf: Site
    ) -> None:
        shelf["/red.mp4"].needs = "X-Amz-Signature=first"
        library.add(f"{shelf.url}/red.mp4?" + SIGNED.format("first"))
        shelf["/red.mp4"].needs = "X-Amz-Signature=second"
        assert kinds(library.add(f"{shelf.url}/red.mp4?" + SIGNED.format("second"))) == [
            Kind.UNCHANGED
        ]
        (video,) = library.videos(hidden=True)
        assert video.url == f"{shelf.url}/red.mp4"
        assert video.address is not None
        assert "Signature=second" in video.address
        assert "Signature=first" not in video.address

    def test_other_parameters_make_another_video(self, library: Library, shelf: Site) -> None:
        urls = [f"{shelf.url}/red.mp4?part={part}" for part in (1, 2)]
        assert kinds(library.add(*urls)) == [Kind.ADDED] * 2
        assert {video.url for video in library.videos()} == {*urls}

    def test_one_that_has_run_out_says_so_and_keeps_what_is_there(
        self, library: Library, shelf: Site
    ) -> None:
        address = f"{shelf.url}/red.mp4?" + SIGNED.format("first")
        library.add(address)
        shelf["/red.mp4"].needs = "Signature=second"
        report = library.add(address)
        error = report.failed[0].error
        assert isinstance(error, MediaForbidden)
        assert "signed anew" in error.remedy
        assert "first" not in str(error)
        assert library.search("red")[0].url == f"{shelf.url}/red.mp4"

    def test_the_signature_is_in_the_catalog_alone(self, tmp_path: Path, shelf: Site) -> None:
        secret, folder = "c0ffeec0ffee", tmp_path / "my.library"
        address = f"{shelf.url}/red.mp4?" + SIGNED.format(secret)
        with footage.open(folder, embedder=ColourEmbedder()) as library:
            report = library.add(address, f"{shelf.url}/gone.mp4?" + SIGNED.format(secret))
            result = library.search("red")
            shown = [report.to_json(), result.to_json(), library.videos()[0].to_json()]
            for value in (*shown, report, result, library.videos(), report.failed):
                assert secret not in repr(value)
            assert "red.mp4" in repr(shown)
        assert {path.name for path in secrets_in(folder, secret)} == {"catalog.sqlite"}


class TestHiding:
    def test_removed_it_stays_out_and_is_brought_back(self, library: Library, shelf: Site) -> None:
        url = f"{shelf.url}/red.mp4"
        library.add(url, f"{shelf.url}/blue.mp4")
        library.remove(url)
        assert [video.title for video in library.videos()] == ["blue"]
        assert kinds(library.add(url)) == [Kind.REMOVED]
        assert kinds(library.restore(url)) == [Kind.ADDED]
        assert library.search("red")[0].title == "red"

    def test_what_cannot_be_had_is_not_brought_back(self, library: Library, shelf: Site) -> None:
        url = f"{shelf.url}/red.mp4"
        library.add(url)
        library.remove(url)
        shelf["/red.mp4"].status = 404
        with pytest.raises(MediaMissing, match="is not there"):
            library.restore(url)
        assert library.video(url).state == "removed"

    @pytest.mark.parametrize("unreachable", [False, True])
    def test_it_is_never_pruned(self, library: Library, shelf: Site, unreachable: bool) -> None:
        library.add(f"{shelf.url}/red.mp4")
        shelf["/red.mp4"].status = 404
        report = library.prune(unreachable=unreachable)
        assert (report.videos, report.gone, report.unreachable) == ([], [], [])
        assert library.search("red")

    def test_filters(self, library: Library, shelf: Site, folder: Path) -> None:
        make_video(folder / "here.mp4", shots=["red"])
        library.add(folder, f"{shelf.url}/red.mp4", f"{shelf.url}/blue.mp4")
        assert [m.title for m in library.search("red", filters=Filters(folders=(Path("/"),)))] == [
            "here"
        ]
        only = Filters(videos=(f"{shelf.url}/blue.mp4",))
        assert [m.title for m in library.search("red", filters=only)] == ["blue"]
        with pytest.raises(footage.NotFound, match="no video of https://example"):
            library.search("red", filters=Filters(videos=("https://example.org/a.mp4",)))
        with pytest.raises(footage.NotFound, match="s3://"):
            library.video("s3://bucket/a.mp4")


class TestTrouble:
    def test_what_cannot_be_read_stops_no_other(self, library: Library, shelf: Site) -> None:
        shelf["/page"] = Page(b"<!doctype html><title>Watch</title>", kind="text/html")
        shelf["/cut.mp4"] = Page(shelf["/red.mp4"].data, ranges=False, drop_at=2_000)
        names = ("page", "gone.mp4", "cut.mp4", "red.mp4")
        report = library.add(*(f"{shelf.url}/{name}" for name in names))
        told = {o.path.name: o.error and o.error.code for o in report.outcomes}
        assert told == {
            "page": "unreadable_media",
            "gone.mp4": "media_missing",
            "cut.mp4": "media_unreachable",
            "red.mp4": None,
        }
        assert [video.title for video in library.videos(hidden=True)] == ["red"]
        shelf["/cut.mp4"].drop_at = None
        assert kinds(library.add(f"{shelf.url}/cut.mp4")) == [Kind.ADDED]

    def test_one_replaced_while_it_is_read_is_kept_neither_way(
        self, tmp_path: Path, shelf: Site, clips: dict[str, bytes]
    ) -> None:
        class Slow(ColourEmbedder):
            def embed_images(self, images: Any) -> Any:
                shelf["/red.mp4"] = Page(clips["green"], etag='"green"')
                return super().embed_images(images)

        url = f"{shelf.url}/red.mp4"
        with footage.open(tmp_path / "slow.library", embedder=Slow()) as library:
            report = library.add(url)
            assert report.failed[0].error is not None
            assert report.failed[0].error.code == "media_changed"
            assert library.videos(hidden=True) == []
            assert kinds(library.add(url)) == [Kind.ADDED]
            assert library.search("green")[0].url == url

    def test_an_address_that_is_none_is_told_before_anything_is_done(
        self, library: Library, shelf: Site
    ) -> None:
        for wrong in ("s3://bucket/a.mp4", "https://me:secret@example.org/a.mp4", "http://"):
            with pytest.raises(UsageError) as refused:
                library.add(f"{shelf.url}/red.mp4", wrong)
            assert "secret" not in str(refused.value)
        assert shelf.requests == []

    def test_ctrl_c_does_not_wait_for_a_server(
        self, tmp_path: Path, shelf: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both while it is looked at and while it is read; it would be for an hour."""
        monkeypatch.setattr(http_file, "READ_SECONDS", 3600.0)
        shelf["/late.mp4"] = Page(b"x", delay=3600)
        stalled = Page(shelf["/red.mp4"].data * 3, stall_at=0)
        with footage.open(tmp_path / "my.library", embedder=ColourEmbedder()) as library:
            for page, name in ((shelf["/late.mp4"], "late"), (stalled, "stalled")):
                shelf[f"/{name}.mp4"] = page
                asked = len(shelf.requests)
                threading.Thread(
                    target=interrupt_once, args=(lambda n=asked: len(shelf.requests) > n,)
                ).start()
                with pytest.raises(IngestInterrupted):
                    library.add(f"{shelf.url}/{name}.mp4")

    def test_kept_are_those_that_were_done_when_it_was_stopped(
        self, tmp_path: Path, shelf: Site
    ) -> None:
        class One(ColourEmbedder):
            concurrency = 1

        shelf["/z.mp4"] = Page(shelf["/red.mp4"].data, delay=0)

        class Impatient(footage.Observer):
            def finished(self, outcome: Outcome) -> None:  # noqa: ARG002 - any will do
                raise KeyboardInterrupt

        with footage.open(tmp_path / "my.library", embedder=One()) as library:
            with pytest.raises(IngestInterrupted):
                library.add(f"{shelf.url}/blue.mp4", f"{shelf.url}/z.mp4", observer=Impatient())
            assert "blue" in [video.title for video in library.videos()]
            report = library.add(f"{shelf.url}/blue.mp4", f"{shelf.url}/z.mp4")
            assert Kind.UNCHANGED in kinds(report)
            assert not report.failed


class TestFromWhatIsLeft:
    def test_a_lost_catalog_knows_the_addresses_again(self, tmp_path: Path, shelf: Site) -> None:
        folder, url = tmp_path / "my.library", f"{shelf.url}/red.mp4"
        with footage.open(folder, embedder=ColourEmbedder()) as library:
            library.add(url + "?" + SIGNED.format("secret"))
            before = library.video(url)
        (folder / "catalog.sqlite").unlink()
        (folder / "copies" / "catalog.sqlite").unlink()
        list(repair(folder, embedder=ColourEmbedder()))
        assert secrets_in(folder, "secret") == []
        with footage.open(folder, embedder=ColourEmbedder()) as library:
            found = library.video(url)
            assert (found.video_id, found.title, found.state) == (before.video_id, "red", "ready")
            assert library.search("red")[0].url == url
            assert kinds(library.add(url)) == [Kind.LOCATED]
            assert embedded(library) == 0
            assert kinds(library.add(url)) == [Kind.UNCHANGED]

    def test_a_damaged_catalog_s_copy_brings_addresses_and_stamps(
        self, tmp_path: Path, shelf: Site
    ) -> None:
        folder, address = tmp_path / "my.library", f"{shelf.url}/red.mp4?" + SIGNED.format("now")
        with footage.open(folder, embedder=ColourEmbedder()) as library:
            library.add(address)
        (folder / "catalog.sqlite").write_bytes(b"no database" * 1_000)
        list(repair(folder, embedder=ColourEmbedder()))
        with footage.open(folder, embedder=ColourEmbedder()) as library:
            assert library.videos()[0].address == address
            assert kinds(library.add(address)) == [Kind.UNCHANGED]

    def test_lost_vectors_are_embedded_again_from_the_web(
        self, tmp_path: Path, shelf: Site
    ) -> None:
        folder, url = tmp_path / "my.library", f"{shelf.url}/red.mp4"
        with footage.open(folder, embedder=ColourEmbedder()) as library:
            library.add(url)
            library.archive.path(library.video(url).video_id, library.embedder.fingerprint).unlink()
        mended = list(repair(folder, embedder=ColourEmbedder()))
        assert f"embedded again from {url}" in [item.done for item in mended]
        with footage.open(folder, embedder=ColourEmbedder()) as library:
            assert library.search("red")[0].url == url

    def test_lost_thumbnails_are_made_from_the_web_where_it_is_as_it_was(
        self, tmp_path: Path, shelf: Site, clips: dict[str, bytes]
    ) -> None:
        folder = tmp_path / "my.library"
        with footage.open(folder, embedder=ColourEmbedder()) as library:
            library.add(f"{shelf.url}/red.mp4", f"{shelf.url}/blue.mp4")
            for video in library.videos():
                library.thumbnails.delete(video.video_id)
        shelf["/blue.mp4"] = Page(clips["green"], etag='"green"')
        mended = list(repair(folder, embedder=ColourEmbedder()))
        assert [(item.part, item.ok) for item in mended] == [
            ("thumbnails", True),
            ("thumbnails", False),
        ]
        with footage.open(folder, embedder=ColourEmbedder()) as library:
            assert library.search("red")[0].thumbnail is not None

    def test_a_backup_brings_addresses_along(
        self, library: Library, shelf: Site, tmp_path: Path
    ) -> None:
        address = f"{shelf.url}/red.mp4?" + SIGNED.format("now")
        library.add(address)
        backup(library, tmp_path / "backup.zip")
        restore(tmp_path / "backup.zip", tmp_path / "again.library")
        with footage.open(tmp_path / "again.library", embedder=ColourEmbedder()) as again:
            assert again.search("red")[0].url == f"{shelf.url}/red.mp4"
            assert again.videos()[0].address == address
            assert kinds(again.add(address)) == [Kind.UNCHANGED]

    def test_reindexing_asks_nobody(self, library: Library, shelf: Site) -> None:
        library.add(f"{shelf.url}/red.mp4")
        shelf.requests.clear()
        library.reindex(fresh=True)
        assert library.search("red")[0].title == "red"
        assert shelf.requests == []

    def test_an_older_catalog_without_addresses_is_brought_up_to_date(
        self, tmp_path: Path, shelf: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from footage import catalog_file

        folder = tmp_path / "my.library"
        with footage.open(folder, embedder=ColourEmbedder()) as library:
            library.add(make_video(tmp_path / "red.mp4", shots=["red"]))
        with closing(sqlite3.connect(folder / "catalog.sqlite")) as db:
            at = next(
                number
                for number, step in enumerate(catalog_file.MIGRATIONS)
                if "CREATE TABLE addresses" in step
            )
            db.execute("DROP TABLE addresses")
            db.execute("ALTER TABLE videos ADD COLUMN url TEXT")
            db.execute(f"PRAGMA user_version = {at}")
        monkeypatch.setattr(catalog_file, "MIGRATIONS", catalog_file.MIGRATIONS[: at + 1])
        with footage.open(folder, embedder=ColourEmbedder()) as library:
            library.add(f"{shelf.url}/blue.mp4")
            assert {m.title for m in library.search("red")} == {"red", "blue"}


class TestMigrating:
    def test_it_is_embedded_anew_from_the_web(self, library: Library, shelf: Site) -> None:
        urls = [f"{shelf.url}/{name}.mp4" for name in ("red", "blue")]
        library.add(*urls)
        ids = {video.video_id for video in library.videos()}
        report = library.migrate(ColourEmbedder(version="2"))
        assert report.switched
        assert {outcome.video_id for outcome in report.embedded.outcomes} == ids
        assert {video.video_id for video in library.videos()} == ids
        assert library.search("red")[0].url == urls[0]

    def test_a_plan_counts_it(self, library: Library, shelf: Site) -> None:
        library.add(f"{shelf.url}/red.mp4")
        plan = library.plan_migration(ColourEmbedder(version="2"))
        assert plan.to_json()["to_embed"] == [f"{shelf.url}/red.mp4"]
        assert plan.pace is not None

    def test_what_cannot_be_had_keeps_the_library_as_it_is(
        self, library: Library, shelf: Site
    ) -> None:
        library.add(f"{shelf.url}/red.mp4", f"{shelf.url}/blue.mp4")
        shelf["/red.mp4"].status = 403
        report = library.migrate(ColourEmbedder(version="2"))
        assert not report.switched
        assert [video["url"] for video in report.to_json()["lacking"]] == [f"{shelf.url}/red.mp4"]
        assert library.search("red")[0].title == "red"
        shelf["/red.mp4"].status = 200
        assert library.migrate(ColourEmbedder(version="2")).switched

    def test_one_whose_server_says_it_otherwise_keeps_its_id(
        self, library: Library, shelf: Site
    ) -> None:
        url = f"{shelf.url}/red.mp4"
        library.add(url)
        before = library.video(url).video_id
        shelf["/red.mp4"].etag = '"of another machine"'
        assert library.migrate(ColourEmbedder(version="2")).switched
        assert library.video(url).video_id == before


class TestOpening:
    def test_a_player_is_given_the_whole_address_and_the_time(
        self, library: Library, shelf: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = f"{shelf.url}/red.mp4?" + SIGNED.format("now")
        library.add(address)
        place, start = _resolve(library, f"{shelf.url}/red.mp4@0:02")
        assert (str(place), start) == (f"{shelf.url}/red.mp4", 2.0)
        monkeypatch.setattr(
            "shutil.which", lambda name: f"/usr/bin/{name}" if name == "mpv" else None
        )
        assert player_command(place, 2.0) == (["/usr/bin/mpv", "--start=2.000", address], True)

    def test_a_browser_is_given_the_time_in_the_address(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "shutil.which", lambda name: "/usr/bin/xdg-open" if name == "xdg-open" else None
        )
        monkeypatch.setattr(sys, "platform", "linux")
        command, exact = player_command(WebVideo("https://h.example/a.mp4"), 75.5)
        assert command == ["/usr/bin/xdg-open", "https://h.example/a.mp4#t=75.500"]
        assert exact


class TestTheProgram:
    @pytest.fixture(autouse=True)
    def _colours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("footage.library.open_embedder", lambda _n, _s: ColourEmbedder())

    def test_from_addresses_to_moments(self, run: Run, shelf: Site, tmp_path: Path) -> None:
        where = ("--library", tmp_path / "my.library")
        done = run("index", *where, f"{shelf.url}/red.mp4", f"{shelf.url}/blue.mp4")
        assert (done.code, "2 indexed" in done.out) == (0, True)
        assert f"{shelf.url}/red.mp4" in run("search", *where, "red").out
        assert f"{shelf.url}/red.mp4" in run("videos", *where).out
        shown = run("show", *where, f"{shelf.url}/red.mp4")
        assert f"{shelf.url}/red.mp4" in shown.out
        found = run("search", *where, "--json", "red").json["moments"][0]
        assert (found["path"], found["url"]) == (None, f"{shelf.url}/red.mp4")
        report = run("index", *where, "--json", f"{shelf.url}/red.mp4").json["files"][0]
        assert (report["path"], report["url"]) == (None, f"{shelf.url}/red.mp4")
        assert "on the web, which are not asked for" in run("doctor", *where).out
        removed = run("remove", *where, "--yes", f"{shelf.url}/red.mp4")
        assert removed.out == "removed: red\n"
        assert run("remove", *where, "--restore", f"{shelf.url}/red.mp4").out == "restored: red\n"

    def test_failures_are_sentences_without_secrets(
        self, run: Run, shelf: Site, tmp_path: Path
    ) -> None:
        done = run(
            *("index", "--library", tmp_path / "my.library", f"{shelf.url}/red.mp4"),
            f"{shelf.url}/gone.mp4?" + SIGNED.format("secret"),
        )
        assert done.code == 1
        assert f"failed: {shelf.url}/gone.mp4 is not there (404)" in done.err
        assert "secret" not in done.err + done.out
        assert secrets_in(tmp_path, "secret") == []

    def test_a_dry_run_looks_and_keeps_nothing(self, run: Run, shelf: Site, tmp_path: Path) -> None:
        done = run(
            *("index", "--library", tmp_path / "my.library", "--dry-run", "--json"),
            f"{shelf.url}/red.mp4",
        )
        (file,) = done.json["files"]
        assert (file["path"], file["url"]) == (None, f"{shelf.url}/red.mp4")
        assert file["seconds"] == pytest.approx(3, abs=0.1)
        assert not (tmp_path / "my.library").exists()

    def test_a_list_of_paths_and_addresses(
        self, run: Run, shelf: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here = make_video(tmp_path / "here #1.mp4", shots=["green"])
        strange = make_video(tmp_path / "b.mp4", shots=["white"]).rename(
            tmp_path / os.fsdecode(b"caf\xe9.mp4")
        )
        text = f"\ufeff# films\r\n\r\n  {shelf.url}/red.mp4 \r\n{here}\r\n   # no more\n".encode()
        text += os.fsencode(strange) + b"\n" + f"{shelf.url}/blue.mp4".encode()
        (tmp_path / "list.txt").write_bytes(text)
        where = ("--library", tmp_path / "my.library")
        done = run("index", *where, "--from", tmp_path / "list.txt")
        assert (done.code, "4 indexed" in done.out) == (0, True), done.err
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        again = run("index", *where, "--from", "-", "--exclude", "blue.*")
        assert "3 unchanged" in again.out

    def test_a_list_that_is_not_there_is_one_sentence(self, run: Run, tmp_path: Path) -> None:
        where = ("--library", tmp_path / "my.library")
        gone = run("index", *where, "--from", tmp_path / "list.txt")
        assert (gone.code, "list.txt cannot be read" in gone.err) == (2, True)
        nothing = run("index", *where)
        assert (nothing.code, "nothing to index was named" in nothing.err) == (2, True)
        (tmp_path / "empty.txt").write_text("# nothing yet\n")
        assert run("index", *where, "--from", tmp_path / "empty.txt").code == 0


def interrupt_once(ready: Callable[[], bool]) -> None:
    """Ctrl-C for the main thread, once something has come so far."""
    while not ready():
        time.sleep(0.01)
    time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGINT)
