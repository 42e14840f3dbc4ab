"""What a server is started with."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is taken in, in bytes, and how much is done at once."""

    body: int = MEGABYTE
    """Of a request that is neither an upload nor an example."""
    example: int = 64 * MEGABYTE
    """Of all pictures, sounds and clips of one query together."""
    own: int = 64 * MEGABYTE
    """Of a request of the owner's own programs, which may name many files."""
    upload: int = 64 << 30
    """Of one video."""
    piece: int = 64 * MEGABYTE
    """Of one request of an upload."""
    uploads: int = 100
    """Uploads that are not complete."""
    jobs: int = 1_000
    """Jobs that are kept, the newest."""
    sources: int = 1_000
    """Of one job."""
    searches: int = 4
    """At once; others wait."""
    streams: int = 4
    """Videos that are made playable at once while they are sent."""
    playback: int = 20 << 30
    """Of all copies that were made playable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where a server listens, and whom it answers."""

    host: str = "127.0.0.1"
    port: int = 0
    names: tuple[str, ...] = ()
    """Host names it is asked by beside its address, as behind a proxy."""
    token: str | None = field(default=None, repr=False)
    """The hash of the token that is demanded; None where none is."""
    owner: str = field(default="", repr=False)
    """The secret that the owner's own programs know; empty where none is known."""
    roots: tuple[Path, ...] = ()
    """Folders that videos may be indexed from; those below are meant too."""
    limits: Limits = field(default_factory=Limits)

    @property
    def is_public(self) -> bool:
        """Whether others than this machine can reach it, so that a token is demanded."""
        return not is_loopback(self.host) or bool(self.names)

    @property
    def url(self) -> str:
        """The address to open in a browser of this machine."""
        host = self.host
        if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            host = "127.0.0.1"
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether a host, a name or an address, is this machine and nobody else can reach it."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
