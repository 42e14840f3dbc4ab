"""The index without Milvus: the same answers, from the archive."""

from __future__ import annotations

import numpy as np
import pytest

from footage.embedder import Fingerprint, Route, Track, VideoEmbedding
from footage.errors import LibraryUnwritable
from footage.index.exact import ExactIndex

SEEN, HEARD = Route("visual", "clip"), Route("audio", "clip")
MARK = Fingerprint("two", "1", 2)


def track(*vectors: tuple[float, float]) -> Track:
    spans = np.array([(at, at + 1) for at in range(len(vectors))], dtype=np.float64)
    return Track(spans, np.array(vectors, dtype=np.float32))


EMBEDDINGS = {
    "aa": VideoEmbedding(2, {SEEN: track((1, 0), (0, 1)), HEARD: track((0.8, 0.6))}),
    "bb": VideoEmbedding(1, {SEEN: track((0.6, 0.8))}),
}


@pytest.fixture
def index() -> ExactIndex:
    return ExactIndex(
        fingerprint=MARK, video_ids=lambda: EMBEDDINGS, read=EMBEDDINGS.__getitem__, why="full"
    )


QUERY = np.array([1, 0], dtype=np.float32)


def test_the_nearest_come_first(index: ExactIndex) -> None:
    hits = index.search(QUERY, limit=10)
    assert [round(hit.score, 3) for hit in hits] == [1.0, 0.8, 0.6, 0.0]


@pytest.mark.parametrize(
    ("routes", "scores"), [([SEEN], [1.0, 0.6, 0.0]), ([HEARD], [0.8]), ([SEEN, HEARD], [1.0, 0.8])]
)
def test_only_the_routes_that_are_named(
    index: ExactIndex, routes: list[Route], scores: list[float]
) -> None:
    hits = index.search(QUERY, limit=len(scores), routes=routes)
    assert [round(hit.score, 3) for hit in hits] == scores
    assert {hit.route for hit in hits} <= set(routes)


def test_only_the_videos_that_are_named_and_the_best_of_each(index: ExactIndex) -> None:
    assert [hit.video_id for hit in index.search(QUERY, limit=9, video_ids=["bb"])] == ["bb"]
    assert {hit.video_id for hit in index.search(QUERY, limit=9, excluding=["bb"])} == {"aa"}
    grouped = index.search(QUERY, limit=9, routes=[SEEN], group_by_video=True)
    assert [hit.video_id for hit in grouped] == ["aa", "bb"]


def test_it_cannot_be_written(index: ExactIndex) -> None:
    with pytest.raises(LibraryUnwritable, match="cannot be written \\(full\\)"):
        index.write({})
