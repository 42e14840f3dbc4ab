"""A library through the server that serves it: what `footage.Library` does, over HTTP.

It is found by what lies in the library's folder (`footage.server.found`), and asked by routes that
are the owner's alone (`footage.server.own`). Nothing heavy is loaded for it.
"""

from __future__ import annotations

import logging
from pathlib import Path

import footage
from footage.errors import ServerGone
from footage.remote.library import RemoteLibrary
from footage.remote.link import Link
from footage.server import owner
from footage.server.found import PROTOCOL, running

__all__ = ["OtherVersion", "RemoteLibrary", "open_served"]

log = logging.getLogger(__name__)


class OtherVersion(Exception):
    """A server that speaks otherwise, so that one goes round it."""


def open_served(folder: Path) -> RemoteLibrary | None:
    """The library at ``folder`` through its server.

    None where none serves it, where it is another user's or another machine's, or where it does
    not answer. Raises `OtherVersion` where it is of a footage that speaks otherwise.
    """
    served = running(folder)
    if served is None or not served.is_here:
        return None
    if served.protocol != PROTOCOL:
        raise OtherVersion(
            f"footage serve (process {served.pid}, {served.url}) is footage "
            f"{served.version or 'of an earlier version'}, and this is {footage.__version__}: the "
            "library is used beside it; start it again to have both the same"
        )
    secret = owner.read(folder)
    if secret is None:
        return None
    link = Link(served, secret)
    try:
        link.hello()
    except ServerGone as error:
        log.info("the library is opened beside its server: %s", error)
        return None
    return RemoteLibrary(folder, link)
