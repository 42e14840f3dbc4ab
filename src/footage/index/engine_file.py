"""The embedded engine's file, looked at before the engine does: it says little of a damaged one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
REMEDY = "`footage doctor --repair` sets it aside and rebuilds the index from the archive"


def fault(path: Path) -> str:
    """What is wrong with the file at ``path``; empty where it is sound, or is not there.

    Reads its first pages only: a truncated file, one that is none of the engine's, a broken
    schema. Raises `OSError` where it cannot be read.
    """
    if not path.is_file() or path.stat().st_size == 0:
        return ""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if not header.startswith(_MAGIC) or len(header) < _HEADER_BYTES:
        return "it is not a Milvus file"
    if path.with_name(f"{path.name}-journal").exists():
        return ""  # of a killed process; the engine rolls it back
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    if path.stat().st_size < pages * (65536 if page == 1 else page):
        return "it is truncated"
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            db.close()
    except sqlite3.DatabaseError as error:
        return str(error)
    return ""


def deep_fault(path: Path) -> str:
    """Like `fault`, having read the whole file: a few seconds a gigabyte."""
    if found := fault(path):
        return found
    if not path.is_file():
        return ""
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            found = str(db.execute("PRAGMA quick_check").fetchone()[0])
        finally:
            db.close()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else found
