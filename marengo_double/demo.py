"""``python -m marengo_double.demo``: the whole path through Twelve Labs, against the stand-in.

Runs the real program, as a user would: price, index, search, index again, usage. Needs no key.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

from footage.demo import make_sample_footage
from marengo_double import Double, Latency

KEY = "tlk_demo"
QUERIES = ("a red motorcycle", "a cup of coffee on a table", "the season of darkness")
LATENCY = Latency(create=0.2, ready=3.0)


def main() -> None:
    """Make the films, serve, and run the commands one after the other."""
    parser = argparse.ArgumentParser(prog="demo-marengo", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("demo-footage"), metavar="DIR")
    folder: Path = parser.parse_args().folder
    say("making sample footage")
    make_sample_footage(folder, on_progress=lambda _film, _share: None)
    library = ("--library", str(folder / "marengo.library"))
    with Double(key=KEY, latency=LATENCY) as double:
        say(f"a stand-in for api.twelvelabs.io at {double.url}")
        run(double, "index", *library, "--embedder", "marengo", "--dry-run", folder)
        run(double, "index", *library, "--embedder", "marengo", "--yes", folder)
        for query in QUERIES:
            run(double, "search", *library, "-n", "3", query)
        calls = len(double.calls)
        run(double, "index", *library, folder)
        run(double, "search", *library, "-n", "3", QUERIES[0])
        say(f"the second time: {len(double.calls) - calls} calls")
        run(double, "usage", *library)
        twice = sum(paid.tasks > 1 for paid in double.paid.values())
        say(f"{len(double.calls)} calls, {len(double.paid)} videos paid for, {twice} of them twice")


def run(double: Double, *arguments: str | Path) -> None:
    """Show a command and run it; ends the demo where it fails."""
    command = ["footage", *map(str, arguments)]
    say(f"\n$ {shlex.join(command)}")
    environment = {"TWELVELABS_BASE_URL": double.url, "TWELVE_LABS_API_KEY": KEY}
    code = "from footage.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *command[1:]], env={**os.environ, **environment}, check=False
    )
    if done.returncode:
        sys.exit(done.returncode)


def say(text: str) -> None:
    """Print a line, in its place among what the commands print."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
