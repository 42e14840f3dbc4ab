"""Bytes of what lies at or below some paths."""

from __future__ import annotations

from pathlib import Path

from footage.prune import size_of


def test_all_files_below_are_counted_each_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"1")
    (tmp_path / "a" / "b" / "c" / "two").write_bytes(b"22")
    (tmp_path / "file").write_bytes(b"4444")
    (tmp_path / "a" / "b" / "folder").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "b" / "lost").symlink_to(tmp_path / "nothing")
    assert size_of([tmp_path / "a"]) == 3
    (tmp_path / "a" / "b" / "link").symlink_to(tmp_path / "file")
    assert size_of([tmp_path / "a", tmp_path / "file", tmp_path / "nothing"]) == 3 + 4 + 4
