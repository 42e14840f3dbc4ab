"""Index parameters measured on the library's own vectors, and used afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from colours import ColourEmbedder
from houses import House
from milvus_server import MilvusServer

import footage
from footage import Library, UsageError
from footage.index import schema
from footage.settings import IndexSettings, LibrarySettings

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def small_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("footage.tune.BUILDS", ((8, 50),))
    monkeypatch.setattr("footage.tune.WIDTHS", (16, 32))


@pytest.fixture
def served(built_house: House, on_server: MilvusServer, tmp_path: Path) -> Iterator[Library]:
    with footage.open(
        tmp_path / "served.library", embedder=ColourEmbedder(), milvus_uri=on_server.uri
    ) as library:
        library.add(built_house.videos)
        yield library
        library.index.drop()


def built(library: Library) -> list[schema.IndexPlan]:
    with library.index._milvus.session() as client:
        engine = library.index._milvus.engine
        names = library.index._present(client).values()
        return [schema.built_index(client, name, engine=engine) for name in names]


def test_the_embedded_engine_is_exact(house: Library) -> None:
    report = house.tune(queries=["red"])
    (row,) = report.rows
    assert report.embedded
    assert row.recall == 1.0
    assert 0 < row.p50 <= row.p95
    assert report.recommended is None


def test_nothing_to_measure_is_said(library: Library) -> None:
    with pytest.raises(UsageError, match="nothing to measure"):
        library.tune()
    with pytest.raises(UsageError, match="not a recall"):
        library.tune(recall=1.5)


def test_the_command_line_prints_and_refuses(
    built_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from footage.cli.app import app

    monkeypatch.setattr("footage.library.open_embedder", lambda _name, _s: ColourEmbedder())
    (tmp_path / "texts").write_text("red\n\nblue\n", "utf-8")
    at = ["--library", str(built_house.library)]
    printed = CliRunner().invoke(app, ["tune", *at, "--queries", str(tmp_path / "texts")])
    assert "there is nothing to tune" in printed.output
    stays = CliRunner().invoke(app, ["move", *at, "--embedded"])
    assert "already in the embedded Milvus" in stays.output
    for wrong in (["move", *at], ["tune", *at, "--queries", "/nowhere"]):
        assert isinstance(CliRunner().invoke(app, wrong).exception, UsageError)


@pytest.mark.slow
def test_the_grid_is_measured_and_leaves_nothing_behind(served: Library, small_grid: None) -> None:
    report = served.tune(queries=["red", "blue"])
    assert [row.name for row in report.rows] == [
        "FLAT (exact)", "HNSW M=8 efConstruction=50 ef=16", "HNSW M=8 efConstruction=50 ef=32",
    ]  # fmt: skip
    assert all(row.recall == 1.0 for row in report.rows)
    assert report.recommended in report.rows
    assert served.settings.index is None
    with served.index._milvus.session() as client:
        assert not [name for name in client.list_collections() if "tune" in name]


@pytest.mark.slow
def test_applied_it_is_recorded_and_really_built(
    served: Library, small_grid: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("footage.tune.recommended", lambda rows, _recall: rows[-1])
    report = served.tune(apply=True)
    assert report.applied
    assert built(served) == [schema.IndexPlan("HNSW", {"M": 8, "efConstruction": 50})]
    wanted = IndexSettings(m=8, ef_construction=50, ef=32)
    assert LibrarySettings.load(served.folder).index == wanted
    assert served.search("blue")[0].title == "red-blue"
    assert len(served.index.search(served.embedder.encode_text("red"), limit=5_000)) > 4


@pytest.mark.slow
def test_a_collection_that_outgrew_its_index_gets_another(
    served: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [plan.index_type for plan in built(served)] == ["FLAT"]
    monkeypatch.setattr(schema, "HNSW_FROM_ROWS", 3)
    served.reindex()
    assert [plan.index_type for plan in built(served)] == ["HNSW"]
    assert served.search("blue")[0].title == "red-blue"
    assert np.isclose(served.search("red")[0].score, 1.0, atol=0.2)
