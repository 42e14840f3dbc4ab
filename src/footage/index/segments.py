"""The index: all segments of a library in Milvus, one collection a route; derived."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from footage.embedder import Fingerprint, Route, Spans, Vector, VideoEmbedding
from footage.index.filters import checked_ids, is_in
from footage.index.milvus import LINGER, Milvus
from footage.index.schema import (
    METRIC,
    PARTITION,
    collection_name,
    create_collection,
    index_plan,
    segment_id,
)

log = logging.getLogger(__name__)

BATCH_BYTES = 1_500_000  # milvus-lite 2.5 slows down fiftyfold on inserts over about 5 MB
MOST_HITS = 16_384  # Milvus's own limit on offset + limit
PAGE = 5_000
VIDEOS_A_FILTER = 1_000


class Hit(NamedTuple):
    """One segment found. Times in seconds; score is the cosine to the query, -1 to 1."""

    segment_id: str
    video_id: str
    start: float
    end: float
    score: float
    route: Route


class SegmentIndex:
    """The collections of one library and embedder."""

    def __init__(
        self,
        milvus: Milvus,
        *,
        library_id: str,
        fingerprint: Fingerprint,
        routes: Sequence[Route],
    ) -> None:
        self._milvus = milvus
        self._fingerprint = fingerprint
        self._names = {route: collection_name(library_id, fingerprint, route) for route in routes}

    def close(self) -> None:
        """Let Milvus go."""
        self._milvus.close()

    def write(
        self,
        embeddings: Mapping[str, VideoEmbedding],
        *,
        linger: float = LINGER,
        wait: float | None = None,
    ) -> None:
        """Make the index hold exactly these segments of these videos, keyed by video id.

        ``linger`` and ``wait`` are those of `Milvus.session`.
        """
        if not embeddings:
            return
        began = time.perf_counter()
        with self._milvus.session(linger=linger, wait=wait) as client:
            for route, name in self._names.items():
                rows = [
                    row
                    for video_id, embedding in embeddings.items()
                    for row in self._rows(video_id, embedding, route)
                ]
                self._ensure(client, name, len(rows))
                _delete_videos(client, name, embeddings)
                for batch in _batches(rows, self._fingerprint.dimension):
                    client.insert(name, batch)
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

    def drop(self) -> None:
        """Drop the collections whole."""
        with self._milvus.session() as client:
            for name in self._existing(client).values():
                client.drop_collection(name)

    def search(
        self,
        vector: Vector,
        *,
        limit: int,
        video_ids: Sequence[str] | None = None,
        group_by_video: bool = False,
    ) -> list[Hit]:
        """The segments nearest to ``vector``, best first, at most ``limit`` a route.

        Only of ``video_ids`` where given; with ``group_by_video`` the best one of each video.
        """
        if video_ids is not None and not video_ids:
            return []
        hits: list[Hit] = []
        with self._milvus.session() as client:
            for route, name in self._existing(client).items():
                for chunk in _chunks(video_ids):
                    options = {
                        "filter": "" if chunk is None else is_in("video_id", checked_ids(chunk)),
                        **({"group_by_field": "video_id"} if group_by_video else {}),
                    }
                    found = self._search(client, name, vector, min(limit, MOST_HITS), options)
                    hits += [_hit(row, route) for row in found]
        hits.sort(key=lambda hit: (-hit.score, hit.video_id, hit.start))
        return hits[:limit] if len(self._names) == 1 else hits

    def ids(self) -> dict[str, set[str]]:
        """The segment ids the index holds, by video id."""
        held: dict[str, set[str]] = {}
        with self._milvus.session() as client:
            for name in self._existing(client).values():
                iterator = client.query_iterator(
                    name, batch_size=PAGE, filter="", output_fields=["id", "video_id"]
                )
                while page := iterator.next():
                    for row in page:
                        held.setdefault(row["video_id"], set()).add(row["id"])
                iterator.close()
        return held

    def count(self) -> int:
        """How many segments the index holds, over all routes."""
        with self._milvus.session() as client:
            return sum(_count(client, name) for name in self._existing(client).values())

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
            plan = index_plan(engine, max(rows.values(), default=0))
            return {
                "engine": "embedded" if engine.embedded else "server",
                "version": engine.version,
                "index_type": plan.index_type,
                "metric": METRIC,
                "collections": dict(rows),
            }

    def _rows(self, video_id: str, embedding: VideoEmbedding, route: Route) -> list[dict[str, Any]]:
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
                "partition": PARTITION,
            }
            for (start, end), vector in zip(track.spans.tolist(), track.vectors, strict=True)
        ]

    def _search(
        self, client: Any, name: str, vector: Vector, limit: int, options: Mapping[str, Any]
    ) -> list[Any]:
        plan = index_plan(self._milvus.engine, 0)
        found = client.search(
            name,
            data=[vector.tolist()],
            limit=limit,
            output_fields=["video_id", "start", "end"],
            search_params={"metric_type": METRIC, "params": plan.search},
            **options,
        )
        return list(found[0])

    def _ensure(self, client: Any, name: str, rows: int) -> None:
        if client.has_collection(name):
            return
        create_collection(
            client,
            name,
            dimension=self._fingerprint.dimension,
            engine=self._milvus.engine,
            rows=rows,
        )

    def _existing(self, client: Any) -> dict[Route, str]:
        present = set(client.list_collections())
        names = {route: name for route, name in self._names.items() if name in present}
        for name in names.values():
            client.load_collection(name)
        return names


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
    for chunk in _chunks(list(video_ids)):
        client.delete(name, filter=is_in("video_id", checked_ids(chunk or ())))


def _count(client: Any, name: str) -> int:
    return int(client.query(name, filter="", output_fields=["count(*)"])[0]["count(*)"])


def _chunks(video_ids: Sequence[str] | None) -> list[Sequence[str] | None]:
    if video_ids is None:
        return [None]
    return [
        video_ids[at : at + VIDEOS_A_FILTER] for at in range(0, len(video_ids), VIDEOS_A_FILTER)
    ]


def _batches(rows: list[dict[str, Any]], dimension: int) -> list[list[dict[str, Any]]]:
    size = max(1, min(1_000, BATCH_BYTES // (4 * dimension)))
    return [rows[at : at + size] for at in range(0, len(rows), size)]
