"""The app: routes, the gate before them, and what lives as long as the server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from anyio import to_thread
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

import footage
from footage.library import Library
from footage.search.cache import Results
from footage.server import (
    analyses,
    exports,
    facets,
    faults,
    folder_routes,
    job_routes,
    media,
    own,
    pictures,
    search,
    selections,
    status,
    summaries,
    upload_routes,
    videos,
    watch_routes,
)
from footage.server.config import ServerSettings
from footage.server.errands import Errands
from footage.server.events import Events
from footage.server.folder_watcher import FolderWatcher
from footage.server.gate import OWN, Gate
from footage.server.job import FILE_NAME, JobStore
from footage.server.jobs import Jobs
from footage.server.match_news import MatchNews
from footage.server.metrics import Metrics
from footage.server.pages import PageFiles
from footage.server.parameters import check_parameters
from footage.server.playback import Playback
from footage.server.searches import Turns
from footage.server.service import Service
from footage.server.shapes.common import Failure
from footage.server.sources import Sources
from footage.server.uploads import Uploads
from footage.server.watched_folders import WatchedFolders

VERSION = "/api/v1"
PAGE = Path(__file__).parent / "web"
_ROUTERS = (
    search,
    exports,
    analyses,
    facets,
    selections,
    videos,
    summaries,
    pictures,
    media,
    job_routes,
    folder_routes,
    upload_routes,
    watch_routes,
)
_FAILED: dict[int | str, dict[str, Any]] = {
    status: {"model": Failure, "description": "It failed."} for status in ("4XX", "5XX")
}


def create_app(library: Library, *, settings: ServerSettings) -> FastAPI:
    """The app that serves ``library``, which has to stay open for as long.

    Jobs begin when it is started, and are interrupted when it is shut down, to go on next time.
    """
    service = _service(library, settings)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        service.uploads.sweep()
        service.jobs.start()
        service.match_news.start()
        service.folder_watcher.start()
        try:
            yield
        finally:
            service.events.close()
            await to_thread.run_sync(service.playback.close)
            await to_thread.run_sync(service.folder_watcher.close)
            await to_thread.run_sync(service.errands.close)
            await to_thread.run_sync(service.jobs.close)
            await to_thread.run_sync(service.match_news.close)

    app = FastAPI(
        title="footage",
        version=footage.__version__,
        summary="Say what you remember, get the moment.",
        openapi_url=f"{VERSION}/openapi.json",
        docs_url=None,  # its page is made of scripts from elsewhere
        redoc_url=None,
        lifespan=life,
        responses=_FAILED,
        generate_unique_id_function=_operation,
        separate_input_output_schemas=False,
    )
    app.state.service = service
    faults.install(app, library.folder)
    for module in _ROUTERS:
        app.include_router(module.router, prefix=VERSION, dependencies=[Depends(check_parameters)])
    for module in (status, own):
        app.include_router(module.router, prefix=VERSION)
    app.include_router(status.entrance)
    app.mount("/", PageFiles(PAGE), name="page")
    app.add_middleware(
        Gate, settings=settings, metrics=service.metrics, limit_of=_limits_of(settings)
    )
    return app


def _operation(route: APIRoute) -> str:
    """What a generated client calls a route."""
    return f"{route.tags[0]}_{route.name}".replace(" ", "_") if route.tags else route.name


def _service(library: Library, settings: ServerSettings) -> Service:
    limits = settings.limits
    events, uploads = Events(), Uploads(library.folder, limits)
    sources = Sources(settings.roots, uploads, limits.sources)
    store = JobStore(library.folder / FILE_NAME, limits.jobs)
    jobs, watched = Jobs(library, events, sources, store), WatchedFolders(library, sources)
    return Service(
        library=library,
        settings=settings,
        events=events,
        jobs=jobs,
        uploads=uploads,
        playback=Playback(library, limits),
        metrics=Metrics(),
        turns=Turns(limits.searches),
        match_news=MatchNews(library, events),
        facets=Results(),
        watched_folders=watched,
        folder_watcher=FolderWatcher(watched, jobs, events, library.is_being_indexed),
        errands=Errands(),
        analyses=Turns(1, "analyses"),
    )


def _limits_of(settings: ServerSettings) -> Any:
    limits = settings.limits

    def limit_of(method: str, path: str, kind: str) -> int:
        """Bytes that the body of such a request may have."""
        if path.startswith(f"{VERSION}/uploads/") and method in {"PUT", "PATCH"}:
            return limits.upload
        if path.startswith(OWN):
            return limits.own
        asks = path == f"{VERSION}/search" or path.startswith(f"{VERSION}/searches/")
        if asks and kind.lower().startswith("multipart/"):
            return limits.example + limits.body
        return limits.body

    return limit_of
