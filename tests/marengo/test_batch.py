"""A whole batch through trouble: kill -9 at every stage, faults at every call; nothing paid twice.

What is promised: each video ends in the library once, its segments in the index once, and the
service is paid for it once, however often a run dies or an answer is lost.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from marengo.helpers import KEY, Open
from videos import make_video

import footage
from footage.errors import FootageError
from footage.ingest.report import Kind
from marengo_double import Double

ROOT = Path(footage.__file__).parents[2]

# Indexes; dies at the nth call of a function, before or after it has done its work.
RUN = """
import importlib, itertools, json, os, signal, sys
todo = json.loads(sys.argv[1])
from footage.embedders.marengo import embedder
embedder.FIRST_LOOK, embedder.LAST_LOOK = 0.02, 0.1
import footage
if todo["point"]:
    module, owner, name = todo["point"].split(":")
    holder = getattr(importlib.import_module(module), owner)
    real, calls = getattr(holder, name), itertools.count(1)
    def dying(*values, **named):
        mine = next(calls) == todo["nth"]
        if mine and todo["when"] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*values, **named)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(holder, name, dying)
with footage.open(todo["library"], embedder="marengo") as library:
    assert not library.add(todo["films"]).failed
"""

SERVICE = "footage.embedders.marengo.service:Service"
STAGES = (
    f"{SERVICE}:upload",
    f"{SERVICE}:asset",
    f"{SERVICE}:create_task",
    f"{SERVICE}:task",
    "footage.ledger:Ledger:note",
    "footage.ledger:Ledger:close",
    "footage.archive:Archive:write",
    "footage.catalog:Catalog:record_embedding",
)
ONCE = ("footage.index.segments:SegmentIndex:write", "footage.catalog:Catalog:mark_indexed")


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three films, none as long as another."""
    folder = tmp_path_factory.mktemp("three")
    for number, colour in enumerate(("red", "green", "blue")):
        make_video(folder / f"{colour}.mp4", seconds=4 + number, shots=[colour], size=(360, 360))
    return folder


def index(double: Double, library: Path, films: Path, **dying: Any) -> int:
    todo = {"library": str(library), "films": str(films), "point": "", **dying}
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(todo)],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "TWELVELABS_BASE_URL": double.url,
            "TWELVE_LABS_API_KEY": KEY,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode


def check_whole(library: footage.Library, double: Double, videos: int) -> None:
    """Each video there once, searchable once, paid once."""
    assert len(library.catalog.embedded()) == videos
    assert library.differing() == []
    assert library.index.count() == sum(library.catalog.embedded().values())
    assert Counter(paid.tasks for paid in double.paid.values()) == {1: videos}
    assert sum(each.calls for each in library.usage()) == videos
    assert library.catalog.rows("SELECT * FROM tasks") == []


@pytest.mark.slow
@pytest.mark.parametrize("stage", [*itertools.product(["before", "after"], [*STAGES, *ONCE])])
def test_killed_at_any_stage_the_next_run_goes_on_and_pays_nothing_twice(
    stage: tuple[str, str], fresh: Double, opened: Open, three: Path, tmp_path: Path
) -> None:
    when, point = stage
    library = tmp_path / "my.library"
    nth = 1 if point in ONCE else 2
    killed = index(fresh, library, three, point=point, nth=nth, when=when)
    assert killed == -signal.SIGKILL
    assert index(fresh, library, three) == 0
    check_whole(opened(), fresh, 3)
    assert opened().search("green")[0].title == "green"


FAULTS: list[dict[str, Any]] = [
    {"on": "* *", "probability": 0.08, "seed": 1, "status": 429, "retry_after": "0.05"},
    {"on": "* *", "probability": 0.08, "seed": 2, "status": 429, "retry_after": "soon"},
    {"on": "* *", "probability": 0.08, "seed": 3, "status": 500},
    {"on": "* *", "probability": 0.08, "seed": 4, "status": 502, "html": True},
    {"on": "* *", "probability": 0.08, "seed": 5, "drop": "before"},
    {"on": "* *", "probability": 0.08, "seed": 6, "drop": "reset"},
    {"on": "* *", "probability": 0.08, "seed": 7, "drop": "body"},
    {"on": "* *", "probability": 0.08, "seed": 8, "malformed": True},
    {"on": "POST /embed-v2/tasks", "probability": 0.2, "seed": 9, "status": 504, "after": True},
    {"on": "GET /embed-v2/tasks/*", "probability": 0.1, "seed": 10, "without": ["data"]},
]


@pytest.mark.slow
def test_hundreds_of_faults_lose_nothing_and_cost_nothing(
    fresh: Double, opened: Open, folder: Path
) -> None:
    count = 30
    for number in range(count):
        make_video(folder / f"{number}.mp4", seconds=4 + number / 10, size=(360, 360))
    fresh.script(*FAULTS)
    library = opened()
    for _ in range(20):
        try:
            report = library.add(folder)
        except FootageError:
            continue  # as the sentence says: the same call again
        if len(report.of(Kind.ADDED, Kind.UNCHANGED)) == count:
            break
    assert sum(call.rule is not None for call in fresh.calls) > 150
    check_whole(library, fresh, count)


def test_one_failure_stops_nothing_else(fresh: Double, opened: Open, folder: Path) -> None:
    for number in range(4):
        make_video(folder / f"{number}.mp4", seconds=4 + number, size=(360, 360))
    fresh.script({"on": "POST /embed-v2/tasks", "nth": [2], "status": 400, "message": "no"})
    report = opened().add(folder)
    assert (len(report.of(Kind.ADDED)), len(report.failed)) == (3, 1)
