"""Writing a new catalog from what is left: the damaged one, its copy, and the archive."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from footage import copies, durable
from footage.archive import Archive
from footage.catalog import Catalog, Video
from footage.embedder import Fingerprint
from footage.errors import ArchiveDamaged, CatalogDamaged
from footage.reading_log import ReadingLog
from footage.records import Locations, described

log = logging.getLogger(__name__)

# parents before children, as the foreign keys want them; with what a row must be to be believed
TABLES: dict[str, tuple[str, ...]] = {
    "videos": (
        *("video_id", "title", "duration", "width", "height", "fps", "codec", "has_audio"),
        *("recorded_at", "added_at"),
    ),
    "locations": ("path", "video_id", "size", "mtime_ns", "inode"),
    "addresses": ("url", "video_id", "address", "etag", "modified", "size"),
    "tags": ("video_id", "tag"),
    "tombstones": ("video_id", "removed_at"),
    "embeddings": ("video_id", "fingerprint", "segments", "damage"),
    "tasks": ("video_id", "fingerprint", "asked_at", "asset_id", "task_id"),
    "readings": (
        *("video_id", "modality", "reader", "source", "lines", "beside"),
        *("error", "remedy", "read_at"),
    ),
    "usage": ("at", "fingerprint", "what", "video_id", "seconds", "dollars"),
    "searches": ("name", "query", "created_at", "changed_at"),
    "watches": (
        *("name", "watch_id", "threshold", "webhook", "private", "signing_key", "created_at"),
        *("ran_at", "error"),
    ),
    "arrivals": ("video_id", "part"),
    "owed": ("watch", "video_id", "part"),
    "deliveries": ("delivery_id", "watch", "state", "attempts", "due", "error", "created_at"),
    "matches": (
        *("number", "match_id", "watch", "video_id", "starts", "ends", "moment", "found_at"),
        *("seen", "delivery_id"),
    ),
}
_DATES = {
    *("recorded_at", "added_at", "removed_at", "asked_at", "read_at", "at"),
    *("created_at", "changed_at", "found_at"),
}
_JSON = {"damage", "query", "moment"}


@dataclass(slots=True)
class Salvage:
    """What became of a catalog: videos by where they were found, and the file set aside."""

    from_damaged: int = 0
    from_copy: int = 0
    from_archive: int = 0
    aside: Path | None = None

    def __str__(self) -> str:
        parts = (
            (self.from_damaged, "from what could be read of it"),
            (self.from_copy, "from its copy"),
            (self.from_archive, "from the archive"),
        )
        told = ", ".join(f"{count:,} videos {where}" for count, where in parts if count)
        return told or "no videos"


def fault(folder: Path) -> str:
    """What is wrong with the catalog of the library at ``folder``; empty where it is sound.

    Raises `LibraryTooNew`, `LibraryLocked` or `LibraryUnwritable`.
    """
    if copies.is_lost(folder):
        return "it is missing or empty"
    try:
        with closing(Catalog(folder / copies.CATALOG, fingerprint="")) as catalog:
            found = catalog.integrity()
            if not found:
                for video in catalog.videos().values():
                    video.to_json()
                catalog.locations()
                catalog.rows("SELECT * FROM embeddings")
                catalog.addresses()
                ReadingLog(catalog).entries()
    except CatalogDamaged as error:
        return error.what
    except (ValueError, TypeError, UnicodeError) as error:  # a flipped bit in a date, say
        return f"a row of it cannot be read ({error})"
    return "; ".join(found[:3])


def salvage(folder: Path, archive: Archive, fingerprint: Fingerprint) -> Salvage:
    """Set the catalog aside and write a new one; the caller holds the ingest lock.

    Killed at any moment, the next call does it again: the new one is renamed into place last.
    Raises `OSError` and `LibraryUnwritable`.
    """
    path, copy = folder / copies.CATALOG, folder / copies.FOLDER / copies.CATALOG
    done = Salvage()
    draft = path.with_name(f".{path.name}.salvage{durable.DRAFT_SUFFIX}")
    draft.unlink(missing_ok=True)
    with closing(Catalog(draft, fingerprint=fingerprint.id)) as catalog:
        whole = _take(path, catalog)
        done.from_damaged = len(catalog.videos())
        if not whole:
            _take(copy, catalog)
        done.from_copy = len(catalog.videos()) - done.from_damaged
        before = len(catalog.videos())
        adopt(archive, catalog, fingerprint, rows_lost=not whole)
        done.from_archive = len(catalog.videos()) - before
    _fold(draft)
    if path.exists():
        done.aside = durable.set_aside(path)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    durable.sync(draft)
    draft.replace(path)
    durable.sync_folder(folder)
    return done


def adopt(
    archive: Archive, catalog: Catalog, fingerprint: Fingerprint, *, rows_lost: bool = False
) -> list[str]:
    """Record every archived video that the catalog does not hold as embedded; returns their ids.

    Whole files only. Removed videos stay removed. With ``rows_lost`` what the archive knows of the
    other videos is put where nothing is recorded.
    """
    known, embedded, taken = catalog.videos(), catalog.embedded(), set(catalog.locations())
    adopted = []
    with catalog.transaction():
        for video_id in sorted(archive.video_ids(fingerprint)):
            if video_id in known and known[video_id].removed:
                continue
            if video_id in embedded and not rows_lost:
                continue
            try:
                found = described(archive.header(video_id, fingerprint))
                embedding = archive.read(video_id, fingerprint)
            except (ArchiveDamaged, ValueError) as error:
                log.error("%s", error)
                continue
            if found is not None:
                _put(catalog, found, taken)
            elif video_id not in known:
                continue  # an early footage wrote it, and nothing says what it shows
            catalog.record_embedding(video_id, embedding.segments, asdict(embedding.damage))
            adopted.append(video_id)
    return adopted


def _put(catalog: Catalog, found: tuple[Video, Locations], taken: set[Path]) -> None:
    video, locations = found
    catalog.put(video)
    for path, stamp in locations:
        if path not in taken:
            catalog.locate(path, stamp, video.video_id)
            taken.add(path)


def _take(source: Path, catalog: Catalog) -> bool:
    """Copy every believable row of ``source`` that is not there yet; whether all could be read."""
    if not source.is_file():
        return False
    whole = True

    def lost() -> None:
        nonlocal whole
        whole = False

    try:
        db = sqlite3.connect(source)
        db.text_factory = bytes  # a flipped bit is not always UTF-8
    except sqlite3.Error:
        return False
    with closing(db), catalog.transaction():
        for table, columns in TABLES.items():
            for row in _rows(db, table, columns, lost):
                values = _believed(columns, row)
                if values is None or not catalog.insert(table, columns, values):
                    lost()
    return whole


def _rows(
    db: sqlite3.Connection, table: str, columns: tuple[str, ...], lost: Callable[[], None]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a table, as far as SQLite gets; by row number past a damaged page."""
    wanted = f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608 - our own names
    seen = set()
    ways = (wanted, f"{wanted} NOT INDEXED", f"{wanted} ORDER BY 1", f"{wanted} ORDER BY 1 DESC")
    for number, way in enumerate(ways):
        try:
            for row in db.execute(way):
                if row not in seen:
                    seen.add(row)
                    yield row
        except sqlite3.Error as error:
            if number == 0:
                lost()
            log.info("%s of the damaged catalog: %s", table, error)
            continue
        if number == 0:
            return


def _believed(columns: tuple[str, ...], row: tuple[Any, ...]) -> list[Any] | None:
    """The values of a row as they are stored, or None where one of them cannot be true."""
    values: list[Any] = []
    for column, value in zip(columns, row, strict=True):
        try:
            if isinstance(value, bytes) and column != "path":
                value = value.decode()  # noqa: PLW2901
            if column == "video_id" and not (isinstance(value, str) and value.isalnum()):
                return None
            if column in _DATES:
                datetime.fromisoformat(value)
            if column in _JSON:
                json.loads(value)
            if column == "inode":
                int(value)
        except (ValueError, TypeError):
            return None
        values.append(value)
    return values


def _fold(path: Path) -> None:
    """Bring what is in the write-ahead log into the file itself, so that it can be renamed."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
