"""Watched folders: what appears in them is indexed once it stands still, and nothing goes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from server.serving import Served, assert_failed, made, serving
from videos import text_as_video

import footage
from footage.server import folder_watcher, watched_folders
from footage.server.config import Limits, ServerSettings
from footage.server.sources import Sources
from footage.server.uploads import Uploads
from footage.server.watched_folders import WatchedFolders


def arriving(path: Path, **options: Any) -> Path:
    """A video that is there all at once: one that is being written may seem to stand still."""
    return made(path.parent.parent / "making" / path.name, **options).replace(path)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow each other as fast as they can."""
    monkeypatch.setattr(watched_folders, "STILL_SECONDS", 0.01)
    monkeypatch.setattr(folder_watcher, "STILL_SECONDS", 0.01)
    monkeypatch.setattr(folder_watcher, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(folder_watcher, "MOST_OF_THE_TIME", 1)


def until(condition: Callable[[], Any]) -> Any:
    give_up = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < give_up
        time.sleep(0.01)
    return found


def post(served: Served, folder: Path, *tags: str) -> dict[str, Any]:
    answer = served.client.post("/watched", json={"folder": str(folder), "tags": tags})
    assert answer.status_code == 201, answer.text
    value: dict[str, Any] = answer.json()
    return value


def state(served: Served) -> dict[str, Any]:
    (one,) = served.client.get("/watched").json()["watched"]
    value: dict[str, Any] = one
    return value


def titles(served: Served) -> set[str]:
    return {video["title"] for video in served.client.get("/videos").json()["videos"]}


def looked_again(served: Served) -> None:
    """Wait for two looks."""
    for _ in range(2):
        before = state(served)["looked_at"]
        until(lambda before=before: state(served)["looked_at"] != before)


def test_what_is_there_and_what_appears_is_indexed(empty_served: Served, folder: Path) -> None:
    arriving(folder / "a.mp4", seconds=1, shots=["red"])
    assert post(empty_served, folder, "seen")["folder"] == str(folder)
    until(lambda: titles(empty_served) == {"a"})
    made(folder / "new" / "b.mp4", seconds=1, shots=["blue"])
    until(lambda: titles(empty_served) == {"a", "b"})
    assert empty_served.library.video("b").tags == ("seen",)
    until(lambda: state(empty_served)["job"] is None)
    assert (state(empty_served)["state"], state(empty_served)["settling"]) == ("ok", 0)
    jobs = empty_served.client.get("/jobs").json()["jobs"]
    assert {(job["kind"], job["state"], *job["sources"]) for job in jobs} == {
        ("watched", "done", str(folder))
    }


def test_what_has_changed_is_indexed_anew(empty_served: Served, folder: Path) -> None:
    path = arriving(folder / "a.mp4", seconds=1, shots=["red"])
    post(empty_served, folder)
    until(lambda: titles(empty_served))
    arriving(path, seconds=2, shots=["blue"])
    listed = empty_served.client.get
    until(lambda: [v["duration"] for v in listed("/videos").json()["videos"]] == [2.0])


def test_subtitles_that_change_are_read_anew(
    empty_served: Served, folder: Path, subtitles_only: None
) -> None:
    arriving(folder / "a.mp4", seconds=2)
    post(empty_served, folder)
    until(lambda: titles(empty_served) == {"a"})
    address = f"/videos/{empty_served.id_of('a')}/transcript"

    def said() -> list[str]:
        return [line["text"] for line in empty_served.client.get(address).json()["lines"]]

    for text in ("hello", "good morning"):  # the first appears, then it changes
        cue = f"1\n00:00:00,000 --> 00:00:01,500\n{text}\n"
        (folder / "a.srt").write_text(cue)
        until(lambda text=text: said() == [text])
    (folder / "a.srt").unlink()
    until(lambda: not said())
    until(lambda: state(empty_served)["job"] is None)
    count = len(empty_served.client.get("/jobs").json()["jobs"])
    looked_again(empty_served)
    assert len(empty_served.client.get("/jobs").json()["jobs"]) == count


def test_subtitles_of_a_removed_video_are_left_alone(empty_served: Served, folder: Path) -> None:
    arriving(folder / "a.mp4", seconds=2)
    post(empty_served, folder)
    until(lambda: titles(empty_served) == {"a"})
    until(lambda: state(empty_served)["job"] is None)
    empty_served.client.delete(f"/videos/{empty_served.id_of('a')}")
    (folder / "a.srt").write_text("of a video that was removed")
    until(lambda: len(empty_served.client.get("/jobs").json()["jobs"]) == 2)
    until(lambda: state(empty_served)["job"] is None)
    looked_again(empty_served)
    assert len(empty_served.client.get("/jobs").json()["jobs"]) == 2


def test_what_is_no_video_is_tried_once(empty_served: Served, folder: Path) -> None:
    text_as_video(folder / "a.mp4")
    post(empty_served, folder)
    (job,) = until(lambda: empty_served.client.get("/jobs").json()["jobs"])
    assert empty_served.ended(job)["failures"][0]["code"] == "unreadable_media"
    looked_again(empty_served)
    assert len(empty_served.client.get("/jobs").json()["jobs"]) == 1
    arriving(folder / "a.mp4", seconds=1)
    until(lambda: titles(empty_served) == {"a"})


def test_what_failed_is_tried_again_where_somebody_asks(empty_served: Served, folder: Path) -> None:
    text_as_video(folder / "a.mp4")
    post(empty_served, folder)
    (job,) = until(lambda: empty_served.client.get("/jobs").json()["jobs"])
    assert empty_served.ended(job)["state"] == "failed"
    until(lambda: state(empty_served)["job"] is None)
    looked_again(empty_served)
    again = empty_served.client.post(f"/jobs/{job['id']}/retry").json()
    assert empty_served.ended(again)["progress"]["failed"] == 1


def test_what_was_removed_stays_removed(empty_served: Served, folder: Path) -> None:
    arriving(folder / "a.mp4", seconds=1)
    post(empty_served, folder)
    until(lambda: titles(empty_served))
    until(lambda: state(empty_served)["job"] is None)
    empty_served.client.delete(f"/videos/{empty_served.id_of('a')}")
    looked_again(empty_served)
    assert titles(empty_served) == set()


def test_a_job_that_is_cancelled_is_not_begun_again(empty_served: Served, folder: Path) -> None:
    arriving(folder / "a.mp4", seconds=60)
    post(empty_served, folder)
    (job,) = until(lambda: empty_served.client.get("/jobs").json()["jobs"])
    empty_served.until(job, "running", "done")
    empty_served.client.post(f"/jobs/{job['id']}/cancel")
    empty_served.ended(job)
    looked_again(empty_served)
    assert len(empty_served.client.get("/jobs").json()["jobs"]) == 1


@pytest.mark.parametrize("soon", [False, True])
def test_where_all_of_a_job_failed_it_is_tried_later(
    empty_served: Served, folder: Path, monkeypatch: pytest.MonkeyPatch, soon: bool
) -> None:
    def full(*_files: Path, **_options: Any) -> None:
        raise footage.LibraryUnwritable("the disk is full")

    monkeypatch.setattr(folder_watcher, "FAILED_SECONDS", 0.01 if soon else 60.0)
    with monkeypatch.context() as patch:
        patch.setattr(empty_served.library, "add", full)
        arriving(folder / "a.mp4", seconds=1)
        post(empty_served, folder)
        (job, *_) = until(lambda: empty_served.client.get("/jobs").json()["jobs"])
        assert empty_served.ended(job)["error"]["code"] == "library_unwritable"
    looked_again(empty_served)
    if soon:
        until(lambda: titles(empty_served) == {"a"})
    else:
        assert len(empty_served.client.get("/jobs").json()["jobs"]) == 1


@pytest.mark.parametrize(("emptied", "told"), [(False, "missing"), (True, "empty")])
def test_a_drive_that_is_unplugged_costs_nothing(
    empty_served: Served, folder: Path, tmp_path: Path, emptied: bool, told: str
) -> None:
    arriving(folder / "a.mp4", seconds=1)
    post(empty_served, folder)
    until(lambda: titles(empty_served))
    shutil.move(folder, tmp_path / "unplugged")
    if emptied:
        folder.mkdir()
    until(lambda: state(empty_served)["state"] == told)
    assert "kept" in state(empty_served)["reason"] or "taken away" in state(empty_served)["reason"]
    assert titles(empty_served) == {"a"}
    if emptied:
        folder.rmdir()
    shutil.move(tmp_path / "unplugged", folder)
    until(lambda: state(empty_served)["state"] == "ok")
    looked_again(empty_served)
    assert len(empty_served.client.get("/jobs").json()["jobs"]) == 1


def test_they_are_watched_after_a_restart(
    library: footage.Library, folder: Path, tmp_path: Path
) -> None:
    text_as_video(folder / "none.mp4")
    settings = ServerSettings(roots=(tmp_path,))
    with serving(library, settings) as served:
        before = post(served, folder, "kept")
        until(lambda: served.client.get("/jobs").json()["jobs"])
        until(lambda: state(served)["job"] is None)
    with serving(library, settings) as served:
        assert state(served)["id"] == before["id"]
        arriving(folder / "a.mp4", seconds=1)
        until(lambda: titles(served) == {"a"})
        assert library.video("a").tags == ("kept",)
        # what was no video is still known to be none
        assert (
            sum(job["progress"]["failed"] for job in served.client.get("/jobs").json()["jobs"]) == 1
        )
    with serving(library, ServerSettings()) as served:  # without that root
        until(lambda: state(served)["state"] == "refused")
        assert "--root" in state(served)["reason"]


def test_what_cannot_be_watched(empty_served: Served, folder: Path) -> None:
    video = arriving(folder / "a.mp4", seconds=1)
    client = empty_served.client
    for named, status, code in (
        ("/etc", 403, "access_refused"),
        (str(folder / "absent"), 404, "media_missing"),
        (str(video), 400, "usage"),
        ("https://example.org/", 400, "usage"),
        ("", 422, "invalid_request"),
    ):
        assert_failed(client.post("/watched", json={"folder": named}), status, code)
    assert client.get("/watched").json() == {"watched": []}


def test_watching_ends(empty_served: Served, folder: Path) -> None:
    first, again = post(empty_served, folder), post(empty_served, folder, "tag")
    assert (again["id"], again["tags"]) == (first["id"], ["tag"])
    assert empty_served.client.delete(f"/watched/{first['id']}").status_code == 204
    assert empty_served.client.get("/watched").json() == {"watched": []}
    assert_failed(empty_served.client.delete(f"/watched/{first['id']}"), 404, "not_found")


def test_what_is_still_being_written_is_not_taken(
    library: footage.Library, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_folders, "STILL_SECONDS", 5.0)
    clock = [100.0]
    # of this module alone: servers of other tests live by the real one
    monkeypatch.setattr(watched_folders, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    sources = Sources([tmp_path], Uploads(library.folder, Limits()), 10)
    folders = WatchedFolders(library, sources)
    one = folders.add(folder)
    path = folder / "a.mp4"
    for size, seconds, taken in ((1, 0, False), (2, 9, False), (2, 4, False), (2, 2, True)):
        if not path.exists() or path.stat().st_size != size:
            path.write_bytes(b"x" * size)
        clock[0] += seconds
        assert list(folders.look(one)) == ([path] if taken else [])
        assert one.settling == (not taken)


def test_a_file_of_folders_that_is_damaged_is_begun_anew(
    library: footage.Library, tmp_path: Path
) -> None:
    sources = Sources([tmp_path], Uploads(library.folder, Limits()), 10)
    for written in ("{", "[1]", '[{"id": "x", "tried": {"a": [1]}}]', '{"a": 1}'):
        (library.folder / watched_folders.FILE_NAME).write_text(written)
        assert WatchedFolders(library, sources).all() == []
