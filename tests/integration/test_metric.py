"""Scores are cosines, whatever metric a collection was made with and however long the vectors are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from colours import ColourEmbedder
from houses import House

import footage
from footage import Library
from footage.embedder import VideoEmbedding
from footage.embedders.local import VISUAL
from footage.index import schema
from footage.index.segments import Hit

pytestmark = pytest.mark.timeout(300)


def metric(library: Library) -> str:
    return str(library.index.describe()["metric"])


def hits(library: Library, text: str = "red") -> list[Hit]:
    return library.index.search(library.embedder.encode_text(text), limit=100)


def cosines(library: Library, text: str = "red") -> dict[str, list[float]]:
    """What the scores of each video should be, best first, from the archive."""
    query = library.embedder.encode_text(text)
    found = {}
    for video_id in library.catalog.embedded():
        vectors = library.embedding(video_id).tracks[VISUAL].vectors
        lengths = np.linalg.norm(vectors, axis=1)
        found[video_id] = sorted((vectors @ query / lengths).tolist(), reverse=True)
    return found


def scores(found: list[Hit]) -> dict[str, list[float]]:
    by_video: dict[str, list[float]] = {}
    for hit in found:
        by_video.setdefault(hit.video_id, []).append(hit.score)
    return by_video


def assert_cosines(library: Library) -> None:
    assert scores(hits(library)) == {
        video_id: pytest.approx(expected, abs=1e-5)
        for video_id, expected in cosines(library).items()
    }


@pytest.fixture
def made_before(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Until it is undone, collections are made for COSINE, as they once were."""
    with monkeypatch.context() as patched:
        patched.setattr(schema, "FLAT", replace(schema.FLAT, metric="COSINE"))
        yield patched


def test_scores_are_cosines(placed: Library) -> None:
    assert metric(placed) == "IP"
    assert_cosines(placed)


def test_a_collection_made_for_cosine_goes_on(
    made_before: pytest.MonkeyPatch, placed: Library, built_house: House
) -> None:
    assert metric(placed) == "COSINE"
    before = hits(placed)
    assert_cosines(placed)
    made_before.undo()
    with footage.open(placed.folder, embedder=ColourEmbedder()) as today:
        placed.index.close()
        assert hits(today) == before
        assert today.differing() == []
        today.remove([built_house.videos / "beach/green.mp4"])
        today.restore([built_house.videos / "beach/green.mp4"])
        assert (metric(today), hits(today)) == ("COSINE", before)
        today.reindex()
        assert metric(today) == "COSINE"
        today.reindex(fresh=True)
        assert metric(today) == "IP"
        assert_cosines(today)
        assert today.differing() == []


def test_long_and_short_vectors_are_found_by_their_cosine(placed: Library) -> None:
    some, other, *_ = placed.catalog.embedded()
    for video_id, length in ((some, 7.0), (other, 0.01)):
        placed.index.write({video_id: scaled(placed.embedding(video_id), length)})
    assert_cosines(placed)


def test_the_length_of_a_query_does_not_matter(placed: Library) -> None:
    vector = placed.embedder.encode_text("red")
    assert scores(placed.index.search(5 * vector, limit=100)) == {
        video_id: pytest.approx(expected, abs=1e-5)
        for video_id, expected in cosines(placed).items()
    }


def scaled(embedding: VideoEmbedding, length: float) -> VideoEmbedding:
    tracks = {
        route: replace(track, vectors=track.vectors * np.float32(length))
        for route, track in embedding.tracks.items()
    }
    return replace(embedding, tracks=tracks)


@pytest.mark.slow
def test_a_server_keeps_the_metric_of_a_collection_it_indexes_anew(
    made_before: pytest.MonkeyPatch,
    on_server: Any,
    built_house: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with footage.open(
        tmp_path / "grown.library", embedder=ColourEmbedder(), milvus_uri=on_server.uri
    ) as library:
        library.add(built_house.videos)
        made_before.undo()
        monkeypatch.setattr(schema, "HNSW_FROM_ROWS", 1)
        library.index.settle()
        described = library.index.describe()
        assert (described["index_type"], described["metric"]) == ("HNSW", "COSINE")
        assert_cosines(library)
        library.index.drop()
