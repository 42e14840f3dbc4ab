"""The embedders, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from footage.embedder import Embedder
from footage.errors import EmbedderUnavailable
from footage.settings import Sampling

NAMES = ("lite", "clip:NAME", "marengo:3.0", "marengo:3.5")


def settled(name: str, *, on_progress: Callable[[int, int], None] | None = None) -> str:
    """The name that a library remembers of an embedder, whose model is fetched if need be.

    ``on_progress`` is told bytes done and in all of what is fetched. Raises `EmbedderUnavailable`
    for an unknown name or a model that cannot be had, `EmbedderBroken` for one that is not sound.
    """
    if _is(name, "clip"):
        from footage.embedders.clip import obtain

        return obtain(name, on_progress=on_progress)
    if _is(name, "marengo"):
        from footage.embedders.marengo.setup import read

        return read(name).name
    if name == "lite":
        return name
    raise _unknown(name)


class Absent(NamedTuple):
    """A model that is still to be fetched, and its bytes if they are known."""

    model: str
    bytes: int | None


def to_fetch(name: str) -> Absent | None:
    """What has to be fetched before a first use; None for nothing.

    Nobody is asked. Raises `EmbedderUnavailable` for what is no embedder's name.
    """
    check_name(name)
    if not _is(name, "clip"):
        return None
    from footage.embedders.clip import parse
    from footage.embedders.listing import CATALOGUE
    from footage.embedders.shelf import Shelf

    model, revision, folder = parse(name)
    if folder is not None or Shelf().find(model, revision) is not None:
        return None
    sizes = {known.name: known.megabytes * 10**6 for known in CATALOGUE}
    return Absent(f"clip:{model}", sizes.get(f"clip:{model}"))


def check_name(name: str) -> None:
    """Raise `EmbedderUnavailable` for what is no embedder's name; nothing is fetched."""
    if _is(name, "clip"):
        from footage.embedders.clip import parse

        parse(name)
    elif _is(name, "marengo"):
        from footage.embedders.marengo.setup import read

        read(name)
    elif name != "lite":
        raise _unknown(name)


def agrees(wanted: str, actual: str) -> bool:
    """Whether ``wanted``, as a user names an embedder, is the ``actual`` one of a library."""
    if wanted != actual and _is(wanted, "marengo"):
        return settled(wanted) == actual
    if wanted == actual or not _is(wanted, "clip") or not _is(actual, "clip"):
        return wanted == actual
    from footage.embedders.clip import parse

    asked, there = parse(wanted), parse(actual)
    return asked.name == there.name and asked.revision in {None, there.revision}


def open_embedder(name: str, sampling: Sampling) -> Embedder:
    """The embedder of a `settled` name; its model is loaded when first used.

    Raises `EmbedderUnavailable` for an unknown name, or a model that is not on this machine.
    """
    if name == "lite":
        from footage.embedders.lite import LiteEmbedder

        return LiteEmbedder(sampling)
    if _is(name, "clip"):
        from footage.embedders.clip import ClipEmbedder

        return ClipEmbedder(name, sampling)
    if _is(name, "marengo"):
        from footage.embedders.marengo.embedder import MarengoEmbedder

        return MarengoEmbedder(name, sampling)
    raise _unknown(name)


def _is(name: str, kind: str) -> bool:
    return isinstance(name, str) and name.split(":", maxsplit=1)[0] == kind


def _unknown(name: str) -> EmbedderUnavailable:
    return EmbedderUnavailable(
        f"there is no embedder called {name!r}", remedy=f"choose one of: {', '.join(NAMES)}"
    )
