"""``footage serve`` as a program: it starts, tells others, stops, and is the only one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from videos import make_video, texture

import footage
from footage.cli import serve as command
from footage.server.found import LOCK, NOTE, announce, owning, running

Run = Callable[..., Any]  # of the fixture `run`


@pytest.fixture
def lite_library(tmp_path: Path) -> Path:
    with footage.open(tmp_path / "my.library") as library:
        return library.folder


@contextlib.contextmanager
def program(library: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The program once it listens, and what it said."""
    line = [sys.executable, "-m", "footage", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(
        [*line, "--library", str(library), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    try:
        while not said.endswith("}\n"):
            more = process.stdout.readline()
            assert more, process.stderr and process.stderr.read()
            said += more
        yield process, json.loads(said)
    finally:
        process.kill()
        process.communicate()


def asked(url: str, path: str, **options: Any) -> httpx.Response:
    """An answer, once it listens; it says so a moment before."""
    method = options.pop("method", "GET")
    with httpx.Client(trust_env=False, timeout=30) as client:
        return client.request(method, f"{url}/api/v1{path}", **options)


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(
    lite_library: Path, sig: signal.Signals, run: Run
) -> None:
    with program(lite_library) as (process, said):
        assert said["token"] is None
        assert asked(said["url"], "/health").json() == {"status": "ok"}
        found = running(lite_library)
        assert found is not None
        assert (found.url, found.pid, found.demands_token) == (said["url"], process.pid, False)
        second = run("serve", "--port", "0", "--library", lite_library)
        assert second.code == 3
        assert f"is served already at {said['url']}: footage" in second.err.replace("\n", "")
        assert run("videos", "--library", lite_library).code == 0  # others work beside it
        # a page that hears events does not keep it from stopping
        with (
            httpx.Client(trust_env=False) as client,
            client.stream("GET", f"{said['url']}/api/v1/events") as stream,
        ):
            next(stream.iter_lines())
            process.send_signal(sig)
            assert process.wait(30) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert running(lite_library) is None
    assert not (lite_library / NOTE).exists()


@pytest.mark.slow
def test_jobs_of_a_killed_server_are_done_by_the_next(lite_library: Path, tmp_path: Path) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    for at in range(3):
        make_video(folder / f"{at}.mp4", seconds=20, shots=[texture(at), texture(at + 9)])
    with program(lite_library, "--root", str(tmp_path)) as (process, said):
        body = {"sources": [str(folder)]}
        job = asked(said["url"], "/jobs", method="POST", json=body).json()
        while asked(said["url"], f"/jobs/{job['id']}").json()["state"] == "queued":
            time.sleep(0.005)
        process.kill()
        process.wait()
    assert (lite_library / NOTE).exists()
    assert running(lite_library) is None
    with program(lite_library, "--root", str(tmp_path)) as (process, said):
        give_up = time.monotonic() + 60
        while (state := asked(said["url"], f"/jobs/{job['id']}").json()["state"]) != "done":
            assert state in {"queued", "running"}
            assert time.monotonic() < give_up
            time.sleep(0.02)
        assert asked(said["url"], "/videos").json()["total"] == 3


@pytest.mark.slow
def test_an_upload_to_a_killed_server_goes_on_at_the_next(
    lite_library: Path, tmp_path: Path
) -> None:
    data = make_video(tmp_path / "a.mp4", seconds=2).read_bytes()
    with program(lite_library) as (process, said):
        body = {"name": "sent.mp4", "size": len(data)}
        upload = asked(said["url"], "/uploads", method="POST", json=body).json()
        address = f"/uploads/{upload['id']}"
        headers = {"upload-offset": "0"}
        asked(said["url"], address, method="PATCH", content=data[:700], headers=headers)
        process.kill()
        process.wait()
    with program(lite_library) as (_process, said):
        assert asked(said["url"], address).json()["offset"] == 700
        headers = {"upload-offset": "700"}
        rest = asked(said["url"], address, method="PATCH", content=data[700:], headers=headers)
        assert rest.json()["complete"] is True
        source = {"sources": [f"upload:{upload['id']}"]}
        job = asked(said["url"], "/jobs", method="POST", json=source).json()
        give_up = time.monotonic() + 60
        while (state := asked(said["url"], f"/jobs/{job['id']}").json()["state"]) != "done":
            assert state in {"queued", "running"}
            assert time.monotonic() < give_up
            time.sleep(0.05)
        assert asked(said["url"], "/videos").json()["videos"][0]["title"] == "sent"


@pytest.mark.slow
def test_a_folder_is_watched_from_the_command_line(lite_library: Path, tmp_path: Path) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    make_video(folder / "a.mp4", seconds=1)
    for options in (["--watch", str(folder)], ["--root", str(tmp_path)]):
        with program(lite_library, *options) as (_process, said):
            (one,) = asked(said["url"], "/watched").json()["watched"]
            assert one["folder"] == str(folder)
            give_up = time.monotonic() + 60
            while asked(said["url"], "/videos").json()["total"] != 1:
                assert time.monotonic() < give_up
                time.sleep(0.1)


def test_a_library_is_made_where_there_is_none(tmp_path: Path) -> None:
    place = tmp_path / "new.library"
    with program(place) as (process, said):
        about = asked(said["url"], "/library").json()
        assert (about["name"], about["videos"]) == ("new", 0)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=30)
    assert f"made a new library in {place}" in err.replace("\n", "")
    with program(place) as (process, said):
        process.send_signal(signal.SIGINT)
        assert "made" not in process.communicate(timeout=30)[1]


def test_what_is_no_library_is_not_made_one(tmp_path: Path, run: Run) -> None:
    (tmp_path / "films").mkdir()
    film = tmp_path / "films" / "a.mp4"
    film.write_bytes(b"a")
    unmade = tmp_path / "lost.library"
    (unmade / "archive").mkdir(parents=True)
    for place, said in (
        (film, "is not a footage library"),
        (film.parent, "is not a footage library"),
        (film / "below", "cannot be made"),
        (unmade, "doctor --repair"),
    ):
        answer = run("serve", "--port", "0", "--library", place)
        assert answer.code == 1
        assert said in answer.err.replace("\n", " ")
    assert sorted(tmp_path.rglob("*.toml")) == []


def test_what_cannot_be_watched_is_said(lite_library: Path, tmp_path: Path, run: Run) -> None:
    answer = run("serve", "--port", "0", "--library", lite_library, "--watch", tmp_path / "absent")
    assert answer.code == 1
    assert "absent is not there" in answer.err


def test_beyond_this_machine_a_token_is_demanded(lite_library: Path) -> None:
    with program(lite_library, "--host", "0.0.0.0") as (_process, said):
        token = said["token"]
        assert asked(said["url"], "/videos").status_code == 401
        bearer = {"authorization": f"Bearer {token}"}
        assert asked(said["url"], "/videos", headers=bearer).status_code == 200
        assert token not in "".join(
            path.read_text("utf-8", "replace")
            for path in lite_library.rglob("*")
            if path.is_file() and path.suffix in {"", ".json", ".token", ".log", ".toml"}
        )
    with program(lite_library, "--host", "0.0.0.0") as (_process, said):
        assert said["token"] is None  # it was shown once
        assert asked(said["url"], "/videos", headers=bearer).status_code == 200


def test_an_address_that_is_taken(lite_library: Path, run: Run) -> None:
    with program(lite_library) as (_process, said):
        port = said["url"].rpartition(":")[2]
        other = lite_library.with_name("other.library")
        footage.open(other).close()
        new = lite_library.with_name("new.library")
        for library in (other, new):
            answer = run("serve", "--port", port, "--library", library)
            assert answer.code == 2
            assert "cannot be listened on" in answer.err
    assert not new.exists()


def test_what_is_not_installed_is_said(
    lite_library: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "NEEDS", ("no_such_module",))
    answer = run("serve", "--library", lite_library)
    assert answer.code == 2
    assert "pip install '.[server]'" in answer.err


def test_a_note_without_a_server_is_stale(tmp_path: Path) -> None:
    announce(tmp_path, "http://127.0.0.1:1", demands_token=False)
    assert running(tmp_path) is None
    with owning(tmp_path):
        announce(tmp_path, "http://127.0.0.1:1", demands_token=False)
        found = running(tmp_path)
        assert found is not None
        assert found.pid == os.getpid()
        with pytest.raises(footage.LibraryLocked, match="is served already"), owning(tmp_path):
            pass
    assert running(tmp_path) is None
    assert (tmp_path / LOCK).exists()
    (tmp_path / NOTE).write_text("{")
    assert running(tmp_path) is None
