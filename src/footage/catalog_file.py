"""Opening ``catalog.sqlite``: its formats, upgrades from older ones, copies, read-only places."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from footage.durable import draft_of
from footage.errors import LibraryTooNew

_FORMAT_1 = """
CREATE TABLE videos (
    video_id    TEXT PRIMARY KEY,
    title       TEXT NOT NULL,
    url         TEXT,
    duration    REAL NOT NULL,
    width       INTEGER NOT NULL,
    height      INTEGER NOT NULL,
    fps         REAL NOT NULL,
    codec       TEXT NOT NULL,
    has_audio   INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    added_at    TEXT NOT NULL
) STRICT;
CREATE TABLE locations (
    path     BLOB PRIMARY KEY, -- as the file system has it: not every name is text
    video_id TEXT NOT NULL REFERENCES videos ON DELETE CASCADE,
    size     INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode    TEXT NOT NULL
) STRICT;
CREATE INDEX locations_by_video ON locations (video_id);
CREATE TABLE tags (
    video_id TEXT NOT NULL REFERENCES videos ON DELETE CASCADE,
    tag      TEXT NOT NULL,
    PRIMARY KEY (video_id, tag)
) STRICT, WITHOUT ROWID;
CREATE TABLE tombstones (
    video_id   TEXT PRIMARY KEY REFERENCES videos ON DELETE CASCADE,
    removed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE embeddings (
    video_id    TEXT NOT NULL REFERENCES videos ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    segments    INTEGER NOT NULL,
    damage      TEXT NOT NULL,
    indexed     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (video_id, fingerprint)
) STRICT, WITHOUT ROWID;
"""

_FORMAT_2 = """
CREATE TABLE tasks (
    video_id    TEXT NOT NULL, -- of no known video yet: it is being embedded
    fingerprint TEXT NOT NULL,
    asked_at    TEXT NOT NULL,
    asset_id    TEXT,
    task_id     TEXT, -- NULL while the answer is awaited
    PRIMARY KEY (video_id, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE TABLE usage (
    at          TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    what        TEXT NOT NULL,
    video_id    TEXT,
    seconds     REAL NOT NULL,
    dollars     REAL NOT NULL
) STRICT;
"""

_FORMAT_3 = """
-- where the rows of a video are in the index, or are to be written
ALTER TABLE embeddings ADD COLUMN partition TEXT NOT NULL DEFAULT 'default';
-- whether those that are there are nowhere else
ALTER TABLE embeddings ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
UPDATE embeddings SET settled = 1;
CREATE INDEX embeddings_by_partition ON embeddings (fingerprint, partition, settled);
"""

_FORMAT_4 = """
CREATE TABLE addresses (
    url      TEXT PRIMARY KEY, -- without what signs it
    video_id TEXT NOT NULL REFERENCES videos ON DELETE CASCADE,
    address  TEXT NOT NULL, -- to ask for, with what signs it
    etag     TEXT,
    modified TEXT,
    size     INTEGER
) STRICT;
CREATE INDEX addresses_by_video ON addresses (video_id);
ALTER TABLE videos DROP COLUMN url;
"""

_FORMAT_5 = """
CREATE TABLE readings (
    video_id TEXT NOT NULL REFERENCES videos ON DELETE CASCADE,
    modality TEXT NOT NULL, -- speech or screen
    reader   TEXT NOT NULL, -- the reader's fingerprint; empty where nothing could be read yet
    source   TEXT,
    lines    INTEGER NOT NULL,
    beside   TEXT NOT NULL, -- stamp of the subtitle files beside the video
    error    TEXT, -- why the last attempt failed
    remedy   TEXT,
    read_at  TEXT NOT NULL,
    PRIMARY KEY (video_id, modality)
) STRICT, WITHOUT ROWID;
"""

_FORMAT_6 = """
CREATE TABLE searches (
    name       TEXT PRIMARY KEY,
    query      TEXT NOT NULL, -- JSON; its files are in the folder searches/
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE watches (
    name        TEXT PRIMARY KEY REFERENCES searches ON DELETE CASCADE,
    watch_id    TEXT NOT NULL, -- the ids of its matches are made of it
    threshold   REAL NOT NULL,
    webhook     TEXT,
    private     INTEGER NOT NULL, -- whether the webhook may be in a private network
    signing_key TEXT, -- of the webhook's requests
    created_at  TEXT NOT NULL,
    ran_at      TEXT,
    error       TEXT -- why the last run could not judge
) STRICT, WITHOUT ROWID;
-- what could be searched when somebody looked, of videos that may be gone: coming back is no news
CREATE TABLE arrivals (
    video_id TEXT NOT NULL,
    part     TEXT NOT NULL, -- seen, speech or screen
    PRIMARY KEY (video_id, part)
) STRICT, WITHOUT ROWID;
-- what a watch has still to judge
CREATE TABLE owed (
    watch    TEXT NOT NULL REFERENCES watches ON DELETE CASCADE,
    video_id TEXT NOT NULL,
    part     TEXT NOT NULL,
    PRIMARY KEY (watch, video_id, part)
) STRICT, WITHOUT ROWID;
CREATE TABLE deliveries (
    delivery_id TEXT PRIMARY KEY,
    watch       TEXT NOT NULL REFERENCES watches ON DELETE CASCADE,
    state       TEXT NOT NULL, -- pending, delivered or dead
    attempts    INTEGER NOT NULL,
    due         REAL NOT NULL, -- seconds since 1970
    error       TEXT,
    created_at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE matches (
    number      INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: what is higher is newer
    match_id    TEXT NOT NULL UNIQUE,
    watch       TEXT NOT NULL REFERENCES watches ON DELETE CASCADE,
    video_id    TEXT NOT NULL, -- of a video that may be gone: coming back it is not reported again
    starts      REAL NOT NULL,
    ends        REAL NOT NULL,
    moment      TEXT NOT NULL, -- JSON
    found_at    TEXT NOT NULL,
    seen        INTEGER NOT NULL,
    delivery_id TEXT
) STRICT;
CREATE INDEX matches_by_video ON matches (watch, video_id);
CREATE INDEX matches_by_delivery ON matches (delivery_id);
"""

# The step at place n takes a catalog of format n to format n + 1. Never change one; append.
MIGRATIONS: tuple[str, ...] = (
    *(_FORMAT_1, _FORMAT_2, _FORMAT_3, _FORMAT_4, _FORMAT_5),
    _FORMAT_6,
)

_REFUSALS = ("full", "readonly", "unable to open", "disk I/O")
BUSY_SECONDS = 10.0  # how long one writer waits for another


def connect(path: Path) -> tuple[sqlite3.Connection, str]:
    """Open or create the catalog at ``path``, brought up to this footage's format.

    Returns the connection and why it cannot be written, which is empty where it can. What cannot
    be written (a full disk, a read-only folder) is read all the same, from a copy if need be.
    Raises `sqlite3.Error`, `LibraryTooNew`, and `OSError` where a copy cannot be made.
    """
    if path.is_file() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return _read_only(path), "it is read-only"
    try:
        return _open(path), ""
    except sqlite3.OperationalError as error:
        if not (refuses_writing(error) and path.is_file()):
            raise
        return _read_only(path), str(error)


def refuses_writing(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the disk, not the file, is the trouble."""
    return any(word in str(error) for word in _REFUSALS)


def copy_to(source: sqlite3.Connection, target: Path) -> None:
    """Write a consistent copy of an open catalog durably, while others may be writing to it.

    Raises `sqlite3.Error` where the catalog is damaged, and `OSError`; ``target`` is then as it
    was, so that a good copy is never replaced by a bad one.
    """
    with draft_of(target) as draft:
        copy = sqlite3.connect(draft)
        try:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            found = copy.execute("PRAGMA quick_check").fetchone()[0]
        finally:
            copy.close()
        if found != "ok":
            raise sqlite3.DatabaseError(f"database disk image is malformed: {found}")


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _upgrade(db, path)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        db.close()
        raise
    return db


def _read_only(path: Path) -> sqlite3.Connection:
    # WAL needs a file to be written even by readers; it is there while somebody writes
    address = f"{path.absolute().as_uri()}?mode=ro"
    db = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    try:
        if _format(db) == len(MIGRATIONS):
            return db
    except sqlite3.OperationalError:
        pass
    db.close()
    return _from_copy(path)


def _from_copy(path: Path) -> sqlite3.Connection:
    with tempfile.TemporaryDirectory(prefix="footage-") as folder:
        copied = Path(folder) / path.name
        for suffix in ("", "-wal"):
            if (source := path.with_name(path.name + suffix)).is_file():
                shutil.copyfile(source, copied.with_name(copied.name + suffix))
        opened = _open(copied)
        db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        try:
            opened.backup(db)
        finally:
            opened.close()
    db.execute("PRAGMA query_only = ON")
    return db


def _upgrade(db: sqlite3.Connection, path: Path) -> None:
    found = _format(db)
    if found > len(MIGRATIONS):
        raise LibraryTooNew(f"{path} was written by a newer footage (format {found})")
    if found == len(MIGRATIONS):
        return
    if found == 0:
        _use_log(db)
    else:
        copy_to(db, path.with_name(f"{path.name}.format-{found}"))
    for number in range(found, len(MIGRATIONS)):
        _step(db, number)


def _use_log(db: sqlite3.Connection) -> None:
    # SQLite does not wait for others to change the mode, as it does for everything else
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _step(db: sqlite3.Connection, number: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        if _format(db) == number:  # another process may have been faster
            for statement in _statements(MIGRATIONS[number]):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {number + 1}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _format(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
