"""Choosing a server's index parameters by measuring them on the library's own queries.

The queries are vectors of the library itself, slightly perturbed (a query is near what it looks
for, never equal to it), and texts if given. The truth is exact search over the archive. The grid
is built in a scratch collection, while the live one goes on answering.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footage.archive import Archive
from footage.catalog import Catalog
from footage.embedder import Embedder, Vector, Vectors
from footage.errors import UsageError
from footage.index.schema import HNSW_FROM_ROWS, IndexPlan, plan_of
from footage.index.segments import SegmentIndex
from footage.index.trial import Timed
from footage.settings import IndexSettings

log = logging.getLogger(__name__)

LIMIT = 10  # hits a query: recall@10
SAMPLED = 100  # queries made of the library's own vectors
NOISE = 0.3  # length of the perturbation beside a unit vector: a cosine of about 0.96
MOST_ROWS = 200_000  # a larger library is measured on this many of its segments
RECALL = 0.99
SLACK = 1e-4  # a hit that scores as high as the tenth is as right: copies score the same
WARM_UP = 10  # searches before the clock runs
BUILDS = ((8, 100), (16, 200), (32, 200))  # M, efConstruction
WIDTHS = (16, 32, 64, 128, 256)  # ef


@dataclass(frozen=True, slots=True)
class Row:
    """One configuration, measured. Times in milliseconds, the build in seconds."""

    settings: IndexSettings
    recall: float
    p50: float
    p95: float
    build: float

    @property
    def name(self) -> str:
        """How the table calls it."""
        if self.settings.index_type == "FLAT":
            return "FLAT (exact)"
        chosen = self.settings
        return f"HNSW M={chosen.m} efConstruction={chosen.ef_construction} ef={chosen.ef}"

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``rows`` in ``tune --json``."""
        return {
            **self.settings.model_dump(),
            "recall_at_10": round(self.recall, 4),
            "p50_ms": round(self.p50, 2),
            "p95_ms": round(self.p95, 2),
            "build_s": round(self.build, 1),
        }


@dataclass(slots=True)
class TuneReport:
    """What was measured, and what to do about it."""

    place: str
    segments: int
    queries: int
    wanted: float
    """The recall that was asked for."""
    embedded: bool = False
    rows: list[Row] = field(default_factory=list)
    recommended: Row | None = None
    applied: bool = False

    @property
    def settings(self) -> IndexSettings | None:
        """What to record: nothing where a small library is best searched exactly, so that it
        gets a graph when it has grown.
        """
        best = self.recommended.settings if self.recommended else None
        small = self.segments < HNSW_FROM_ROWS
        return None if best and best.index_type == "FLAT" and small else best

    def to_json(self) -> dict[str, Any]:
        """The shape of ``tune --json``."""
        return {
            "place": self.place,
            "segments": self.segments,
            "queries": self.queries,
            "wanted_recall": self.wanted,
            "embedded": self.embedded,
            "rows": [row.to_json() for row in self.rows],
            "recommended": self.recommended.to_json() if self.recommended else None,
            "applied": self.applied,
        }


class Tuner:
    """One measurement of one library."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        archive: Archive,
        index: SegmentIndex,
        embedder: Embedder,
        on_progress: Callable[[str, int, int], None],
    ) -> None:
        self._catalog = catalog
        self._archive = archive
        self._index = index
        self._embedder = embedder
        self._tell = on_progress
        self._route = embedder.routes[0]

    def run(self, texts: Sequence[str], *, recall: float) -> TuneReport:
        """Measure. Raises `UsageError` for an empty library or a recall that is none."""
        if not 0 < recall <= 1:
            raise UsageError(f"{recall} is not a recall", remedy="give one above 0, up to 1")
        self._tell("reading the archive", 0, 1)
        vectors = self._vectors()
        if len(vectors) == 0:
            raise UsageError("there is nothing to measure yet", remedy="`footage index` something")
        queries = np.vstack([perturbed(vectors), *(self._encoded(text) for text in texts)])
        truth = exact_scores(vectors, queries)
        report = TuneReport(self._index.place, len(vectors), len(queries), recall)
        if self._index.on_server:
            report.rows = self._grid(vectors, queries, truth)
            report.recommended = recommended(report.rows, recall)
        else:
            report.embedded = True
            report.rows = [self._as_it_is(queries, truth)]
        return report

    def _vectors(self) -> Vectors:
        """Vectors of the library, all or evenly as many as are measured; unit length."""
        sizes = self._catalog.embedded()
        step = max(1, -(-sum(sizes.values()) // MOST_ROWS))
        parts = [track[::step] for track in self._tracks(list(sizes))]
        dimension = self._embedder.fingerprint.dimension
        stacked = np.concatenate([np.zeros((0, dimension), np.float32), *parts])
        norms = np.linalg.norm(stacked, axis=1, keepdims=True)
        return np.asarray(stacked / np.where(norms > 0, norms, 1.0), dtype=np.float32)

    def _tracks(self, video_ids: list[str]) -> Iterator[Vectors]:
        for video_id in video_ids:
            tracks = self._archive.read(video_id, self._embedder.fingerprint).tracks
            if self._route in tracks:
                yield tracks[self._route].vectors

    def _encoded(self, text: str) -> Vector:
        return self._embedder.encode_text(text)[None, :]

    def _as_it_is(self, queries: Vectors, truth: Vectors) -> Row:
        for query in queries[:WARM_UP]:
            self._index.search(query, limit=LIMIT)
        timed = Timed([], [])
        for at, query in enumerate(queries):
            self._tell("searching", at, len(queries))
            began = time.perf_counter()
            hits = self._index.search(query, limit=LIMIT)
            timed.seconds.append(time.perf_counter() - began)
            timed.scores.append([hit.score for hit in hits])
        return _row(IndexSettings(index_type="FLAT"), timed, truth, build=0.0)

    def _grid(self, vectors: Vectors, queries: Vectors, truth: Vectors) -> list[Row]:
        rows: list[Row] = []
        steps = len(BUILDS) + 2
        with self._index.trial() as trial:
            self._tell("copying segments", 0, steps)
            trial.add(vectors)
            for at, (build, variants) in enumerate(grid()):
                self._tell("building and searching", at + 1, steps)
                seconds = trial.rebuild(build)
                for settings in variants:
                    plan = plan_of(settings) or build
                    trial.search(queries[:WARM_UP], plan, limit=LIMIT)
                    timed = trial.search(queries, plan, limit=LIMIT)
                    rows.append(_row(settings, timed, truth, build=seconds))
        return rows


def grid() -> Iterator[tuple[IndexPlan, list[IndexSettings]]]:
    """Each index that is built, and the settings that are searched with it."""
    variants = [[IndexSettings(index_type="FLAT")]]
    variants += [[IndexSettings(m=m, ef_construction=c, ef=ef) for ef in WIDTHS] for m, c in BUILDS]
    for settings in variants:
        plan = plan_of(settings[0])
        if plan is not None:
            yield plan, settings


def recommended(rows: Sequence[Row], recall: float) -> Row | None:
    """The fastest that reaches ``recall``, else the one that finds most; speed is p50."""
    enough = [row for row in rows if row.recall >= recall]
    if enough:
        return min(enough, key=lambda row: row.p50)
    return max(rows, key=lambda row: row.recall, default=None)


def perturbed(vectors: Vectors, *, seed: int = 0) -> Vectors:
    """A sample of unit vectors, each moved a little and made unit again."""
    chance = np.random.default_rng(seed)
    chosen = chance.choice(len(vectors), size=min(SAMPLED, len(vectors)), replace=False)
    noise = chance.standard_normal((len(chosen), vectors.shape[1]))
    noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
    moved = vectors[chosen] + noise
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)


def exact_scores(vectors: Vectors, queries: Vectors) -> Vectors:
    """The cosines of the nearest ten to each query, best first: float32 [queries, ten or fewer]."""
    count = min(LIMIT, len(vectors))
    scores = np.asarray(queries @ vectors.T)
    best: NDArray[np.float32] = np.sort(np.partition(scores, -count, axis=1)[:, -count:], axis=1)
    return best[:, ::-1]


def recall_of(scores: Sequence[Sequence[float]], truth: Vectors) -> float:
    """Which share of the true nearest was found, 0 to 1, by their scores."""
    found = [
        min(len(best), sum(score >= best[-1] - SLACK for score in given))
        for given, best in zip(scores, truth, strict=True)
    ]
    return float(np.sum(found) / truth.size)


def _row(settings: IndexSettings, timed: Timed, truth: Vectors, *, build: float) -> Row:
    p50, p95 = np.percentile(timed.seconds, (50, 95)) * 1e3
    return Row(settings, recall_of(timed.scores, truth), float(p50), float(p95), build)
