"""The durable record of a library, in SQLite: videos, where they lie, tags, what was removed.

The catalog knows which videos exist and which are embedded; the vectors themselves are in the
archive. Times are stored as ISO 8601 text in UTC, so that they sort and compare as text.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal, NamedTuple

from footage import catalog_file
from footage.database import Database
from footage.errors import (
    ArchiveDamaged,
    CatalogDamaged,
    InvalidQuery,
    NotFound,
    UsageError,
)
from footage.media.identity import FileStamp
from footage.media.urls import is_url
from footage.media.web import Place, WebVideo
from footage.media.web_stamp import WebStamp
from footage.paths import absolute
from footage.query import Filters

SCHEMA_VERSION = len(catalog_file.MIGRATIONS)

MOST_EXCLUDED = 1_000  # ids one filter may name
MOST_PARTITIONS = 1_000  # and partitions
SHOWN = 10  # partitions an error names
LEAST_OF_ID = 6  # characters that name a video
Sort = Literal["recorded", "added", "title", "duration"]
_ORDERS: dict[Sort, str] = {
    "recorded": "recorded_at",
    "added": "added_at",
    "title": "title",
    "duration": "duration",
}
_DIGITS = re.compile("[0-9]+")


def visible(video_id: str) -> str:
    """The condition in SQL that the video of a column lies somewhere and was not removed."""
    return (
        f"(EXISTS (SELECT 1 FROM locations l WHERE l.video_id = {video_id})"
        f" OR EXISTS (SELECT 1 FROM addresses a WHERE a.video_id = {video_id}))"
        f" AND NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.video_id = {video_id})"
    )


_VISIBLE = visible("v.video_id")


@dataclass(frozen=True, slots=True)
class Video:
    """One video of the library. Times are in seconds, sizes in pixels, dates in UTC."""

    video_id: str
    title: str
    duration: float
    width: int
    height: int
    fps: float
    codec: str
    has_audio: bool
    recorded_at: datetime
    added_at: datetime
    url: str | None = None
    """Where on the web it lies, without what signs the address."""
    paths: tuple[Path, ...] = ()
    tags: tuple[str, ...] = ()
    removed: bool = False
    segments: int = 0
    damage: dict[str, int] = field(default_factory=dict)
    address: str | None = field(default=None, repr=False)
    """The ``url`` with what signs it: a secret for as long as that holds."""

    @property
    def path(self) -> Path | None:
        """The first known location that is there now, else the first known one."""
        return next((path for path in self.paths if path.exists()), next(iter(self.paths), None))

    @property
    def place(self) -> Place | None:
        """Where to read it from: a file, what lies on the web, or None."""
        return WebVideo(self.address or self.url) if self.url else self.path

    def within(self, folders: Sequence[Path]) -> Video:
        """The same video, its paths below these folders before the others."""
        above = [absolute(folder) for folder in folders]
        paths = sorted(self.paths, key=lambda path: not any(map(path.is_relative_to, above)))
        return replace(self, paths=tuple(paths))

    def present(self) -> Video:
        """The same video, to be handed out. Raises `NotFound` where it was removed."""
        if self.removed:
            raise NotFound(
                f"{self.title} was removed from the library",
                remedy="restore it, as with `footage remove --restore`, to have it again",
            )
        return self

    @property
    def state(self) -> str:
        """``ready``, ``missing`` (its content is nowhere any more) or ``removed``."""
        if self.removed:
            return "removed"
        return "ready" if self.paths or self.url else "missing"

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``videos --json``."""
        return {
            "video_id": self.video_id,
            "title": self.title,
            "path": str(self.path) if self.path else None,
            "paths": [str(path) for path in self.paths],
            "url": self.url,
            "duration": self.duration,
            "width": self.width,
            "height": self.height,
            "fps": self.fps,
            "codec": self.codec,
            "has_audio": self.has_audio,
            "recorded_at": self.recorded_at.isoformat(),
            "added_at": self.added_at.isoformat(),
            "tags": list(self.tags),
            "state": self.state,
            "segments": self.segments,
            "damage": self.damage,
        }


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of the index: what lies in it, and when that was recorded, first and last, in UTC."""

    name: str
    videos: int
    segments: int
    first: datetime
    last: datetime

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``partitions --json``."""
        return {
            "name": self.name,
            "videos": self.videos,
            "segments": self.segments,
            "recorded_first": self.first.isoformat(),
            "recorded_last": self.last.isoformat(),
        }


class Traits(NamedTuple):
    """What of a video its partition may be named by. Folders are those it lies in, without more."""

    recorded_at: datetime
    tags: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


class Scope(NamedTuple):
    """Where to search: in these partitions, or in all; these videos, or all others than some."""

    video_ids: Sequence[str] | None = None
    excluding: Sequence[str] = ()
    partitions: Sequence[str] | None = None


class Lying(NamedTuple):
    """What lay at an address when it was last looked at."""

    video_id: str
    stamp: WebStamp
    address: str  # with what signed it


class Catalog(Database):
    """One open catalog. Safe to use from several threads and several processes."""

    def __init__(self, path: Path, *, fingerprint: str) -> None:
        """Open or create the catalog at ``path``; counts are of the embedder ``fingerprint``.

        One that cannot be written is opened for reading; ``unwritable`` then says why.
        Raises `CatalogDamaged`, `LibraryTooNew`, `LibraryLocked` or `LibraryUnwritable`.
        """
        super().__init__(path)
        self._fingerprint = fingerprint
        self._everything: tuple[tuple[tuple[int, int], str], Scope] | None = None

    # videos and their locations

    def put(self, video: Video) -> None:
        """Record a video; a video already known keeps its tags, title and date of adding.

        Its address is recorded where no video is known to lie there: `locate_web` moves it.
        """
        row = (
            *(video.video_id, _text(video.title), video.duration, video.width, video.height),
            *(video.fps, video.codec, int(video.has_audio)),
            *(_iso(video.recorded_at), _iso(video.added_at)),
        )
        with self.transaction() as db:
            db.execute(
                "INSERT INTO videos VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (video_id) DO NOTHING",
                row,
            )
            if video.url is not None:
                db.execute(
                    "INSERT OR IGNORE INTO addresses (url, video_id, address) VALUES (?,?,?)",
                    (video.url, video.video_id, video.address or video.url),
                )

    def locate(self, path: Path, stamp: FileStamp, video_id: str) -> None:
        """Record that the content of ``video_id`` lies at ``path``, in place of what was there."""
        with self.transaction() as db:
            db.execute(
                "INSERT INTO locations VALUES (?,?,?,?,?) ON CONFLICT (path) DO UPDATE SET"
                " video_id = excluded.video_id, size = excluded.size,"
                " mtime_ns = excluded.mtime_ns, inode = excluded.inode",
                (_key(path), video_id, stamp.size, stamp.mtime_ns, str(stamp.inode)),
            )

    def locate_web(self, found: WebVideo, video_id: str) -> None:
        """Record that ``video_id`` lies at an address, in place of what was there.

        Its stamp and what signs the address are those that it was looked at with.
        """
        stamp = found.stamp or WebStamp(None, None, None)
        row = (found.url, video_id, found.address, stamp.etag, stamp.modified, stamp.size)
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO addresses VALUES (?,?,?,?,?,?)", row)

    def addresses(self) -> dict[str, Lying]:
        """What is known of every address, without what signs it, that a video was read from."""
        return {
            row["url"]: Lying(
                row["video_id"],
                WebStamp(row["etag"], row["modified"], row["size"]),
                row["address"],
            )
            for row in self.rows("SELECT * FROM addresses")
        }

    def locations(self) -> dict[Path, tuple[FileStamp, str]]:
        """Every known path, with the stamp it was last read at and the video it held."""
        return {
            Path(os.fsdecode(row["path"])): (
                FileStamp(row["size"], row["mtime_ns"], int(row["inode"])),
                row["video_id"],
            )
            for row in self.rows("SELECT * FROM locations")
        }

    def video(self, reference: str) -> Video:
        """The video with this id, path or address; else whose id begins, or file is named, so.

        Of an id, at least `LEAST_OF_ID` characters are to be given.
        Else it is the one with this title, or whose file's name is that and a suffix.
        Raises `NotFound` for none and `InvalidQuery` for several.
        """
        if is_url(reference):
            return self._at(reference)
        found = self._ids(
            "SELECT video_id FROM videos WHERE video_id = ?"
            " UNION SELECT video_id FROM locations WHERE path = ?",
            (_text(reference), _key(absolute(reference))),
        )
        if not found and reference:
            found = self._named(reference) or self._titled(reference)
        if not found:
            raise NotFound(f"no video {reference[:200]!r} in this library")
        if len(found) > 1:
            raise InvalidQuery(
                f"{reference[:200]!r} may be any of {len(found)} videos",
                remedy="write more of the id, or the path",
            )
        return self.videos(found)[found[0]]

    def _at(self, address: str) -> Video:
        try:
            url = WebVideo(address).url
        except UsageError as error:
            raise NotFound(error.what) from error
        found = self._ids("SELECT video_id FROM addresses WHERE url = ?", (url,))
        if not found:
            raise NotFound(f"no video of {url} in this library")
        return self.videos(found)[found[0]]

    def _named(self, reference: str) -> list[str]:
        """The videos whose id begins with ``reference``, or whose file is called so."""
        # so short, it is meant as the number of a result, and would name some other video
        start = _text(reference) if len(reference) >= LEAST_OF_ID else ""
        sql = "SELECT video_id FROM videos WHERE ?1 != '' AND substr(video_id, 1, length(?1)) = ?1"
        if os.sep in reference:
            return self._ids(sql, (start,))
        end = _key(os.sep + reference)
        return self._ids(
            sql + " UNION SELECT video_id FROM locations"
            " WHERE length(?2) > 1 AND substr(path, -length(?2)) = ?2",
            (start, end),
        )

    def _titled(self, reference: str) -> list[str]:
        """The videos with this title, or of whose file this is the name without its suffix."""
        found = self._ids("SELECT video_id FROM videos WHERE title = ?", (_text(reference),))
        if os.sep not in reference and (start := _key(f"{os.sep}{reference}.")):
            lying = self.rows("SELECT * FROM locations WHERE instr(path, ?)", (start,))
            found += [
                row["video_id"] for row in lying if Path(os.fsdecode(row["path"])).stem == reference
            ]
        return sorted(set(found))

    def _ids(self, sql: str, values: Sequence[Any]) -> list[str]:
        return [row["video_id"] for row in self.rows(sql, values)]

    def videos(self, video_ids: Sequence[str] | None = None) -> dict[str, Video]:
        """Videos by id, oldest recording first; by default all, removed and missing ones too."""
        some = "" if video_ids is None else " WHERE v.video_id IN (SELECT value FROM json_each(?2))"
        wanted = () if video_ids is None else (json.dumps(list(video_ids)),)
        rows = self.rows(
            "SELECT v.*, e.segments, e.damage, t.removed_at, a.url, a.address FROM videos v"
            " LEFT JOIN embeddings e ON e.video_id = v.video_id AND e.fingerprint = ?1"
            " LEFT JOIN addresses a ON a.video_id = v.video_id"
            f" LEFT JOIN tombstones t ON t.video_id = v.video_id{some}"
            " ORDER BY v.recorded_at, v.title, v.video_id",
            (self._fingerprint, *wanted),
        )
        videos = {row["video_id"]: _video(row) for row in rows}
        paths = self._gather("path", "locations", wanted)
        tags = self._gather("tag", "tags", wanted)
        return {
            video_id: replace(
                video,
                paths=tuple(Path(os.fsdecode(path)) for path in paths.get(video_id, ())),
                tags=tuple(tags.get(video_id, ())),
            )
            for video_id, video in videos.items()
        }

    def count(self) -> int:
        """How many videos there are, without the missing and removed ones."""
        return int(self.rows(f"SELECT count(*) FROM videos v WHERE {_VISIBLE}")[0][0])

    def page(
        self,
        filters: Filters,
        *,
        hidden: bool = False,
        title: str = "",
        sort: Sort = "recorded",
        descending: bool = False,
        limit: int,
        offset: int,
    ) -> tuple[list[Video], int]:
        """Some of the videos that pass the filters, and how many pass.

        With ``title``, those pass that have it in their titles, in capitals or not. A fraction of
        what all of them cost.
        """
        found = self._ordered(self.select(filters, hidden=hidden), sort, title.casefold())
        if descending:
            found.reverse()
        wanted = found[offset : offset + limit]
        videos = self.videos(wanted)
        return [videos[one].within(filters.folders) for one in wanted if one in videos], len(found)

    def _ordered(self, video_ids: Sequence[str] | None, sort: Sort, part: str) -> list[str]:
        some = "" if video_ids is None else " WHERE video_id IN (SELECT value FROM json_each(?))"
        wanted = () if video_ids is None else (json.dumps(list(video_ids)),)
        sql = f"SELECT video_id, title FROM videos{some} ORDER BY {_ORDERS[sort]}, title, video_id"
        rows = self.rows(sql, wanted)
        if part:
            rows = [row for row in rows if part in row["title"].casefold()]
        if sort == "title":
            rows = sorted(rows, key=lambda row: _in_order(row["title"]))
        return [row["video_id"] for row in rows]

    def select(self, filters: Filters, *, hidden: bool = False) -> list[str] | None:
        """The ids of the videos that pass the filters; None where every one does.

        Missing and removed videos pass only where ``hidden`` holds.
        """
        conditions, values = _conditions(filters)
        if filters.videos:
            ids = [self.video(reference).video_id for reference in filters.videos]
            conditions.append("v.video_id IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(ids))
        if filters.partitions:
            names = self._partitions_below(filters.partitions)
            conditions.append(
                "v.video_id IN (SELECT video_id FROM embeddings WHERE fingerprint = ?"
                " AND partition IN (SELECT value FROM json_each(?)))"
            )
            values += [self._fingerprint, json.dumps(names)]
        if not hidden and self.rows(f"SELECT 1 FROM videos v WHERE NOT ({_VISIBLE}) LIMIT 1"):
            conditions.append(_VISIBLE)
        if not conditions:
            return None
        where = " AND ".join(conditions)
        rows = self.rows(f"SELECT v.video_id FROM videos v WHERE {where} ORDER BY 1", values)
        return [row["video_id"] for row in rows]

    def scope(self, filters: Filters, *, partitioned: bool = True) -> Scope:
        """Where to search for the videos that pass the filters.

        Without filters only the missing videos are to be left out, and they are few: naming them
        is cheaper than naming all the others. Otherwise the partitions in which the videos lie are
        named, if the index has any (``partitioned``), and the videos themselves only where others
        lie there too.
        """
        if filters != Filters():
            selected = self.select(filters)
            if selected is None or not partitioned:
                return Scope(selected)
            return self._scope_of(selected)
        asked = self.version, self._fingerprint
        if self._everything is None or self._everything[0] != asked:
            self._everything = asked, self._scope_of_all()
        return self._everything[1]

    def _scope_of_all(self) -> Scope:
        rows = self.rows(
            "SELECT v.video_id FROM videos v JOIN embeddings e USING (video_id)"
            f" WHERE e.fingerprint = ? AND NOT ({_VISIBLE}) LIMIT {MOST_EXCLUDED + 1}",
            (self._fingerprint,),
        )
        if len(rows) > MOST_EXCLUDED:
            return Scope(self.select(Filters()))
        return Scope(excluding=[row["video_id"] for row in rows])

    def _scope_of(self, video_ids: list[str]) -> Scope:
        if not self._is_divided():
            return Scope(video_ids)
        passing = json.dumps(video_ids)
        there = self.rows(
            "SELECT partition, min(settled) AS settled, count(*) AS videos,"
            " sum(video_id IN (SELECT value FROM json_each(?))) AS passing"
            " FROM embeddings WHERE fingerprint = ? GROUP BY partition ORDER BY partition",
            (passing, self._fingerprint),
        )
        lie = [row for row in there if row["passing"]]
        names = [row["partition"] for row in lie]
        if not 0 < len(names) <= MOST_PARTITIONS or not all(row["settled"] for row in there):
            return Scope(video_ids)  # some are on their way, and may lie anywhere
        partitions = names if len(names) < len(there) else None
        others = sum(row["videos"] - row["passing"] for row in lie)
        if others > min(MOST_EXCLUDED, len(video_ids)):
            return Scope(video_ids, (), partitions)
        return Scope(None, self._others(names, passing) if others else (), partitions)

    def _is_divided(self) -> bool:
        ends = (
            f"SELECT {end}(partition) FROM embeddings WHERE fingerprint = ?1"
            for end in ("min", "max")
        )
        first, last = self.rows(f"SELECT ({next(ends)}), ({next(ends)})", (self._fingerprint,))[0]
        return bool(first != last)

    def _others(self, partitions: Sequence[str], passing: str) -> list[str]:
        return self._ids(
            "SELECT video_id FROM embeddings WHERE fingerprint = ?"
            " AND partition IN (SELECT value FROM json_each(?))"
            " AND video_id NOT IN (SELECT value FROM json_each(?))",
            (self._fingerprint, json.dumps(partitions), passing),
        )

    # tags and removal

    def tag(self, video_ids: Iterable[str], *, add: Iterable[str], remove: Iterable[str]) -> None:
        """Add and remove tags of videos."""
        ids = list(video_ids)
        with self.transaction() as db:
            for tag in add:
                rows = [(video_id, _text(tag)) for video_id in ids]
                db.executemany("INSERT OR IGNORE INTO tags VALUES (?,?)", rows)
            for tag in remove:
                rows = [(video_id, _text(tag)) for video_id in ids]
                db.executemany("DELETE FROM tags WHERE video_id = ? AND tag = ?", rows)

    def bury(self, video_id: str) -> None:
        """Put a tombstone on a video: hidden, and not taken in again by a scan."""
        with self.transaction() as db:
            now = _iso(datetime.now(timezone.utc))
            db.execute("INSERT OR IGNORE INTO tombstones VALUES (?,?)", (video_id, now))

    def unbury(self, video_id: str) -> None:
        """Take the tombstone away."""
        with self.transaction() as db:
            db.execute("DELETE FROM tombstones WHERE video_id = ?", (video_id,))

    def forget(self, video_id: str) -> None:
        """Take a video out of the catalog, with its locations, tags and tombstone."""
        with self.transaction() as db:
            db.execute("DELETE FROM videos WHERE video_id = ?", (video_id,))

    def forget_locations(self, paths: Iterable[Path]) -> None:
        """Forget that anything lies at these paths."""
        with self.transaction() as db:
            rows = [(_key(path),) for path in paths]
            db.executemany("DELETE FROM locations WHERE path = ?", rows)

    # what is embedded, and what of it the index holds

    def record_embedding(
        self,
        video_id: str,
        segments: int,
        damage: dict[str, int],
        *,
        partition: str | None = None,
    ) -> None:
        """Record that the archive holds the embedding of a video; the index does not yet.

        ``partition`` is where its rows will be written, if there are none elsewhere for certain.
        """
        with self.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO embeddings"
                " (video_id, fingerprint, segments, damage, partition, settled)"
                " VALUES (?1, ?2, ?3, ?4, coalesce(?5, 'default'), ?5 IS NOT NULL)",
                (video_id, self._fingerprint, segments, json.dumps(damage), partition),
            )

    def forget_embedding(self, video_id: str) -> None:
        """Record that the archive no longer holds the embedding of a video."""
        with self.transaction() as db:
            db.execute(
                "DELETE FROM embeddings WHERE video_id = ? AND fingerprint = ?",
                (video_id, self._fingerprint),
            )

    def assign(self, partitions: Mapping[str, str]) -> None:
        """Record to which partition each of these videos is about to be written.

        Until `mark_indexed` the rows of one that was in another may lie in either, or be missing.
        """
        with self.transaction() as db:
            db.executemany(
                "UPDATE embeddings SET partition = ?1, settled = 0, indexed = 0"
                " WHERE video_id = ?2 AND fingerprint = ?3 AND partition != ?1",
                [(name, video_id, self._fingerprint) for video_id, name in partitions.items()],
            )

    def mark_indexed(self, video_ids: Iterable[str]) -> None:
        """Record that the index holds all rows of these videos, in their partitions."""
        with self.transaction() as db:
            db.executemany(
                "UPDATE embeddings SET indexed = 1, settled = 1"
                " WHERE video_id = ? AND fingerprint = ?",
                [(video_id, self._fingerprint) for video_id in video_ids],
            )

    def traits(self, video_ids: Iterable[str]) -> dict[str, Traits]:
        """Of each of these videos, a fraction of what `videos` reads."""
        wanted = (json.dumps(list(video_ids)),)
        tags = self._gather("tag", "tags", wanted)
        paths = self._gather("path", "locations", wanted)
        return {
            video_id: Traits(
                datetime.fromisoformat(recorded_at),
                tuple(tags.get(video_id, ())),
                tuple(map(_folder, paths.get(video_id, ()))),
            )
            for video_id, recorded_at in self.rows(
                "SELECT video_id, recorded_at FROM videos"
                " WHERE video_id IN (SELECT value FROM json_each(?))",
                wanted,
            )
        }

    def assigned(self) -> dict[str, str]:
        """The partition of every embedded video that was not removed."""
        return {row["video_id"]: row["partition"] for row in self._embeddings("1")}

    def unsettled(self) -> list[str]:
        """The videos that may have rows in other partitions, or of which that is not known."""
        sql = "SELECT video_id FROM embeddings WHERE fingerprint = ? AND settled = 0"
        return self._ids(sql, (self._fingerprint,))

    def partition_names(self) -> list[str]:
        """The partitions there are, in order."""
        sql = "SELECT DISTINCT partition FROM embeddings WHERE fingerprint = ? ORDER BY 1"
        return [row[0] for row in self.rows(sql, (self._fingerprint,))]

    def partitions(self) -> list[Partition]:
        """What lies in which partition, without missing and removed videos; in order of names."""
        rows = self.rows(
            "SELECT e.partition, count(*), sum(e.segments), min(v.recorded_at), max(v.recorded_at)"
            " FROM embeddings e JOIN videos v USING (video_id)"
            f" WHERE e.fingerprint = ? AND {_VISIBLE} GROUP BY 1 ORDER BY 1",
            (self._fingerprint,),
        )
        return [
            Partition(name, videos, segments, *map(datetime.fromisoformat, span))
            for name, videos, segments, *span in rows
        ]

    def _partitions_below(self, named: Iterable[str]) -> list[str]:
        """The partitions that are named, or begin so up to a ``/``."""
        there = self.partition_names()
        found = []
        for name in named:
            start = name.rstrip("/")
            below = [one for one in there if one == start or one.startswith(start + "/")]
            if not below:
                raise NotFound(
                    f"no partition {name[:200]!r} in this library", remedy=_choice(there)
                )
            found += below
        return found

    def embedded(self) -> dict[str, int]:
        """The number of segments of every embedded video that was not removed."""
        return self._segments("1")

    @contextlib.contextmanager
    def embedding_of(self, video: Video) -> Iterator[None]:
        """Within, an embedding is read: where there should be none, `NotFound` says so."""
        video.present()
        try:
            yield
        except ArchiveDamaged as error:
            if video.video_id in self.embedded():
                raise
            raise NotFound(
                f"{video.title} is not indexed now", remedy="`footage index` takes it in"
            ) from error

    def follow(self, fingerprint: str) -> None:
        """Count and record for another embedder from now on."""
        self._fingerprint = fingerprint

    def forget_space(self, fingerprint: str) -> None:
        """Record that nothing embedded by this embedder is kept."""
        with self.transaction() as db:
            db.execute("DELETE FROM embeddings WHERE fingerprint = ?", (fingerprint,))

    def embedded_otherwise(self) -> bool:
        """Whether there are embeddings of other embedders than this one."""
        sql = "SELECT 1 FROM embeddings WHERE fingerprint != ? LIMIT 1"
        return bool(self.rows(sql, (self._fingerprint,)))

    def unindexed(self) -> dict[str, int]:
        """Of the embedded videos, those whose rows the index may lack."""
        return self._segments("indexed = 0")

    def half_removed(self) -> list[str]:
        """Removed videos of which something may be left: their removal was interrupted."""
        rows = self.rows(
            "SELECT video_id FROM tombstones JOIN embeddings USING (video_id)"
            " WHERE fingerprint = ? ORDER BY 1",
            (self._fingerprint,),
        )
        return [row[0] for row in rows]

    def insert(self, table: str, columns: Sequence[str], values: Sequence[Any]) -> bool:
        """Put a salvaged row back, unless one with its key is there.

        ``table`` and ``columns`` are the caller's own words, never read from a file. False where
        the row contradicts the schema or has lost its video.
        """
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        try:
            with self.transaction() as db:
                db.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", values)
        except CatalogDamaged:
            return False
        return True

    def integrity(self) -> list[str]:
        """What SQLite finds wrong with the file; empty when it is sound."""
        rows = self.rows("PRAGMA integrity_check")
        orphans = self.rows("PRAGMA foreign_key_check")
        faults = [row[0] for row in rows if row[0] != "ok"]
        return faults + [f"a row of {row[0]} belongs to no video" for row in orphans]

    # within

    def _segments(self, condition: str) -> dict[str, int]:
        return {row["video_id"]: row["segments"] for row in self._embeddings(condition)}

    def _embeddings(self, condition: str) -> list[sqlite3.Row]:
        return self.rows(
            "SELECT video_id, segments, partition FROM embeddings"
            f" WHERE fingerprint = ? AND {condition}"
            " AND video_id NOT IN (SELECT video_id FROM tombstones) ORDER BY video_id",
            (self._fingerprint,),
        )

    def _gather(self, column: str, table: str, wanted: Sequence[str]) -> dict[str, list[Any]]:
        where = "WHERE video_id IN (SELECT value FROM json_each(?))" if wanted else ""
        gathered: dict[str, list[Any]] = {}
        for row in self.rows(
            f"SELECT video_id, {column} FROM {table} {where} ORDER BY 1, 2", wanted
        ):
            gathered.setdefault(row[0], []).append(row[1])
        return gathered


def _conditions(filters: Filters) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    if filters.folders:
        # with the separator: a folder's contents, not the folders whose names it begins
        keys = [_key(str(absolute(folder)).rstrip(os.sep) + os.sep) for folder in filters.folders]
        starts = [key for key in keys if key]
        inside = " OR ".join(["substr(l.path, 1, length(?)) = ?"] * len(starts)) or "0"
        conditions.append(
            f"EXISTS (SELECT 1 FROM locations l WHERE l.video_id = v.video_id AND ({inside}))"
        )
        values += [start for start in starts for _ in range(2)]
    for tag in filters.tags:
        conditions.append(
            "EXISTS (SELECT 1 FROM tags g WHERE g.video_id = v.video_id AND g.tag = ?)"
        )
        values.append(_text(tag))
    for column, operator, limit in (
        ("recorded_at", ">=", filters.recorded_from and _iso(filters.recorded_from)),
        ("recorded_at", "<", filters.recorded_before and _iso(filters.recorded_before)),
        ("duration", ">=", filters.shortest),
        ("duration", "<=", filters.longest),
    ):
        if limit is not None:
            conditions.append(f"v.{column} {operator} ?")
            values.append(limit)
    return conditions, values


def _in_order(title: str) -> str:
    """What sorts as people order titles: ``clip 2`` before ``Clip 10``."""
    return _DIGITS.sub(lambda digits: digits[0].zfill(20), title.casefold())


def _choice(there: Sequence[str]) -> str:
    more = f" and {len(there) - SHOWN:,} more" if len(there) > SHOWN else ""
    named = ", ".join(there[:SHOWN])
    return f"there are {named}{more}: `footage partitions` lists them" if there else "it is empty"


def _video(row: sqlite3.Row) -> Video:
    return Video(
        video_id=row["video_id"],
        title=row["title"],
        url=row["url"],
        address=row["address"],
        duration=row["duration"],
        width=row["width"],
        height=row["height"],
        fps=row["fps"],
        codec=row["codec"],
        has_audio=bool(row["has_audio"]),
        recorded_at=datetime.fromisoformat(row["recorded_at"]),
        added_at=datetime.fromisoformat(row["added_at"]),
        removed=row["removed_at"] is not None,
        segments=row["segments"] or 0,
        damage=json.loads(row["damage"] or "{}"),
    )


def _text(value: str) -> str:
    """What SQLite can hold of a text that came from a file name, which may be any bytes."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def _key(path: str | Path) -> bytes:
    """A path as the file system has it; empty, as no path is, for what cannot be one."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return b""


def _folder(path: bytes) -> str:
    return Path(os.fsdecode(path)).parent.name or os.sep


def _iso(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat(timespec="microseconds")
