"""A full disk and a read-only library: one sentence, and nothing lost that was there.

Each test runs a script in a mount namespace of its own, with a small file system in memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from programs import PROGRAM, environment
from videos import make_video

# What the scripts share: the program as a process, the disk, and what came of it all as JSON.
COMMON = """
import json, os, subprocess, sys
from pathlib import Path

disk, films, program = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
library = disk / "my.library"
results = {}

def mount(*options):
    subprocess.run(["mount", "-t", "tmpfs", *options, "none", disk], check=True)

def run(name, *arguments):
    command = [sys.executable, "-c", program, *map(str, arguments), "--library", str(library)]
    done = subprocess.run(command, capture_output=True, text=True)
    results[name] = {"code": done.returncode, "out": done.stdout, "err": done.stderr}
    return done

def make():
    import footage
    from colours import ColourEmbedder
    with footage.open(library, embedder=ColourEmbedder()) as opened:
        opened.add(films / "red.mp4", films / "green.mp4")
        opened.tag([films / "red.mp4"], add=["kept"])

def fill(leave=0):
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with ballast.open("ab") as file:
        os.posix_fallocate(file.fileno(), file.tell(), max(1, free - leave))
"""

FULL = (
    COMMON
    + """
mount("-o", "size=8m")
make()
run("before", "search", "red", "--json")
for leave in (0, 16_000, 40_000, 80_000, 160_000):
    fill(leave)
    run(f"index {leave}", "index", films, "-q")
    run(f"tag {leave}", "tag", films / "red.mp4", "--add", "more")
    run(f"search {leave}", "search", "red", "--json", "-n", "50")
    run(f"videos {leave}", "videos", "--json")
    (disk / "ballast").unlink()
run("index", "index", films, "-q")
run("doctor", "doctor", "--json")
run("videos", "videos", "--json")
run("after", "search", "blue", "--json")
print(json.dumps(results))
"""
)

READ_ONLY = (
    COMMON
    + """
mount()
make()
if sys.argv[4] == "killed":
    # killed before it could fold its write-ahead log into the catalog
    code = (
        "import os, signal, sys, footage; from colours import ColourEmbedder;"
        "library = footage.open(sys.argv[1], embedder=ColourEmbedder());"
        "library.tag([sys.argv[2]], add=['late']);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(library), str(films / "red.mp4")])
    results["log"] = (library / "catalog.sqlite-wal").stat().st_size
    (library / "catalog.sqlite-shm").unlink()
run("before", "search", "red", "--json") if sys.argv[4] != "killed" else None
subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
held = sorted(str(path) for path in library.rglob("*"))
run("search", "search", "red", "--json")
run("by video", "search", "red", "--json", "--by-video", "--tag", "kept")
run("videos", "videos", "--json")
run("show", "show", films / "red.mp4", "--json")
run("doctor", "doctor", "--json")
run("index", "index", films)
run("tag", "tag", films / "red.mp4", "--add", "x")
run("remove", "remove", films / "red.mp4", "--yes")
run("reindex", "reindex")
run("repair", "doctor", "--repair")
results["same"] = held == sorted(str(path) for path in library.rglob("*"))
print(json.dumps(results))
"""
)


@cache
def namespace() -> tuple[str, ...]:
    """How to get a mount namespace here: as any user, else as root."""
    for way in (("unshare", "-rm"), ("unshare", "-m")):
        if subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
            return way
    raise RuntimeError("these tests need user namespaces, or root")


@pytest.fixture
def films(folder: Path) -> Path:
    for name in ("red", "green", "blue"):
        make_video(folder / f"{name}.mp4", seconds=4, shots=[name, "black"])
    return folder


def run_script(script: str, films: Path, tmp_path: Path, *arguments: str) -> dict[str, Any]:
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        [*namespace(), sys.executable, "-c", script, disk, films, PROGRAM, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return results


def moments(result: dict[str, Any]) -> list[tuple[Any, ...]]:
    assert result["code"] == 0, result
    return [
        (m["title"], m["start"], m["end"], round(m["score"], 3))
        for m in json.loads(result["out"])["moments"]
    ]


def titles(result: dict[str, Any]) -> list[str]:
    assert result["code"] == 0, result
    return sorted(video["title"] for video in json.loads(result["out"])["videos"])


def assert_one_sentence(result: dict[str, Any], *, about: str) -> None:
    assert result["code"] == 1, result
    assert "Traceback" not in result["err"]
    assert result["err"].strip().count("\n") == 0, result["err"]
    assert result["err"].startswith("error:")
    assert about in result["err"]
    assert "free some space or allow writing there" in result["err"]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_full_disk_costs_nothing_that_was_there(films: Path, tmp_path: Path) -> None:
    results = run_script(FULL, films, tmp_path)
    before = moments(results["before"])
    assert {row[0] for row in before} == {"red", "green"}
    refused = 0
    for leave in (0, 16_000, 40_000, 80_000, 160_000):
        index = results[f"index {leave}"]
        if index["code"] != 0:
            refused += 1
            assert_one_sentence(index, about="my.library")
        found = moments(results[f"search {leave}"])
        assert set(before) <= set(found)
        assert set(titles(results[f"videos {leave}"])) >= {"green", "red"}
        tag = results[f"tag {leave}"]
        assert tag["code"] == 0 or "Traceback" not in tag["err"]
    assert refused >= 1
    assert results["index"]["code"] == 0, results["index"]
    assert titles(results["videos"]) == ["blue", "green", "red"]
    assert moments(results["after"])[0][0] == "blue"
    failed = [c for c in json.loads(results["doctor"]["out"])["checks"] if c["status"] == "failed"]
    assert failed == []


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("left", ["clean", "killed"])
def test_a_read_only_library_is_searched_and_says_why_it_is_not_written(
    films: Path, tmp_path: Path, left: str
) -> None:
    results = run_script(READ_ONLY, films, tmp_path, left)
    found = moments(results["search"])
    assert {row[0] for row in found} == {"red", "green"}
    if left == "clean":
        assert found == moments(results["before"])
    else:
        assert results["log"] > 0
    assert [row[0] for row in moments(results["by video"])] == ["red"]
    assert titles(results["videos"]) == ["green", "red"]
    show = json.loads(results["show"]["out"])
    assert show["tags"] == (["kept"] if left == "clean" else ["kept", "late"])
    assert len(show["segment_list"]) == 2
    assert results["doctor"]["code"] == 0, results["doctor"]
    for name in ("index", "tag", "remove", "reindex", "repair"):
        assert_one_sentence(results[name], about="my.library")
    assert results["same"]
