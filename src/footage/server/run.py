"""Running a server until it is told to stop."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

import uvicorn

from footage.library import Library
from footage.media.peers import public_only
from footage.server.app import create_app
from footage.server.config import ServerSettings
from footage.server.found import announce
from footage.server.listening import listening
from footage.server.service import Service
from footage.server.stopping import told_to_stop

OBJECTS_A_COLLECTION = 20_000  # a search makes about as many
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
    watch: Sequence[Path] = (),
) -> None:
    """Serve ``library`` until SIGINT or SIGTERM; the caller owns it (`footage.server.found`).

    ``on_ready`` is told the settings with the port that was taken. Addresses in private networks
    are fetched only where ``private_urls`` holds. The folders of ``watch`` are watched from now on.
    Raises `UsageError` where the address is taken, or a folder is none.
    """
    with contextlib.ExitStack() as stack:
        bound = stack.enter_context(listening(settings.host, settings.port))
        settings = replace(settings, port=bound.getsockname()[1])
        demands = settings.token is not None
        secret = announce(library.folder, settings.url, demands_token=demands)
        settings = replace(settings, owner=secret)
        if not private_urls:
            stack.enter_context(public_only())
        app = create_app(library, settings=settings)
        for folder in watch:
            app.state.service.watched_folders.add(folder)
        server = _Server(_config(app))
        server.service = app.state.service
        on_ready(settings)
        preparing = threading.Thread(target=_prepare, args=(library,), name="footage-prepare")
        preparing.start()
        stack.callback(preparing.join)
        # uvicorn hears signals once it has begun, and raises them again once it has stopped
        with told_to_stop(lambda: setattr(server, "should_exit", True)):
            server.run(sockets=[bound])


def _prepare(library: Library) -> None:
    """Load what searches need.

    It stays until the end, so the collector never looks through it again: that would stop one
    search in twenty for as long as it takes. Nor does it come several times in each search.
    """
    library.prepare()
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_A_COLLECTION)


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
