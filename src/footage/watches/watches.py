"""The watches of a library, as it gives them out: ``library.watches``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from footage.arguments import is_number
from footage.catalog import Catalog
from footage.errors import UsageError
from footage.query import Query
from footage.saved import SavedSearches, checked_name
from footage.search.confidence import FOUND
from footage.search.moments import SearchResult
from footage.text_store import TextStore
from footage.thumbnails import Thumbnails
from footage.watches.found import Found
from footage.watches.judge import Judge
from footage.watches.outbox import Outbox
from footage.watches.parts import Parts, searchable
from footage.watches.store import WatchStore
from footage.watches.watch import Match, Watch
from footage.watches.webhook import checked_webhook


class Watches:
    """What a library watches for. Safe to use from several threads and several processes."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        saved: SavedSearches,
        texts: TextStore,
        thumbnails: Thumbnails,
        answer: Callable[[Query], SearchResult],
        library_id: Callable[[], str],
    ) -> None:
        self._catalog = catalog
        self._saved = saved
        self._texts = texts
        self._store = WatchStore(catalog, saved)
        self._found = Found(catalog, thumbnails)
        self._judge = Judge(self._store, self._found, answer=answer, select=catalog.select)
        self._outbox = Outbox(catalog, self._found, library_id)

    def list(self) -> Sequence[Watch]:
        """All watches, by name."""
        return [self._store.watch(name) for name in self._store.names()]

    def names(self) -> Sequence[str]:
        """The names of all watches, in order."""
        return self._store.names()

    def get(self, name: str) -> Watch:
        """The watch of that name; raises `NotFound`."""
        return self._store.watch(name)

    def put(
        self,
        name: str,
        query: Query | str | None = None,
        *,
        threshold: float | None = None,
        webhook: str | None = None,
        private: bool = False,
        no_webhook: bool = False,
        new_secret: bool = False,
        look_back: bool | None = None,
    ) -> Watch:
        """Watch by a query, which is saved under the name, or by what is saved so; or change that.

        What is not given is as it was, in a new watch: reported from the confidence at which a
        search counts as found, no webhook. ``private`` lets the ``webhook`` given be in a private
        network. With ``look_back`` the videos that are there are judged too, by the next `run`;
        false takes off what is still to be judged. The secret that requests are signed with is in
        what is returned where this call has made it: with the first webhook, and on ``new_secret``.
        Raises `UsageError`, `NotFound`, and what `SavedSearches.put` does.
        """
        checked_name(name)
        watched = name in self._store.names()
        _check_threshold(threshold)
        address = None if webhook is None else checked_webhook(webhook, private=private)
        if new_secret and address is None and (not watched or self.get(name).webhook is None):
            raise UsageError("there is no webhook to make a secret for", remedy="give one")
        if private and address is None:
            raise UsageError(
                "a private address is allowed for a webhook, and none is given", remedy="give both"
            )
        now = self._searchable()
        with self._catalog.transaction():
            if query is not None:
                self._saved.put(name, query)
            self._saved.get(name)
            if not watched:
                level = FOUND if threshold is None else threshold
                self._store.add(name, level, now, look_back=bool(look_back))
            else:
                self._change(name, threshold, look_back, now)
            secret = self._hook(name, address, private, no_webhook, new_secret)
        return replace(self.get(name), secret=secret)

    def remove(self, name: str) -> None:
        """Watch no longer, and forget what was found; the search stays. Raises `NotFound`."""
        self._store.remove(name)

    def matches(
        self, name: str | None = None, *, new: bool = False, limit: int = 100, offset: int = 0
    ) -> Sequence[Match]:
        """What was found, newest first, by a watch or by all; ``new`` is what nobody has seen.

        Raises `NotFound`.
        """
        self._check(name)
        return self._found.matches(name, new=new, limit=limit, offset=offset)

    def count(self, name: str | None = None, *, new: bool = False) -> int:
        """How many `matches` there are."""
        return self._found.count(name, new=new)

    def since(self, number: int) -> Sequence[Match]:
        """What was found after the match of that number, oldest first."""
        if self.newest() <= number:
            return []
        return self._found.matches(above=number)[::-1]

    def newest(self) -> int:
        """The number of the last match; 0 where there is none."""
        return self._found.newest()

    def mark_seen(self, ids: Sequence[str] | None = None, *, name: str | None = None) -> int:
        """Mark matches as seen: those of these ids, or of a watch, or all; how many were not."""
        self._check(name)
        return self._found.mark_seen(ids, name)

    def run(self, name: str | None = None) -> dict[str, int]:
        """Judge what is new, by a watch or by all; returns how many matches each has found.

        A watch whose query cannot be asked now says why, and keeps what is new for the next run.
        Raises `NotFound`, `LibraryLocked`, `LibraryUnwritable`.
        """
        self._check(name)
        if not self._store.any():
            return {}
        now = self._searchable()
        self._store.note(now)
        names = self._store.names() if name is None else [name]
        return {each: self._judge.run(self._store.watch(each), now) for each in names}

    def deliver(self, *, patience: float = 0.0, stop: threading.Event | None = None) -> int:
        """Send to webhooks what is due, or within ``patience`` seconds; how many succeeded.

        What fails is sent again later, with growing pauses, by whoever calls this then: the
        server, or `footage index` and `footage watch run`.
        """
        return self._outbox.deliver(patience=patience, stop=stop)

    def retry_dead(self, name: str | None = None) -> int:
        """Let `deliver` begin anew with the requests that were given up; how many there are."""
        self._check(name)
        return self._outbox.retry_dead(name)

    def _searchable(self) -> Parts:
        return searchable(self._catalog, self._texts)

    def _check(self, name: str | None) -> None:
        if name is not None:
            self.get(name)

    def _change(
        self, name: str, threshold: float | None, look_back: bool | None, now: Parts
    ) -> None:
        if threshold is not None:
            self._store.change(name, threshold)
        if look_back is not None:
            self._store.note(now)
            (self._store.owe_all if look_back else self._store.owe_nothing)(name)

    def _hook(
        self, name: str, address: str | None, private: bool, no_webhook: bool, new_secret: bool
    ) -> str | None:
        """Set or take away the webhook; returns the secret where one was made."""
        if no_webhook:
            self._store.unhook(name)
            return None
        first = address is not None and self.get(name).webhook is None
        if address is not None:
            self._store.hook(name, address, private=private)
        return self._store.new_secret(name) if first or new_secret else None


def _check_threshold(threshold: float | None) -> None:
    if threshold is not None and not (is_number(threshold) and 0 <= threshold <= 1):
        raise UsageError(
            f"the threshold is {threshold!r:.100}", remedy="give a probability, 0 to 1"
        )
