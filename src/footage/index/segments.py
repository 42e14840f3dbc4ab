"""The index: all segments of a library in Milvus, one collection a route; derived."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from footage.embedder import Fingerprint, Route, Spans, Vector, VideoEmbedding
from footage.index.filters import all_of, checked_ids, is_in, is_not_in
from footage.index.milvus import LINGER, Milvus
from footage.index.pages import pages
from footage.index.schema import (
    METRIC,
    PARTITION,
    IndexPlan,
    built_index,
    collection_name,
    create_collection,
    hnsw,
    index_plan,
    is_half_made,
    part_of,
    parts_of,
    rebuild_index,
    segment_id,
    space_prefix,
)
from footage.index.trial import Trial
from footage.index.unit import unit

log = logging.getLogger(__name__)

BATCH_BYTES = 1_500_000  # milvus-lite 2.5 slows down fiftyfold on inserts over about 5 MB
MOST_HITS = 16_384  # Milvus's own limit on offset + limit
PAGE = 10_000
VECTOR_PAGE = 500  # rows with their vectors: 1 MB at 512 floats
VIDEOS_A_FILTER = 1_000
_GONE = (100, 101)  # Milvus's codes of a collection not there, and not loaded
REMEMBERED = 30.0  # seconds: how soon a server's collection re-indexed elsewhere is noticed


class Hit(NamedTuple):
    """One segment found. Times in seconds; score is the cosine to the query, -1 to 1."""

    segment_id: str
    video_id: str
    start: float
    end: float
    score: float
    route: Route


class Held(NamedTuple):
    """What the index has of a video: the ids of its segments, and the partitions they lie in."""

    ids: set[str]
    partitions: set[str]


NOTHING = Held(set(), set())


class SegmentIndex:
    """The collections of one library and embedder."""

    partitioned = True
    """Whether a search may name partitions."""

    def __init__(
        self,
        milvus: Milvus,
        *,
        library_id: str,
        fingerprint: Fingerprint,
        routes: Sequence[Route],
        plan: IndexPlan | None = None,
        divided: bool = False,
    ) -> None:
        """``plan`` is how to index on a server; by default it follows from the number of rows.

        A server's collections may be ``divided``, so that a search reads only the partitions that
        it names. They are others than those that are not. The embedded engine has no partitions:
        there they are but a field of a row.
        """
        self._milvus = milvus
        self._library_id = library_id
        self._fingerprint = fingerprint
        self._chosen = plan
        self._loaded = _Loaded()
        self._divided = divided and not milvus.embedded
        self._names, self._others = (
            {
                route: collection_name(library_id, fingerprint, route, divided=way)
                for route in routes
            }
            for way in (self._divided, not self._divided)
        )

    @property
    def place(self) -> str:
        """Where it is: the embedded engine's file, or the server's address without secrets."""
        return self._milvus.place

    @property
    def on_server(self) -> bool:
        """Whether a Milvus server holds it, and not the embedded engine."""
        return not self._milvus.embedded

    def close(self) -> None:
        """Let Milvus go."""
        self._milvus.close()

    def write(
        self,
        embeddings: Mapping[str, VideoEmbedding],
        *,
        partitions: Mapping[str, str] | None = None,
        linger: float = LINGER,
        wait: float | None = None,
        expected: int = 0,
    ) -> None:
        """Make the index hold exactly these segments of these videos, keyed by video id.

        ``partitions`` says where each goes. ``linger`` and ``wait`` are those of `Milvus.session`;
        ``expected`` is how many rows are to come in all, where that is known: a collection made
        now is made for so many. What was written is found by every search that begins after this
        returns.
        """
        if not embeddings:
            return
        began = time.perf_counter()
        named = partitions or {}
        with self._milvus.session(linger=linger, wait=wait) as client:
            for route, name in self._names.items():
                rows = [
                    row
                    for video_id, embedding in embeddings.items()
                    for row in self._rows(
                        video_id, embedding, route, named.get(video_id, PARTITION)
                    )
                ]
                self._ensure(client, name, max(len(rows), expected))
                _delete_videos(client, name, embeddings)
                for part, together in self._by_part(client, name, rows).items():
                    for batch in _batches(together, self._fingerprint.dimension):
                        self._put(client, name, batch, part)
                self._await_visible(client, name)
        log.info(
            "indexed %d videos, %d segments in %.2f s",
            len(embeddings),
            sum(embedding.segments for embedding in embeddings.values()),
            time.perf_counter() - began,
        )

    def delete(self, video_ids: Iterable[str], *, linger: float = LINGER) -> None:
        """Take all segments of these videos out."""
        ids = checked_ids(video_ids)
        if not ids:
            return
        with self._milvus.session(linger=linger) as client:
            for name in self._existing(client).values():
                _delete_videos(client, name, ids)
                self._await_visible(client, name)

    def drop(self) -> None:
        """Drop the collections whole."""
        with self._milvus.session() as client:
            for name in self._present(client).values():
                client.drop_collection(name)
            self._loaded = _Loaded()

    def drop_others(self) -> None:
        """Drop what is left from before a server's collections were divided, or were not."""
        if self.on_server:
            with self._milvus.session() as client:
                for name in set(client.list_collections()) & set(self._others.values()):
                    client.drop_collection(name)

    def drop_space(self, fingerprint_id: str) -> None:
        """Drop all collections that this library has of another embedding space."""
        prefix = space_prefix(self._library_id, fingerprint_id)
        with self._milvus.session() as client:
            for name in client.list_collections():
                if name.startswith(prefix):
                    client.drop_collection(name)

    def settle(self) -> None:
        """Give each collection on a server the index that its size, or the plan, asks for.

        A collection that differs is indexed anew and cannot be searched meanwhile; nothing happens
        to the others, nor on the embedded engine.
        """
        with self._milvus.session() as client:
            engine = self._milvus.engine
            if engine.embedded:
                return
            for name in self._existing(client).values():
                wanted = index_plan(engine, _count(client, name), self._chosen)
                built = built_index(client, name, engine=engine)
                if (wanted.index_type, wanted.build) != (built.index_type, built.build):
                    log.info("%s: indexing anew, %s %s", name, wanted.index_type, wanted.build)
                    rebuild_index(client, name, replace(wanted, metric=built.metric))
            self._loaded = _Loaded()

    def search(
        self,
        vector: Vector,
        *,
        limit: int,
        routes: Collection[Route] | None = None,
        video_ids: Sequence[str] | None = None,
        excluding: Sequence[str] = (),
        partitions: Sequence[str] | None = None,
        group_by_video: bool = False,
    ) -> list[Hit]:
        """The segments nearest to ``vector``, best first, at most ``limit`` a route.

        Only on ``routes`` where given, else on all; only of ``video_ids`` where given, else of all
        videos but ``excluding``, and only in ``partitions`` where given: a server then touches no
        other. With ``group_by_video`` the best one of each video.
        """
        vector = unit(np.atleast_2d(vector))[0]
        wanted = self._names.keys() if routes is None else routes
        grouped = {"group_by_field": "video_id"} if group_by_video else {}
        filters = _filters(video_ids, excluding, partitions)
        asked = [{"filter": expression, **grouped} for expression in filters]
        with self._milvus.session() as client:
            hits = self._again_if_gone(
                lambda: self._search_all(
                    client, vector, limit, wanted, asked, partitions=partitions
                )
            )
        hits.sort(key=lambda hit: (-hit.score, hit.video_id, hit.start))
        return hits[:limit] if len(wanted) == 1 else hits

    def trial(self) -> Trial:
        """A scratch collection beside this index, on its server."""
        return Trial(self._milvus, dimension=self._fingerprint.dimension)

    def ids(self) -> dict[str, set[str]]:
        """The segment ids the index holds, by video id."""
        return {video_id: held.ids for video_id, held in self.held().items()}

    def held(self) -> dict[str, Held]:
        """What the index holds, by video id."""
        found: dict[str, Held] = {}
        with self._milvus.session() as client:
            for name in self._existing(client).values():
                for page in self._pages(client, name, ["id", "video_id", "partition"], PAGE):
                    for row in page:
                        held = found.setdefault(row["video_id"], Held(set(), set()))
                        held.ids.add(row["id"])
                        held.partitions.add(row["partition"])
        return found

    def digests(self) -> dict[str, dict[str, bytes]]:
        """A digest of vector, span and partition of every row, by video id and segment id."""
        held: dict[str, dict[str, bytes]] = {}
        with self._milvus.session() as client:
            for name in self._existing(client).values():
                fields = ["id", "video_id", "start", "end", "partition", "vector"]
                for page in self._pages(client, name, fields, VECTOR_PAGE):
                    for row in page:
                        held.setdefault(row["video_id"], {})[row["id"]] = _digest(row)
        return held

    def expected_digests(
        self, video_id: str, embedding: VideoEmbedding, partition: str = PARTITION
    ) -> dict[str, bytes]:
        """What `digests` should say of a video with this embedding."""
        return {
            row["id"]: _digest(row)
            for route in self._names
            for row in self._rows(video_id, embedding, route, partition)
        }

    def count(self) -> int:
        """How many segments the index holds, over all routes."""
        with self._milvus.session() as client:
            return sum(_count(client, name) for name in self._existing(client).values())

    def expected(self, video_id: str, spans: Mapping[Route, Spans], partition: str) -> Held:
        """What `held` should say of a video with these spans."""
        ids = self.segment_ids(video_id, spans)
        return Held(ids, {partition} if ids else set())

    def segment_ids(self, video_id: str, spans: Mapping[Route, Spans]) -> set[str]:
        """The segment ids the index should hold of a video with these spans."""
        return {
            segment_id(video_id, self._fingerprint, route, start, end)
            for route, of_route in spans.items()
            for start, end in of_route.tolist()
        }

    def describe(self) -> dict[str, Any]:
        """Engine, index type, metric and rows, for `footage doctor`."""
        with self._milvus.session() as client:
            engine = self._milvus.engine
            rows = Counter({name: _count(client, name) for name in self._existing(client).values()})
            plans = self._loaded.plans.values()
            kinds = {plan.index_type for plan in plans} or {"no"}
            metrics = {plan.metric for plan in plans} or {METRIC}
            return {
                "engine": "embedded" if engine.embedded else "server",
                "version": engine.version,
                "index_type": "+".join(sorted(kinds)),
                "metric": "+".join(sorted(metrics)),
                "collections": dict(rows),
            }

    def _rows(
        self, video_id: str, embedding: VideoEmbedding, route: Route, partition: str
    ) -> list[dict[str, Any]]:
        track = embedding.tracks.get(route)
        if track is None:
            return []
        return [
            {
                "id": segment_id(video_id, self._fingerprint, route, start, end),
                "vector": vector,
                "video_id": video_id,
                "scope": route.scope,
                "start": start,
                "end": end,
                "partition": partition,
            }
            for (start, end), vector in zip(track.spans.tolist(), unit(track.vectors), strict=True)
        ]

    def _search_all(
        self,
        client: Any,
        vector: Vector,
        limit: int,
        routes: Collection[Route],
        asked: Sequence[Mapping[str, str]],
        *,
        partitions: Sequence[str] | None,
    ) -> list[Hit]:
        hits: list[Hit] = []
        for route, name in self._existing(client).items():
            if route not in routes:
                continue
            parts = self._loaded.parts[name]
            within = {}
            if partitions is not None and parts:
                within = {"partition_names": sorted({part_of(p, parts) for p in partitions})}
            for options in asked:
                found = self._search(
                    client, name, vector, min(limit, MOST_HITS), {**options, **within}
                )
                hits += [_hit(row, route) for row in found]
        return hits

    def _again_if_gone(self, search: Callable[[], list[Hit]]) -> list[Hit]:
        """Search again where another process dropped or re-indexed a server's collection."""
        from pymilvus.exceptions import MilvusException

        try:
            return search()
        except MilvusException as error:
            if self._milvus.embedded or error.code not in _GONE:
                raise
        self._loaded = _Loaded()
        return search()

    def _search(
        self, client: Any, name: str, vector: Vector, limit: int, options: Mapping[str, Any]
    ) -> list[Any]:
        params = self._loaded.plans[name].search_params(limit)
        found = client.search(
            name,
            data=[vector.tolist()],
            limit=limit,
            output_fields=["video_id", "start", "end"],
            search_params={"params": params},  # the metric is that of the collection
            # a strong read costs a server 0.2 s; writers wait until what they wrote can be seen
            **({} if self._milvus.engine.embedded else {"consistency_level": "Session"}),
            **options,
        )
        return list(found[0])

    def _by_part(
        self, client: Any, name: str, rows: list[dict[str, Any]]
    ) -> dict[str, list[dict[str, Any]]]:
        """The rows by the part of the collection they go to; ``""`` where it has none."""
        if not self._divided:
            return {"": rows}
        parts = parts_of(client, name)
        grouped: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            grouped.setdefault(part_of(row["partition"], parts), []).append(row)
        return grouped

    def _put(self, client: Any, name: str, rows: list[dict[str, Any]], part: str) -> None:
        # a server may have to be asked twice, and an insert repeated is a row twice
        if self._milvus.engine.embedded:
            client.insert(name, rows)
        else:
            client.upsert(name, rows, partition_name=part)

    def _await_visible(self, client: Any, name: str) -> None:
        """A strong read: when it returns, the server's searches see all that was written."""
        if not self._milvus.engine.embedded:
            _count(client, name)

    def _pages(self, client: Any, name: str, fields: list[str], size: int) -> Iterator[list[Any]]:
        return pages(client, name, fields, size=size, engine=self._milvus.engine)

    def _ensure(self, client: Any, name: str, rows: int) -> None:
        if client.has_collection(name):
            if not is_half_made(client, name):
                if not self._milvus.engine.embedded:
                    client.load_collection(name)  # to be deleted from
                return
            client.drop_collection(name)
        engine = self._milvus.engine
        create_collection(
            client,
            name,
            dimension=self._fingerprint.dimension,
            plan=index_plan(engine, rows, self._chosen),
            divided=self._divided,
        )
        self._loaded = _Loaded()

    def _present(self, client: Any) -> dict[Route, str]:
        present = set(client.list_collections())
        return {route: name for route, name in self._names.items() if name in present}

    def _existing(self, client: Any) -> Mapping[Route, str]:
        """The collections there are, loaded; asked for anew over a new connection, or by time."""
        loaded, generation = self._loaded, self._milvus.generation
        stale = time.monotonic() - loaded.at > REMEMBERED and self.on_server
        if loaded.generation == generation and not stale:
            return loaded.names
        present = self._present(client)
        names = {route: name for route, name in present.items() if not is_half_made(client, name)}
        engine = self._milvus.engine
        plans, parts = {}, {}
        for name in names.values():
            client.load_collection(name)
            ef = (self._chosen or hnsw()).ef
            plans[name] = replace(built_index(client, name, engine=engine), ef=ef)
            parts[name] = parts_of(client, name) if self._divided else []
        self._loaded = _Loaded(names, plans, parts, self._milvus.generation, time.monotonic())
        return names


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What is known of the collections, and over which connection it was learnt."""

    names: Mapping[Route, str] = field(default_factory=dict)
    plans: Mapping[str, IndexPlan] = field(default_factory=dict)
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    generation: int = -1
    at: float = 0.0


def _digest(row: Mapping[str, Any]) -> bytes:
    vector = np.asarray(row["vector"], dtype=np.float32)
    data = vector.tobytes() + np.array([row["start"], row["end"]]).tobytes()
    return hashlib.blake2b(data + row["partition"].encode(), digest_size=8).digest()


def _hit(row: Any, route: Route) -> Hit:
    entity = row["entity"]
    return Hit(
        segment_id=row["id"],
        video_id=entity["video_id"],
        start=float(entity["start"]),
        end=float(entity["end"]),
        score=float(row["distance"]),
        route=route,
    )


def _delete_videos(client: Any, name: str, video_ids: Iterable[str]) -> None:
    for chunk in _chunks(checked_ids(video_ids)):
        client.delete(name, filter=is_in("video_id", chunk))


def _count(client: Any, name: str) -> int:
    found = client.query(name, filter="", output_fields=["count(*)"], consistency_level="Strong")
    return int(found[0]["count(*)"])


def _filters(
    video_ids: Sequence[str] | None, excluding: Sequence[str], partitions: Sequence[str] | None
) -> list[str]:
    """Expressions that together let the wanted videos through: one a search."""
    inside = [] if partitions is None else [is_in("partition", partitions)]
    if video_ids is not None:
        chunks = _chunks(checked_ids(video_ids))
        return [all_of([*inside, is_in("video_id", chunk)]) for chunk in chunks]
    others = [is_not_in("video_id", checked_ids(excluding))] if excluding else []
    return [all_of([*inside, *others])]


def _chunks(video_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(video_ids), VIDEOS_A_FILTER):
        yield video_ids[at : at + VIDEOS_A_FILTER]


def _batches(rows: list[dict[str, Any]], dimension: int) -> list[list[dict[str, Any]]]:
    size = max(1, min(1_000, BATCH_BYTES // (4 * dimension)))
    return [rows[at : at + size] for at in range(0, len(rows), size)]
