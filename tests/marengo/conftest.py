"""A double that sees colours, so that its embeddings can be told without a model, and a client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from marengo.helpers import make_client, make_double
from PIL import Image
from twelvelabs import TwelveLabs
from videos import make_video

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
