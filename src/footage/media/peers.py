"""Whom videos on the web are fetched from: anybody, or only hosts of the public internet.

A server fetches what others ask it for. It must not be sent to the machines that only it can reach,
whatever they are called: so it is the address of each connection that is looked at, after names
were resolved and redirects followed, and it is that address that is connected to.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeAlias

from footage.errors import MediaForbidden

if TYPE_CHECKING:
    import http.client

Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are of IPv4
_only_public = False
_owners: ContextVar[bool] = ContextVar("_owners", default=False)


@contextlib.contextmanager
def public_only() -> Iterator[None]:
    """Fetch from hosts of the public internet alone, in all threads, while the block lasts."""
    global _only_public  # noqa: PLW0603 - of the process, as what a server does is
    before, _only_public = _only_public, True
    try:
        yield
    finally:
        _only_public = before


def are_public_only() -> bool:
    """Whether `public_only` is in force."""
    return _only_public


@contextlib.contextmanager
def named_by_the_owner() -> Iterator[None]:
    """Fetch the videos that are named within the block and its thread from anywhere all the same.

    Whose machine it is may send a server of theirs where they can go themselves.
    """
    token = _owners.set(True)
    try:
        yield
    finally:
        _owners.reset(token)


def are_owners() -> bool:
    """Whether what is named now is named by the owner."""
    return _owners.get()


def is_public(text: str) -> bool:
    """Whether an address, as the resolver writes it, is one of the public internet."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return _is_global(_inner(address) or address)


def connect(
    target: tuple[str, int], timeout: float | None, source_address: tuple[str, int] | None = None
) -> socket.socket:
    """Like `socket.create_connection`, to public addresses alone.

    Raises `MediaForbidden` where a name has an address that is not, and `OSError`.
    """
    host, port = target
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    private = [address[0] for *_, address in found if not is_public(str(address[0]))]
    if private:
        raise MediaForbidden(
            f"{host} is in a private network, which this server fetches nothing from",
            remedy="download the video and index the file, or index it with `footage index`",
        )
    failure: OSError = OSError("its host has no address")
    for family, kind, protocol, _name, address in found:
        connected = socket.socket(family, kind, protocol)
        try:
            connected.settimeout(timeout)
            if source_address:
                connected.bind(source_address)
            connected.connect(address)
        except OSError as error:
            connected.close()
            failure = error
        else:
            return connected
    raise failure


def confine(connection: http.client.HTTPConnection) -> None:
    """Have a connection that is not made yet go to public addresses alone, as by `connect`."""
    made: Any = connection
    made._create_connection = connect


def _is_global(address: Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _inner(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.sixtofour
