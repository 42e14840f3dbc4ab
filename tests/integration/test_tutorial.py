"""docs/tutorial.md: its blocks, run one after the other as they stand there."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from colours import ColourEmbedder
from videos import make_video

from marengo_double import Double

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"
BLOCKS = re.findall(r"^```(python|sh)\n(.*?)^```", TUTORIAL.read_text("utf-8"), re.M | re.S)
KEY = "tlk_tutorial"


def test_every_block_of_the_tutorial_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    films = tmp_path / "films"
    films.mkdir()
    size = (640, 360)
    make_video(films / "cars.mp4", shots=["red", "blue"], seconds=12, size=size, audio=True)
    make_video(films / "meadow.mp4", shots=["green"], seconds=6, size=size)
    monkeypatch.chdir(tmp_path)
    with Double(key=KEY, towers=ColourEmbedder()) as double:
        monkeypatch.setenv("TWELVELABS_BASE_URL", double.url)
        monkeypatch.setenv("TWELVE_LABS_API_KEY", KEY)
        said = run_all()
        assert all(paid.tasks == 1 for paid in double.paid.values())
        assert len(double.paid) == 2
    assert "2 videos embedded, 0 failed" in said
    assert "invalid_query | the query is empty" in said
    assert "footage.embedders.marengo" in said or "footage.search" in said
    assert "marengo3.0 video" in said


def run_all() -> str:
    """What all blocks print: Python ones share their names, shell ones are commands of footage."""
    names: dict[str, object] = {}
    said = []
    for language, code in BLOCKS:
        if language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(compile(code, TUTORIAL.name, "exec"), names)
            said.append(printed.getvalue())
        elif code.startswith("footage "):
            said.append(shell(code))
    return "".join(said)


def shell(code: str) -> str:
    here = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    paths = {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        ["bash", "-euc", code],
        env={**os.environ, **here, **paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
