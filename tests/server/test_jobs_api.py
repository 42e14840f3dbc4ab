"""Jobs: run one by one, told of, cancelled, tried again, and alive after the server was not."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from server.serving import Served, assert_failed, serving
from videos import make_video, text_as_video

import footage
from footage.server.config import ServerSettings
from footage.server.job import Job, JobStore, Progress, now


class SlowColours(ColourEmbedder):
    """Waits, before every batch, until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = threading.Event(), threading.Event()

    def embed_images(self, images: Any) -> Any:
        self.begun.set()
        assert self.go_on.wait(30)
        return super().embed_images(images)


@pytest.fixture
def slow() -> Iterator[SlowColours]:
    embedder = SlowColours()
    yield embedder
    embedder.go_on.set()


def post(served: Served, *sources: Path | str, **more: Any) -> dict[str, Any]:
    answer = served.client.post("/jobs", json={"sources": list(map(str, sources)), **more})
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    return job


def test_a_folder_with_a_file_that_is_none(empty_served: Served, folder: Path) -> None:
    make_video(folder / "a.mp4", seconds=2, shots=["red"])
    text_as_video(folder / "b.mp4")
    job = empty_served.ended(post(empty_served, folder, tags=["new"]))
    assert job["state"] == "done"
    counts = {"files": 2, "done": 2, "failed": 1, "seconds": 2.0, "total_seconds": 2.0}
    assert job["progress"] == {**counts, "eta": None, "waiting": None}
    (failure,) = job["failures"]
    assert (failure["path"], failure["code"]) == (str(folder / "b.mp4"), "unreadable_media")
    assert empty_served.library.video("a").tags == ("new",)
    assert empty_served.client.get("/jobs").json()["jobs"] == [job]


@pytest.mark.parametrize(
    ("sources", "status", "code"),
    [
        (["/etc/hostname"], 403, "access_refused"),
        (["/"], 403, "access_refused"),
        (["{root}/../.."], 403, "access_refused"),
        (["{root}/link"], 403, "access_refused"),
        (["{root}/absent.mp4"], 404, "media_missing"),
        (["{root}/*.mp4"], 404, "media_missing"),
        (["ftp://example.org/a.mp4"], 400, "usage"),
        (["file:///etc/passwd"], 400, "usage"),
        (["https://user:secret@example.org/a.mp4"], 400, "usage"),
        (["upload:../../x"], 404, "not_found"),
        (["a\0b"], 400, "usage"),
        ([""], 422, "invalid_request"),
        ([], 422, "invalid_request"),
        (["https://example.org/" + "x" * 9000], 422, "invalid_request"),
    ],
)
def test_sources_that_are_not_taken(
    empty_served: Served, tmp_path: Path, sources: list[str], status: int, code: str
) -> None:
    (tmp_path / "link").symlink_to("/etc")
    named = [source.format(root=tmp_path) for source in sources]
    answer = empty_served.client.post("/jobs", json={"sources": named})
    assert_failed(answer, status, code)
    assert "secret" not in answer.text


def test_cancelling_and_trying_again(slow: SlowColours, folder: Path, tmp_path: Path) -> None:
    make_video(folder / "a.mp4", seconds=2, shots=["red"])
    with (
        footage.open(tmp_path / "s.library", embedder=slow) as library,
        serving(library, ServerSettings(roots=(tmp_path,))) as served,
    ):
        first, second = post(served, folder), post(served, folder)
        assert slow.begun.wait(30)
        client = served.client
        assert client.get(f"/jobs/{second['id']}").json()["state"] == "queued"
        assert client.post(f"/jobs/{second['id']}/cancel").json()["state"] == "cancelled"
        assert_failed(client.post(f"/jobs/{first['id']}/retry"), 409, "job_conflict")
        client.post(f"/jobs/{first['id']}/cancel")
        slow.go_on.set()
        assert served.ended(first)["state"] == "cancelled"
        assert_failed(client.post(f"/jobs/{first['id']}/cancel"), 409, "job_conflict")
        assert client.post(f"/jobs/{first['id']}/retry").json()["state"] == "queued"
        assert served.ended(first)["state"] == "done"
        assert len(library.videos()) == 1


def test_searches_are_answered_while_a_job_runs(
    slow: SlowColours, folder: Path, tmp_path: Path
) -> None:
    make_video(folder / "a.mp4", seconds=2, shots=["red"])
    slow.go_on.set()
    with (
        footage.open(tmp_path / "s.library", embedder=slow) as library,
        serving(library, ServerSettings(roots=(tmp_path,))) as served,
    ):
        served.ended(post(served, folder))
        slow.begun.clear()
        slow.go_on.clear()
        make_video(folder / "b.mp4", seconds=2, shots=["blue"])
        job = post(served, folder)
        assert slow.begun.wait(30)
        assert served.client.get("/library").json()["indexing"] is True
        assert served.client.get("/search", params={"q": "red"}).json()["found"] is True
        slow.go_on.set()
        assert served.ended(job)["state"] == "done"


def test_a_server_that_stops_goes_on_next_time(
    slow: SlowColours, folder: Path, tmp_path: Path
) -> None:
    make_video(folder / "a.mp4", seconds=2, shots=["red"])
    settings = ServerSettings(roots=(tmp_path,))
    with footage.open(tmp_path / "s.library", embedder=slow) as library:
        with serving(library, settings) as served:
            job = post(served, folder)
            assert slow.begun.wait(30)
            threading.Timer(0.1, slow.go_on.set).start()
        with serving(library, settings) as served:
            assert served.ended(job)["state"] == "done"
        assert len(library.videos()) == 1


def test_what_a_killed_server_had_under_way_is_done(
    library: footage.Library, folder: Path, tmp_path: Path
) -> None:
    path = make_video(folder / "a.mp4", seconds=2, shots=["red"])
    store = JobStore(library.folder / "jobs.sqlite", 10)
    progress = Progress(files=1, seconds=1.0)
    store.save(
        Job("0" * 32, "index", [str(path)], state="running", created_at=now(), progress=progress)
    )
    store.close()
    with serving(library, ServerSettings(roots=(tmp_path,))) as served:
        assert served.ended({"id": "0" * 32})["state"] == "done"
    assert [video.title for video in library.videos()] == ["a"]


def test_the_newest_jobs_are_kept(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.sqlite", 2)
    for at in range(4):
        store.save(Job(str(at), "index", ["x"], state="done", created_at=f"2024-01-0{at + 1}"))
    store.save(Job("queued", "index", ["x"], created_at="2023-01-01"))
    assert [job.id for job in store.jobs()] == ["3", "2", "queued"]
    store.close()


def test_a_file_of_jobs_that_is_damaged_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(b"no database, but long enough to be taken for one" * 99)
    store = JobStore(tmp_path / "jobs.sqlite", 2)
    assert store.jobs() == []
    store.close()
    sqlite3.connect(tmp_path / "jobs.sqlite").close()


def test_events_tell_of_jobs(empty_served: Served, folder: Path) -> None:
    make_video(folder / "a.mp4", seconds=2, shots=["red"])
    heard: list[tuple[str, Any]] = []
    with empty_served.client.stream("GET", "/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        post(empty_served, folder)
        name = ""
        for line in lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                heard.append((name, json.loads(line.removeprefix("data: "))))
                if name == "library":
                    break
    states = [data["state"] for name, data in heard if name == "job"]
    assert states[0] == "queued"
    assert states[-1] == "done"
    assert "running" in states
    assert heard[-1] == ("library", {"videos": 1})
