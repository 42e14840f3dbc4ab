"""``python -m marengo_double``: serve until Ctrl-C; ``--help`` lists the options."""

from __future__ import annotations

import argparse
import dataclasses
import signal
import sys
import threading
from pathlib import Path

from marengo_double import Double, Latency, Limits, Rule
from marengo_double.faults import load_rules


def main() -> None:
    """Read the options, serve, and say at which address."""
    parser = argparse.ArgumentParser(prog="python -m marengo_double", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--key", help="the API key to accept; without, any will do")
    names = ",".join(f"{field.name}=S" for field in dataclasses.fields(Latency))
    parser.add_argument("--latency", type=_latency, default=Latency(), metavar=names)
    parser.add_argument("--rpm", type=int, help="requests a minute")
    parser.add_argument("--rpd", type=int, help="requests a day")
    parser.add_argument("--quota", type=float, metavar="S", help="seconds of media a day")
    parser.add_argument("--media-rules", action="store_true", help="refuse what Marengo refuses")
    parser.add_argument("--script", type=_script, default=[], metavar="FILE", help="rules, as JSON")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that its folder is cleared away
    limits = Limits(rpm=options.rpm, rpd=options.rpd, quota_seconds=options.quota)
    with Double(
        port=options.port,
        key=options.key,
        latency=options.latency,
        limits=limits,
        script=options.script,
        media_rules=options.media_rules,
    ) as double:
        sys.stdout.write(f"{double.url}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write(f"{len(double.calls)} calls, {len(double.tasks)} tasks\n")


def _latency(text: str) -> Latency:
    known = {field.name for field in dataclasses.fields(Latency)}
    values = {}
    for part in text.split(","):
        name, _, seconds = part.partition("=")
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is none of: {', '.join(sorted(known))}")
        values[name] = float(seconds)
    return Latency(**values)


def _script(name: str) -> list[Rule]:
    try:
        return load_rules(Path(name))
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{name} cannot be read ({error})") from error


if __name__ == "__main__":
    main()
