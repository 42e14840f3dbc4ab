"""Watches in the catalog: what each has still to judge, what it found, what is to be delivered.

What can be searched for the first time is put, in one transaction, on a list of every watch; what a
watch finds is written down in the transaction that takes what it judged off its list. So nothing is
judged twice, and what a killed process was at is still on the list, or found.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from footage.catalog import Catalog, Video
from footage.errors import NotFound
from footage.saved import SavedSearch, SavedSearches
from footage.search.fusion import is_same
from footage.search.moments import Evidence, Moment
from footage.thumbnails import Thumbnails
from footage.watches.parts import Parts
from footage.watches.watch import Match, Watch

SENT_TOGETHER = 100  # matches of one request
# a video that was removed, or lies nowhere, takes its matches along until it is back
THERE = (
    "(EXISTS (SELECT 1 FROM locations l WHERE l.video_id = matches.video_id)"
    " OR EXISTS (SELECT 1 FROM addresses a WHERE a.video_id = matches.video_id))"
    " AND NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.video_id = matches.video_id)"
)
_TALLIES = (
    f"SELECT w.*, (SELECT count(*) FROM matches WHERE watch = w.name AND {THERE}) AS matches,"  # noqa: S608
    f" (SELECT count(*) FROM matches WHERE watch = w.name AND seen = 0 AND {THERE}) AS new,"
    " (SELECT count(*) FROM deliveries d WHERE d.watch = w.name AND d.state = 'pending')"
    " AS undelivered,"
    " (SELECT count(*) FROM deliveries d WHERE d.watch = w.name AND d.state = 'dead') AS dead,"
    " (SELECT d.error FROM deliveries d WHERE d.watch = w.name AND d.state != 'delivered'"
    " AND d.error IS NOT NULL ORDER BY d.due DESC LIMIT 1) AS delivery_error FROM watches w"
)


class _Taken(Exception):
    """Another process has judged it."""


class WatchStore:
    """The rows about watches in one library's catalog."""

    def __init__(self, catalog: Catalog, saved: SavedSearches, thumbnails: Thumbnails) -> None:
        self._catalog = catalog
        self._saved = saved
        self._thumbnails = thumbnails

    # watches

    def any(self) -> bool:
        """Whether there is a watch; cheap."""
        return bool(self._catalog.rows("SELECT 1 FROM watches LIMIT 1"))

    def names(self) -> Sequence[str]:
        """The names of all watches, in order."""
        return [row["name"] for row in self._catalog.rows("SELECT name FROM watches ORDER BY 1")]

    def watch(self, name: str) -> Watch:
        """The one of that name; raises `NotFound` and `CatalogDamaged`."""
        rows = self._catalog.rows(f"{_TALLIES} WHERE w.name = ?", (name,))
        if not rows:
            raise no_such_watch(name)
        return _watch(rows[0], self._saved.get(name))

    def add(self, name: str, threshold: float, now: Parts, *, look_back: bool) -> None:
        """Watch by the search of that name; with ``look_back`` what is there is judged too.

        ``now`` is what can be searched.
        """
        self.note(now)
        with self._catalog.transaction() as db:
            db.execute(
                "INSERT INTO watches VALUES (?, ?, ?, NULL, 0, NULL, ?, NULL, NULL)",
                (name, uuid.uuid4().hex, threshold, _now()),
            )
            if look_back:
                self.owe_all(name)

    def change(self, name: str, threshold: float) -> None:
        """Report from this confidence on."""
        with self._catalog.transaction() as db:
            db.execute("UPDATE watches SET threshold = ? WHERE name = ?", (threshold, name))

    def hook(self, name: str, webhook: str, *, private: bool) -> None:
        """Send what is found from now on there, and what is on its way."""
        with self._catalog.transaction() as db:
            db.execute(
                "UPDATE watches SET webhook = ?, private = ? WHERE name = ?",
                (webhook, int(private), name),
            )

    def unhook(self, name: str) -> None:
        """Send nothing any more."""
        with self._catalog.transaction() as db:
            db.execute(
                "UPDATE watches SET webhook = NULL, private = 0, secret = NULL WHERE name = ?",
                (name,),
            )
            db.execute("UPDATE matches SET delivery_id = NULL WHERE watch = ?", (name,))
            db.execute("DELETE FROM deliveries WHERE watch = ?", (name,))

    def new_secret(self, name: str) -> str:
        """Sign requests with another secret from now on, which is returned."""
        secret = f"whsec_{secrets.token_urlsafe(32)}"
        with self._catalog.transaction() as db:
            db.execute("UPDATE watches SET secret = ? WHERE name = ?", (secret, name))
        return secret

    def remove(self, name: str) -> None:
        """Watch no longer, and forget what was found; raises `NotFound`."""
        with self._catalog.transaction() as db:
            if not db.execute("DELETE FROM watches WHERE name = ?", (name,)).rowcount:
                raise no_such_watch(name)

    # what is to be judged

    def note(self, now: Parts) -> None:
        """Put what can be searched for the first time on the list of every watch."""
        with self._catalog.transaction() as db:
            known = {(row[0], row[1]) for row in db.execute("SELECT * FROM arrivals")}
            new = [pair for pair in _pairs(now) if pair not in known]
            db.executemany("INSERT INTO arrivals VALUES (?, ?)", new)
            for name in self.names():
                db.executemany(
                    "INSERT OR IGNORE INTO owed VALUES (?, ?, ?)", [(name, *pair) for pair in new]
                )

    def owe_all(self, name: str) -> None:
        """Put all that ever could be searched on the list of a watch."""
        with self._catalog.transaction() as db:
            db.execute("INSERT OR IGNORE INTO owed SELECT ?, video_id, part FROM arrivals", (name,))

    def owe_nothing(self, name: str) -> None:
        """Take all off the list of a watch."""
        with self._catalog.transaction() as db:
            db.execute("DELETE FROM owed WHERE watch = ?", (name,))

    def owed(self, name: str, now: Parts) -> dict[str, frozenset[str]]:
        """What is on the list of a watch and can be searched, by video."""
        found: dict[str, set[str]] = {}
        for row in self._catalog.rows("SELECT video_id, part FROM owed WHERE watch = ?", (name,)):
            if row["part"] in now.get(row["video_id"], ()):
                found.setdefault(row["video_id"], set()).add(row["part"])
        return {video_id: frozenset(parts) for video_id, parts in found.items()}

    def failed(self, name: str, error: str) -> None:
        """Write down why a watch could not judge."""
        with self._catalog.transaction() as db:
            db.execute("UPDATE watches SET error = ? WHERE name = ?", (error, name))

    def ran(self, name: str) -> None:
        """Write down that a watch has judged all that it could."""
        with self._catalog.transaction() as db:
            db.execute("UPDATE watches SET error = NULL, ran_at = ? WHERE name = ?", (_now(), name))

    # what was found

    def keep(self, watch: Watch, judged: Parts, moments: Iterable[Moment]) -> int:
        """Take what was judged off the list, and keep what was found; returns how many are new.

        Nothing is kept where somebody else has judged any of it meanwhile.
        """
        try:
            with self._catalog.transaction() as db:
                done = [
                    db.execute(
                        "DELETE FROM owed WHERE watch = ? AND video_id = ? AND part = ?",
                        (watch.name, *pair),
                    ).rowcount
                    for pair in _pairs(judged)
                ]
                if not all(done):
                    raise _Taken
                return self._insert(db, watch, moments)
        except _Taken:
            return 0

    def matches(
        self,
        name: str | None = None,
        *,
        new: bool = False,
        above: int = 0,
        delivery_id: str | None = None,
        limit: int = -1,
        offset: int = 0,
    ) -> Sequence[Match]:
        """What was found, newest first, of videos that are there; ``above`` a number."""
        where, values = _conditions(name, new=new, above=above, delivery_id=delivery_id)
        rows = self._catalog.rows(
            f"SELECT * FROM matches WHERE {where} ORDER BY number DESC LIMIT ? OFFSET ?",  # noqa: S608
            (*values, limit, offset),
        )
        return self._presented(rows)

    def count(self, name: str | None = None, *, new: bool = False) -> int:
        """How many `matches` there are."""
        where, values = _conditions(name, new=new)
        return int(self._catalog.rows(f"SELECT count(*) FROM matches WHERE {where}", values)[0][0])  # noqa: S608

    def newest(self) -> int:
        """The number of the last match; 0 where there is none."""
        return int(self._catalog.rows("SELECT max(number) FROM matches")[0][0] or 0)

    def mark_seen(self, ids: Sequence[str] | None, name: str | None) -> int:
        """Mark matches as seen: those of these ids, or of a watch, or all; how many were not."""
        conditions, values = ["seen = 0"], []
        if ids is not None:
            conditions.append("match_id IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(ids)))
        if name is not None:
            conditions.append("watch = ?")
            values.append(name)
        with self._catalog.transaction() as db:
            sql = f"UPDATE matches SET seen = 1 WHERE {' AND '.join(conditions)}"  # noqa: S608
            return db.execute(sql, values).rowcount

    def _insert(self, db: sqlite3.Connection, watch: Watch, moments: Iterable[Moment]) -> int:
        ids: list[str] = []
        for moment in moments:
            spans = db.execute(
                "SELECT starts, ends FROM matches WHERE watch = ? AND video_id = ?",
                (watch.name, moment.video_id),
            ).fetchall()
            if any(is_same(start, end, moment.start, moment.end) for start, end in spans):
                continue  # as when what is said there was read after it had been seen
            match_id = _match_id(watch, moment)
            row = (match_id, watch.name, moment.video_id, moment.start, moment.end)
            done = db.execute(
                "INSERT OR IGNORE INTO matches"
                " (match_id, watch, video_id, starts, ends, moment, found_at, seen)"
                " VALUES (?,?,?,?,?,?,?,0)",
                (*row, json.dumps(moment.to_json()), _now()),
            )
            ids += [match_id] * done.rowcount
        if watch.webhook is not None:
            for at in range(0, len(ids), SENT_TOGETHER):
                _send(db, watch.name, ids[at : at + SENT_TOGETHER])
        return len(ids)

    def _presented(self, rows: Sequence[sqlite3.Row]) -> list[Match]:
        videos = self._catalog.videos(sorted({row["video_id"] for row in rows}))
        return [
            _match(row, self._moment(json.loads(row["moment"]), videos[row["video_id"]]))
            for row in rows
            if row["video_id"] in videos
        ]

    def _moment(self, value: Mapping[str, Any], video: Video) -> Moment:
        """A moment of its JSON, with where its video lies now."""
        evidence = [Evidence(**{**one, "words": tuple(one["words"])}) for one in value["evidence"]]
        at = evidence[0].start if evidence else value["start"]
        spans = {name: tuple((a, b) for a, b in value[name]) for name in ("steps", "alike")}
        now = {"title": video.title, "path": video.path, "url": video.url}
        thumbnail = self._thumbnails.at(video.video_id, at)
        return Moment(
            **{**value, **spans, **now, "evidence": tuple(evidence), "thumbnail": thumbnail}
        )


def no_such_watch(name: str) -> NotFound:
    """For a name that no watch has."""
    return NotFound(f"no watch {name!r:.120} in this library", remedy="`footage watch` lists them")


def _pairs(parts: Parts) -> list[tuple[str, str]]:
    return [(video_id, part) for video_id, own in parts.items() for part in sorted(own)]


def _conditions(
    name: str | None, *, new: bool, above: int = 0, delivery_id: str | None = None
) -> tuple[str, list[Any]]:
    conditions, values = [THERE], list[Any]()
    for condition, value in (
        ("watch = ?", name),
        ("number > ?", above or None),
        ("delivery_id = ?", delivery_id),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    if new:
        conditions.append("seen = 0")
    return " AND ".join(conditions), values


def _send(db: sqlite3.Connection, name: str, ids: Sequence[str]) -> None:
    delivery_id = uuid.uuid4().hex
    db.execute(
        "INSERT INTO deliveries VALUES (?, ?, 'pending', 0, 0, NULL, ?)",
        (delivery_id, name, _now()),
    )
    db.executemany(
        "UPDATE matches SET delivery_id = ? WHERE match_id = ?", [(delivery_id, id_) for id_ in ids]
    )


def _match_id(watch: Watch, moment: Moment) -> str:
    """Follows from what it is of: found again after a backup was restored, it is the same."""
    told = f"{watch.watch_id} {moment.video_id} {moment.start:.3f} {moment.end:.3f}"
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def _watch(row: sqlite3.Row, search: SavedSearch) -> Watch:
    return Watch(
        search=search,
        watch_id=row["watch_id"],
        threshold=row["threshold"],
        webhook=row["webhook"],
        private=bool(row["private"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        ran_at=datetime.fromisoformat(row["ran_at"]) if row["ran_at"] else None,
        error=row["error"],
        matches=row["matches"],
        new=row["new"],
        undelivered=row["undelivered"],
        dead=row["dead"],
        delivery_error=row["delivery_error"],
    )


def _match(row: sqlite3.Row, moment: Moment) -> Match:
    return Match(
        number=row["number"],
        id=row["match_id"],
        watch=row["watch"],
        found_at=datetime.fromisoformat(row["found_at"]),
        seen=bool(row["seen"]),
        moment=moment,
    )


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")
