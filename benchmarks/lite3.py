"""Times searches on milvus-lite 3.x; run by search.py in an environment that has it."""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from pymilvus import DataType, MilvusClient

BATCH = 1_000


def main(data: str, limit: str) -> None:
    logging.disable(logging.CRITICAL)
    arrays = np.load(data)
    times = {
        kind: searched(kind, arrays["vectors"], arrays["queries"], int(limit))
        for kind in ("FLAT", "HNSW")
    }
    print(json.dumps({"version": version("milvus-lite"), **times}))


def searched(kind: str, vectors: np.ndarray, queries: np.ndarray, limit: int) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        client = MilvusClient(str(Path(folder) / "bench.db"))
        fill(client, kind, vectors)
        times = []
        for query in (queries[0], *queries):
            began = time.perf_counter()
            client.search(
                "bench", data=[query.tolist()], limit=limit, output_fields=["video_id"],
                search_params={"metric_type": "IP", "params": {}},
            )  # fmt: skip
            times.append(time.perf_counter() - began)
        client.close()
        return times[1:]


def fill(client: MilvusClient, kind: str, vectors: np.ndarray) -> None:
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.VARCHAR, max_length=64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
    schema.add_field("video_id", DataType.VARCHAR, max_length=64)
    params = client.prepare_index_params()
    build = {"M": 16, "efConstruction": 200} if kind == "HNSW" else {}
    params.add_index("vector", index_type=kind, metric_type="IP", params={"params": build})
    client.create_collection("bench", schema=schema, index_params=params)
    for at in range(0, len(vectors), BATCH):
        rows = [
            {"id": f"{at + i:032x}", "vector": vector, "video_id": f"{(at + i) // 100:032x}"}
            for i, vector in enumerate(vectors[at : at + BATCH])
        ]
        client.insert("bench", rows)
    client.flush("bench")
    client.load_collection("bench")


if __name__ == "__main__":
    main(*sys.argv[1:])
