"""Nothing leaves the machine, and nobody's telemetry is written into the user's home."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import footage

USES_BOTH_TOWERS = """
from footage.embedders import open_embedder
from footage.settings import Sampling
open_embedder("lite", Sampling()).self_test()
import socket
"""
# what a Python program may do, and no more: a connection attempt of any kind is an error
WATCHED = """
import sys
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        raise AssertionError(f"{event} {args}")
sys.addaudithook(watch)
"""


def test_the_models_leave_no_trace_and_ask_no_one(tmp_path: Path) -> None:
    source = Path(footage.__file__).parent.parent
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
        "HOME": os.fspath(tmp_path),
        "PYTHONPATH": os.fspath(source),
    }
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    program = WATCHED + USES_BOTH_TOWERS
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left == []
    assert done.stdout + done.stderr == ""
