"""What a collection looks like on each engine: fields, index type and metric, in one place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from footage.embedder import Fingerprint, Route
from footage.settings import IndexSettings

# Of unit vectors the inner product is the cosine. Asked for COSINE, the embedded engine computes
# every row's length at every search: a third of its time. Collections made so before go on with it.
METRIC = "IP"
PARTITION = "default"  # of every row, where a library has no rule
# Exact search of this many rows takes a server 3 ms; only above is a graph worth its lost hits.
HNSW_FROM_ROWS = 20_000
MOST_EF = 32_768  # Milvus's own limit
# Into how many parts a server's divided collection falls; names of partitions go to them by their
# hashes. Each is stored, indexed and loaded apart: with 64, 10,000 rows took 67 s to load and 14 s
# to list, a tenth of that with one.
PARTITIONS = 8
_PART = "part_"


@dataclass(frozen=True, slots=True)
class Engine:
    """What the Milvus behind a client is, as it said itself."""

    embedded: bool
    version: str


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """How the vectors of a collection are indexed, and how wide a graph is searched."""

    index_type: str
    build: dict[str, int] = field(default_factory=dict)
    ef: int = 0
    metric: str = METRIC

    def search_params(self, limit: int) -> dict[str, int]:
        """The parameters of a search for ``limit`` hits: Milvus refuses an ``ef`` below that."""
        if self.index_type != "HNSW":
            return {}
        return {"ef": min(MOST_EF, max(self.ef, limit))}


FLAT = IndexPlan("FLAT")


def hnsw(m: int = 16, ef_construction: int = 200, ef: int = 128) -> IndexPlan:
    """A graph of ``m`` links a node; the defaults are what `footage tune` starts from."""
    return IndexPlan("HNSW", build={"M": m, "efConstruction": ef_construction}, ef=ef)


def plan_of(settings: IndexSettings | None) -> IndexPlan | None:
    """The plan that a library's settings name; None where they leave it to the size."""
    if settings is None:
        return None
    if settings.index_type == "FLAT":
        return FLAT
    return hnsw(settings.m, settings.ef_construction, settings.ef)


def index_plan(engine: Engine, rows: int, chosen: IndexPlan | None = None) -> IndexPlan:
    """The index for a collection of about ``rows`` rows; ``chosen`` is what the library settled.

    Embedded engines get exact search: 2.5 has no graph index and scans 100,000 rows in 17 ms, and
    3.x loses hits when HNSW is filtered.
    """
    if engine.embedded:
        return FLAT
    if chosen is not None:
        return chosen
    return FLAT if rows < HNSW_FROM_ROWS else hnsw()


def built_index(client: Any, name: str, *, engine: Engine) -> IndexPlan:
    """How a collection is really indexed, as the engine says; ``ef`` is left to the caller."""
    found = client.describe_index(name, "vector") or {}
    metric = str(found.get("metric_type", METRIC))
    if engine.embedded:
        return replace(FLAT, metric=metric)
    build = {key: int(found[key]) for key in ("M", "efConstruction") if key in found}
    return IndexPlan(str(found.get("index_type", "FLAT")), build=build, metric=metric)


def rebuild_index(client: Any, name: str, plan: IndexPlan) -> None:
    """Index a server's collection anew. It cannot be searched until this returns."""
    client.flush(name)  # only what is flushed gets a graph
    client.release_collection(name)
    client.drop_index(name, "vector")
    client.create_index(name, _index_params(plan))
    client.load_collection(name)


def collection_name(
    library_id: str, fingerprint: Fingerprint, route: Route, *, divided: bool = False
) -> str:
    """The collection of one library, embedding space and route: letters, digits and ``_`` only."""
    name = f"{space_prefix(library_id, fingerprint.id)}{route.modality}_{route.scope}"
    return f"{name}_parts" if divided else name


def space_prefix(library_id: str, fingerprint_id: str) -> str:
    """How the names of all collections of one library and embedding space begin."""
    return f"footage_{library_id[:12]}_{fingerprint_id.replace('-', '_')}_"


def segment_id(
    video_id: str, fingerprint: Fingerprint, route: Route, start: float, end: float
) -> str:
    """The id of a segment, 32 hex digits, from all that makes it that segment."""
    parts = (
        *(video_id, fingerprint.id, route.modality, route.scope),
        *(str(round(start * 1000)), str(round(end * 1000))),
    )
    return hashlib.blake2b("|".join(parts).encode(), digest_size=16).hexdigest()


def create_collection(
    client: Any, name: str, *, dimension: int, plan: IndexPlan, divided: bool = False
) -> None:
    """Create and load an empty collection; ``divided`` is for a server.

    Fields: id, vector [dimension], video_id, scope, start and end (seconds), partition. It is no
    partition key: by that a server 2.3.5 puts most of what is upserted where it is not looked for.
    The index is made last: a collection without one is half made.
    """
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.VARCHAR, max_length=64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    schema.add_field("video_id", DataType.VARCHAR, max_length=64)
    schema.add_field("scope", DataType.VARCHAR, max_length=16)
    schema.add_field("start", DataType.DOUBLE)
    schema.add_field("end", DataType.DOUBLE)
    schema.add_field("partition", DataType.VARCHAR, max_length=256)
    client.create_collection(name, schema=schema, consistency_level="Strong")
    for number in range(PARTITIONS if divided else 0):
        client.create_partition(name, f"{_PART}{number}")
    client.create_index(name, _index_params(plan))
    client.load_collection(name)


def is_half_made(client: Any, name: str) -> bool:
    """Whether making a collection was interrupted: it cannot be searched."""
    return not client.list_indexes(name)


def parts_of(client: Any, name: str) -> list[str]:
    """The parts that a server's collection is divided into; none where it is whole."""
    numbers = [
        int(part.removeprefix(_PART))
        for part in client.list_partitions(name)
        if part.startswith(_PART)
    ]
    return [f"{_PART}{number}" for number in sorted(numbers)]


def part_of(partition: str, parts: Sequence[str]) -> str:
    """The one of ``parts`` in which the rows of a partition are stored."""
    digest = hashlib.blake2b(partition.encode(), digest_size=8).digest()
    return parts[int.from_bytes(digest, "big") % len(parts)]


def _index_params(plan: IndexPlan) -> Any:
    from pymilvus import MilvusClient

    params = MilvusClient.prepare_index_params()
    params.add_index(
        "vector", index_type=plan.index_type, metric_type=plan.metric, params=plan.build
    )
    return params
