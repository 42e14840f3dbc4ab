"""What a process of its own uses: seconds of wall and CPU, and memory, its engine's apart.

Linux only, since it reads /proc. Not ``ru_maxrss``: a child begins with its parent's peak there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

SAMPLE_SECONDS = 0.05
ENGINE = "milvus"  # the name of the embedded engine's process

_REPORT = """
import json as _json
_times = os.times()
print(_json.dumps({"wall": time.perf_counter() - began, "cpu": sum(_times[:4])}), flush=True)
"""


class Usage(NamedTuple):
    """Wall seconds of what was to be timed, CPU seconds of all, peaks of memory in bytes."""

    wall: float
    cpu: float
    rss: int
    engine_rss: int
    printed: str


def measured(code: str, *args: object) -> Usage:
    """Run code, which sets ``began`` to a ``time.perf_counter()``, and watch it until it ends."""
    running = subprocess.Popen(
        [sys.executable, "-c", f"import os, time{code}{_REPORT}", *map(str, args)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"src{os.pathsep}."},
    )
    own = engine = 0
    while running.poll() is None:
        own = max(own, memory(running.pid, "VmHWM"))
        engine = max([engine, *(memory(pid, "VmHWM") for pid in engines(running.pid))])
        time.sleep(SAMPLE_SECONDS)
    assert running.stdout is not None
    printed = running.stdout.read()
    if running.returncode:
        raise SystemExit(f"a measured process ended with {running.returncode}")
    *before, last = printed.splitlines()
    return Usage(**json.loads(last), rss=own, engine_rss=engine, printed="\n".join(before))


def memory(pid: int, field: str = "VmRSS") -> int:
    """Resident bytes of a process, now (``VmRSS``) or at its peak (``VmHWM``); 0 if it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024
    return 0


def cpu_seconds(pid: int) -> float:
    """CPU seconds that a process has used; 0 if it is gone."""
    with suppress(OSError):
        # after the name, which may hold anything: the 14th and 15th field of all
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def engines(pid: int) -> Iterator[int]:
    """The embedded engines that a process has started, by their process ids."""
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, tasks.read_text("utf-8").split()):
                if Path(f"/proc/{child}/comm").read_text("utf-8").strip() == ENGINE:
                    yield child
