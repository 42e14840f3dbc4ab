"""Two processes, one library: each waits, shares, or says who holds it; nothing is lost."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from programs import PROGRAM, act, program, said, start
from videos import make_video

import footage

pytestmark = pytest.mark.slow

FILMS = {"red": ["red", "black"], "green": ["green"], "blue": ["blue", "white"], "sun": ["yellow"]}

# Indexing that waits for a line on its standard input in the middle of the film called sun.
PAUSED = (
    """
import sys
from footage.embedders.local import LocalEmbedder
embed = LocalEmbedder.embed

def pause_and_embed(self, video, **observers):
    if video.path.stem == "sun":
        print("waiting", flush=True)
        open(sys.argv.pop()).read()
    return embed(self, video, **observers)

LocalEmbedder.embed = pause_and_embed
"""
    + PROGRAM
)


@pytest.fixture
def films(folder: Path) -> Path:
    for name, shots in FILMS.items():
        make_video(folder / f"{name}.mp4", seconds=6, shots=shots)
    return folder


@pytest.fixture
def library_path(tmp_path: Path, films: Path) -> Path:
    """A library that holds two of the four films."""
    with open_it(tmp_path / "my.library") as library:
        library.add(films / "red.mp4", films / "green.mp4")
    return tmp_path / "my.library"


def open_it(path: Path) -> footage.Library:
    return footage.open(path, embedder=ColourEmbedder())


def state(path: Path) -> dict[str, Any]:
    with open_it(path) as library:
        found = [
            (moment.title, moment.start, moment.end, round(moment.score, 4))
            for moment in library.search("red", limit=100)
        ]
        assert library.differing() == []
        videos = {
            video.video_id: {**video.to_json(), "added_at": None}
            for video in library.videos(hidden=True)
        }
        return {"found": found, "videos": videos, "rows": library.index.ids()}


def finished(*processes: subprocess.Popen[str]) -> list[int]:
    """The exit codes; whoever says that the library is locked names the one who holds it."""
    codes = []
    for process in processes:
        _, err = process.communicate(timeout=110)
        assert "Traceback" not in err
        assert process.returncode in {0, 3}, err
        if process.returncode == 3:
            assert "footage index, process" in err or "footage reindex, process" in err
        codes.append(process.returncode)
    return codes


def serial(tmp_path: Path, films: Path, *, without: str = "") -> dict[str, Any]:
    with open_it(tmp_path / "serial.library") as library:
        library.add(films)
        if without:
            library.remove([films / without])
    return state(tmp_path / "serial.library")


def test_two_index_a_new_library(tmp_path: Path, films: Path) -> None:
    path = tmp_path / "new.library"
    both = [act(path, "add", str(films)) for _ in range(2)]
    errors = [process.communicate(timeout=110)[1] for process in both]
    assert 0 in [process.returncode for process in both]
    for process, error in zip(both, errors, strict=True):
        assert process.returncode == 0 or "LibraryLocked: another footage process" in error
    assert state(path) == serial(tmp_path, films)


def test_index_and_search(tmp_path: Path, library_path: Path, films: Path) -> None:
    indexing = program("index", films, "--library", library_path)
    searches = [program("search", "red", "--library", library_path) for _ in range(2)]
    assert finished(*searches, indexing) == [0, 0, 0]
    assert state(library_path)["found"] == serial(tmp_path, films)["found"]


def test_index_and_remove(tmp_path: Path, library_path: Path, films: Path) -> None:
    indexing = program("index", films, "--library", library_path)
    removing = program("remove", films / "red.mp4", "--yes", "--library", library_path)
    assert finished(indexing, removing) == [0, 0]
    assert state(library_path) == serial(tmp_path, films, without="red.mp4")
    assert len(list((library_path / "archive").rglob("*.zip"))) == 3


def test_index_and_reindex(tmp_path: Path, library_path: Path, films: Path) -> None:
    both = [
        program("index", films, "--library", library_path),
        program("reindex", "--fresh", "--library", library_path),
    ]
    codes = finished(*both)
    if codes[0] == 3:
        assert finished(program("index", films, "--library", library_path)) == [0]
    assert state(library_path) == serial(tmp_path, films)


@pytest.fixture
def paused(library_path: Path, films: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """An `index` in the middle of a film, until ``go-on`` is written to."""
    import os

    os.mkfifo(tmp_path / "go-on")
    process = start(PAUSED, "index", films, "--library", library_path, tmp_path / "go-on")
    yield process
    process.kill()
    process.communicate()


def wait_for_pause(process: subprocess.Popen[str]) -> None:
    assert said(process) == "waiting"


@pytest.mark.parametrize("command", ["index", "reindex"])
def test_who_holds_the_library_is_named(
    paused: subprocess.Popen[str], library_path: Path, films: Path, tmp_path: Path, command: str
) -> None:
    wait_for_pause(paused)
    what = [films] if command == "index" else []
    second = program(command, *what, "--library", library_path)
    out, err = second.communicate(timeout=100)
    assert (second.returncode, out) == (3, "")
    assert f"footage index, process {paused.pid}, since 20" in err
    assert len(err.strip().splitlines()) == 1
    (tmp_path / "go-on").write_text("go on")
    assert paused.wait(timeout=100) == 0
    assert not list(library_path.glob("*.lock.json"))
    assert state(library_path)["found"] == serial(tmp_path, films)["found"]


def test_a_video_removed_while_it_is_embedded_is_gone(
    paused: subprocess.Popen[str], library_path: Path, films: Path, tmp_path: Path
) -> None:
    with open_it(library_path) as library:
        wait_for_pause(paused)
        library.remove([films / "red.mp4"])
        assert library.search("red")[0].title != "red"
    (tmp_path / "go-on").write_text("go on")
    assert paused.wait(timeout=100) == 0
    assert state(library_path) == serial(tmp_path, films, without="red.mp4")


def test_a_killed_holder_is_not_named(
    paused: subprocess.Popen[str], library_path: Path, films: Path
) -> None:
    wait_for_pause(paused)
    paused.kill()
    paused.communicate()
    assert (library_path / "ingest.lock.json").exists()  # nobody could clear it
    with open_it(library_path) as library:
        assert not library.add(films / "red.mp4").failed
    assert not (library_path / "ingest.lock.json").exists()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"pid": "x"}', '{"pid": 1e999}', "\xff"])
def test_a_broken_note_is_ignored(tmp_path: Path, text: str) -> None:
    from footage import holders

    (tmp_path / "a.lock.json").write_text(text, "latin-1")
    assert holders.holder(tmp_path / "a.lock") == ""
