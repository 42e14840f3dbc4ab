"""Saved searches: whole queries under names, kept in the catalog.

The files of their examples are copied into ``searches/`` in the library's folder, each once, called
by the hash of its content; videos that a query names are kept by their ids.
"""

from __future__ import annotations

import builtins
import contextlib
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from footage.catalog import Catalog
from footage.durable import draft_of
from footage.errors import CatalogDamaged, FootageError, InvalidQuery, LibraryUnwritable, NotFound
from footage.example import Example
from footage.media.faults import media_fault
from footage.media.identity import content_id
from footage.query import Query, with_ids
from footage.query_json import QueryBody, body_of, query_of, written
from footage.reading_log import now
from footage.validation import first_wrong

FOLDER = "searches"
LONGEST_NAME = 100  # characters
SHOWN = 5  # names that are told of those there are
LARGEST = 256 << 20  # bytes of an example: a stretch of a long video is better cut out first
_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A query under a name. Dates are in UTC."""

    name: str
    query: Query
    created_at: datetime
    changed_at: datetime
    json: dict[str, Any]
    """The query as `POST /api/v1/search` takes it; the files of examples lie in the library."""

    def to_json(self) -> dict[str, Any]:
        """The shape of a saved search."""
        return {
            "name": self.name,
            "query": self.json,
            "created_at": self.created_at.isoformat(),
            "changed_at": self.changed_at.isoformat(),
        }


class SavedSearches:
    """The saved searches of one library."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        """Of the library in ``folder``."""
        self.folder = folder / FOLDER
        self._catalog = catalog

    def list(self) -> Sequence[SavedSearch]:
        """All of them, by name. Raises `CatalogDamaged`."""
        return [
            self._search(row) for row in self._catalog.rows("SELECT * FROM searches ORDER BY name")
        ]

    def names(self) -> Sequence[str]:
        """The names that searches are saved under, in order."""
        return [row["name"] for row in self._catalog.rows("SELECT name FROM searches ORDER BY 1")]

    def get(self, name: str) -> SavedSearch:
        """The one of that name; raises `NotFound` and `CatalogDamaged`."""
        rows = self._catalog.rows("SELECT * FROM searches WHERE name = ?", (name,))
        if not rows:
            raise _no_such_search(name, self.names())
        return self._search(rows[0])

    def put(self, name: str, query: Query | str) -> SavedSearch:
        """Save a query, or its text, under a name, in the place of what was saved so.

        Raises `InvalidQuery` for a name or query that cannot be kept, `NotFound` for a video in it
        that is not there, `MediaError` for an example that cannot be read, `LibraryUnwritable`.
        """
        checked_name(name)
        query = Query(text=query) if isinstance(query, str) else query
        named = with_ids(query, lambda reference: self._catalog.video(reference).video_id)
        # within the transaction, so that nobody takes the file away before its row is there
        with self._catalog.transaction() as db:
            text = json.dumps(written(body_of(named, self._kept)))
            db.execute(
                "INSERT INTO searches VALUES (?1, ?2, ?3, ?3) ON CONFLICT (name) DO UPDATE SET"
                " query = excluded.query, changed_at = excluded.changed_at",
                (name, text, now()),
            )
            self._tidy()
        return self.get(name)

    def remove(self, name: str) -> None:
        """Forget a search, and whatever watches by it; raises `NotFound`."""
        with self._catalog.transaction() as db:
            if not db.execute("DELETE FROM searches WHERE name = ?", (name,)).rowcount:
                raise _no_such_search(name, self.names())
            self._tidy()

    def files(self) -> Sequence[Path]:
        """The files that examples of saved searches are of, there or not."""
        rows = self._catalog.rows("SELECT query FROM searches")
        names: set[str] = set()
        for row in rows:
            with contextlib.suppress(ValueError):  # `list` tells of what cannot be read
                names.update(_named_files(json.loads(row["query"])))
        return [self.folder / name for name in sorted(names)]

    def take(self, name: str) -> tuple[str, Path]:
        """Where the file of an example lies; see `footage.query_json.Files`."""
        if Path(name).name != name:
            raise InvalidQuery(f"{name!r:.100} is no file of a search", remedy="save it anew")
        return "", self.folder / name

    def rest(self) -> builtins.list[Example]:
        """None: a saved query names all of its files."""
        return []

    def _search(self, row: Any) -> SavedSearch:
        why: object
        try:
            value = json.loads(row["query"])
            return SavedSearch(
                row["name"],
                query_of(QueryBody.model_validate(value), self),
                datetime.fromisoformat(row["created_at"]),
                datetime.fromisoformat(row["changed_at"]),
                value,
            )
        except ValidationError as error:
            why = first_wrong(error)
        except (ValueError, FootageError) as error:
            why = error
        raise CatalogDamaged(
            f"the search {row['name']!r:.120} cannot be read ({why})",
            remedy="save it anew, or remove it",
        )

    def _kept(self, path: Path) -> str:
        """The name of the copy of an example's file, which is made where it is not there."""
        try:
            size = path.stat().st_size
        except OSError as error:
            raise media_fault(error, path) from error
        if size > LARGEST:
            raise InvalidQuery(
                f"{path.name} has {size:,} bytes, and is to be copied into the library",
                remedy=f"cut out what it is about: at most {LARGEST:,} are taken",
            )
        suffix = path.suffix.lower()
        name = content_id(path) + (suffix if _SUFFIX.fullmatch(suffix) else "")
        target = self.folder / name
        try:
            if not target.is_file():
                self.folder.mkdir(exist_ok=True)
                with draft_of(target) as draft:
                    shutil.copyfile(path, draft)
        except OSError as error:
            raise LibraryUnwritable(f"{target} cannot be written ({error.strerror})") from error
        return name

    def _tidy(self) -> None:
        """Delete the files that no search names any more; within a transaction."""
        if self.folder.is_dir():
            wanted = set(self.files())
            for path in self.folder.iterdir():
                if path not in wanted and not path.name.startswith("."):
                    path.unlink(missing_ok=True)


def checked_name(name: object) -> str:
    """A name for a search; raises `InvalidQuery` for what could not stand in an address."""
    if (
        not isinstance(name, str)
        or not 1 <= len(name) <= LONGEST_NAME
        or not name.isprintable()
        or name != name.strip()
        or "/" in name
        or name.startswith(".")
    ):
        raise InvalidQuery(
            f"{name!r:.120} cannot be the name of a search",
            remedy=f"use 1 to {LONGEST_NAME} printable characters without /, not beginning with .",
        )
    return name


def _no_such_search(name: str, known: Sequence[str]) -> NotFound:
    listed = ", ".join(map(repr, known[:SHOWN]))
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return NotFound(
        f"no search is saved as {name!r:.120}",
        remedy=f"there are {listed}{more}"
        if known
        else "none is saved yet: `footage watch add` and the page save some",
    )


def _named_files(value: Any) -> Iterator[str]:
    """The files that the examples of a query's JSON are of, its steps included."""
    for step in [value, *value.get("then", ())]:
        if isinstance(step, dict):
            for example in step.get("examples", ()):
                if example.get("file"):
                    yield example["file"]
