"""``texts.sqlite``: a file that is derived from the readings, and begun anew where it is no use."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from footage.reader import MODALITIES

log = logging.getLogger(__name__)

FORMAT = 1
TOKENIZER = "porter unicode61 remove_diacritics 2"
BUSY_SECONDS = 10.0
# The id of a passage is the key of its video, moved by so many bits, plus its number.
NUMBER_BITS = 20

_SCHEMA = """
CREATE TABLE about (stamp TEXT NOT NULL) STRICT;
CREATE TABLE held (
    key      INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: what it names never changes
    video_id TEXT NOT NULL,
    modality TEXT NOT NULL,
    edition  TEXT NOT NULL,
    count    INTEGER NOT NULL,
    vectors  BLOB NOT NULL, -- float16 [count, dimension]
    UNIQUE (video_id, modality)
) STRICT;
CREATE TABLE passages (
    id    INTEGER PRIMARY KEY,
    text  TEXT NOT NULL, -- a line each
    spans BLOB NOT NULL -- float64 [lines, 2]
) STRICT;
"""
_WORDS = """
CREATE VIRTUAL TABLE words_{modality} USING fts5
    (text, content = 'passages', content_rowid = 'id', tokenize = '{tokenizer}');
CREATE VIRTUAL TABLE terms_{modality} USING fts5vocab (words_{modality}, row);
"""
_TRANSIENT = ("locked", "busy", "full", "readonly", "unable to open", "disk I/O")

T = TypeVar("T")


class TextFile:
    """One connection. Safe for several threads, and for several processes with one each.

    A file that cannot be written is read from a copy in memory.
    """

    def __init__(self, path: Path, stamp: str) -> None:
        """A file with another ``stamp`` is of no use. Nothing is opened before it is needed."""
        self._path = path
        self._stamp = f"{FORMAT} {stamp}"
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._writes = 0
        self.restarts = 0
        """How often the file was begun anew, empty, since this object was made."""

    def close(self) -> None:
        """Let go of the file; it is opened again if need be."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def attempt(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """What ``work`` makes of the open file; ``otherwise`` where it cannot be used now.

        A damaged file is begun anew. Work that writes is done whole or not at all.
        """
        with self._lock:
            try:
                with self._transaction(self._open()) as db:
                    return work(db)
            except (sqlite3.Error, OSError) as error:
                log.warning("%s cannot be used (%s)", self._path, error)
                if not _passes(error):
                    self._begin_anew()
                return otherwise

    def version(self, db: sqlite3.Connection) -> tuple[int, int, int]:
        """Differs after any write, by this process or another."""
        others = db.execute("PRAGMA data_version").fetchone()[0]
        return self.restarts, int(others), self._writes

    @contextlib.contextmanager
    def _transaction(self, db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
        before = db.total_changes
        try:
            yield db
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        if db.in_transaction:
            db.execute("COMMIT")
        self._writes += db.total_changes != before

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._opened()
        return self._connection

    def _opened(self) -> sqlite3.Connection:
        folder = self._path.parent
        if not os.access(self._path if self._path.exists() else folder, os.W_OK):
            return self._in_memory()
        try:
            return self._on_disk()
        except sqlite3.OperationalError as error:
            if not _passes(error):
                raise
            log.warning("%s cannot be written (%s)", self._path, error)
            return self._in_memory()

    def _on_disk(self) -> sqlite3.Connection:
        db = _connect(self._path)
        try:
            if not self._is_current(db):
                db.close()
                self._delete()
                db = _connect(self._path)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            self._lay_out(db)
        except BaseException:
            db.close()
            raise
        return db

    def _in_memory(self) -> sqlite3.Connection:
        db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        if self._path.is_file():
            with tempfile.TemporaryDirectory(prefix="footage-") as folder:
                copied = Path(folder) / self._path.name
                for suffix in ("", "-wal"):
                    if (source := _beside(self._path, suffix)).is_file():
                        shutil.copyfile(source, _beside(copied, suffix))
                with closing(_connect(copied)) as opened:
                    if self._is_current(opened):
                        opened.backup(db)
        self._lay_out(db)
        return db

    def _is_current(self, db: sqlite3.Connection) -> bool:
        """Whether the file is empty, or whole and of this stamp."""
        try:
            if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return True
            found = db.execute("SELECT stamp FROM about").fetchone()
        except sqlite3.DatabaseError as error:
            if _passes(error):
                raise
            log.warning("%s is damaged and made anew (%s)", self._path, error)
            return False
        return found is not None and found[0] == self._stamp

    def _lay_out(self, db: sqlite3.Connection) -> None:
        db.execute("BEGIN IMMEDIATE")  # two processes may be at it
        try:
            if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for statement in _statements():
                    db.execute(statement)
                db.execute("INSERT INTO about VALUES (?)", (self._stamp,))
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def _begin_anew(self) -> None:
        self.close()
        self.restarts += 1
        with contextlib.suppress(OSError):
            self._delete()

    def _delete(self) -> None:
        for suffix in ("-wal", "-shm", ""):
            _beside(self._path, suffix).unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _statements() -> Iterator[str]:
    words = [_WORDS.format(modality=each, tokenizer=TOKENIZER) for each in MODALITIES]
    for script in (_SCHEMA, *words):
        yield from (part for part in script.split(";\n") if part.strip())


def _passes(error: Exception) -> bool:
    """Whether it is the disk, or somebody else at work, and not the file."""
    return isinstance(error, OSError) or any(word in str(error) for word in _TRANSIENT)
