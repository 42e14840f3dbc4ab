"""Where frames lie is worked out once a file, and again when another lies in its place."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from footage import frame_files
from footage.archive import Archive
from footage.embedder import Fingerprint, Track, VideoEmbedding
from footage.errors import ArchiveDamaged
from footage.frame_files import FrameFiles

MARK = Fingerprint("colours", "1", 4)


def embedding(seed: int, frames: int = 10) -> VideoEmbedding:
    times = np.arange(float(frames))
    vectors = np.random.default_rng(seed).normal(size=(frames, 4)).astype(np.float16)
    track = Track(np.column_stack([times, times + 1]), vectors.astype(np.float32))
    return VideoEmbedding(float(frames), {}, frames=track, shots=(2.5, 6.0))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An entry for every file whose layout is worked out."""
    calls: list[int] = []
    lock, work_out = threading.Lock(), frame_files._read_layout

    def counted(file: object, stamp: frame_files.Stamp) -> frame_files._Layout:
        with lock:
            calls.append(1)
        return work_out(file, stamp)  # type: ignore[arg-type]

    monkeypatch.setattr(frame_files, "_read_layout", counted)
    return calls


def read(files: FrameFiles, path: Path, start: float = 0, end: float = 10) -> np.ndarray:
    found = files.read(str(path), start, end)
    assert found is not None
    return found[0].vectors


def test_a_file_is_worked_out_once(archive: Archive, opened: list[int]) -> None:
    path, files = archive.write("aa", MARK, embedding(1)), FrameFiles()
    for first in range(10):
        whole = embedding(1).frames
        assert whole is not None
        np.testing.assert_array_equal(
            read(files, path, first, first + 2), whole.vectors[first:][:2]
        )
    assert len(opened) == 1


def test_another_file_in_its_place_is_noticed(archive: Archive) -> None:
    path, files = archive.write("aa", MARK, embedding(1)), FrameFiles()
    before = read(files, path)
    archive.write("aa", MARK, embedding(2))
    after, other = read(files, path), embedding(2).frames
    assert other is not None
    np.testing.assert_array_equal(after, other.vectors)
    assert not np.array_equal(before, after)


def test_a_file_that_is_gone_or_cut_is_noticed(archive: Archive) -> None:
    path = archive.write("aa", MARK, embedding(1))
    archive.frames("aa", MARK, 0, 10)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ArchiveDamaged, match="damaged"):
        archive.frames("aa", MARK, 0, 10)
    archive.delete("aa", MARK)
    with pytest.raises(ArchiveDamaged, match="missing"):
        archive.frames("aa", MARK, 0, 10)


def test_what_is_read_cannot_change_what_is_remembered(archive: Archive) -> None:
    path, files = archive.write("aa", MARK, embedding(1)), FrameFiles()
    found = files.read(str(path), 0, 10)
    assert found is not None
    with pytest.raises(ValueError, match="read-only"):
        found[0].spans[0, 0] = 5.0


def test_the_files_read_last_are_remembered(archive: Archive, opened: list[int]) -> None:
    paths = [archive.write(name, MARK, embedding(at)) for at, name in enumerate(("aa", "bb", "cc"))]
    files = FrameFiles(most_files=2)
    for at in (0, 1, 0, 2, 0):  # the third takes the place of the second
        read(files, paths[at])
    assert len(opened) == 3
    read(files, paths[1])
    assert len(opened) == 4


def test_long_videos_take_the_place_of_several(archive: Archive, opened: list[int]) -> None:
    short = [archive.write(name, MARK, embedding(1)) for name in ("aa", "bb")]
    long = archive.write("cc", MARK, embedding(2, frames=1_000))
    files = FrameFiles(most_bytes=18_000)
    for path in (*short, *short, long, *short):
        read(files, path)
    assert len(opened) == 5


def test_one_that_is_too_long_is_read_all_the_same(archive: Archive) -> None:
    path, files = archive.write("aa", MARK, embedding(1)), FrameFiles(most_bytes=0)
    np.testing.assert_array_equal(read(files, path), read(files, path))


def test_several_threads_read_what_is_there(archive: Archive) -> None:
    names = [f"v{number}" for number in range(6)]
    paths = [archive.write(name, MARK, embedding(at)) for at, name in enumerate(names)]
    files = FrameFiles(most_files=3)

    def each(at: int) -> bool:
        own = embedding(at % 6).frames
        return own is not None and np.array_equal(read(files, paths[at % 6]), own.vectors)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(each, range(120)))
