"""Watches in the catalog, and what each has still to judge.

What can be searched for the first time is put, in one transaction, on a list of every watch; what a
watch finds is written down in the transaction that takes what it judged off its list
(``found.py``). So nothing is judged twice, and what a killed process was at is still on the list,
or found.
"""

from __future__ import annotations

import secrets
import sqlite3
import uuid
from collections.abc import Sequence
from datetime import datetime

from footage.catalog import Catalog
from footage.errors import NotFound
from footage.reading_log import now
from footage.saved import SavedSearch, SavedSearches
from footage.watches.found import THERE
from footage.watches.parts import Parts, pairs
from footage.watches.watch import Watch

_TALLIES = (
    f"SELECT w.*, (SELECT count(*) FROM matches WHERE watch = w.name AND {THERE}) AS matches,"  # noqa: S608
    f" (SELECT count(*) FROM matches WHERE watch = w.name AND seen = 0 AND {THERE}) AS new,"
    " (SELECT count(*) FROM deliveries d WHERE d.watch = w.name AND d.state = 'pending')"
    " AS undelivered,"
    " (SELECT count(*) FROM deliveries d WHERE d.watch = w.name AND d.state = 'dead') AS dead,"
    " (SELECT d.error FROM deliveries d WHERE d.watch = w.name AND d.state != 'delivered'"
    " AND d.error IS NOT NULL ORDER BY d.due DESC LIMIT 1) AS delivery_error FROM watches w"
)


class WatchStore:
    """The rows about watches in one library's catalog."""

    def __init__(self, catalog: Catalog, saved: SavedSearches) -> None:
        self._catalog = catalog
        self._saved = saved

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

    def add(self, name: str, threshold: float, there: Parts, *, look_back: bool) -> None:
        """Watch by the search of that name; with ``look_back`` what is there is judged too.

        ``there`` is what can be searched.
        """
        self.note(there)
        with self._catalog.transaction() as db:
            db.execute(
                "INSERT INTO watches VALUES (?, ?, ?, NULL, 0, NULL, ?, NULL, NULL)",
                (name, uuid.uuid4().hex, threshold, now()),
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
                "UPDATE watches SET webhook = NULL, private = 0, signing_key = NULL WHERE name = ?",
                (name,),
            )
            db.execute("UPDATE matches SET delivery_id = NULL WHERE watch = ?", (name,))
            db.execute("DELETE FROM deliveries WHERE watch = ?", (name,))

    def new_secret(self, name: str) -> str:
        """Sign requests with another secret from now on, which is returned."""
        secret = f"whsec_{secrets.token_urlsafe(32)}"
        with self._catalog.transaction() as db:
            db.execute("UPDATE watches SET signing_key = ? WHERE name = ?", (secret, name))
        return secret

    def remove(self, name: str) -> None:
        """Watch no longer, and forget what was found; raises `NotFound`."""
        with self._catalog.transaction() as db:
            if not db.execute("DELETE FROM watches WHERE name = ?", (name,)).rowcount:
                raise no_such_watch(name)

    # what is to be judged

    def note(self, there: Parts) -> None:
        """Put what can be searched for the first time on the list of every watch."""
        with self._catalog.transaction() as db:
            known = {(row[0], row[1]) for row in db.execute("SELECT * FROM arrivals")}
            new = [pair for pair in pairs(there) if pair not in known]
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

    def owed(self, name: str, there: Parts) -> dict[str, frozenset[str]]:
        """What is on the list of a watch and can be searched, by video."""
        found: dict[str, set[str]] = {}
        for row in self._catalog.rows("SELECT video_id, part FROM owed WHERE watch = ?", (name,)):
            if row["part"] in there.get(row["video_id"], ()):
                found.setdefault(row["video_id"], set()).add(row["part"])
        return {video_id: frozenset(parts) for video_id, parts in found.items()}

    def failed(self, name: str, error: str) -> None:
        """Write down why a watch could not judge."""
        with self._catalog.transaction() as db:
            db.execute("UPDATE watches SET error = ? WHERE name = ?", (error, name))

    def ran(self, name: str) -> None:
        """Write down that a watch has judged all that it could."""
        with self._catalog.transaction() as db:
            db.execute("UPDATE watches SET error = NULL, ran_at = ? WHERE name = ?", (now(), name))


def no_such_watch(name: str) -> NotFound:
    """For a name that no watch has."""
    return NotFound(f"no watch {name!r:.120} in this library", remedy="`footage watch` lists them")


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
