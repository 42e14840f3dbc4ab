"""The double as a server: on loopback alone, started from the command line, gone when closed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from colours import ColourEmbedder
from marengo.helpers import HTTP, KEY, encoded, finished, make_client, make_double, post, red
from twelvelabs import AsyncVideoInputRequest, TwelveLabs
from twelvelabs.errors import TooManyRequestsError

import footage
from footage.embedder import VideoEmbedding, VideoFile
from marengo_double.__main__ import main

ROOT = Path(footage.__file__).parents[2]


@pytest.mark.parametrize("name", ["starlette", "uvicorn", "twelvelabs"])
def test_what_it_needs_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules[{name!r}] = None\n")
    for program in ("marengo_double", "marengo_double.demo"):
        ended = subprocess.run(
            [sys.executable, "-m", program, "--help"],
            env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT / 'src'}"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 1
        assert re.fullmatch(
            rf"marengo_double needs {name}[.\w]*: pip install -e '\.\[dev\]' brings it\n",
            ended.stderr,
        )


def test_it_listens_on_this_machine_alone() -> None:
    with make_double() as double:
        address = urlsplit(double.url)
        assert (address.hostname, address.path) == ("127.0.0.1", "/v1.3")


def test_a_port_that_is_taken() -> None:
    with make_double() as double, pytest.raises(OSError, match="in use"):
        make_double(port=urlsplit(double.url).port)


def test_closed_is_gone() -> None:
    double = make_double()
    assert post(double, "/embed-v2", {}).status_code == 400
    double.close()
    double.close()
    with pytest.raises(httpx.ConnectError):
        post(double, "/embed-v2", {})


def test_closing_does_not_wait_for_the_slow() -> None:
    with ThreadPoolExecutor() as pool:
        with make_double(script=[{"on": "* *", "delay": 3600}]) as double:
            asked = pool.submit(post, double, "/embed-v2", {})
            while not double.calls:
                time.sleep(0.01)
        assert asked.exception() or asked.result().status_code == 500
        assert double.calls[0].status is None


def test_what_is_nowhere() -> None:
    with make_double() as double:
        answer = post(double, "/search", {})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        wrong = HTTP.put(double.url + "/embed-v2", headers={"x-api-key": KEY})
        assert wrong.status_code == 404


class Waiting(ColourEmbedder):
    """Embeds no video before it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.told = threading.Event()

    def embed(self, video: VideoFile, **callbacks: Any) -> VideoEmbedding:
        self.told.wait()
        return super().embed(video, **callbacks)


def test_text_is_answered_while_a_video_is_embedded(clip: Path) -> None:
    towers = Waiting()
    with make_double(towers=towers) as double:
        client = make_client(double)
        video = AsyncVideoInputRequest(media_source=encoded(clip))
        task = client.embed.v_2.tasks.create(
            input_type="video", model_name="marengo3.0", video=video
        )
        assert len(red(client).data) == 1
        assert client.embed.v_2.tasks.retrieve(task.id).status == "processing"
        towers.told.set()
        assert finished(double, client, task.id).status == "ready"


def test_from_the_command_line(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"on": "POST /embed-v2", "nth": [2], "status": 429}]))
    command = [
        sys.executable, "-m", "marengo_double", "--key", KEY, "--script", str(script),
        "--latency", "create=0.01,ready=0.1", "--rpm", "50", "--quota", "600",
    ]  # fmt: skip
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().strip()
            client = TwelveLabs(api_key=KEY, base_url=url, httpx_client=HTTP)
            assert len(red(client).data[0].embedding) == 512
            with pytest.raises(TooManyRequestsError):
                red(client)
        finally:
            process.terminate()
    assert process.returncode == 0
    assert list(tmp_path.glob("marengo-double-*")) == []


@pytest.mark.parametrize(
    "options", [["--latency", "sleep=3"], ["--latency", "create=soon"], ["--script", "gone.json"],
                ["--rpm", "many"]],
)  # fmt: skip
def test_options_that_cannot_be(options: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["marengo_double", *options])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
