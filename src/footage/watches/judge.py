"""Judging what is new: the watch's query, asked of some videos alone.

A moment is reported from the watch's threshold on, which is a probability and means the same in any
library. Where none is known (too little to compare with, as for a vector in a small library), it is
reported if it would be on the first page of a search of everything.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from footage.errors import FootageError
from footage.query import DEEPEST, Filters, Query
from footage.search.fusion import is_same
from footage.search.moments import Moment, SearchResult
from footage.watches.found import Found
from footage.watches.parts import Parts, part_of
from footage.watches.store import WatchStore
from footage.watches.watch import Watch

log = logging.getLogger(__name__)

VIDEOS = 50  # judged, and written down, at a time: what a kill costs
PAGE = 50  # moments asked for at a time
FIRST_PAGE = 10  # moments of a search of everything, where no probability is known
LEAST_NEW = 0.25  # of a moment's score, that has to come from what is new of its video


class Judge:
    """Asks the watches' queries of what they have not judged yet."""

    def __init__(
        self,
        store: WatchStore,
        found: Found,
        *,
        answer: Callable[[Query], SearchResult],
        select: Callable[[Filters], list[str] | None],
    ) -> None:
        """``select`` gives the ids of the videos that pass filters; None where every one does."""
        self._store = store
        self._found = found
        self._answer = answer
        self._select = select

    def run(self, watch: Watch, now: Parts) -> int:
        """Judge all that is owed and can be searched; returns how many matches are new.

        What cannot be judged, since the query cannot be asked now, stays owed, and the watch says
        why. Raises `LibraryUnwritable` and `LibraryLocked` of the catalog.
        """
        found = 0
        owed = self._store.owed(watch.name, now)
        try:
            for batch in _batches(owed):
                moments = self.moments(watch, batch, now)
                found += self._found.keep(watch, batch, moments)
        except FootageError as error:
            log.warning("watch %s: %s", watch.name, error)
            self._store.failed(watch.name, str(error))
        else:
            self._store.ran(watch.name)
        return found

    def moments(self, watch: Watch, new: Parts, now: Parts) -> list[Moment]:
        """The moments that match in the new parts of some videos; ``now`` are all their parts."""
        # ranks, which the other fusion goes by, say nothing about a moment by itself
        query = replace(watch.search.query, fusion="calibrated")
        passing = self._select(query.filters)
        ids = sorted(new if passing is None else new.keys() & set(passing))
        found = [
            moment
            for moment in self._all(query, ids, watch.threshold)
            if _is_new(moment, new, now) and _reaches(moment, watch.threshold)
        ]
        unknown = any(moment.confidence is None for moment in found)
        best = self._answer(replace(query, limit=FIRST_PAGE, offset=0)) if unknown else ()
        return [
            moment for moment in found if moment.confidence is not None or _is_among(moment, best)
        ]

    def _all(self, query: Query, ids: Sequence[str], threshold: float) -> list[Moment]:
        """Every moment of these videos that may reach the threshold."""
        if not ids:
            return []
        asked = replace(query, filters=replace(query.filters, videos=tuple(ids)), limit=PAGE)
        found: list[Moment] = []
        for offset in range(0, DEEPEST, PAGE):
            page = self._answer(replace(asked, offset=offset))
            found += page
            if len(page) < PAGE or not _reaches(page[-1], threshold):
                return found
        if len(ids) > 1:
            half = len(ids) // 2
            return [
                *self._all(query, ids[:half], threshold),
                *self._all(query, ids[half:], threshold),
            ]
        log.warning("of %s no more than %d moments are judged", ids[0], DEEPEST)
        return found


def _batches(owed: Parts) -> Iterator[Parts]:
    videos = iter(owed.items())
    while batch := dict(islice(videos, VIDEOS)):
        yield batch


def _reaches(moment: Moment, threshold: float) -> bool:
    return moment.confidence is None or moment.confidence >= threshold


def _is_new(moment: Moment, new: Parts, now: Parts) -> bool:
    """Whether enough of what a moment was found by could not be found before."""
    video = moment.video_id
    if now.get(video, frozenset()) <= new.get(video, frozenset()):
        return True
    shares = [(one.contribution, part_of(one) in new[video]) for one in moment.evidence]
    return sum(share for share, is_new in shares if is_new) >= LEAST_NEW * sum(
        share for share, _ in shares
    )


def _is_among(moment: Moment, best: Sequence[Moment]) -> bool:
    return any(
        one.video_id == moment.video_id and is_same(one.start, one.end, moment.start, moment.end)
        for one in best
    )
