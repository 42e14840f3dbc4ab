"""A stand-in for the Embed API of Twelve Labs, on this machine: for tests, and to try things.

README.md says what it does, what it does not, and how a script of faults is written.
"""

import sys

try:
    from marengo_double.app import Call
    from marengo_double.double import Double
    from marengo_double.faults import Rule, Script
    from marengo_double.limits import Limits
    from marengo_double.service import Latency, Sizes
    from marengo_double.store import Asset, Paid, Task
except ModuleNotFoundError as error:
    lacking = f"marengo_double needs {error.name}: pip install -e '.[dev]' brings it"
    if sys.argv[:1] == ["-m"]:  # python -m: it loads this before its __main__, which could catch it
        sys.exit(lacking)
    raise ModuleNotFoundError(lacking, name=error.name) from error

__all__ = [
    "Asset",
    "Call",
    "Double",
    "Latency",
    "Limits",
    "Paid",
    "Rule",
    "Script",
    "Sizes",
    "Task",
]
