"""What is remembered of queries: vectors on disk, results in memory."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from colours import ColourEmbedder
from hypothesis import given
from hypothesis import strategies as st
from videos import make_video

import footage
from footage import Library
from footage.embedder import Vector
from footage.search.cache import FILE_NAME, QueryVectors, Results, Tally


class Maker:
    """Makes the vector of a text, and counts how often it had to."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, text: str) -> Callable[[], Vector]:
        def make() -> Vector:
            self.made.append(text)
            return np.array([len(text), 1.5, -0.25], dtype=np.float32)

        return make


@pytest.fixture
def maker() -> Maker:
    return Maker()


def ask(vectors: QueryVectors, maker: Maker, text: str, space: str = "space") -> list[float]:
    return vectors.vector(space, text, maker(text)).tolist()


def test_a_vector_is_made_once_and_comes_back_as_it_was(tmp_path: Path, maker: Maker) -> None:
    first = QueryVectors(tmp_path)
    assert ask(first, maker, "a dog") == ask(first, maker, "a dog") == [5.0, 1.5, -0.25]
    assert ask(QueryVectors(tmp_path), maker, "a dog") == [5.0, 1.5, -0.25]
    assert maker.made == ["a dog"]
    assert first.tally() == Tally(hits=2, misses=1)
    assert str(first.tally()) == "2 of 3 (67 %)"


def test_another_text_and_another_space_are_others(tmp_path: Path, maker: Maker) -> None:
    vectors = QueryVectors(tmp_path)
    for text, space in (("a dog", "one"), ("a cat", "one"), ("a dog", "two"), ("A dog", "one")):
        ask(vectors, maker, text, space)
    assert len(maker.made) == 4


def test_the_least_recently_used_go_first(tmp_path: Path, maker: Maker) -> None:
    vectors = QueryVectors(tmp_path, most=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        ask(vectors, maker, text)
    assert maker.made == ["a", "b", "c", "b"]
    assert len(vectors) == 2


def test_nothing_is_made_on_disk_before_something_is_asked(tmp_path: Path) -> None:
    vectors = QueryVectors(tmp_path)
    assert (vectors.tally(), len(vectors)) == (Tally(), 0)
    vectors.count("embeddings", hits=0, misses=0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(90)])
def test_a_damaged_file_is_begun_anew(content: bytes, tmp_path: Path, maker: Maker) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    vectors = QueryVectors(tmp_path)
    assert ask(vectors, maker, "a") == ask(vectors, maker, "a")
    assert maker.made == ["a"]


def test_a_vector_with_a_changed_bit_is_made_again(tmp_path: Path, maker: Maker) -> None:
    vectors = QueryVectors(tmp_path)
    right = ask(vectors, maker, "a")
    vectors.close()
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute("UPDATE vectors SET vector = zeroblob(12)")
    db.close()
    assert ask(vectors, maker, "a") == right
    assert maker.made == ["a", "a"]


def test_where_nothing_can_be_kept_it_is_made(tmp_path: Path, maker: Maker) -> None:
    vectors = QueryVectors(tmp_path / "not there")
    ask(vectors, maker, "a")
    ask(vectors, maker, "a")
    assert maker.made == ["a", "a"]


def test_while_another_writes_it_is_not_waited_for_long(tmp_path: Path, maker: Maker) -> None:
    vectors = QueryVectors(tmp_path)
    ask(vectors, maker, "a")
    holder = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert ask(vectors, maker, "b") == [1.0, 1.5, -0.25]
    holder.close()


def test_many_threads_share_it(tmp_path: Path, maker: Maker) -> None:
    vectors = QueryVectors(tmp_path)
    answers: list[list[float]] = []

    def work() -> None:
        answers.extend(ask(vectors, maker, f"query {number}") for number in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 80
    assert vectors.tally().asked == 80
    assert len(vectors) == 20


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from(["get", "keep", "write"])),
        max_size=40,
    )
)
def test_results_are_those_of_the_version_asked_for(steps: list[tuple[str, str]]) -> None:
    results: Results[tuple[str, int]] = Results(most=3)
    version = 0
    for key, step in steps:
        if step == "write":
            version += 1
        elif step == "keep":
            results.get(key, version)
            results.keep(key, version, (key, version))
        else:
            assert results.get(key, version) in {None, (key, version)}


def test_a_result_begun_before_a_write_is_not_kept() -> None:
    results: Results[str] = Results()
    assert results.get("a", 1) is None
    assert results.get("b", 2) is None
    results.keep("a", 1, "old")
    assert results.get("a", 2) is None


# in a library


class Searches:
    """Counts the searches of an index."""

    def __init__(self, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        search = library.index.search

        def counted(*args: Any, **options: Any) -> Any:
            self.count += 1
            return search(*args, **options)

        monkeypatch.setattr(library.index, "search", counted)


@pytest.fixture
def searches(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Searches:
    make_video(folder / "a.mp4", seconds=4, shots=["red", "blue"])
    library.add(folder)
    library.search("red")
    return Searches(library, monkeypatch)


def test_the_same_question_is_answered_from_memory(library: Library, searches: Searches) -> None:
    asked = [library.search("blue"), library.search("blue"), library.search("blue", limit=1)]
    assert searches.count == 2
    assert asked[0].to_json() == asked[1].to_json()
    assert asked[0][0] == asked[2][0]


@pytest.mark.parametrize("process", ["this", "another"])
def test_any_write_drops_the_results(
    process: str, library: Library, searches: Searches, tmp_path: Path
) -> None:
    assert library.search("blue").found
    video = library.videos()[0]
    if process == "this":
        library.tag(video.video_id, add=["x"])
    else:
        with footage.open(tmp_path / "my.library", embedder=ColourEmbedder()) as other:
            other.remove(video.video_id)
    found = library.search("blue")
    assert searches.count == 2
    assert found.found == (process == "this")


def test_a_remembered_result_says_where_the_file_is_now(
    library: Library, searches: Searches, folder: Path
) -> None:
    copy = shutil.copy(folder / "a.mp4", folder / "b.mp4")
    library.add(copy)
    assert library.search("red")[0].path == folder / "a.mp4"
    before = searches.count
    (folder / "a.mp4").unlink()
    assert library.search("red")[0].path == folder / "b.mp4"
    assert searches.count == before


def test_a_model_of_this_machine_needs_no_cache_on_disk(
    library: Library, searches: Searches
) -> None:
    assert not (library.folder / FILE_NAME).exists()
