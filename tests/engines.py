"""A real Milvus server, one for each process of the tests; and libraries embedded and on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from colours import ColourEmbedder
from milvus_server import MilvusServer

import footage

if TYPE_CHECKING:
    from houses import House


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    folder = tmp_path_factory.mktemp("milvus")
    with MilvusServer(folder) as server:
        yield server
    shutil.rmtree(folder, ignore_errors=True)  # its libraries alone are 450 MB


@pytest.fixture
def on_server(milvus_server: MilvusServer, monkeypatch: pytest.MonkeyPatch) -> MilvusServer:
    """The server, with its token in the environment."""
    monkeypatch.setenv("FOOTAGE_MILVUS_TOKEN", milvus_server.token)
    return milvus_server


@pytest.fixture(params=["embedded", pytest.param("server", marks=pytest.mark.slow)])
def engine_uri(request: pytest.FixtureRequest) -> str | None:
    """Where new libraries of a test go: the embedded engine, and a server."""
    if request.param == "embedded":
        return None
    return request.getfixturevalue("on_server").uri


@pytest.fixture
def placed(built_house: House, tmp_path: Path, engine_uri: str | None) -> Iterator[footage.Library]:
    """The four videos of the house, indexed on either engine."""
    with footage.open(
        tmp_path / "placed.library", embedder=ColourEmbedder(), milvus_uri=engine_uri
    ) as library:
        assert not library.add(built_house.videos).failed
        yield library
        library.index.drop()
