#!/usr/bin/env python3
"""Every chore of the project by one door, with nothing but Python: ``python3 tasks.py test``.

It makes ``.venv`` beside this file, installs footage into it, and runs. Once installed, nothing
here needs the network.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "installed.txt"
EXTRAS = "demo,dev"


def demo(*args: str) -> None:
    """Make sample footage, index it, search it."""
    run("footage", "demo", *args)


def demo_marengo(*args: str) -> None:
    """The same through Twelve Labs, against a stand-in: no key, no cost."""
    run("python", "-m", "marengo_double.demo", *args)


def test(*args: str) -> None:
    """Run the tests that need no more than a few seconds each."""
    run("pytest", "-n", "auto", "-m", "not slow", *args)


def test_all(*args: str) -> None:
    """Run all tests, the slow ones too."""
    run("pytest", "-n", "auto", *args)


def lint(*args: str) -> None:
    """Check style and types."""
    run("ruff", "check", *args)
    run("ruff", "format", "--check", *args)
    run("mypy", *args)


def bench(*args: str) -> None:
    """Run the benchmarks; --data DIR names the data, a name runs one of them."""
    run("python", "-m", "benchmarks", *args)


def shell(*args: str) -> None:
    """Run a program inside the environment: python3 tasks.py shell footage --help."""
    run(*args)


TASKS: dict[str, Callable[..., None]] = {
    "demo": demo,
    "demo-marengo": demo_marengo,
    "test": test,
    "test-all": test_all,
    "lint": lint,
    "bench": bench,
    "shell": shell,
}


def install() -> None:
    """Make the environment, unless it is there and pyproject.toml has not changed since."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest() + sys.version
    if STAMP.is_file() and STAMP.read_text("utf-8") == wanted:
        return
    print("installing into .venv (once)", file=sys.stderr, flush=True)
    venv.create(VENV, with_pip=True, clear=True)
    run("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--editable", f".[{EXTRAS}]")  # fmt: skip
    STAMP.write_text(wanted, "utf-8")


def run(program: str, *args: str) -> None:
    """Run a program of the environment; end with its exit code where it fails."""
    path = {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "VIRTUAL_ENV": str(VENV)}
    command = [str(BIN / program), *args]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **path}) as running:
        try:
            code = running.wait()
        except KeyboardInterrupt:  # the program has heard it too, and ends in its own way
            running.wait()
            raise
    if code:
        sys.exit(code)


def main() -> None:
    """Run the task named on the command line."""
    name, *args = sys.argv[1:] or ["help"]
    if name not in TASKS:
        width = max(map(len, TASKS))
        lines = [f"  {task:<{width}}  {(TASKS[task].__doc__ or '').strip()}" for task in TASKS]
        print("python3 tasks.py TASK [ARGUMENT...]\n\n" + "\n".join(lines))
        sys.exit(0 if name in {"help", "--help", "-h"} else 2)
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        sys.exit(f"footage needs Python 3.10 to 3.13; this is {sys.version.split()[0]}")
    try:
        install()
        TASKS[name](*args)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
