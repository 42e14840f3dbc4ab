"""A file's identity: its bytes, whatever it is called and wherever it lies."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import av
import pytest

from footage.errors import MediaChanged, MediaError, MediaForbidden, MediaMissing, UnreadableMedia
from footage.media.faults import media_fault, shown
from footage.media.identity import CHUNK_BYTES, FileStamp, content_id


def test_the_id_is_blake2b_128_of_all_bytes(tmp_path: Path) -> None:
    data = os.urandom(2 * CHUNK_BYTES + 17)
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    assert content_id(path) == hashlib.blake2b(data, digest_size=16).hexdigest()


def test_the_same_bytes_elsewhere_have_the_same_id(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"moving pictures")
    (tmp_path / "b.mkv").write_bytes(b"moving pictures")
    (tmp_path / "c.mp4").write_bytes(b"moving picturez")
    a, b, c = (content_id(tmp_path / name) for name in ("a.mp4", "b.mkv", "c.mp4"))
    assert a == b != c


def test_progress_adds_up_to_the_size(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(bytes(CHUNK_BYTES + 5))
    chunks: list[int] = []
    content_id(path, on_bytes=chunks.append)
    assert sum(chunks) == CHUNK_BYTES + 5
    assert len(chunks) >= 2


def test_an_empty_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    with pytest.raises(UnreadableMedia, match=r"a\.mp4 is empty"):
        content_id(tmp_path / "a.mp4")


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MediaMissing, match=r"a\.mp4 is not there"):
        content_id(tmp_path / "a.mp4")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="not a regular file"):
        content_id(tmp_path)


def test_a_file_written_to_meanwhile_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(bytes(100))

    def grow(_: int) -> None:
        with path.open("ab") as file:
            file.write(b"more" if path.stat().st_size < 200 else b"")

    with pytest.raises(MediaChanged, match=r"a\.mp4 changed"):
        content_id(path, on_bytes=grow)


def test_the_stamp_tells_an_edit_and_a_replacement(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"one")
    before = FileStamp.of(path)
    assert FileStamp.of(path) == before
    os.utime(path, ns=(before.mtime_ns, before.mtime_ns + 1_000_000_000))
    assert FileStamp.of(path) != before
    (tmp_path / "b.mp4").write_bytes(b"one")
    os.utime(tmp_path / "b.mp4", ns=(before.mtime_ns, before.mtime_ns))
    (tmp_path / "b.mp4").replace(path)
    assert FileStamp.of(path).inode != before.inode


@pytest.mark.parametrize(
    ("raised", "meant", "words"),
    [
        (FileNotFoundError(2, "No such file"), MediaMissing, "is not there"),
        (NotADirectoryError(20, "Not a directory"), MediaMissing, "is not there"),
        (PermissionError(13, "Permission denied"), MediaForbidden, "allow reading it"),
        (OSError(5, "Input/output error"), UnreadableMedia, "Input/output error.*drive"),
        (MemoryError(), UnreadableMedia, "memory"),
        (ValueError("whatever"), UnreadableMedia, "is not a video"),
    ],
)
def test_what_the_system_raises_is_put_in_words(
    raised: Exception, meant: type[MediaError], words: str
) -> None:
    fault = media_fault(raised, "a.mp4")
    assert type(fault) is meant
    assert str(fault).startswith("a.mp4 ")
    assert re.search(words, str(fault))


def test_what_ffmpeg_calls_forbidden_or_missing_may_be_its_data(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    raised = av.error.PermissionError(13, "Permission denied", str(path))
    assert type(media_fault(raised, path)) is MediaForbidden
    path.touch()
    assert type(media_fault(raised, path)) is UnreadableMedia


def test_a_path_is_shown_on_one_printable_line() -> None:
    assert shown("naïve – 映画.mp4") == "naïve – 映画.mp4"
    assert shown("two\nlines\x1b[31m.mp4") == r"two\nlines\x1b[31m.mp4"
    shown("\udcff.mp4").encode()
