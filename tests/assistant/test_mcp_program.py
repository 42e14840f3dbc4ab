"""`footage mcp` as a program, spoken to by the SDK's own client."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from videos import make_video

import footage
from footage.cli import mcp as command

Run = Callable[..., Any]  # of the fixture `run`


@pytest.fixture(scope="module")
def lite_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lite")
    path = make_video(folder / "red film.mp4", seconds=2, shots=["red"])
    with footage.open(folder / "my.library") as library:
        assert not library.add(path).failed
        return library.folder


def line(library: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "footage", "mcp", "--library", str(library), *options]


async def conversation(client: Client) -> None:
    """What an assistant does: see the tools, search, look."""
    async with client:
        assert {tool.name for tool in (await client.list_tools()).tools} >= {"search", "look"}
        answer = await client.call_tool("search", {"query": "something red"})
        assert answer.structured_content is not None
        (moment,) = answer.structured_content["moments"]
        assert moment["title"] == "red film"
        seen = await client.call_tool("look", {"moment": moment["id"]})
        assert [content.type for content in seen.content] == ["text", "image"]
        refused = await client.call_tool("look", {"moment": "nothing"})
        assert refused.is_error


@pytest.mark.parametrize("mode", [pytest.param("auto", marks=pytest.mark.slow), "legacy"])
def test_over_stdin_and_stdout(lite_library: Path, mode: Any) -> None:
    program, *arguments = line(lite_library)
    started = StdioServerParameters(command=program, args=arguments, env=dict(os.environ))
    anyio.run(lambda: conversation(Client(started, mode=mode)))


@pytest.mark.slow
def test_over_http(lite_library: Path) -> None:
    process = subprocess.Popen(
        line(lite_library, "--http", "--port", "0"), stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        assert said.startswith("answering at http://127.0.0.1:")
        anyio.run(lambda: conversation(Client(said.split()[-1])))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    "how", ["stdin ends", "SIGTERM", pytest.param("SIGINT", marks=pytest.mark.slow)]
)
def test_it_ends_when_it_is_told_to(lite_library: Path, how: str) -> None:
    process = subprocess.Popen(
        line(lite_library),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        process.stdin.flush()
        assert '"id":1' in process.stdout.readline()
        if how == "stdin ends":
            process.stdin.close()
        else:
            process.send_signal(getattr(signal, how))
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.wait()


def test_what_is_not_installed_is_said(
    lite_library: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "NEEDS", ("no_such_module",))
    answer = run("mcp", "--library", lite_library)
    assert answer.code == 2
    assert "pip install '.[mcp]'" in answer.err


def test_a_library_that_is_not_there_is_said(tmp_path: Path, run: Run) -> None:
    answer = run("mcp", "--library", tmp_path / "absent")
    assert answer.code == 1
    assert "footage index" in answer.err
