"""What a collection looks like on each engine: fields, index type and metric, in one place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from footage.embedder import Fingerprint, Route

METRIC = "COSINE"
PARTITION = "default"
# Exact search of this many rows takes a server 3 ms; only above is a graph worth its lost hits.
HNSW_FROM_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Engine:
    """What the Milvus behind a client is, as it said itself."""

    embedded: bool
    version: str

    @property
    def has_partition_key(self) -> bool:
        """The embedded 2.5 takes a partition key and then fails to search with a filter."""
        return not self.embedded


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """How the vectors of a collection are indexed."""

    index_type: str
    build: dict[str, int] = field(default_factory=dict)
    search: dict[str, int] = field(default_factory=dict)


def index_plan(engine: Engine, rows: int) -> IndexPlan:
    """The index for a collection of about ``rows`` rows.

    Embedded engines get exact search: 2.5 has no graph index and scans 100,000 rows in 17 ms, and
    3.x loses hits when HNSW is filtered.
    """
    if engine.embedded or rows < HNSW_FROM_ROWS:
        return IndexPlan("FLAT")
    return IndexPlan("HNSW", build={"M": 16, "efConstruction": 200}, search={"ef": 128})


def collection_name(library_id: str, fingerprint: Fingerprint, route: Route) -> str:
    """The collection of one library, embedding space and route: letters, digits and ``_`` only."""
    space = fingerprint.id.replace("-", "_")
    return f"footage_{library_id[:12]}_{space}_{route.modality}_{route.scope}"


def segment_id(
    video_id: str, fingerprint: Fingerprint, route: Route, start: float, end: float
) -> str:
    """The id of a segment, 32 hex digits, from all that makes it that segment."""
    parts = (
        *(video_id, fingerprint.id, route.modality, route.scope),
        *(str(round(start * 1000)), str(round(end * 1000))),
    )
    return hashlib.blake2b("|".join(parts).encode(), digest_size=16).hexdigest()


def create_collection(client: Any, name: str, *, dimension: int, engine: Engine, rows: int) -> None:
    """Create and load an empty collection.

    Fields: id, vector [dimension], video_id, scope, start and end (seconds), partition.
    """
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.VARCHAR, max_length=64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    schema.add_field("video_id", DataType.VARCHAR, max_length=64)
    schema.add_field("scope", DataType.VARCHAR, max_length=16)
    schema.add_field("start", DataType.DOUBLE)
    schema.add_field("end", DataType.DOUBLE)
    schema.add_field(
        "partition",
        DataType.VARCHAR,
        max_length=256,
        **({"is_partition_key": True} if engine.has_partition_key else {}),
    )
    plan = index_plan(engine, rows)
    params = client.prepare_index_params()
    params.add_index("vector", index_type=plan.index_type, metric_type=METRIC, params=plan.build)
    client.create_collection(name, schema=schema, index_params=params, consistency_level="Strong")
