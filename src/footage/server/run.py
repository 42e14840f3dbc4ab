"""Running a server until it is told to stop."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from types import FrameType

import uvicorn

from footage.errors import UsageError
from footage.library import Library
from footage.media.peers import public_only
from footage.server.app import create_app
from footage.server.config import ServerSettings
from footage.server.found import announce
from footage.server.service import Service

PATIENCE = 3  # seconds that answers under way are given when it stops


class _Server(uvicorn.Server):
    """Ends listening first: a page that hears events would keep it from stopping."""

    service: Service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, at the first signal."""
        self.service.events.close()
        super().handle_exit(sig, frame)


def serve(
    library: Library,
    settings: ServerSettings,
    *,
    on_ready: Callable[[ServerSettings], None],
    private_urls: bool = False,
) -> None:
    """Serve ``library`` until SIGINT or SIGTERM; the caller owns it (`footage.server.found`).

    ``on_ready`` is told the settings with the port that was taken. Addresses in private networks
    are fetched only where ``private_urls`` holds. Raises `UsageError` where the address is taken.
    """
    with contextlib.ExitStack() as stack:
        bound = stack.enter_context(contextlib.closing(_bound(settings)))
        settings = replace(settings, port=bound.getsockname()[1])
        demands = settings.token is not None
        secret = announce(library.folder, settings.url, demands_token=demands)
        settings = replace(settings, owner=secret)
        if not private_urls:
            stack.enter_context(public_only())
        app = create_app(library, settings=settings)
        server = _Server(_config(app))
        server.service = app.state.service
        on_ready(settings)
        # uvicorn hears signals once it has begun, and raises them again once it has stopped
        handlers = {sig: signal.getsignal(sig) for sig in (signal.SIGINT, signal.SIGTERM)}
        for sig in handlers:
            signal.signal(sig, lambda _sig, _frame: setattr(server, "should_exit", True))
        try:
            server.run(sockets=[bound])
        finally:
            for sig, handler in handlers.items():
                signal.signal(sig, handler)


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=PATIENCE,
        lifespan="on",
        proxy_headers=False,
    )


def _bound(settings: ServerSettings) -> socket.socket:
    """A socket on the address; raises `UsageError`."""
    try:
        family, *_, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # said to be TCP, or asyncio would not turn off Nagle's algorithm: 40 ms an answer
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(512)
    except OSError as error:
        raise UsageError(
            f"{settings.host}:{settings.port} cannot be listened on ({error.strerror or error})",
            remedy="give another --host or --port",
        ) from error
    return bound
