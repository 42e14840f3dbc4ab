"""The scan of meanings: a coarse look first, and the very same passages as without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footage.index import meanings
from footage.index.coarse import CoarseBlock
from footage.index.texts import TextIndex
from footage.passages import Passage

DIMENSION = 24
ROWS = 16


def units(count: int, seed: int, dimension: int = DIMENSION) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@given(
    st.integers(1, 40), st.integers(1, 300), st.integers(0, 99), st.sampled_from([0.0, 0.9, 0.999])
)
@settings(max_examples=40, deadline=None)
def test_a_coarse_look_is_as_good_as_it_says(
    count: int, dimension: int, seed: int, peak: float
) -> None:
    vectors = units(count, seed, dimension)
    vectors[:, 0] += peak / (1 - peak)  # nearly all of it in one number
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query, block = units(1, seed + 1, dimension)[0], CoarseBlock(vectors)
    off = np.abs(block.products(query) - vectors @ query).max()
    assert off <= block.off_by(query) < 0.02


def test_nothing_at_all_is_looked_at_coarsely_too() -> None:
    block = CoarseBlock(np.zeros((3, 5), np.float32))
    assert block.products(units(1, 0, 5)[0]).tolist() == [0, 0, 0]


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TextIndex]:
    """Blocks of 16 passages, that 100 make several; on any machine."""
    monkeypatch.setattr(meanings, "ROWS", ROWS)
    monkeypatch.setattr(meanings, "IS_QUICK", True)
    index = TextIndex(tmp_path / "texts.sqlite", DIMENSION)
    for number, count in enumerate([30, 1, 25, 7, 37]):
        put(index, f"video{number}", count, seed=number)
    index.meaning(units(1, 0)[0], modality="speech")
    yield index
    index.close()


def put(index: TextIndex, video: str, count: int, seed: int) -> None:
    passages = [Passage(((float(at), at + 1.0),), (f"{video} {at}",)) for at in range(count)]
    index.replace(video, "speech", str(seed), passages, units(count, seed))


def nearest(index: TextIndex, vector: np.ndarray, **where: object) -> list[tuple[str, float]]:
    hits = index.meaning(vector, modality="speech", **where)  # type: ignore[arg-type]
    return [(hit.text, round(hit.score, 5)) for hit in hits]


def exactly(vector: np.ndarray, held: dict[str, tuple[int, int]]) -> list[tuple[str, float]]:
    """What is nearest by multiplying everything, as it is kept: in half precision."""
    found = [
        (f"{video} {at}", round(float(cosine), 5))
        for video, (count, seed) in held.items()
        for at, cosine in enumerate(units(count, seed).astype(np.float16).astype(float) @ vector)
    ]
    return sorted(found, key=lambda pair: -pair[1])


ALL = {f"video{number}": (count, number) for number, count in enumerate([30, 1, 25, 7, 37])}


@pytest.mark.parametrize("limit", [1, 5, 40, 100, 500])
def test_the_best_are_those_that_an_exact_scan_finds(index: TextIndex, limit: int) -> None:
    for vector in units(20, 7):
        assert_same(nearest(index, vector, limit=limit), exactly(vector, ALL)[:limit])
    assert index.meaning(vector, modality="speech", limit=0) == []


def test_of_some_videos_too(index: TextIndex) -> None:
    for left in (["video0", "video2", "video4"], ["video3"]):
        held = {video: ALL[video] for video in left}
        rest = [video for video in ALL if video not in left]
        for vector in units(5, 8):
            assert_same(nearest(index, vector, video_ids=left, limit=9), exactly(vector, held)[:9])
            assert_same(nearest(index, vector, excluding=rest, limit=9), exactly(vector, held)[:9])


def test_what_comes_and_goes_is_followed_and_what_stays_is_not_made_again(
    index: TextIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def counted(vectors: np.ndarray) -> CoarseBlock:
        made.append(len(vectors))
        return CoarseBlock(vectors)

    monkeypatch.setattr(meanings, "CoarseBlock", counted)
    held, vector = dict(ALL), units(1, 9)[0]

    def blocks_made() -> int:
        made.clear()
        assert_same(nearest(index, vector, limit=20), exactly(vector, held)[:20])
        assert set(made) <= {ROWS}
        return len(made)

    index.close()
    assert blocks_made() == 0  # one search is not worth it
    assert blocks_made() == 6  # of 100 passages
    assert blocks_made() == 0
    put(index, "new", 20, seed=20)
    held["new"] = (20, 20)
    assert blocks_made() == 1  # the seventh is full
    put(index, "video3", 7, seed=21)  # anew, at the end
    held["video3"] = (7, 21)
    assert blocks_made() == 4  # the first three have what they had
    index.delete(["video0"])
    del held["video0"]
    assert blocks_made() == 5  # of 90: all has moved


def assert_same(found: list[tuple[str, float]], wanted: list[tuple[str, float]]) -> None:
    assert [score for _, score in found] == pytest.approx([score for _, score in wanted], abs=2e-5)
    if len({score for _, score in wanted}) == len(wanted):
        assert {text for text, _ in found} == {text for text, _ in wanted}
