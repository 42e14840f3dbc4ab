"""A socket to answer on."""

from __future__ import annotations

import socket

from footage.errors import UsageError


def listening(host: str, port: int) -> socket.socket:
    """A TCP socket that listens on an address, port 0 being a free one; raises `UsageError`."""
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # said to be TCP, or asyncio would not turn off Nagle's algorithm: 40 ms an answer
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(512)
    except OSError as error:
        raise UsageError(
            f"{host}:{port} cannot be listened on ({error.strerror or error})",
            remedy="give another --host or --port",
        ) from error
    return bound
