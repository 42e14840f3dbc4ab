"""What need not be asked or computed again: query vectors on disk, results in memory.

Vectors are kept where making one costs a request to a service. Results are dropped on any write to
the catalog, by whichever process.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from footage.embedder import Vector

log = logging.getLogger(__name__)

FILE_NAME = "queries.sqlite"
MOST_VECTORS = 20_000  # 40 MB at 512 floats
MOST_RESULTS = 256
BUSY_SECONDS = 1.0  # then the vector is computed: a cache is not worth a wait

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    key    BLOB PRIMARY KEY,
    vector BLOB NOT NULL,
    digest BLOB NOT NULL, -- of the vector: a changed bit would be searched by, unseen
    used   REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS vectors_by_use ON vectors (used);
CREATE TABLE IF NOT EXISTS tallies (
    what   TEXT PRIMARY KEY,
    hits   INTEGER NOT NULL,
    misses INTEGER NOT NULL
) WITHOUT ROWID;
"""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was there already."""

    hits: int = 0
    misses: int = 0

    @property
    def asked(self) -> int:
        """How often it was asked for."""
        return self.hits + self.misses

    def __str__(self) -> str:
        """``3 of 4 (75 %)``."""
        rate = 100 * self.hits / self.asked if self.asked else 0.0
        return f"{self.hits:,} of {self.asked:,} ({rate:.0f} %)"

    def to_json(self) -> dict[str, int]:
        """Hits and misses."""
        return asdict(self)


class QueryVectors:
    """The vectors of queries that were embedded before, in a file of the library; bounded.

    The least recently used go first. Safe for several threads and processes. Where the file cannot
    be used the vectors are computed; a damaged one is begun anew.
    """

    def __init__(self, folder: Path, *, most: int = MOST_VECTORS) -> None:
        """Nothing is opened or made before something is asked for."""
        self.path = folder / FILE_NAME
        self._most = most
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file; it is opened again if need be."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def vector(self, space: str, query: str, make: Callable[[], Vector]) -> Vector:
        """The vector of a query in an embedding space, float32 [dimension]; made where unknown.

        ``query`` says all that the vector depends on.
        """
        key = hashlib.blake2b(f"{space}\n{query}".encode(), digest_size=20).digest()
        found = self._attempt(lambda db: _get(db, key))
        if found is not None:
            return found
        made = make()
        self._attempt(lambda db: _put(db, key, made, self._most))
        return made

    def tally(self, what: str = "vectors") -> Tally:
        """How often something was there, since the file was begun."""
        if not self.path.exists():
            return Tally()
        return self._attempt(lambda db: _tally(db, what)) or Tally()

    def count(self, what: str, *, hits: int, misses: int) -> None:
        """Add to a tally."""
        if hits or misses:
            self._attempt(lambda db: _count(db, what, hits, misses))

    def __len__(self) -> int:
        """How many vectors are kept."""
        if not self.path.exists():
            return 0
        sql = "SELECT count(*) FROM vectors"
        return self._attempt(lambda db: int(db.execute(sql).fetchone()[0])) or 0

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        with self._lock:
            for again in (True, False):
                try:
                    with self._open() as db:
                        return work(db)
                except sqlite3.OperationalError as error:  # locked, read-only, a full disk
                    log.info("%s is not used: %s", self.path, error)
                    return None
                except sqlite3.DatabaseError as error:
                    log.warning("%s is damaged (%s) and begun anew", self.path, error)
                    self._forget()
                    if not again:
                        return None
        return None

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if self._connection is None:
            db = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = OFF")
                db.executescript(_SCHEMA)
            except BaseException:
                db.close()
                raise
            self._connection = db
        yield self._connection

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        with contextlib.suppress(OSError):
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)


class Results(Generic[T]):
    """The latest results, all of one version of the library; the least recently used go first."""

    def __init__(self, *, most: int = MOST_RESULTS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._version: Hashable = None
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._hits = self._misses = 0

    @property
    def tally(self) -> Tally:
        """How often a result was there."""
        return Tally(self._hits, self._misses)

    def get(self, key: Hashable, version: Hashable) -> T | None:
        """What was kept of this version; None for nothing."""
        with self._lock:
            self._follow(version)
            if key not in self._kept:
                self._misses += 1
                return None
            self._hits += 1
            self._kept.move_to_end(key)
            return self._kept[key]

    def keep(self, key: Hashable, version: Hashable, result: T) -> None:
        """Keep a result that was begun at this version."""
        with self._lock:
            if version != self._version:  # written to meanwhile
                return
            self._kept[key] = result
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def _follow(self, version: Hashable) -> None:
        if version != self._version:
            self._kept.clear()
            self._version = version


def _get(db: sqlite3.Connection, key: bytes) -> Vector | None:
    row = db.execute("SELECT vector, digest FROM vectors WHERE key = ?", (key,)).fetchone()
    if row is None or _digest(row[0]) != row[1]:
        _count(db, "vectors", 0, 1)
        return None
    db.execute("UPDATE vectors SET used = ? WHERE key = ?", (time.time(), key))
    _count(db, "vectors", 1, 0)
    return np.frombuffer(row[0], dtype="<f4").astype(np.float32)


def _put(db: sqlite3.Connection, key: bytes, vector: Vector, most: int) -> None:
    data = vector.astype("<f4").tobytes()
    row = (key, data, _digest(data), time.time())
    db.execute("INSERT OR REPLACE INTO vectors VALUES (?,?,?,?)", row)
    db.execute(
        "DELETE FROM vectors WHERE key IN (SELECT key FROM vectors ORDER BY used DESC"
        " LIMIT -1 OFFSET ?)",
        (most,),
    )


def _count(db: sqlite3.Connection, what: str, hits: int, misses: int) -> None:
    db.execute(
        "INSERT INTO tallies VALUES (?1, ?2, ?3) ON CONFLICT (what) DO UPDATE SET"
        " hits = hits + ?2, misses = misses + ?3",
        (what, hits, misses),
    )


def _tally(db: sqlite3.Connection, what: str) -> Tally:
    row = db.execute("SELECT hits, misses FROM tallies WHERE what = ?", (what,)).fetchone()
    return Tally(*row) if row else Tally()


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=8).digest()
