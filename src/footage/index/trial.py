"""A scratch collection on a server, to measure index parameters beside the live one."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from footage.embedder import Vector, Vectors
from footage.index.milvus import Milvus
from footage.index.schema import (
    FLAT,
    PARTITION,
    IndexPlan,
    create_collection,
    rebuild_index,
)

BATCH_ROWS = 1_000


class Timed(NamedTuple):
    """What searches gave: the scores of each, best first, and the seconds each took."""

    scores: list[list[float]]
    seconds: list[float]


class Trial:
    """Rows in a collection of their own, indexed one way after the other; dropped at the end."""

    def __init__(self, milvus: Milvus, *, dimension: int) -> None:
        self._milvus = milvus
        self._dimension = dimension
        self._name = f"footage_tune_{uuid.uuid4().hex[:12]}"
        self._rows = 0

    def __enter__(self) -> Trial:
        with self._milvus.session() as client:
            create_collection(client, self._name, dimension=self._dimension, plan=FLAT)
        return self

    def __exit__(self, *_: object) -> None:
        with self._milvus.session() as client:
            client.drop_collection(self._name)

    def add(self, vectors: Vectors) -> None:
        """Add rows; who they are does not matter here."""
        with self._milvus.session() as client:
            for at in range(0, len(vectors), BATCH_ROWS):
                rows = [self._row(vector) for vector in vectors[at : at + BATCH_ROWS]]
                client.upsert(self._name, rows)

    def rebuild(self, plan: IndexPlan) -> float:
        """Index the rows by ``plan``; returns the seconds it took."""
        began = time.perf_counter()
        with self._milvus.session() as client:
            rebuild_index(client, self._name, plan)
        return time.perf_counter() - began

    def search(self, queries: Iterable[Vector], plan: IndexPlan, *, limit: int) -> Timed:
        """Search each query once, one after the other."""
        timed = Timed([], [])
        params = {"params": plan.search_params(limit)}
        with self._milvus.session() as client:
            for query in queries:
                began = time.perf_counter()
                found = client.search(
                    self._name,
                    data=[np.asarray(query).tolist()],
                    limit=limit,
                    output_fields=["video_id", "start", "end"],
                    search_params=params,
                    consistency_level="Session",
                )
                timed.seconds.append(time.perf_counter() - began)
                timed.scores.append(_scores(found[0]))
        return timed

    def _row(self, vector: Vector) -> dict[str, Any]:
        self._rows += 1
        return {
            "id": f"{self._rows:032x}",
            "vector": vector,
            "video_id": f"{self._rows // 100:032x}",
            "scope": "clip",
            "start": 0.0,
            "end": 1.0,
            "partition": PARTITION,
        }


def _scores(hits: Sequence[Any]) -> list[float]:
    return [float(hit["distance"]) for hit in hits]
