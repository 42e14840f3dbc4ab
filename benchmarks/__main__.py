"""``python -m benchmarks [NAME...] [--data DIR] [--work DIR]``: run benchmarks, print tables."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from pathlib import Path

BENCHMARKS = (
    *("quality", "moments", "clips", "shots", "ingest", "search", "memory", "repair", "server"),
    *("partitions", "marengo", "mixtures", "readers", "confidence"),
    *("words", "spoken", "minus", "routes", "serve", "through", "page"),
    *("clusters", "names", "chapters", "duplicates", "outliers", "similar", "trends", "analyses"),
)
NEED_DATA = {
    *("quality", "moments", "shots", "mixtures", "confidence"),
    *(
        "words",
        "spoken",
        "minus",
        "routes",
        "clusters",
        "names",
        "chapters",
        "outliers",
        "duplicates",
        "similar",
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"some of: {', '.join(BENCHMARKS)}")
    parser.add_argument(
        "--data",
        type=Path,
        help=f"folder with captions.jsonl, for {', '.join(sorted(NEED_DATA))}",
    )
    parser.add_argument("--work", type=Path, default=Path("benchmarks/work"), help="scratch folder")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, to see that it runs")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    options.work.mkdir(parents=True, exist_ok=True)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    for name in options.names or BENCHMARKS:
        if name in NEED_DATA and options.data is None:
            print(f"## {name}: left out, it needs --data DIR\n", file=sys.stderr)
            continue
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"## {name}\n\n{module.run(options)}\n", flush=True)


if __name__ == "__main__":
    main()
