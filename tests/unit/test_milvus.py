"""The embedded engine is held while it is used, and let go soon after, in whichever thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import milvus_lite
import pytest
from filelock import FileLock

from footage.errors import IndexUnavailable, LibraryLocked
from footage.index import milvus as milvus_module
from footage.index.milvus import Milvus


@pytest.fixture
def milvus(tmp_path: Path) -> Iterator[Milvus]:
    opened = Milvus(tmp_path / "milvus.db", wait=0.1)
    yield opened
    opened.close()


@pytest.fixture
def others_lock(tmp_path: Path) -> FileLock:
    """What another process would take to open the same file."""
    return FileLock(f"{tmp_path / 'milvus.db'}.lock", timeout=10)


def test_it_is_let_go_after_a_while(milvus: Milvus, others_lock: FileLock) -> None:
    with milvus.session(linger=0.05) as client:
        assert client.list_collections() == []
    with others_lock:
        pass


def test_it_is_let_go_at_once(milvus: Milvus, others_lock: FileLock) -> None:
    with milvus.session(linger=0):
        pass
    with others_lock.acquire(timeout=0.1):
        pass


def test_it_is_let_go_by_another_thread(milvus: Milvus, others_lock: FileLock) -> None:
    with milvus.session(linger=60):
        pass
    closing = threading.Thread(target=milvus.close)
    closing.start()
    closing.join()
    with others_lock.acquire(timeout=0.1):
        pass


def test_in_use_again_it_is_kept_for_as_long_again(milvus: Milvus, others_lock: FileLock) -> None:
    first = milvus.generation
    for _ in range(4):
        with milvus.session(linger=1.0):
            time.sleep(0.4)
    assert milvus.generation == first + 1
    with others_lock:
        pass


def test_a_short_linger_ends_a_long_one(milvus: Milvus, others_lock: FileLock) -> None:
    with milvus.session(linger=600):
        pass
    with milvus.session(linger=0.05):
        pass
    with others_lock:
        pass


def test_searches_in_a_row_start_no_threads(
    milvus: Milvus, monkeypatch: pytest.MonkeyPatch
) -> None:
    with milvus.session(linger=60):
        pass
    monkeypatch.setattr(threading.Timer, "start", lambda _: pytest.fail("a timer was started"))
    for _ in range(5):
        with milvus.session(linger=60):
            pass


def test_in_use_when_its_time_is_over_it_stays(milvus: Milvus) -> None:
    with milvus.session(linger=0.05):
        pass
    with milvus.session(linger=60) as client:
        time.sleep(0.3)
        assert client.list_collections() == []


def use_briefly(milvus: Milvus) -> None:
    with milvus.session(linger=0):
        pass


def test_it_is_kept_while_one_of_two_uses_it(milvus: Milvus) -> None:
    with milvus.session(linger=0) as client:
        other = threading.Thread(target=use_briefly, args=[milvus])
        other.start()
        other.join()
        milvus.close()
        assert client.list_collections() == []


def test_held_by_another_it_is_locked(milvus: Milvus, others_lock: FileLock) -> None:
    held = pytest.raises(LibraryLocked, match="another footage process")
    with others_lock, held, milvus.session():
        pass
    with milvus.session(linger=0) as client:
        assert client.list_collections() == []


def test_opened_again_it_is_whole(milvus: Milvus) -> None:
    for _ in range(3):
        with milvus.session(linger=0) as client:
            assert client.list_collections() == []


def test_the_engine_is_known_within_a_session_only(milvus: Milvus) -> None:
    with milvus.session(linger=0):
        assert milvus.engine.embedded
    with pytest.raises(RuntimeError):
        milvus.engine  # noqa: B018 - asking is what is tested


def an_engine(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have milvus-lite start ``script`` where it would start its engine, ``$lib/milvus``."""
    program = folder / "milvus"
    lib = Path(milvus_lite.__file__).parent / "lib"
    program.write_text(f'#!/bin/sh\nlib="{lib}"\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("BIN_PATH", str(folder))


@pytest.mark.slow  # pymilvus alone waits ten seconds
def test_an_engine_slow_to_start_is_waited_for(
    milvus: Milvus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_engine(tmp_path, 'sleep 12; LD_LIBRARY_PATH="$lib" exec "$lib/milvus" "$@"', monkeypatch)
    with milvus.session(linger=0) as client:
        assert client.list_collections() == []


def test_an_engine_that_dies_is_let_go(
    milvus: Milvus, others_lock: FileLock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        an_engine(tmp_path, "sleep 1; exit 3", dying)
        with pytest.raises(IndexUnavailable, match="cannot be opened"), milvus.session():
            pass
    with others_lock.acquire(timeout=0.1):
        pass
    with milvus.session(linger=0) as client:
        assert client.list_collections() == []


def test_an_engine_that_ends_at_once_is_started_again(
    milvus: Milvus, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = [0, 0]
    started = milvus_module._started

    def unlucky(uri: str) -> int | None:
        code = started(uri)
        return ended.pop() if ended else code

    monkeypatch.setattr(milvus_module, "_started", unlucky)
    with milvus.session() as client:
        assert client.list_collections() == []
    assert ended == []
