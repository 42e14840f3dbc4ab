"""Routes of the server itself: how it is, what it counts, who may come in."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import PlainTextResponse, RedirectResponse, Response

import footage
from footage.errors import FootageError
from footage.server import tokens
from footage.server.answers import JSON, sending
from footage.server.faults import error_shape
from footage.server.gate import token_needed
from footage.server.reader_states import reader_states
from footage.server.service import Service, Shared
from footage.server.shapes import about as shapes
from footage.server.shapes.common import Ok

router = APIRouter(tags=["server"])
entrance = APIRouter(include_in_schema=False)

YEAR = 365 * 24 * 3600  # seconds a browser keeps the token


class LoginBody(BaseModel):
    """The token that was shown once."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(max_length=200)


@router.get("/health", response_model=Ok)
def health() -> Response:
    """Whether the process answers."""
    return JSON({"status": "ok"})


@router.get("/ready", response_model=shapes.Ready)
def ready(service: Shared) -> Response:
    """Whether catalog and index can be used."""
    library = service.library
    try:
        library.catalog.version  # noqa: B018 - asks the file
        library.index.count()
    except FootageError as error:
        return JSON(error_shape(error, library.folder), 503, {"Retry-After": "5"})
    return JSON({"ready": True})


@router.get("/library", response_model=shapes.Library)
def about(service: Shared) -> Response:
    """What is served, and within which limits."""
    library, settings = service.library, service.settings
    videos = library.videos()
    return JSON(
        {
            "name": library.folder.name.removesuffix(".library"),
            "id": library.settings.id,
            "embedder": library.settings.embedder,
            "videos": len(videos),
            "seconds": round(sum(video.duration for video in videos), 3),
            "indexing": library.is_being_indexed(),
            "readers": reader_states(library, videos),
            "disk": library.disk_use(),
            "roots": [str(root) for root in settings.roots],
            "limits": {
                "upload_bytes": settings.limits.upload,
                "example_bytes": settings.limits.example,
            },
            "version": footage.__version__,
        }
    )


@router.get("/metrics", **sending("text/plain"))
def metrics(service: Shared) -> Response:
    """What was counted, for Prometheus."""
    text = service.metrics.text(_gauges(service))
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


@router.post("/login", response_model=Ok)
def login(service: Shared, body: Annotated[LoginBody, Body()]) -> Response:
    """Let this browser in."""
    return _let_in(service, body.token, JSON({"status": "ok"}))


@router.post("/logout", response_model=Ok)
def logout() -> Response:
    """Forget the token in this browser."""
    response = JSON({"status": "ok"})
    response.delete_cookie(tokens.COOKIE, path="/", httponly=True, samesite="strict")
    return response


@entrance.get("/login")
def visit(service: Shared, token: str = "") -> Response:
    """Let a browser in that follows the address which the server printed."""
    return _let_in(service, token, RedirectResponse("/", 303))


def _let_in(service: Service, token: str, response: Response) -> Response:
    kept = service.settings.token
    if kept is None:
        return response
    if not tokens.matches(token, kept):
        raise token_needed("that is not the token of this server")
    response.set_cookie(
        tokens.COOKIE, token, max_age=YEAR, path="/", httponly=True, samesite="strict"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _gauges(service: Service) -> dict[str, tuple[str, dict[str, float]]]:
    states: Counter[str] = Counter(job.state for job in service.jobs.all())
    return {
        "footage_videos": ("Videos in the library.", {"": float(service.library.catalog.count())}),
        "footage_jobs": (
            "Jobs by state.",
            {f'{{state="{state}"}}': float(count) for state, count in sorted(states.items())},
        ),
        "footage_info": ("The version.", {f'{{version="{footage.__version__}"}}': 1.0}),
    }
