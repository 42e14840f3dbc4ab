"""What watches found, in the catalog, together with the requests that tell of it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from footage.catalog import Catalog, Video, visible
from footage.reading_log import now
from footage.search.fusion import is_same
from footage.search.moments import Evidence, Moment
from footage.thumbnails import Thumbnails
from footage.watches.parts import Parts, pairs
from footage.watches.watch import Match, Watch

SENT_TOGETHER = 100  # matches of one request
# a video that was removed, or lies nowhere, takes its matches along until it is back
THERE = visible("matches.video_id")


class _Taken(Exception):
    """Another process has judged it."""


class Found:
    """The matches of one library's watches."""

    def __init__(self, catalog: Catalog, thumbnails: Thumbnails) -> None:
        self._catalog = catalog
        self._thumbnails = thumbnails

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
                    for pair in pairs(judged)
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
                (*row, json.dumps(moment.to_json()), now()),
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
        evidence = tuple(
            Evidence(**_known(Evidence, one) | {"words": tuple(one["words"])})
            for one in value["evidence"]
        )
        spans = {name: tuple((a, b) for a, b in value[name]) for name in ("steps", "alike")}
        at = evidence[0].start if evidence else value["start"]
        return Moment(
            **_known(Moment, value)
            | spans
            | {"evidence": evidence, "title": video.title, "path": video.path, "url": video.url}
            | {"thumbnail": self._thumbnails.at(video.video_id, at)}
        )


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
        (delivery_id, name, now()),
    )
    db.executemany(
        "UPDATE matches SET delivery_id = ? WHERE match_id = ?", [(delivery_id, id_) for id_ in ids]
    )


def _match_id(watch: Watch, moment: Moment) -> str:
    """Follows from what it is of: found again after a backup was restored, it is the same."""
    told = f"{watch.watch_id} {moment.video_id} {moment.start:.3f} {moment.end:.3f}"
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def _match(row: sqlite3.Row, moment: Moment) -> Match:
    return Match(
        number=row["number"],
        id=row["match_id"],
        watch=row["watch"],
        found_at=datetime.fromisoformat(row["found_at"]),
        seen=bool(row["seen"]),
        moment=moment,
    )


def _known(kind: type[Moment | Evidence], value: Mapping[str, Any]) -> dict[str, Any]:
    """What there is a place for, of what perhaps another footage wrote."""
    names = {field.name for field in fields(kind)}
    return {name: part for name, part in value.items() if name in names}
