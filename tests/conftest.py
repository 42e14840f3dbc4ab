"""Fixtures: folders of real little videos, libraries of them, and nobody's own library touched."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from colours import ColourEmbedder
from engines import engine_uri, milvus_server, on_server, placed  # noqa: F401 (fixtures)
from houses import HOUSE, Answer, House, Run
from milvus_lite import server
from through import ASKED, Servers
from videos import make_video
from website import site  # noqa: F401 (a fixture)

import footage
from footage.cli import app as program
from footage.readers import screen, speech
from footage.readers.needs import Package
from footage.settings import Sampling

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # some load ONNX Runtime without footage
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as for what a script runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # programs the tests start inherit it


@pytest.fixture(scope="session", autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home of the tests' own, without anyone's FOOTAGE_* settings."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("FOOTAGE_")]:
            patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        patch.setenv("COLUMNS", "400")
        # commands that give way to others run in this process, which has tests to go on with
        patch.setattr(os, "nice", lambda step: step, raising=False)
        yield


class _EagerServer(subprocess.Popen[bytes]):
    """The embedded engine's process, which is otherwise given half a second, ready or not."""

    def wait(self, timeout: float | None = None) -> int:
        if timeout != 0.5:
            return super().wait(timeout)
        address = self.args[2].removeprefix("unix:")  # type: ignore[index,union-attr,arg-type]
        give_up = time.monotonic() + 5
        while self.poll() is None and not _listens(address) and time.monotonic() < give_up:
            time.sleep(0.002)
        return super().wait(0)


def _listens(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(address) == 0


@pytest.fixture(scope="session", autouse=True)
def _eager_milvus() -> Iterator[None]:
    """Use the real engine as soon as it listens, 15 ms after its start: a third of the suite."""
    stand_in = types.SimpleNamespace(Popen=_EagerServer, TimeoutExpired=subprocess.TimeoutExpired)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "subprocess", stand_in)
        yield


@pytest.fixture(autouse=True)
def _quiet_again() -> Iterator[None]:
    """Undo what a command did to the log's handlers."""
    log = logging.getLogger("footage")
    handlers, level, propagate = log.handlers[:], log.level, log.propagate
    yield
    log.handlers[:], log.propagate = handlers, propagate
    log.setLevel(level)


# A loaded machine is no failure: what is tested here is never how long it takes.
hypothesis.settings.register_profile("footage", deadline=None)
hypothesis.settings.load_profile("footage")


@pytest.fixture(scope="session")
def built_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("house")
    house = House(folder / "videos", folder / "house.library")
    for name, (shots, seconds, recorded, _tags) in HOUSE.items():
        path = house.videos / name
        path.parent.mkdir(parents=True, exist_ok=True)
        make_video(path, seconds=seconds, shots=shots, creation_time=recorded)
    with house.open() as library:
        assert not library.add(house.videos).failed
        for name, (_shots, _seconds, _recorded, tags) in HOUSE.items():
            library.tag([house.videos / name], add=tags)
    return house


@pytest.fixture(scope="module")
def house(built_house: House) -> Iterator[footage.Library]:
    """The four videos, open, for tests that only read."""
    with built_house.open() as library:
        yield library


@pytest.fixture
def own_house(built_house: House, tmp_path: Path) -> House:
    """A copy of the library to break; its videos lie where they always lay."""
    shutil.copytree(built_house.library, tmp_path / "own.library")
    return House(built_house.videos, tmp_path / "own.library")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for videos."""
    path = tmp_path / "videos"
    path.mkdir()
    return path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[footage.Library]:
    """An empty library."""
    with footage.open(tmp_path / "my.library", embedder=ColourEmbedder()) as library:
        yield library


@pytest.fixture
def at(built_house: House) -> tuple[str, Path]:
    """The option that names the library that is only read."""
    return ("--library", built_house.library)


@pytest.fixture
def own(own_house: House) -> tuple[str, Path]:
    """The option that names a library to change."""
    return ("--library", own_house.library)


@pytest.fixture
def colours_instead_of_lite(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the program opens, it opens with the embedder of colours."""

    def open_embedder(_name: str, sampling: Sampling) -> ColourEmbedder:
        return ColourEmbedder(sampling)

    monkeypatch.setattr("footage.library.open_embedder", open_embedder)
    monkeypatch.setattr("footage.doctor.open_embedder", open_embedder)


@pytest.fixture
def subtitles_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extras ``speech`` and ``ocr`` are not installed, whether they are or not."""
    for reader in (speech, screen):
        monkeypatch.setattr(reader, "_PACKAGES", (Package("no-such-package"),))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where the program goes through a server, only tests that run it are another time worth it."""
    if ASKED:
        kept = [item for item in items if "run" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def pytest_make_parametrize_id(val: object) -> str | None:
    """The name of a case, the same in every process that collects the tests."""
    if isinstance(val, (set, frozenset)):
        return "+".join(sorted(map(str, val))) or "nothing"
    return str(val) if isinstance(val, (list, dict)) else None


@pytest.fixture
def run(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Run]:
    """Run the program as its console script does, in this process.

    With ``FOOTAGE_TEST_SERVER=1``, through a server of the library that it is run on.
    """
    handler = signal.getsignal(signal.SIGTERM)
    through_servers = ASKED and request.node.get_closest_marker("without_server") is None

    def run(*arguments: str | Path) -> Answer:
        words = list(map(str, arguments))
        served = servers.of(words) if through_servers else None
        before = served.commanded if served else 0
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["footage", *words])
        with pytest.raises(SystemExit) as ended:
            program.main()
        out, err = capsys.readouterr()
        answer = Answer(int(ended.value.code or 0), out, err)
        # an error may come before the library is needed
        assert served is None or answer.code or served.commanded > before, (
            "it went round the server"
        )
        return answer

    with Servers() as servers:
        yield run
    signal.signal(signal.SIGTERM, handler)
