"""Semantic video search: say what you remember, get the moment.

>>> import footage
>>> with footage.open("my.library") as library:
...     library.add("~/Videos")
...     for moment in library.search("a dog jumps into a lake"):
...         print(moment.path, moment.start, moment.end)
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from footage.public import *  # noqa: F403

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """A module, or a public name and all of footage with it: the program often needs little."""
    if name.startswith("__") and name != "__all__":
        raise AttributeError(name)
    if find_spec(f"footage.{name}"):
        return import_module(f"footage.{name}")
    return getattr(import_module("footage.public"), name)


def __dir__() -> list[str]:
    return [*globals(), *import_module("footage.public").__all__]
