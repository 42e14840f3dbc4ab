"""`footage serve` with one client and with fifty, each asking without a pause, while it indexes.

The clients are a process of their own on the same machine, and the film is indexed by a job of the
server. One client says what an answer takes, fifty what waiting for others adds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import numpy as np

from benchmarks.ingest import film, repeated
from benchmarks.measure import cpu_seconds, engines, memory
from benchmarks.search import synthetic
from benchmarks.tables import table

CLIENTS = 50


class Load(NamedTuple):
    """What clients were answered, and what it took."""

    answered: dict[str, list[tuple[int, float]]]  # by kind: status, seconds
    seconds: float
    cpu: float  # seconds, of the server and its engine
    indexed: float  # seconds of video, meanwhile
    resident: tuple[int, int]  # bytes at the end, of the server and its engine


def run(options: argparse.Namespace) -> str:
    count, seconds, minutes = (1_000, 5, 2) if options.quick else (10_000, 60, 60)
    folder = options.work / "serve.library"
    shutil.rmtree(folder, ignore_errors=True)
    with synthetic(options.work / f"framed-{count}.library", count) as library:
        shutil.copytree(library.folder, folder)
    path = repeated(
        film(options.work / "base-720p30.mp4", seconds=60),
        options.work / f"film-{minutes}min.mp4",
        minutes,
    )
    with server(folder, options.work) as (url, pid):
        before = loaded(url, pid, 1, 1, None)  # what is made at the first search is made
        loads = {}
        for name, clients in (("1 client", 1), (f"{CLIENTS} clients", CLIENTS), ("again", CLIENTS)):
            loads[name] = loaded(url, pid, clients, seconds, path)
    shutil.rmtree(folder)
    return (
        f"{count:,} segments, {seconds} s each, a film of 720p30 being indexed\n\n"
        f"{_times(loads)}\n\n{_totals(loads)}\n\n{_memory({'before': before, **loads})}"
    )


@contextlib.contextmanager
def server(folder: Path, *roots: Path) -> Iterator[tuple[str, int]]:
    """The address and process of a server of a library, which may index below ``roots``."""
    line = [sys.executable, "-m", "footage", "serve", "--port", "0", "--json"]
    line += ["--library", str(folder)]
    for root in roots:
        line += ["--root", str(root)]
    environment = {**os.environ, "PYTHONPATH": f"src{os.pathsep}."}
    running = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment)
    assert running.stdout is not None
    said = ""
    while not said.endswith("}\n"):
        said += running.stdout.readline()
    try:
        yield json.loads(said)["url"], running.pid
    finally:
        running.terminate()
        running.wait()


def loaded(url: str, pid: int, clients: int, seconds: float, film: Path | None) -> Load:
    """What so many clients were answered, and how long it took."""
    with httpx.Client(base_url=f"{url}/api/v1", trust_env=False, timeout=60) as client:
        job = _indexing(client, film) if film else None
        before = cpu_seconds(pid) + sum(map(cpu_seconds, engines(pid)))
        line = [sys.executable, "-m", "benchmarks.clients", url, str(clients), str(seconds)]
        done = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True)
        resident = memory(pid), sum(map(memory, engines(pid)))
        cpu = cpu_seconds(pid) + sum(map(cpu_seconds, engines(pid))) - before
        indexed = _ended(client, job) if job else 0.0
    answered: dict[str, list[tuple[int, float]]] = {}
    for kind, status, took in json.loads(done.stdout):
        answered.setdefault(kind, []).append((status, took))
    return Load(answered, seconds, cpu, indexed, resident)


def _indexing(client: httpx.Client, film: Path) -> str:
    job: dict[str, Any] = client.post("/jobs", json={"sources": [str(film.resolve())]}).json()
    while client.get(f"/jobs/{job['id']}").json()["progress"]["seconds"] == 0:
        pass
    return str(job["id"])


def _ended(client: httpx.Client, job: str) -> float:
    """End a job; returns the seconds of video it had indexed."""
    reached = client.get(f"/jobs/{job}").json()
    if reached["state"] == "running":
        client.post(f"/jobs/{job}/cancel")
        while client.get(f"/jobs/{job}").json()["state"] == "running":
            pass
    return float(reached["progress"]["seconds"])


def _times(loads: dict[str, Load]) -> str:
    rows = []
    base = {kind: _percentiles(values) for kind, values in loads["1 client"].answered.items()}
    for name, load in loads.items():
        for kind, values in load.answered.items():
            p50, p95 = _percentiles(values)
            ratios = [f"{p50 / base[kind][0]:.1f}", f"{p95 / base[kind][1]:.1f}"]
            rows.append([name, kind, f"{1e3 * p50:.0f}", f"{1e3 * p95:.0f}", *ratios])
    return table(["", "request", "p50 ms", "p95 ms", "p50 x 1 client", "p95 x 1 client"], rows)


def _totals(loads: dict[str, Load]) -> str:
    rows = []
    base = len(_all(loads["1 client"])) / loads["1 client"].seconds
    for name, load in loads.items():
        answers = _all(load)
        rate = len(answers) / load.seconds
        wrong = sum(status != 200 for status, _took in answers)
        rows.append(
            [
                *(name, f"{len(answers):,}", f"{rate:.0f}", f"{rate / base:.1f}", str(wrong)),
                *(f"{1e3 * load.cpu / len(answers):.1f}", f"{load.indexed:.0f}"),
            ]
        )
    head = ["", "requests", "a second", "x 1 client", "errors", "CPU ms each", "s of film indexed"]
    return table(head, rows)


def _memory(loads: dict[str, Load]) -> str:
    rows = [
        [name, *(f"{size / 1e6:.0f} MB" for size in load.resident)] for name, load in loads.items()
    ]
    return table(["resident after", "server", "engine"], rows)


def _all(load: Load) -> list[tuple[int, float]]:
    return [answer for values in load.answered.values() for answer in values]


def _percentiles(values: list[tuple[int, float]]) -> tuple[float, float]:
    p50, p95 = np.percentile([took for _status, took in values], (50, 95))
    return float(p50), float(p95)
