"""Neighbouring hits become one moment: none lost, none twice, none too long, in a stable order."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from colours import ColourEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st

from footage.catalog import Catalog, Video
from footage.embedder import Route, Track, Vector, VideoEmbedding
from footage.index.segments import Hit, SegmentIndex
from footage.query import DEEPEST, Query
from footage.search.cache import QueryVectors
from footage.search.closer import CloserLook
from footage.search.confidence import Confidence
from footage.search.groups import JOIN_GAP, LONGEST, merge
from footage.search.moments import SearchResult
from footage.search.searcher import Searcher
from footage.search.seen import FEWEST_HITS, SeenSearch
from footage.thumbnails import Thumbnails

VISUAL, AUDIO = Route("visual", "clip"), Route("audio", "clip")


def hit(start: float, end: float, score: float, *, video: str = "aa", route: Route = VISUAL) -> Hit:
    return Hit(f"{video}-{route.modality}-{start}", video, start, end, score, route)


def spans(hits: Sequence[Hit]) -> list[tuple[float, float]]:
    return [(group.start, group.end) for group in merge(hits)]


@st.composite
def results(draw: st.DrawFn) -> list[Hit]:
    """Hits as a search gives them: segments side by side in some videos, some of them missing."""
    hits = []
    for video in draw(st.lists(st.sampled_from(["aa", "bb", "cc"]), unique=True)):
        for route in draw(st.lists(st.sampled_from([VISUAL, AUDIO]), unique=True)):
            lengths = draw(st.lists(st.floats(0.5, 80), max_size=8))
            edges = [0.0]
            for length in lengths:
                edges.append(edges[-1] + length)
            hits += [
                hit(start, end, draw(st.floats(-1, 1)), video=video, route=route)
                for start, end in pairwise(edges)
                if draw(st.booleans())
            ]
    return hits


@given(results())
def test_every_hit_is_in_exactly_one_group(hits: list[Hit]) -> None:
    grouped = [one.segment_id for group in merge(hits) for one in group.hits]
    assert sorted(grouped) == sorted(one.segment_id for one in hits)


@given(results())
def test_a_group_is_one_stretch_of_one_video(hits: list[Hit]) -> None:
    for group in merge(hits):
        assert len({one.video_id for one in group.hits}) == 1
        in_time = sorted(group.hits, key=lambda one: one.start)
        assert all(abs(b.start - a.end) <= JOIN_GAP for a, b in pairwise(in_time))
        assert (group.start, group.end) == (in_time[0].start, in_time[-1].end)
        assert group.best.score == max(one.score for one in group.hits)
        assert group.end - group.start <= LONGEST or len(group.hits) == 1


@given(results(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(hits: list[Hit], rng: random.Random) -> None:
    shuffled = rng.sample(hits, len(hits))
    assert merge(shuffled) == merge(hits)


@given(results())
def test_the_best_come_first(hits: list[Hit]) -> None:
    scores = [group.best.score for group in merge(hits)]
    assert scores == sorted(scores, reverse=True)


def test_nothing_gives_nothing() -> None:
    assert merge([]) == []


def test_good_neighbours_are_one_moment_and_poor_ones_are_not() -> None:
    row = [hit(0, 5, 0.1), hit(5, 10, 0.9), hit(10, 15, 0.8), hit(15, 20, 0.1)]
    assert spans(row) == [(5, 15), (0, 5), (15, 20)]


def test_a_gap_parts() -> None:
    assert spans([hit(0, 5, 0.9), hit(6, 10, 0.9), hit(20, 25, 0.0)])[:2] == [(0, 5), (6, 10)]


def test_other_videos_and_routes_part() -> None:
    hits = [hit(0, 5, 0.9), hit(5, 10, 0.9, video="bb"), hit(5, 10, 0.9, route=AUDIO)]
    assert len(merge([*hits, hit(50, 55, 0.0)])) == 4


def test_equal_scores_are_one_moment() -> None:
    assert spans([hit(0, 5, 0.5), hit(5, 10, 0.5), hit(10, 15, 0.5)]) == [(0, 15)]


def test_a_moment_does_not_grow_into_a_film() -> None:
    row = [hit(10.0 * n, 10.0 * n + 10, 0.9) for n in range(20)]
    assert max(end - start for start, end in spans(row)) == LONGEST


@pytest.mark.parametrize("end", [1.0, 1.02, 1.024, 1.026, 1.05, 7.324, 7.376])
def test_segments_that_touch_but_for_rounding_are_one(end: float) -> None:
    start = end + 0.002
    assert spans([hit(0, end, 0.9), hit(start, 9, 0.9), hit(20, 25, 0.0)])[0] == (0, 9)


# The searcher, over more segments than one fetch holds


class LongIndex:
    """Videos of segments with random scores, searched exactly."""

    partitioned = False

    def __init__(self, videos: int, segments: int) -> None:
        rng = np.random.default_rng(7)
        self.hits = sorted(
            (
                hit(4.0 * at, 4.0 * at + 4, float(rng.normal()), video=f"{video:032x}")
                for video in range(videos)
                for at in range(segments)
            ),
            key=lambda one: (-one.score, one.video_id, one.start),
        )

    def search(
        self,
        _vector: Vector,
        *,
        limit: int,
        routes: Collection[Route] | None = None,  # noqa: ARG002 - as `SegmentIndex.search` takes it
        video_ids: Sequence[str] | None = None,
        excluding: Sequence[str] = (),  # noqa: ARG002
        partitions: Sequence[str] | None = None,  # noqa: ARG002
        group_by_video: bool = False,
    ) -> list[Hit]:
        found = [one for one in self.hits if video_ids is None or one.video_id in video_ids]
        if group_by_video:
            found = list({one.video_id: one for one in reversed(found)}.values())
            found.sort(key=lambda one: (-one.score, one.video_id, one.start))
        return found[:limit]


def random_frames(video_id: str, start: float, end: float) -> tuple[Track, tuple[float, ...]]:
    """Two frames a segment, that score as they like."""
    times = np.array([start, (start + end) / 2])
    seed = int(video_id, 16) * 1000 + int(start)
    vectors = np.random.default_rng(seed).normal(size=(2, 4)).astype(np.float32)
    return Track(np.column_stack([times, times + 1]), vectors), (times[1],)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("searcher")
    catalog = Catalog(folder / "catalog.sqlite", fingerprint="colours")
    now = datetime(2024, 1, 1, tzinfo=timezone.utc)
    for number in range(30):
        url = f"https://example.org/{number}"
        catalog.put(
            Video(f"{number:032x}", "x", 160.0, 16, 12, 1.0, "h264", False, now, now, url=url)
        )
    seen = SeenSearch(
        embedder=ColourEmbedder(),
        index=cast(SegmentIndex, LongIndex(videos=30, segments=40)),
        catalog=catalog,
        closer=CloserLook(random_frames),
        vectors=QueryVectors(folder),
        confidence=Confidence(
            path=folder / "background.npz",
            dimension=4,
            held=dict,
            read=lambda _video: VideoEmbedding(0.0, {}),
            bank=None,
        ),
    )
    return Searcher(
        embedder=ColourEmbedder(),
        catalog=catalog,
        thumbnails=Thumbnails(folder),
        seen=seen,
        read=None,
        liked=lambda _like: ("", np.zeros(4, np.float32)),
    )


def stretches(result: SearchResult) -> list[tuple[str, float, float]]:
    return [(moment.video_id, moment.start, moment.end) for moment in result]


@pytest.mark.parametrize("step", [1, 7, 60])
@pytest.mark.parametrize("group_by_video", [False, True])
def test_pages_are_slices_of_one_list(searcher: Searcher, step: int, group_by_video: bool) -> None:
    total = 30 if group_by_video else 300
    options: dict[str, Any] = {"text": "red", "group_by_video": group_by_video}
    whole = searcher.search(Query(limit=total, **options))
    assert len(whole) == total
    assert total == 30 or total > FEWEST_HITS
    offsets = range(0, total, step) if step > 1 else (0, 1, 29, 150, 299)
    for offset in offsets:
        if offset < total:
            size = min(step, total - offset)
            page = searcher.search(Query(limit=size, offset=offset, **options))
            assert stretches(page) == stretches(whole)[offset : offset + step]


def test_no_moment_comes_twice(searcher: Searcher) -> None:
    found = stretches(searcher.search(Query(text="red", limit=DEEPEST)))
    assert len(found) == len(set(found))


def test_evidence_says_its_rank(searcher: Searcher) -> None:
    page = searcher.search(Query(text="red", limit=100))
    ranks = [one.rank for moment in page for one in moment.evidence]
    assert page[0].evidence[0].rank == 1
    assert len(set(ranks)) == len(ranks) >= 100
    scores = {one.rank: one.score for moment in page for one in moment.evidence}
    assert [scores[rank] for rank in sorted(scores)] == sorted(scores.values(), reverse=True)
    for moment in page:
        assert moment.score == max(one.score for one in moment.evidence)


@settings(max_examples=20, deadline=None)
@given(offset=st.integers(0, DEEPEST - 1), limit=st.integers(1, 50))
def test_any_page_is_at_most_its_limit(searcher: Searcher, offset: int, limit: int) -> None:
    limit = min(limit, DEEPEST - offset)
    assert len(searcher.search(Query(text="red", limit=limit, offset=offset))) <= limit


def test_a_result_is_like_a_list(searcher: Searcher) -> None:
    result = searcher.search(Query(text="red", limit=3))
    assert len(result) == 3
    assert result[0] == next(iter(result))
    assert list(result[1:]) == list(result)[1:]
    assert result.found
    assert list(result.to_json()) == ["query", "found", "hint", "moments"]
    assert not SearchResult(result.query, ()).found


def test_the_json_of_a_moment(searcher: Searcher) -> None:
    moment = searcher.search(Query(text="red", limit=1))[0].to_json()
    assert list(moment) == [
        *("video_id", "path", "url", "title", "start", "end", "scope", "score"),
        *("confidence", "modality", "thumbnail", "evidence", "steps", "alike"),
    ]
    assert list(moment["evidence"][0]) == [
        *("segment_id", "modality", "how", "start", "end", "score", "rank"),
        *("contribution", "text", "words", "step"),
    ]
    assert moment["path"] is None
    assert not Path(moment["url"]).exists()
