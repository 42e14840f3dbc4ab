"""What an analysis looks at: the vectors of some videos, read from the archive one by one.

They are kept in half precision, and turned into wider numbers a block at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from footage.archive import Archive
from footage.catalog import Catalog, Video
from footage.embedder import Embedder, Route, Track, Vectors, VideoEmbedding
from footage.errors import ArchiveDamaged
from footage.index.unit import unit
from footage.query import Filters, Query
from footage.saved import SavedSearches
from footage.search.moments import SearchResult
from footage.text_store import TextStore
from footage.thumbnails import Thumbnails

log = logging.getLogger(__name__)

BLOCK = 4096  # rows that are wide at a time

Tell = Callable[[str, int, int], None]
"""Told what is being done, steps done, and steps in all."""


def untold(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


class Held(Protocol):
    """What an analysis needs of a library."""

    folder: Path
    catalog: Catalog
    archive: Archive
    embedder: Embedder
    thumbnails: Thumbnails
    text_store: TextStore

    @property
    def saved(self) -> SavedSearches:
        """Searches that are kept under a name."""
        ...

    def videos(self, filters: Filters | None = None) -> list[Video]:
        """The videos that pass, oldest recording first."""
        ...

    def video(self, reference: str | Path) -> Video:
        """One video; raises `NotFound`."""
        ...

    def embedding(self, reference: str | Path) -> VideoEmbedding:
        """Its vectors; raises `NotFound` or `ArchiveDamaged`."""
        ...

    def answer(self, query: Query) -> SearchResult:
        """The moments that answer a query."""
        ...


@dataclass(frozen=True, eq=False)
class Material:
    """Segments of some videos, or whole videos: n of them, of d dimensions.

    ``owners`` int32 [n] are places in ``videos``; ``spans`` float64 [n, 2] seconds; ``vectors``
    float16 [n, d], unit vectors but for rounding.
    """

    videos: tuple[Video, ...]
    owners: NDArray[np.int32]
    spans: NDArray[np.float64]
    vectors: NDArray[np.float16]
    route: Route | None = None

    def __len__(self) -> int:
        return len(self.owners)

    @cached_property
    def seconds(self) -> NDArray[np.float64]:
        """How long each lasts, float64 [n]."""
        return np.maximum(self.spans[:, 1] - self.spans[:, 0], 1e-3)

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        """The mean of all vectors, float64 [d], not of unit length."""
        total = np.zeros(self.vectors.shape[1])
        for _, block in self.blocks():
            total += block.sum(axis=0, dtype=np.float64)
        return total / max(len(self), 1)

    def blocks(self, size: int = BLOCK) -> Iterator[tuple[slice, Vectors]]:
        """The rows in order, float32 [up to size, d]."""
        for at in range(0, len(self), size):
            rows = slice(at, min(at + size, len(self)))
            yield rows, self.vectors[rows].astype(np.float32)

    def wide(self, rows: NDArray[np.int64] | Sequence[int]) -> Vectors:
        """Some rows, float32 [len(rows), d]."""
        return self.vectors[np.asarray(rows, dtype=np.int64)].astype(np.float32)

    def whole(self) -> Material:
        """The videos instead: of each the mean of its segments, by their length, as a unit vector.

        Videos without a segment are left out.
        """
        present = np.unique(self.owners)
        sums = np.zeros((len(self.videos), self.vectors.shape[1]), dtype=np.float32)
        for rows, block in self.blocks():
            np.add.at(sums, self.owners[rows], block * self.seconds[rows, None].astype(np.float32))
        ends = [self.videos[at].duration for at in present]
        return Material(
            tuple(self.videos[at] for at in present),
            np.arange(len(present), dtype=np.int32),
            np.column_stack([np.zeros(len(present)), ends]).reshape(-1, 2),
            unit(sums[present]).astype(np.float16),
            self.route,
        )


def evenly(count: int, most: int) -> NDArray[np.int64]:
    """At most so many places among ``count``, evenly apart."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def gather(held: Held, filters: Filters | None = None, tell: Tell = untold) -> Material:
    """The segments of the videos that pass, in the order of `Library.videos`.

    They are what is seen where the embedder looks, else what it embeds first. A damaged file is
    left out, with a line in the log. Raises `NotFound` for a video that filters name in vain.
    """
    videos = tuple(video for video in held.videos(filters) if video.segments)
    route = seen_route(held)
    owners, spans, vectors = [], [], []
    for at, video in enumerate(videos):
        tell("reading vectors", at, len(videos))
        track = track_of(held, video, route)
        if track is None or not len(track):
            continue
        owners.append(np.full(len(track), at, dtype=np.int32))
        spans.append(track.spans)
        vectors.append(unit(track.vectors).astype(np.float16))
    if not vectors:
        nothing = np.zeros((0, held.embedder.fingerprint.dimension), np.float16)
        return Material(videos, np.zeros(0, np.int32), np.zeros((0, 2)), nothing, route)
    joined = np.concatenate(vectors)
    return Material(videos, np.concatenate(owners), np.concatenate(spans), joined, route)


def seen_route(held: Held) -> Route:
    """What is analysed of what an embedder makes: segments, and what is seen if there is such."""
    return min(held.embedder.routes, key=_preference)


def track_of(held: Held, video: Video, route: Route) -> Track | None:
    """One route of a video; None, with a line in the log, where its file is damaged."""
    try:
        return held.archive.track(video.video_id, held.embedder.fingerprint, route)
    except ArchiveDamaged as error:
        log.warning("%s is left out: %s", video.title, error.what)
        return None


def _preference(route: Route) -> tuple[bool, bool, Route]:
    return route.scope != "clip", route.modality not in {"visual", "fused"}, route
