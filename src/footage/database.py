"""``catalog.sqlite`` as an open database: reading, writing all or nothing, errors in our words."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from footage import catalog_file
from footage.errors import (
    CatalogDamaged,
    LibraryClosed,
    LibraryError,
    LibraryLocked,
    LibraryUnwritable,
)


class Database:
    """One connection. Safe to use from several threads and several processes."""

    def __init__(self, path: Path) -> None:
        """Open or create the catalog at ``path``.

        One that cannot be written is opened for reading; ``unwritable`` then says why.
        Raises `CatalogDamaged`, `LibraryTooNew`, `LibraryLocked` or `LibraryUnwritable`.
        """
        self.path = path
        self.closed = False
        self._lock = threading.RLock()
        try:
            with self._errors():
                self._connection, self.unwritable = catalog_file.connect(path)
        except OSError as error:
            raise LibraryUnwritable(f"{path} cannot be written ({error.strerror})") from error
        self._connection.row_factory = sqlite3.Row

    def close(self) -> None:
        """Close the database; it cannot be used afterwards."""
        self.closed = True
        self._connection.close()

    @property
    def changed(self) -> bool:
        """Whether anything was recorded since it was opened."""
        return self._connection.total_changes > 0

    @property
    def version(self) -> tuple[int, int]:
        """Differs after any write, by this process or another."""
        others = self.rows("PRAGMA data_version")[0][0]
        return int(others), self._connection.total_changes

    def copy(self, target: Path) -> None:
        """Write a consistent copy durably; others may be writing meanwhile.

        Raises `CatalogDamaged` or `LibraryUnwritable`; ``target`` is then as it was.
        """
        try:
            with self._lock, self._errors():
                catalog_file.copy_to(self._connection, target)
        except OSError as error:
            raise LibraryUnwritable(f"{target} cannot be written ({error.strerror})") from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is written within the block is written, or nothing of it."""
        with self._lock, self._errors():
            db = self._connection
            if db.in_transaction:  # within another
                yield db
                return
            if self.unwritable:
                raise LibraryUnwritable(f"{self.path} cannot be written ({self.unwritable})")
            try:
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # a full disk makes SQLite roll back by itself
                    db.execute("ROLLBACK")
                raise

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """What a query finds."""
        with self._lock, self._errors():
            return self._connection.execute(sql, values).fetchall()

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _translated(error, self.path) from error


def _translated(error: sqlite3.Error, path: Path) -> LibraryError:
    message = str(error)
    if "closed database" in message:
        return LibraryClosed(f"the library with {path} was closed")
    if "locked" in message or "busy" in message:
        return LibraryLocked(f"{path} is being written by another process")
    if catalog_file.refuses_writing(error):
        return LibraryUnwritable(f"{path} cannot be written ({message})")
    return CatalogDamaged(f"{path} cannot be read ({message})")
