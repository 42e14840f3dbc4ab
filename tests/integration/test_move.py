"""A library taken to a server and back: nothing embedded, nothing lost, wherever it is stopped."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from houses import House
from milvus_server import MilvusServer

import footage
from footage import ArchiveDamaged, IndexUnavailable, Library, UsageError
from footage import move as move_module
from footage.embedder import Track, VideoEmbedding
from footage.embedders.local import VISUAL
from footage.settings import LibrarySettings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Stopped(Exception):
    pass


def held(library: Library) -> set[str]:
    return {name for names in library.index.ids().values() for name in names}


def stop_at(call: int) -> Callable[[int, int], None]:
    left = iter(range(call))

    def progress(_done: int, _total: int) -> None:
        if next(left, None) is None:
            raise Stopped

    return progress


def test_there_and_back_the_ids_are_the_same(own_house: House, on_server: MilvusServer) -> None:
    with own_house.open() as library:
        before, answer = held(library), [m.title for m in library.search("red")]
        there = library.move(on_server.uri)
        assert (there.videos, there.written, there.cleaned) == (4, len(before), True)
        assert there.rate > 0
        assert held(library) == before
        assert [m.title for m in library.search("red")] == answer
        assert not (library.folder / "milvus.db").exists()
        assert LibrarySettings.load(library.folder).milvus_uri == on_server.uri
        back = library.move(None)
        assert back.written == len(before)
        assert held(library) == before
        assert library.embedder.embedded == 0
    with own_house.open() as library:
        assert [m.title for m in library.search("red")] == answer
        assert library.differing() == []


def test_left_places_are_empty_and_kept_ones_are_not(
    own_house: House, on_server: MilvusServer
) -> None:
    with own_house.open() as library:
        library.move(on_server.uri, keep=True)
        assert (library.folder / "milvus.db").exists()
        assert library.move(None, keep=True).written == 0
        assert library.move(on_server.uri).written == 0
        library.move(None)
        left = library._index_at(on_server.uri, library._milvus_token)
        assert left.count() == 0
        left.close()


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_stopped_anywhere_it_answers_and_goes_on(
    own_house: House, on_server: MilvusServer, stop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move_module, "BATCH_SEGMENTS", 1)
    with own_house.open() as library:
        before = held(library)
        with pytest.raises(Stopped):
            library.move(on_server.uri, on_progress=stop_at(stop))
        assert library.settings.milvus_uri is None
        assert library.search("red")[0].title
        written = []
        original = footage.index.segments.SegmentIndex.write

        def write(self: object, embeddings: dict[str, VideoEmbedding], **options: object) -> None:
            written.extend(embeddings)
            original(self, embeddings, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(footage.index.segments.SegmentIndex, "write", write)
        library.move(on_server.uri)
        assert len(written) == 4 - stop
        assert held(library) == before
        library.index.drop()


def test_killed_at_random_points_it_ends_whole(own_house: House, on_server: MilvusServer) -> None:
    """Rounds of kill -9 while a library of 400 videos goes to the server; then it is let finish."""
    with own_house.open() as library:
        chance = np.random.default_rng(0)
        one = next(iter(library.catalog.videos().values()))
        for at in range(400):
            video_id = f"{at:032x}"
            spans = np.column_stack([np.arange(20.0), np.arange(1.0, 21.0)])
            vectors = chance.standard_normal((20, 4)).astype(np.float32)
            embedding = VideoEmbedding(20.0, {VISUAL: Track(spans, vectors)})
            library.archive.write(video_id, library.embedder.fingerprint, embedding)
            library.catalog.put(footage_video(one, video_id))
            library.catalog.record_embedding(video_id, 20, {})
        library.reindex()
        before = held(library)
    program = (
        "import sys; sys.path.insert(0, sys.argv[3]); import footage;"
        "from footage import move; from colours import ColourEmbedder; move.BATCH_SEGMENTS = 200\n"
        "with footage.open(sys.argv[1], embedder=ColourEmbedder()) as library:\n"
        "    library.move(sys.argv[2])"
    )
    tests = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", program, str(own_house.library), on_server.uri, tests]
    points = random.Random(0)
    for _ in range(4):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(points.uniform(2.0, 9.0))
        os.kill(process.pid, signal.SIGKILL) if process.poll() is None else None
        process.wait()
        with own_house.open() as library:
            assert held(library) == before
            assert library.search("red")[0].score > 0.8
    with own_house.open() as library:
        library.move(on_server.uri)
        assert library.settings.milvus_uri == on_server.uri
        assert held(library) == before
        assert not (library.folder / "milvus.db").exists()
        library.index.drop()


def footage_video(like: footage.Video, video_id: str) -> footage.Video:
    from dataclasses import replace

    return replace(like, video_id=video_id, url=f"https://example.org/{video_id}", paths=())


def test_killed_between_switch_and_cleaning_the_next_move_cleans(
    own_house: House, on_server: MilvusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_house.open() as library, monkeypatch.context() as patch:
        patch.setattr(move_module, "clean", stop_at(0))
        with pytest.raises(Stopped):
            library.move(on_server.uri)
    with own_house.open() as library:
        assert library.search("red")[0].title
        assert (library.folder / "milvus.db").exists()
        report = library.move(on_server.uri)
        assert (report.written, report.cleaned) == (0, True)
        assert not (library.folder / "milvus.db").exists()
        library.index.drop()


def test_another_process_follows(own_house: House, on_server: MilvusServer) -> None:
    with own_house.open() as mover, own_house.open() as searcher:
        answer = [m.title for m in searcher.search("red")]
        searcher.index.close()
        mover.move(on_server.uri)
        assert [m.title for m in searcher.search("red")] == answer
        assert searcher.settings.milvus_uri == on_server.uri
        mover.index.drop()


def test_to_nowhere_nothing_changes(own_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("footage.index.milvus.PATIENCE", 0.5)
    with own_house.open() as library:
        with pytest.raises(IndexUnavailable, match="cannot be reached"):
            library.move("http://127.0.0.1:1")
        with pytest.raises(UsageError, match="not the address"):
            library.move("milvus.example.org")
        assert library.settings.milvus_uri is None
        assert library.search("red")[0].title


def test_from_a_server_that_is_gone_for_good(
    own_house: House, on_server: MilvusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("footage.index.milvus.PATIENCE", 0.5)
    with own_house.open() as library:
        before = held(library)
        library._save_settings(milvus_uri="http://127.0.0.1:1")
        library._close_index()
        report = library.move(None)
        assert isinstance(report.not_cleaned, IndexUnavailable)
        assert held(library) == before


def test_a_damaged_archive_file_stops_the_move(own_house: House, on_server: MilvusServer) -> None:
    with own_house.open() as library:
        some = next(iter(library.catalog.embedded()))
        library.archive.path(some, library.embedder.fingerprint).write_bytes(b"broken")
        with pytest.raises(ArchiveDamaged):
            library.move(on_server.uri)
        assert library.settings.milvus_uri is None
