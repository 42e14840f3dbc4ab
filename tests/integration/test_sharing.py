"""Several processes, one library: one indexes, all search, and a killed one loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from colours import ColourEmbedder
from videos import make_video

import footage
import footage.library
from footage import Library, LibraryLocked

pytestmark = pytest.mark.slow

# Indexes a folder; embedding "slow.mp4" waits until a file says that it may end.
INDEXER = """
import sys, time
from pathlib import Path
import footage
from colours import ColourEmbedder

library, folder, go_on = map(Path, sys.argv[1:])

def tell(line):  # whole lines, from whichever thread
    sys.stdout.write(line + "\\n")
    sys.stdout.flush()

class Waiting(ColourEmbedder):
    concurrency = 1

    def embed(self, video, **observers):
        if video.path.name == "slow.mp4":
            tell("waiting")
            while not go_on.exists():
                time.sleep(0.01)
        return super().embed(video, **observers)

class Telling(footage.Observer):
    def finished(self, outcome):
        tell(f"finished {outcome.path.name}")

with footage.open(library, embedder=Waiting()) as opened:
    report = opened.add(folder, observer=Telling())
    print(*(outcome.kind.value for outcome in report.outcomes), flush=True)
"""

# The program itself, with the colour embedder in place of its own.
PROGRAM = """
import sys
import footage.library, footage.opening, footage.doctor
from colours import ColourEmbedder

def open_colours(_name, sampling):
    return ColourEmbedder(sampling)

footage.library.open_embedder = open_colours
footage.doctor.open_embedder = open_colours
from footage.cli import main
main()
"""


def python(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    paths = [str(Path(footage.__file__).parent.parent), str(Path(__file__).parent.parent)]
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, process.communicate()[1]
    return line


@pytest.fixture
def library_path(tmp_path: Path, folder: Path) -> Path:
    """A library with one red video in it, and two more to be indexed."""
    make_video(folder / "first.mp4", shots=["red"])
    with footage.open(tmp_path / "my.library", embedder=ColourEmbedder()) as library:
        library.add(folder)
    make_video(folder / "second.mp4", shots=["green"])
    make_video(folder / "slow.mp4", shots=["blue"])
    return tmp_path / "my.library"


@pytest.fixture
def indexer(library_path: Path, folder: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process in the middle of indexing."""
    process = python(INDEXER, library_path, folder, tmp_path / "go-on")
    assert {said(process), said(process)} == {"waiting", "finished second.mp4"}
    yield process
    process.kill()
    process.communicate()


def open_it(path: Path) -> Library:
    return footage.open(path, embedder=ColourEmbedder())


def test_search_answers_while_another_process_indexes(
    indexer: subprocess.Popen[str], library_path: Path, tmp_path: Path
) -> None:
    with open_it(library_path) as library:
        assert library.search("red")[0].title == "first"
        library.tag([library.videos()[0].video_id], add=["seen"])
        assert indexer.poll() is None
        (tmp_path / "go-on").touch()
        assert said(indexer) == "finished slow.mp4"
        assert said(indexer) == "unchanged added added"
        assert indexer.wait(timeout=60) == 0
        assert library.search("blue")[0].title == "slow"
        assert library.search("green")[0].title == "second"
        assert library.video(library.search("red")[0].video_id).tags == ("seen",)


def test_a_video_removed_meanwhile_stays_removed(
    indexer: subprocess.Popen[str], library_path: Path, tmp_path: Path
) -> None:
    with open_it(library_path) as library:
        first = library.search("red")[0].video_id
        library.remove([first])
        (tmp_path / "go-on").touch()
        indexer.wait(timeout=60)
        assert first not in {moment.video_id for moment in library.search("red")}
        assert library.video(first).state == "removed"


def test_one_process_indexes_at_a_time(
    indexer: subprocess.Popen[str],
    library_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(footage.library, "INDEX_WAIT", 0.1)
    with open_it(library_path) as library:
        for refused in (lambda: library.add(folder), library.reindex):
            with pytest.raises(LibraryLocked, match="another footage process is indexing"):
                refused()


def test_the_program_says_that_the_library_is_locked(
    indexer: subprocess.Popen[str], library_path: Path, folder: Path
) -> None:
    second = python(PROGRAM, "index", folder, "--library", library_path)
    out, err = second.communicate(timeout=60)
    assert second.returncode == 3
    assert "another footage process is indexing" in err
    assert out == ""


def test_a_killed_run_loses_nothing_that_was_finished(
    indexer: subprocess.Popen[str], library_path: Path, folder: Path
) -> None:
    os.kill(indexer.pid, signal.SIGKILL)
    indexer.communicate()
    with open_it(library_path) as library:
        assert library.search("green")[0].title == "second"
        report = library.add(folder)
        assert [one.kind.value for one in report.outcomes] == ["unchanged", "unchanged", "added"]
        assert library.search("blue")[0].title == "slow"
        assert not list(library_path.rglob("*.tmp"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_the_program_ends_softly_when_it_is_told_to(
    library_path: Path, folder: Path, number: signal.Signals
) -> None:
    program = PROGRAM.replace("main()", WAIT_IN_EMBEDDING + "main()")
    process = python(program, "index", folder, "--library", library_path)
    assert said(process) == "waiting"
    process.send_signal(number)
    err = process.communicate(timeout=60)[1]
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "finished videos are kept" in err
    with open_it(library_path) as library:
        first, second, slow = (one.kind.value for one in library.add(folder).outcomes)
        assert (first, slow) == ("unchanged", "added")
        assert second in {"unchanged", "located"}  # embedded once, recorded or not
        assert {moment.title for moment in library.search("red")} == {"first", "second", "slow"}


WAIT_IN_EMBEDDING = """
import time
from footage.embedders.local import LocalEmbedder
embed = LocalEmbedder.embed
ColourEmbedder.concurrency = 1

def wait_and_embed(self, video, *, on_progress, on_thumbnail):
    if video.path.name == "slow.mp4":
        print("waiting", flush=True)
        while True:
            time.sleep(0.01)
            on_progress(0.0)
    return embed(self, video, on_progress=on_progress, on_thumbnail=on_thumbnail)

LocalEmbedder.embed = wait_and_embed
"""


def test_searches_take_turns(library_path: Path) -> None:
    searches = [
        python(PROGRAM, "search", "red", "--library", library_path, "--json") for _ in range(3)
    ]
    for search in searches:
        out, err = search.communicate(timeout=90)
        assert search.returncode == 0, err
        assert '"found": true' in out
