"""Watches: each new video is judged once, by what it shows and by what is read in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from deaf import open_deaf
from houses import Run
from PIL import Image
from videos import make_video

import footage
from footage import Filters, Like, Query
from footage.backup import backup, restore
from footage.doctor import Status, examine_library
from footage.errors import InvalidQuery, NotFound, UsageError
from footage.repair import repair
from footage.search.confidence import FOUND
from footage.watches import judge
from footage.watches.store import WatchStore

RED, BLUE = Query(text="red"), Query(text="blue")
SAID = Query(text="said:zebra")
SRT = "1\n00:00:00,500 --> 00:00:01,500\nLook at the zebra!\n"


def film(folder: Path, name: str, *shots: str, says: str = "") -> Path:
    """A video of two seconds a shot, each unlike any other; with subtitles beside it."""
    if says:
        (folder / f"{name}.srt").write_text(says)
    seconds = 2.0 * len(shots) + 0.1 * (sum(map(ord, name)) % 50)
    return make_video(folder / f"{name}.mp4", seconds=seconds, size=(64, 48), shots=shots)


def found(library: footage.Library, name: str | None = None, **options: Any) -> list[str]:
    """The titles of what was found, oldest first."""
    return [match.moment.title for match in library.watches.matches(name, **options)][::-1]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[footage.Library]:
    with open_deaf(tmp_path / "my.library") as library:
        yield library


@pytest.fixture
def watched(library: footage.Library, folder: Path) -> footage.Library:
    """A red video that is there already, and a watch for red."""
    film(folder, "old", "red", "green")
    library.add(folder)
    library.watches.put("reds", RED)
    return library


def test_what_is_new_and_matches_is_found(watched: footage.Library, folder: Path) -> None:
    film(folder, "new", "blue", "red")
    film(folder, "other", "green")
    report = watched.add(folder)
    assert report.matches == {"reds": 1}
    assert report.to_json()["matches"] == {"reds": 1}
    (match,) = watched.watches.matches("reds")
    moment = match.moment
    assert (moment.title, match.seen, match.watch) == ("new", False, "reds")
    assert moment.start == pytest.approx(3.0, abs=1.0)
    assert moment.confidence is not None
    assert moment.confidence >= FOUND
    assert moment.path == folder / "new.mp4"
    assert moment.thumbnail is not None
    assert moment.thumbnail.is_file()
    searched = watched.search("red", filters=Filters(videos="new"))[0]
    assert moment.to_json() == searched.to_json()


def test_nothing_is_reported_twice(watched: footage.Library, folder: Path) -> None:
    new = film(folder, "new", "red")
    assert watched.add(folder).matches == {"reds": 1}
    assert watched.add(folder).matches == {}
    assert watched.watches.run() == {"reds": 0}
    new.rename(folder / "moved.mp4")
    shutil.copyfile(folder / "moved.mp4", folder / "copied.mp4")
    assert watched.add(folder).matches == {}
    watched.reindex(fresh=True)
    assert watched.add(folder).matches == {}
    assert watched.watches.get("reds").matches == 1


def test_a_video_embedded_anew_is_no_news(watched: footage.Library, folder: Path) -> None:
    film(folder, "new", "red")
    watched.add(folder)
    watched.migrate(ColourEmbedder(version="2"))
    assert watched.add(folder).matches == {}
    assert found(watched) == ["new"]


def test_a_removed_video_takes_its_matches_along_and_back(
    watched: footage.Library, folder: Path
) -> None:
    new = film(folder, "new", "red")
    watched.add(folder)
    watched.remove(new)
    assert (found(watched), watched.watches.get("reds").new) == ([], 0)
    assert watched.add(folder).matches == {}
    assert watched.restore(new).matches == {}
    assert (found(watched), watched.watches.get("reds").new) == (["new"], 1)


def test_a_video_removed_before_it_was_judged_is_judged_when_restored(
    watched: footage.Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = film(folder, "new", "red")
    with monkeypatch.context() as patch:
        patch.setattr(judge.Judge, "run", lambda *_: 0)
        watched.add(folder)
    watched.remove(new)
    assert watched.watches.run() == {"reds": 0}
    assert watched.restore(new).matches == {"reds": 1}


def test_a_video_that_was_forgotten_is_no_news(watched: footage.Library, folder: Path) -> None:
    new = film(folder, "new", "red")
    watched.add(folder)
    elsewhere = new.rename(folder.parent / "new.mp4")
    assert [video.title for video in watched.prune().videos] == ["new"]
    assert found(watched) == []
    assert watched.add(elsewhere).matches == {}
    assert found(watched) == ["new"]


def test_a_watch_looks_back_if_it_is_asked_to(watched: footage.Library, folder: Path) -> None:
    watched.watches.put("all reds", RED, look_back=True)
    assert watched.watches.run() == {"reds": 0, "all reds": 1}
    assert watched.watches.run("all reds") == {"all reds": 0}
    watched.watches.put("reds", look_back=True)
    assert watched.watches.run("reds") == {"reds": 1}


def test_looking_back_is_called_off(watched: footage.Library, folder: Path) -> None:
    watched.watches.put("reds", look_back=True)
    watched.watches.put("reds", look_back=False)
    assert watched.watches.run() == {"reds": 0}


def test_two_watches_judge_by_themselves(watched: footage.Library, folder: Path) -> None:
    film(folder, "first", "red")
    watched.add(folder)
    watched.watches.put("blues", BLUE)
    film(folder, "second", "blue", "red")
    assert watched.add(folder).matches == {"blues": 1, "reds": 1}
    assert (found(watched, "reds"), found(watched, "blues")) == (["first", "second"], ["second"])
    watched.watches.remove("reds")
    assert found(watched) == ["second"]
    with pytest.raises(NotFound, match="no watch 'reds'"):
        watched.watches.matches("reds")
    assert watched.saved.names() == ["blues", "reds"]
    watched.saved.remove("blues")
    assert (watched.watches.list(), found(watched)) == ([], [])


def test_the_threshold_is_the_watch_s_own(watched: footage.Library, folder: Path) -> None:
    watched.watches.put("strict", RED, threshold=1.0)
    watched.watches.put("lax", RED, threshold=0.0)
    film(folder, "new", "red", "blue")
    assert watched.add(folder).matches == {"lax": 2, "reds": 1}
    watched.watches.put("strict", threshold=0.2)
    film(folder, "newer", "red")
    assert watched.add(folder).matches["strict"] == 1
    for threshold in (-0.1, 1.1, float("nan"), "x"):
        with pytest.raises(UsageError, match="0 to 1"):
            watched.watches.put("strict", threshold=threshold)  # type: ignore[arg-type]


def test_filters_and_a_changed_query_hold(watched: footage.Library, folder: Path) -> None:
    watched.watches.put("trips", Query(text="red", filters=Filters(tags="trip")))
    film(folder, "home", "red")
    assert watched.add(folder).matches == {"reds": 1}
    film(folder, "away", "red")
    assert watched.add(folder, tags=["trip"]).matches == {"reds": 1, "trips": 1}
    watched.watches.put("reds", BLUE)
    film(folder, "sea", "blue")
    assert watched.add(folder).matches == {"reds": 1}
    assert found(watched, "trips") == ["away"]


def test_what_is_said_is_found_once_it_was_read(library: footage.Library, folder: Path) -> None:
    film(folder, "old", "blue", says=SRT)
    library.add(folder)
    library.watches.put("zebras", SAID)
    film(folder, "new", "blue", says=SRT)
    assert library.add(folder, read=False).matches == {}
    assert library.add(folder).matches == {"zebras": 1}
    (match,) = library.watches.matches()
    assert match.moment.title == "new"
    assert match.to_send()["texts"] == ["Look at the zebra!"]


def test_what_was_seen_before_is_no_news_when_it_is_read(
    library: footage.Library, folder: Path
) -> None:
    """A video of before the watch, read after it: only what is said in it is new."""
    film(folder, "old", "red", says=SRT)
    library.add(folder, read=False)
    library.watches.put("reds", RED)
    library.watches.put("zebras", Query(text="zebra"))
    assert library.add(folder).matches == {"zebras": 1}


def test_what_was_reported_as_seen_is_not_reported_as_said(
    library: footage.Library, folder: Path
) -> None:
    library.watches.put("either", Query(text="red"))
    says = "1\n00:00:00,000 --> 00:00:02,000\nIt is red.\n"
    film(folder, "new", "red", says=says)
    assert library.add(folder, read=False).matches == {"either": 1}
    assert library.add(folder).matches == {}


def test_what_was_empty_and_is_read_anew_is_news(library: footage.Library, folder: Path) -> None:
    library.watches.put("zebras", SAID)
    film(folder, "new", "blue")
    library.add(folder)
    (folder / "new.srt").write_text(SRT)
    assert library.add(folder).matches == {"zebras": 1}
    (folder / "new.srt").write_text(SRT.replace("Look", "Look here"))
    assert library.add(folder).matches == {}


def test_without_probabilities_the_first_page_counts(
    library: footage.Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "FIRST_PAGE", 2)
    film(folder, "best", "red")
    film(folder, "second", "yellow")
    library.add(folder)
    vector = [float(value) for value in library.embedder.encode_text("red")]
    library.watches.put("reds", Query(vector=vector), threshold=0.9)
    film(folder, "worse", "blue")
    assert library.add(folder).matches == {}
    film(folder, "good", "red", "red")
    assert library.add(folder).matches == {"reds": 1}
    assert library.watches.matches()[0].moment.confidence is None
    assert found(library) == ["good"]


def test_more_matches_than_a_page(
    library: footage.Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "PAGE", 2)
    monkeypatch.setattr(judge, "DEEPEST", 4)
    monkeypatch.setattr(judge, "VIDEOS", 4)
    library.watches.put("lax", RED, threshold=0.0)
    for number in range(5):
        film(folder, f"n{number}", "red", "blue")
    assert library.add(folder).matches == {"lax": 10}


def test_what_cannot_be_judged_is_owed(watched: footage.Library, folder: Path) -> None:
    watched.watches.put("zebras", SAID)
    watched.watches.put("likes", Query(likes=Like("old", 1)), threshold=0.0)
    film(folder, "new", "red")
    watched.add(folder)
    assert "nothing was read yet" in (watched.watches.get("zebras").error or "")
    assert watched.watches.get("likes").error is None
    checks = {check.name: check for check in examine_library(watched)}
    assert checks["searches"].status is Status.WARNING
    assert "nothing was read yet" in checks["searches"].detail
    (folder / "new.srt").write_text(SRT)
    assert watched.add(folder).matches == {"zebras": 1}
    assert watched.watches.get("zebras").error is None


def test_a_watch_that_fails_stops_no_indexing(
    watched: footage.Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("unforeseen")

    film(folder, "new", "red")
    with monkeypatch.context() as patch:
        patch.setattr(WatchStore, "note", broken)
        assert len(watched.add(folder).outcomes) == 2
    assert watched.add(folder).matches == {"reds": 1}


def test_two_who_judge_at_once_find_it_once(
    watched: footage.Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, others = judge.Judge.moments, []

    def slow(self: Any, *values: Any) -> Any:
        moments = real(self, *values)
        monkeypatch.setattr(judge.Judge, "moments", real)
        with footage.open(watched.folder, embedder=ColourEmbedder()) as other:
            others.append(other.watches.run())
        return moments

    film(folder, "new", "red")
    monkeypatch.setattr(judge.Judge, "moments", slow)
    assert watched.add(folder).matches == {}
    assert others == [{"reds": 1}]
    assert found(watched) == ["new"]


def test_seen_and_unseen(watched: footage.Library, folder: Path) -> None:
    for name in ("a", "b", "c"):
        film(folder, name, "red")
        watched.add(folder)
    newest, *_ = watched.watches.matches(new=True)
    assert watched.watches.mark_seen([newest.id, "nothing"]) == 1
    assert found(watched, new=True) == ["a", "b"]
    assert (watched.watches.count(), watched.watches.count("reds", new=True)) == (3, 2)
    assert found(watched, limit=1, offset=1) == ["b"]
    assert watched.watches.mark_seen(name="reds") == 2
    assert watched.watches.mark_seen() == 0


def test_backups_hold_searches_watches_and_their_files(
    watched: footage.Library, folder: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "red.png"
    Image.new("RGB", (32, 32), (220, 30, 30)).save(picture)
    watched.watches.put("like a picture", Query(examples=picture), threshold=0.5)
    film(folder, "new", "red")
    watched.add(folder)
    before = [match.id for match in watched.watches.matches()]
    backup(watched, tmp_path / "it.backup")
    restore(tmp_path / "it.backup", tmp_path / "again.library")
    picture.unlink()
    shutil.rmtree(watched.saved.folder)
    with footage.open(tmp_path / "again.library", embedder=ColourEmbedder()) as again:
        assert [match.id for match in again.watches.matches()] == before
        assert again.watches.run() == {"like a picture": 0, "reds": 0}
        film(folder, "newer", "red")
        assert again.add(folder).matches == {"like a picture": 1, "reds": 1}
        checks = {check.name: check.status for check in examine_library(again)}
        assert checks["searches"] is Status.OK
    checks = {check.name: check.detail for check in examine_library(watched)}
    assert "is missing" in checks["searches"]


def test_a_moment_found_again_after_a_restore_has_its_id(
    watched: footage.Library, folder: Path, tmp_path: Path
) -> None:
    backup(watched, tmp_path / "it.backup")
    film(folder, "new", "red")
    watched.add(folder)
    restore(tmp_path / "it.backup", tmp_path / "again.library")
    with footage.open(tmp_path / "again.library", embedder=ColourEmbedder()) as again:
        again.add(folder)
        assert [m.id for m in again.watches.matches()] == [m.id for m in watched.watches.matches()]


def test_a_salvaged_catalog_has_its_watches(watched: footage.Library, folder: Path) -> None:
    film(folder, "new", "red")
    watched.add(folder)
    watched.close()
    data = (watched.folder / "catalog.sqlite").read_bytes()
    (watched.folder / "catalog.sqlite").write_bytes(data[: len(data) // 2])
    assert any(mended.part == "catalog" for mended in repair_all(watched.folder))
    with footage.open(watched.folder, embedder=ColourEmbedder()) as again:
        assert found(again, "reds") == ["new"]
        assert again.watches.run() == {"reds": 0}


def repair_all(folder: Path) -> Sequence[Any]:
    return list(repair(folder, embedder=ColourEmbedder()))


def test_a_match_that_says_more_is_read_all_the_same(
    watched: footage.Library, folder: Path
) -> None:
    film(folder, "new", "red")
    watched.add(folder)
    with watched.catalog.transaction() as db:
        db.execute("UPDATE matches SET moment = json_set(moment, '$.later', 1)")
    assert found(watched) == ["new"]


def test_a_wrong_call_changes_nothing(watched: footage.Library) -> None:
    with pytest.raises(NotFound, match="no search is saved"):
        watched.watches.put("nothing")
    with pytest.raises(InvalidQuery):
        watched.watches.put("a/b", RED)
    with pytest.raises(UsageError, match="no webhook"):
        watched.watches.put("reds", new_secret=True)
    with pytest.raises(UsageError, match="give both"):
        watched.watches.put("reds", private=True)
    with pytest.raises(UsageError, match="private network"):
        watched.watches.put("new", RED, webhook="http://127.0.0.1/")
    assert [watch.name for watch in watched.watches.list()] == ["reds"]
    assert watched.saved.names() == ["reds"]


# The program


@pytest.fixture
def at(watched: footage.Library, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    for module in ("library", "doctor"):
        monkeypatch.setattr(f"footage.{module}.open_embedder", lambda *_: ColourEmbedder())
    return "--library", watched.folder


def lines(text: str) -> Sequence[str]:
    return [line.strip() for line in text.splitlines()]


def test_the_program_watches(
    run: Run, at: tuple[str, Path], folder: Path, watched: footage.Library
) -> None:
    added = run("watch", "add", "blues", "blue", "-", "red", "--threshold", "0.5", *at)
    assert (added.code, lines(added.out)[0]) == (0, "watching for 'blues'")
    assert "no moments yet" in run("watch", "matches", "blues", *at).out
    film(folder, "new", "blue", "red")
    indexed = run("index", folder, *at)
    assert "1 new moment for 'blues'" in lines(indexed.out)
    listed = run("watch", "list", "--json", *at).json["watches"]
    assert [(one["name"], one["new"], one["threshold"]) for one in listed] == [
        ("blues", 1, 0.5),
        ("reds", 1, FOUND),
    ]
    assert run("watch", *at).out == run("watch", "list", *at).out
    assert "blue - red" in run("watch", *at).out
    shown = run("watch", "matches", "blues", "--keep", *at)
    assert "new.mp4" in shown.out
    (match,) = run("watch", "matches", "blues", "--json", *at).json["matches"]
    assert (match["moment"]["title"], match["seen"]) == ("new", False)
    assert "no new moments" in run("watch", "matches", "blues", *at).out
    assert "new.mp4" in run("watch", "matches", "--all", *at).out
    assert "nothing new" in run("watch", "run", *at).out
    gone = run("watch", "remove", "blues", "--forget", *at)
    assert gone.out.startswith("1 watch removed")
    assert watched.saved.names() == ["reds"]
    assert run("watch", "matches", "blues", *at).code == 2
    assert run("watch", *at, "run").err.startswith("error: options of `footage watch run` stand")


def test_the_program_looks_back(run: Run, at: tuple[str, Path]) -> None:
    added = run("watch", "add", "again", "red", "--all", *at)
    assert lines(added.out)[:2] == ["watching for 'again'", "1 new moment for 'again'"]
    assert "1 moment so far, from 43 % on; the best is" in added.out
    changed = run("watch", "add", "again", "--threshold", "0.9", "--json", *at).json
    assert (changed["threshold"], changed["matches"]) == (0.9, 1)
    assert run("watch", "add", "again", "--tag", "x", *at).code == 2


def test_the_program_says_how_near_the_best_is(run: Run, at: tuple[str, Path]) -> None:
    added = run("watch", "add", "none", "green", "--threshold", "1", "--all", *at)
    assert "0 moments so far, from 100 % on; the best there is, not reported, is" in added.out
    shown = run("watch", "matches", "none", *at)
    assert ("no moments yet" in shown.out, "--all" in shown.out) == (True, False)


def test_the_program_says_what_it_cannot_judge(run: Run, at: tuple[str, Path]) -> None:
    added = run("watch", "add", "zebras", "said:zebra", "--all", *at)
    assert "nothing was read yet" in added.err
    failed = run("watch", "run", "--json", *at)
    assert (failed.code, list(failed.json["failed"])) == (1, ["zebras"])
    assert "nothing was read yet" in run("watch", *at).err
