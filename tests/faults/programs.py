"""Programs that the fault tests run as processes of their own, with the colour embedder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import footage

PATHS = [str(Path(footage.__file__).parent.parent), str(Path(__file__).parent.parent)]

# The program itself, with the colour embedder in place of its own.
PROGRAM = """
import sys
import footage.cli.migrate, footage.library, footage.opening, footage.doctor, footage.repair
from colours import ColourEmbedder

def open_colours(_name, sampling):
    return ColourEmbedder(sampling)

for module in (footage.library, footage.doctor, footage.repair):
    module.open_embedder = open_colours
for module in (footage.cli.migrate, footage.library, footage.opening):
    module.settled = lambda name, **_: name
from footage.cli import main
main()
"""

# Does one thing to a library; dies at a named point if it is told to.
ACTOR = """
import importlib, json, os, signal, sys
import footage
from colours import ColourEmbedder

todo = json.loads(sys.argv[1])

def dying(real, nth, when):
    calls = 0
    def wrapped(*values, **named):
        nonlocal calls
        calls += 1
        mine = calls == nth
        if mine and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*values, **named)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return wrapped

if todo.get("point"):
    module, owner, name = todo["point"].split(":")
    holder = importlib.import_module(module)
    holder = getattr(holder, owner) if owner else holder
    setattr(holder, name, dying(getattr(holder, name), todo["nth"], todo["when"]))
with footage.open(todo["library"], embedder=ColourEmbedder()) as library:
    print("begun", flush=True)
    getattr(library, todo["action"])(*todo["values"], **todo["named"])
print("ended", flush=True)
"""


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS), "COLUMNS": "400"}


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def act(library: Path, action: str, *values: Any, **options: Any) -> subprocess.Popen[str]:
    """Start ``Library.action(*values)``; ``point``, ``nth``, ``when`` say where it dies."""
    named = options.pop("named", {})
    todo = {"library": str(library), "action": action, "values": values, "named": named}
    return start(ACTOR, json.dumps({**todo, **options}))


def program(*arguments: object) -> subprocess.Popen[str]:
    return start(PROGRAM, *arguments)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
