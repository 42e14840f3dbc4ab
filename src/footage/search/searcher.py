"""The search path: encode the query, search the index, merge hits into moments, present them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from footage.catalog import Catalog, Video
from footage.embedder import Embedder, Part, Route, Vector, checked_vector
from footage.errors import InvalidQuery
from footage.index.segments import MOST_HITS, Hit, SegmentIndex
from footage.query import Query
from footage.search.cache import QueryVectors, Results
from footage.search.closer import CloserLook
from footage.search.mixing import mixed
from footage.search.moments import (
    FLOOR_RANK,
    Evidence,
    Group,
    Moment,
    SearchResult,
    merge,
    ranked,
)
from footage.thumbnails import Thumbnails

log = logging.getLogger(__name__)

# Merging turns several segments into one moment, so more segments are fetched than moments are
# wanted, in steps this far apart, so that one page of results merges like the next.
FEWEST_HITS = FLOOR_RANK
HITS_A_MOMENT = 4


class Searcher:
    """Answers queries over one library."""

    def __init__(
        self,
        *,
        embedder: Embedder,
        index: SegmentIndex,
        catalog: Catalog,
        thumbnails: Thumbnails,
        closer: CloserLook | None,
        vectors: QueryVectors,
    ) -> None:
        """``closer`` is None where no frames are kept."""
        self._embedder = embedder
        self._vectors = vectors
        self._results: Results[list[Group]] = Results()
        self._closer = closer
        self._index = index
        self._catalog = catalog
        self._thumbnails = thumbnails

    def search(self, query: Query) -> SearchResult:
        """The best moments for ``query``, ``offset`` skipped, at most ``limit``."""
        began = time.perf_counter()
        _check_searchable(query)
        page = self._page(query)
        moments = self._present(page, query.filters.folders)
        log.info("search: %d moments in %.1f ms", len(moments), 1e3 * (time.perf_counter() - began))
        return SearchResult(query, tuple(moments))

    def _page(self, query: Query) -> list[Group]:
        if query.vector is not None or query.examples:
            # of no use to keep: it hardly comes twice, and another picture may be there by then
            return self._found(query)
        version = self._catalog.version
        kept = self._results.get(query, version)
        if kept is not None:
            log.info("results: from memory, %s so far", self._results.tally)
            return kept
        page = self._found(query)
        self._results.keep(query, version, page)
        return page

    def _found(self, query: Query) -> list[Group]:
        find = self._finder(query)
        vector = mixed(self._encoded(query), partial(find, limit=FLOOR_RANK))
        began = time.perf_counter()
        groups = self._groups(query, vector, partial(find, vector))
        searched = time.perf_counter()
        page = groups[query.offset : query.offset + query.limit]
        self._sharpen(page, vector)
        log.info(
            "index %.1f ms, frames %.1f ms",
            1e3 * (searched - began),
            1e3 * (time.perf_counter() - searched),
        )
        return page

    def _encoded(self, query: Query) -> list[tuple[Vector, float]]:
        """The vectors of the query's parts, and what each counts."""
        if query.vector is not None:
            return [(checked_vector(query.vector, self._embedder.fingerprint.dimension), 1.0)]
        began = time.perf_counter()
        terms = [(term.text, term.weight) for term in query.terms]
        parts = self._embedder.parts(terms, query.examples, text_weight=query.text_weight)
        encoded = [(self._encode(part), part.weight) for part in parts]
        log.info("encode %.1f ms", 1e3 * (time.perf_counter() - began))
        return encoded

    def _encode(self, part: Part) -> Vector:
        key = None if self._embedder.sent_to is None else part.identity
        if key is None:  # computed sooner than read, or not the same for long
            return self._embedder.encode(part)
        make = partial(self._embedder.encode, part)
        return self._vectors.vector(self._embedder.fingerprint.id, key, make)

    def _finder(self, query: Query) -> Callable[..., list[Hit]]:
        """A search for vectors in the videos and modalities that the query is about."""
        scope = self._catalog.scope(query.filters, partitioned=self._index.partitioned)
        return partial(self._index.search, routes=self._routes(query), **scope._asdict())

    def _routes(self, query: Query) -> list[Route]:
        """Where moments are looked for: not among whole videos where there are segments as well."""
        there = self._embedder.routes
        asked = [
            route for route in there if not query.modalities or route.modality in query.modalities
        ]
        if not asked:
            has = ", ".join(dict.fromkeys(route.modality for route in there))
            raise InvalidQuery(
                f"this library has no {' or '.join(query.modalities)}: "
                f"{self._embedder.fingerprint.name} embeds {has}",
                remedy="search there, or index with an embedder that has it",
            )
        return [route for route in asked if route.scope == "clip"] or asked

    def _groups(
        self, query: Query, vector: Vector, search: Callable[..., list[Hit]]
    ) -> list[Group]:
        wanted = query.offset + query.limit
        if query.group_by_video:
            return best_a_video(self._rescored(of_videos(search, wanted), vector))[:wanted]
        groups: list[Group] = []
        for depth in _depths(HITS_A_MOMENT * wanted):
            hits = self._rescored(search(limit=depth), vector)
            groups = merge(hits)
            if len(groups) >= wanted or len(hits) < depth:
                break
        return groups

    def _rescored(self, hits: list[Hit], vector: Vector) -> list[Hit]:
        return hits if self._closer is None else self._closer.rescored(hits, vector)

    def _sharpen(self, groups: Sequence[Group], vector: Vector) -> None:
        if self._closer is None:
            return
        for group in groups:
            group.start, group.end = self._closer.sharpened(
                group.best.video_id, group.start, group.end, query=vector, floor=group.floor
            )

    def _present(self, groups: Sequence[Group], folders: Sequence[Path]) -> list[Moment]:
        videos = self._catalog.videos(sorted({group.best.video_id for group in groups}))
        return [
            self._moment(group, videos[group.best.video_id].within(folders))
            for group in groups
            if group.best.video_id in videos
        ]

    def _moment(self, group: Group, video: Video) -> Moment:
        best = group.best
        return Moment(
            video_id=best.video_id,
            title=video.title,
            start=group.start,
            end=group.end,
            score=best.score,
            modality=best.route.modality,
            scope=best.route.scope,
            path=video.path,
            url=video.url,
            thumbnail=self._thumbnails.path(best.video_id, best.start),
            evidence=tuple(
                Evidence(hit.segment_id, hit.route.modality, hit.start, hit.end, hit.score, rank)
                for hit, rank in zip(group.hits, group.ranks, strict=True)
            ),
        )


def _check_searchable(query: Query) -> None:
    """Raise `InvalidQuery` for what the query model has and the search not yet."""
    keys = [f"{term.kind}:" for term in query.terms if term.kind in ("said", "sign")]
    if keys or query.likes or query.then:
        what = keys[0] if keys else "what is like a moment" if query.likes else "what follows"
        raise InvalidQuery(f"{what} is not searchable yet", remedy="leave it out")


def _depths(least: int) -> Iterator[int]:
    depth = FEWEST_HITS
    while depth < MOST_HITS:
        if depth >= least:
            yield depth
        depth *= 4
    yield MOST_HITS


def of_videos(search: Callable[..., list[Hit]], wanted: int) -> list[Hit]:
    """The best hits, and where they are of fewer videos than ``wanted``, the best of each video."""
    hits = {hit.segment_id: hit for hit in search(limit=FLOOR_RANK)}
    if len(hits) == FLOOR_RANK and len({hit.video_id for hit in hits.values()}) <= wanted:
        # Grouping costs twice a plain search. Milvus breaks ties as it likes, so more are asked
        # for than are wanted, and sorted here.
        best = search(limit=max(wanted, FLOOR_RANK), group_by_video=True)
        hits |= {hit.segment_id: hit for hit in best}
    return ranked(hits.values())


def best_a_video(hits: Sequence[Hit]) -> list[Group]:
    """The best moment of each video."""
    leaders: dict[str, Group] = {}
    for group in merge(hits):
        leaders.setdefault(group.best.video_id, group)
    return list(leaders.values())
