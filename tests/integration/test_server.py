"""A Milvus server that is away, slow, restarted, or refuses the token: told once, nothing lost."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from colours import ColourEmbedder
from houses import House
from milvus_server import MilvusServer
from relay import Relay
from videos import make_video

import footage
from footage import IndexUnavailable, Library, SearchResult, UsageError
from footage.index import server as server_module

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SECRET = "root:a-token-nobody-must-see"


@pytest.fixture
def relay(on_server: MilvusServer) -> Iterator[Relay]:
    """A way to the server that can be made slow, deaf, or be cut."""
    with Relay(("127.0.0.1", on_server.port)) as relay:
        yield relay


@pytest.fixture
def far(relay: Relay, tmp_path: Path, folder: Path) -> Iterator[Library]:
    """A library of one video on the server, reached by the relay."""
    make_video(folder / "red.mp4", seconds=4, shots=["red"])
    uri = f"http://127.0.0.1:{relay.port}"
    with footage.open(
        tmp_path / "far.library", embedder=ColourEmbedder(), milvus_uri=uri
    ) as library:
        assert not library.add(folder).failed
        yield library


def tell_impatiently(patch: pytest.MonkeyPatch, seconds: float = 1.0) -> None:
    patch.setattr("footage.index.milvus.PATIENCE", seconds)
    patch.setattr(server_module, "SHORTEST", 0.5)


# away


def test_nobody_there_is_one_sentence_in_time(tmp_path: Path, folder: Path) -> None:
    library = footage.open(
        tmp_path / "l", embedder=ColourEmbedder(), milvus_uri="http://127.0.0.1:1"
    )
    began = time.monotonic()
    with library, pytest.raises(IndexUnavailable) as caught:
        library.search("red")
    assert time.monotonic() - began < server_module.PATIENCE + 5
    assert caught.value.what == (
        "Milvus at http://127.0.0.1:1 cannot be reached (connection refused)"
    )
    assert caught.value.retryable


def test_indexing_goes_on_without_the_server_and_catches_up(
    on_server: MilvusServer, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_impatiently(monkeypatch)
    relay = Relay(("127.0.0.1", on_server.port))
    uri = f"http://127.0.0.1:{relay.port}"
    relay.close()
    make_video(folder / "red.mp4", seconds=4, shots=["red"])
    with footage.open(tmp_path / "l", embedder=ColourEmbedder(), milvus_uri=uri) as library:
        report = library.add(folder)
        assert not report.failed
        assert report.waiting == 1
        assert isinstance(report.waiting_for, IndexUnavailable)
        make_video(folder / "blue.mp4", seconds=4, shots=["blue"])
        assert library.add(folder).waiting == 2
        embedded = library.embedder.embedded
        with Relay(("127.0.0.1", on_server.port), ("127.0.0.1", relay.port)):
            assert library.search("blue")[0].title == "blue"
            assert library.search("red")[0].title == "red"
            assert library.add(folder).waiting == 0
        assert library.embedder.embedded == embedded


def test_cut_while_indexing_the_rest_is_waiting_then_found(
    far: Library, relay: Relay, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_video(folder / "blue.mp4", seconds=4, shots=["blue"])
    relay.deaf = True
    with monkeypatch.context() as impatient:
        tell_impatiently(impatient)
        report = far.add(folder)
    assert (len(report.failed), report.waiting) == (0, 1)
    relay.deaf = False  # what now follows may take its time
    assert far.add(folder).waiting == 0
    assert far.search("blue")[0].title == "blue"


# slow


def test_no_answer_is_told_in_time(
    far: Library, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_impatiently(monkeypatch)
    assert far.search("red")
    relay.deaf = True
    began = time.monotonic()
    with pytest.raises(IndexUnavailable, match="did not answer in time"):
        far.search("red wall")
    assert time.monotonic() - began < 6
    relay.deaf = False
    assert far.search("red")[0].title == "red"


def test_slow_is_waited_for(far: Library, relay: Relay) -> None:
    relay.delay = 0.4
    assert far.search("red")[0].title == "red"


def test_a_cut_connection_is_made_anew(far: Library, relay: Relay) -> None:
    for _ in range(3):
        assert far.search("red")[0].title == "red"
        relay.cut()


# restarted


def once_it_answers(ask: Callable[[], SearchResult]) -> SearchResult:
    """A server says that it is healthy before it has loaded all: asked again, as the error says."""
    for _ in range(5):
        with contextlib.suppress(IndexUnavailable):
            return ask()
    return ask()


def test_killed_and_restarted_everything_is_there(
    on_server: MilvusServer, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_video(folder / "red.mp4", seconds=4, shots=["red"])
    with footage.open(
        tmp_path / "l", embedder=ColourEmbedder(), milvus_uri=on_server.uri
    ) as library:
        library.add(folder)
        assert library.search("red")[0].title == "red"
        on_server.kill()
        try:
            with monkeypatch.context() as patch:
                tell_impatiently(patch)
                with pytest.raises(IndexUnavailable):
                    library.search("red wall")
                assert library.search("red")[0].title == "red"  # from memory
                make_video(folder / "blue.mp4", seconds=4, shots=["blue"])
                assert library.add(folder).waiting == 1
        finally:
            on_server.start()
        assert once_it_answers(lambda: library.search("red"))[0].title == "red"
        assert library.add(folder).waiting == 0
        assert library.search("blue")[0].title == "blue"
        assert library.differing() == []


# the token


@pytest.mark.parametrize(
    ("token", "said"), [(SECRET, "refuses the token"), (None, "wants a token and was given none")]
)
def test_a_refused_token_is_told_at_once_and_shown_nowhere(
    milvus_server: MilvusServer,
    folder: Path,
    token: str | None,
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    make_video(folder / "red.mp4", seconds=4, shots=["red"])
    path = folder.parent / "l"
    began = time.monotonic()
    with footage.open(
        path, embedder=ColourEmbedder(), milvus_uri=milvus_server.uri, milvus_token=token
    ) as library:
        with pytest.raises(IndexUnavailable, match=said) as caught:
            library.search("red")
        assert time.monotonic() - began < 5
        report = library.add(folder)
        assert report.waiting == 1
    told = f"{caught.value}{caught.value.remedy}{report.waiting_for}{report.to_json()}{caplog.text}"
    assert SECRET not in told
    for file in path.rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes(), file


def test_the_command_line_takes_uri_and_token_and_keeps_the_token_to_itself(
    milvus_server: MilvusServer, tmp_path: Path, folder: Path
) -> None:
    make_video(folder / "red.mp4", seconds=4, shots=["red"])
    library = tmp_path / "l"
    options = ["--library", str(library), "--milvus", milvus_server.uri, "--milvus-token"]
    done = footage_command("index", str(folder), *options, milvus_server.token, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["waiting_for_index"] == 0
    assert f'milvus_uri = "{milvus_server.uri}"' in (library / "library.toml").read_text("utf-8")
    found = footage_command(
        *("search", "red", "--library", str(library), "--json"), token=milvus_server.token
    )
    assert json.loads(found.stdout)["moments"][0]["title"] == "red"
    refused = footage_command("search", "red", "--library", str(library), token=SECRET)
    assert refused.returncode == 1
    assert "refuses the token" in refused.stderr
    assert "Traceback" not in refused.stderr
    for text in (done.stdout, done.stderr, found.stdout, refused.stdout, refused.stderr):
        assert milvus_server.token not in text
        assert SECRET not in text


def footage_command(*args: str, token: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"FOOTAGE_MILVUS_TOKEN": token} if token else {})}
    return subprocess.run(
        [sys.executable, "-c", "from footage.cli import main; main()", *args],
        env=environment, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


# which library is where


def test_another_engine_than_the_librarys_is_refused(own_house: House) -> None:
    with pytest.raises(UsageError, match="footage move --milvus URI"):
        footage.open(own_house.library, embedder=ColourEmbedder(), milvus_uri="http://other:19530")
