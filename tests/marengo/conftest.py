"""A double that sees colours, so that its embeddings can be told without a model, and a client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from marengo.helpers import KEY, Open, make_client, make_double
from PIL import Image
from twelvelabs import TwelveLabs
from videos import make_video

import footage
from footage.embedders.marengo import embedder
from footage.embedders.marengo.patience import Patience
from footage.embedders.marengo.service import Service
from footage.settings import Sampling
from marengo_double import Double


@pytest.fixture(scope="session")
def standing() -> Iterator[Double]:
    with make_double() as double:
        yield double


@pytest.fixture
def double(standing: Double) -> Iterator[Double]:
    """A double that many tests share; its script is forgotten after each."""
    yield standing
    standing.unscript()


@pytest.fixture(scope="session")
def client(standing: Double) -> TwelveLabs:
    return make_client(standing)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 s: red, green and blue, 4 s each, with a tone."""
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    return make_video(path, seconds=12, shots=["red", "green", "blue"], audio=True)


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "blue.png"
    Image.new("RGB", (64, 48), "blue").save(path)
    return path


# libraries


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks are looked at often, and the machine's own keys are not used."""
    monkeypatch.setattr(embedder, "FIRST_LOOK", 0.02)
    monkeypatch.setattr(embedder, "LAST_LOOK", 0.1)
    monkeypatch.setattr(embedder, "LOST_PAUSES", (0.0, 0.05))
    for name in ("TWELVE_LABS_API_KEY", "TWELVELABS_API_KEY", "TWELVELABS_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def fresh() -> Iterator[Double]:
    """A double of one test's own."""
    with make_double() as made:
        yield made


@pytest.fixture
def opened(fresh: Double, soon: None, tmp_path: Path) -> Iterator[Open]:
    """Open a library on the fresh double."""
    libraries: list[footage.Library] = []

    def opened(name: str = "marengo:3.0", *, key: str = KEY) -> footage.Library:
        service = Service(key, fresh.url, patience=Patience(first=0.01, longest=0.05))
        made = embedder.MarengoEmbedder(name, Sampling(), service=service)
        libraries.append(footage.open(tmp_path / "my.library", embedder=made))
        return libraries[-1]

    yield opened
    for library in libraries:
        library.close()


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    size = (640, 360)
    make_video(folder / "a.mp4", shots=["red", "blue"], seconds=12, size=size, audio=True)
    make_video(folder / "b.mp4", shots=["green"], seconds=6, size=size)
    return folder
