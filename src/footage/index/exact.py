"""The index without Milvus: exact search over the archive, for a library that cannot be written.

The embedded Milvus writes to its file even to search it. On a read-only or full disk the vectors
are read from the archive instead, once, and kept in memory: 4 bytes a dimension a segment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NoReturn

import numpy as np

from footage.embedder import Fingerprint, Route, Vector, Vectors, VideoEmbedding
from footage.errors import ArchiveDamaged, LibraryUnwritable
from footage.index.schema import METRIC, PARTITION, segment_id
from footage.index.segments import Held, Hit, SegmentIndex
from footage.index.unit import products, unit

log = logging.getLogger(__name__)

Row = tuple[str, float, float, Route]  # video id, start and end in seconds, route


class ExactIndex(SegmentIndex):
    """Answers like `SegmentIndex`, from the archive; refuses to be written."""

    partitioned = False

    def __init__(
        self,
        *,
        fingerprint: Fingerprint,
        video_ids: Callable[[], Iterable[str]],
        read: Callable[[str], VideoEmbedding],
        why: str,
    ) -> None:
        """``read`` gives the embedding of a video; ``why`` says what keeps Milvus from it."""
        self._fingerprint = fingerprint
        self._video_ids = video_ids
        self._read = read
        self._why = why

    def close(self) -> None:
        """Nothing is held."""

    def write(self, *_: Any, **__: Any) -> NoReturn:
        """Raise `LibraryUnwritable`."""
        raise LibraryUnwritable(f"the index cannot be written ({self._why})")

    delete = drop = write

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
        """See `SegmentIndex.search`; it knows of no ``partitions``."""
        if partitions is not None:
            raise ValueError("there are no partitions here")
        rows, vectors = self._rows_and_vectors
        wanted = None if video_ids is None else set(video_ids)
        scores = products(vectors, unit(np.atleast_2d(vector))[0])
        hits: list[Hit] = []
        seen = set(excluding)
        for at in np.argsort(-scores, kind="stable").tolist():
            video_id, start, end, route = rows[at]
            if (wanted is not None and video_id not in wanted) or video_id in seen:
                continue
            if routes is not None and route not in routes:
                continue
            if group_by_video:
                seen.add(video_id)
            name = segment_id(video_id, self._fingerprint, route, start, end)
            hits.append(Hit(name, video_id, start, end, float(scores[at]), route))
            if len(hits) == limit:
                break
        hits.sort(key=lambda hit: (-hit.score, hit.video_id, hit.start))
        return hits

    def held(self) -> dict[str, Held]:
        """See `SegmentIndex.held`."""
        found: dict[str, Held] = {}
        for video_id, start, end, route in self._rows_and_vectors[0]:
            name = segment_id(video_id, self._fingerprint, route, start, end)
            found.setdefault(video_id, Held(set(), {PARTITION})).ids.add(name)
        return found

    def count(self) -> int:
        """See `SegmentIndex.count`."""
        return len(self._rows_and_vectors[0])

    def describe(self) -> dict[str, Any]:
        """See `SegmentIndex.describe`."""
        return {
            "engine": "unused",
            "version": f"since {self._why}: exact search of the archive",
            "index_type": "FLAT",
            "metric": METRIC,
            "collections": {"archive": self.count()},
        }

    @cached_property
    def _rows_and_vectors(self) -> tuple[list[Row], Vectors]:
        rows: list[Row] = []
        parts: list[Vectors] = [np.zeros((0, self._fingerprint.dimension), np.float32)]
        for video_id in self._video_ids():
            try:
                tracks: Mapping[Route, Any] = self._read(video_id).tracks
            except ArchiveDamaged as error:
                log.error("%s", error)
                continue
            for route, track in tracks.items():
                rows += [(video_id, start, end, route) for start, end in track.spans.tolist()]
                parts.append(unit(track.vectors))
        return rows, np.concatenate(parts)
