"""A stand-in for the Embed API of Twelve Labs, on this machine: for tests, and to try things.

README.md says what it does, what it does not, and how a script of faults is written.
"""

from marengo_double.app import Call
from marengo_double.double import Double
from marengo_double.faults import Rule, Script
from marengo_double.limits import Limits
from marengo_double.service import Latency, Sizes
from marengo_double.store import Asset, Paid, Task

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
