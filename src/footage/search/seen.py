"""Looking in the embedder's own space: what is seen, and what else it hears or reads by itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from footage.catalog import Catalog
from footage.embedder import Embedder, Part, Route, Vector
from footage.index.segments import MOST_HITS, Hit, SegmentIndex
from footage.query import Filters
from footage.search.cache import QueryVectors
from footage.search.closer import CloserLook
from footage.search.confidence import Confidence
from footage.search.fusion import Find
from footage.search.groups import FLOOR_RANK, Group, merge, ranked
from footage.search.mixing import mixed
from footage.search.moments import Evidence

log = logging.getLogger(__name__)

# Merging turns several segments into one moment, so more segments are fetched than moments are
# wanted, in steps this far apart, so that one page of results merges like the next.
FEWEST_HITS = FLOOR_RANK
HITS_A_MOMENT = 4

Search = Callable[..., list[Hit]]


class SeenSearch:
    """Finds segments of one library by vectors of its embedder."""

    def __init__(
        self,
        *,
        embedder: Embedder,
        index: SegmentIndex,
        catalog: Catalog,
        closer: CloserLook | None,
        vectors: QueryVectors,
        confidence: Confidence,
    ) -> None:
        """``closer`` is None where no frames are kept."""
        self._embedder = embedder
        self._index = index
        self._catalog = catalog
        self._closer = closer
        self._vectors = vectors
        self._confidence = confidence

    def encoded(self, parts: Sequence[Part]) -> list[tuple[Vector, float]]:
        """The vectors of a query's parts, and what each counts."""
        began = time.perf_counter()
        found = [(self._encode(part), part.weight) for part in parts]
        log.info("encode %.1f ms", 1e3 * (time.perf_counter() - began))
        return found

    def finds(
        self,
        parts: Sequence[tuple[Vector, float]],
        *,
        routes: Sequence[Route],
        filters: Filters,
        wanted: int,
        by_video: bool,
        by_text: bool,
    ) -> dict[Route, list[Find]]:
        """What is found on each route, best first: at least ``wanted`` if there is so much.

        Their probabilities are not looked at yet. With ``by_video`` the best of as many videos;
        ``by_text`` says whether the parts are of text alone.
        """
        scope = self._catalog.scope(filters, partitioned=self._index.partitioned)
        find = partial(self._index.search, **scope._asdict())
        vector = mixed(parts, partial(find, limit=FLOOR_RANK, routes=list(routes)))
        began = time.perf_counter()
        found = {}
        for route in routes:
            search = partial(find, vector, routes=[route])
            # what is unlike the query lies elsewhere too: a moment is the same whatever the filters
            narrowed = filters != Filters()
            floor = self._confidence.score_of_rank(vector, route, FLOOR_RANK) if narrowed else None
            groups = self._groups(search, vector, wanted, by_video=by_video, floor=floor)
            for group in groups:
                group.query, group.by_text = vector, by_text
            found[route] = [_find(group, rank) for rank, group in enumerate(groups, start=1)]
        log.info("index and frames %.1f ms", 1e3 * (time.perf_counter() - began))
        return found

    def judge(self, finds: Sequence[Find]) -> None:
        """Set the probabilities of finds of one search."""
        groups = [find.group for find in finds if find.group is not None]
        if not groups or groups[0].query is None:
            return
        hits = [group.best for group in groups]
        chances = self._confidence.probabilities(groups[0].query, hits, text=groups[0].by_text)
        for find, chance in zip(finds, chances, strict=True):
            find.probability = chance

    def sharpen(self, find: Find) -> tuple[float, float]:
        """The part of what was found that matches, in seconds."""
        group = find.group
        if self._closer is None or group is None or group.query is None:
            return find.start, find.end
        return self._closer.sharpened(
            find.video_id, find.start, find.end, query=group.query, floor=group.floor
        )

    def look(self, find: Find) -> Vector | None:
        """What a stretch looks like on the whole, as a unit vector; None where nobody knows."""
        if self._closer is None or find.group is None:
            return None
        return self._closer.mean(find.video_id, find.start, find.end)

    def _encode(self, part: Part) -> Vector:
        key = None if self._embedder.sent_to is None else part.identity
        if key is None:  # computed sooner than read, or not the same for long
            return self._embedder.encode(part)
        make = partial(self._embedder.encode, part)
        return self._vectors.vector(self._embedder.fingerprint.id, key, make)

    def _groups(
        self,
        search: Search,
        vector: Vector,
        wanted: int,
        *,
        by_video: bool,
        floor: float | None,
    ) -> list[Group]:
        if by_video:
            return merge(self._rescored(of_videos(search, wanted), vector), floor)
        groups: list[Group] = []
        for depth in _depths(HITS_A_MOMENT * wanted):
            hits = self._rescored(search(limit=depth), vector)
            groups = merge(hits, floor)
            if len(groups) >= wanted or len(hits) < depth:
                break
        return groups

    def _rescored(self, hits: list[Hit], vector: Vector) -> list[Hit]:
        return hits if self._closer is None else self._closer.rescored(hits, vector)


def of_videos(search: Search, wanted: int) -> list[Hit]:
    """The best hits, and where they are of fewer videos than ``wanted``, the best of each video."""
    hits = {hit.segment_id: hit for hit in search(limit=FLOOR_RANK)}
    if len(hits) == FLOOR_RANK and len({hit.video_id for hit in hits.values()}) <= wanted:
        # Grouping costs twice a plain search. Milvus breaks ties as it likes, so more are asked
        # for than are wanted, and sorted here.
        best = search(limit=max(wanted, FLOOR_RANK), group_by_video=True)
        hits |= {hit.segment_id: hit for hit in best}
    return ranked(hits.values())


def _depths(least: int) -> Iterator[int]:
    depth = FEWEST_HITS
    while depth < MOST_HITS:
        if depth >= least:
            yield depth
        depth *= 4
    yield MOST_HITS


def _find(group: Group, rank: int) -> Find:
    best = group.best
    return Find(
        video_id=best.video_id,
        start=group.start,
        end=group.end,
        scope=best.route.scope,
        score=best.score,
        evidence=partial(_evidence, group),
        probability=None,
        rank=rank,
        group=group,
    )


def _evidence(group: Group) -> Iterator[Evidence]:
    for hit, place in zip(group.hits, group.ranks, strict=True):
        yield Evidence(
            modality=hit.route.modality,
            how="vector",
            start=hit.start,
            end=hit.end,
            score=hit.score,
            rank=place,
            segment_id=hit.segment_id,
        )
