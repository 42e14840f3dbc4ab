"""Routes of what is in the library. One is worked out at a time; the others' answers are kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from footage.server.answers import JSON, presented
from footage.server.queries import FilterParameters
from footage.server.service import Service, Shared

router = APIRouter(tags=["analysis"])

POINTS_TOLD = 5_000  # of a map


class ClustersParameters(FilterParameters):
    """Which clusters."""

    count: int | None = Field(default=None, ge=1, le=500, description="so many")
    of: str = Field(default="segments", pattern="^(segments|videos)$")
    map: bool = Field(default=False, description="with each segment's place on a map")


@router.get("/clusters")
async def clusters(
    request: Request, service: Shared, parameters: Annotated[ClustersParameters, Query()]
) -> Response:
    """What kinds of things there are."""

    def work() -> dict[str, Any]:
        found = service.library.analysis.clusters(
            count=parameters.count,
            of=parameters.of,
            with_map=parameters.map,
            filters=parameters.filters(),
        ).to_json()
        every = -(-len(found["points"]) // POINTS_TOLD) or 1
        return {**found, "points": found["points"][::every]}

    return await _answered(request, service, work)


async def _answered(
    request: Request, service: Service, work: Callable[[], dict[str, Any]]
) -> Response:
    found = await service.analyses.run(request, partial(work))
    return JSON(presented(found, folder=service.library.folder))
