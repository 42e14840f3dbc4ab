"""Routes of what is in the library. One is worked out at a time; the others' answers are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from footage.server.answers import JSON, presented
from footage.server.queries import FilterParameters
from footage.server.searches import Turns
from footage.server.service import Service, Shared, steady
from footage.server.shapes import analyses as shapes

router = APIRouter(tags=["analysis"])

POINTS_TOLD = 5_000  # of a map


class ClustersParameters(FilterParameters):
    """Which clusters."""

    count: int | None = Field(default=None, ge=1, le=500, description="so many")
    of: str = Field(default="segments", pattern="^(segments|videos)$")
    map: bool = Field(default=False, description="with each segment's place on a map")


class DuplicatesParameters(FilterParameters):
    """Of which videos."""

    to: str | None = Field(default=None, description="only what is shared with this video")
    limit: int = Field(default=100, ge=1, le=1000)


class OutliersParameters(FilterParameters):
    """Which outliers."""

    within: str = Field(default="library", pattern="^(library|video)$")
    limit: int = Field(default=20, ge=1, le=1000)


class TrendsParameters(FilterParameters):
    """Of what, and along what."""

    q: str | None = Field(default=None, min_length=1, description="the text form of a search")
    saved: str | None = Field(
        default=None, min_length=1, max_length=100, description="what the search saved so finds"
    )
    by: str = Field(default="month", pattern="^(day|week|month|position)$")
    count: int | None = Field(default=None, ge=1, le=500, description="so many clusters")


class SimilarParameters(FilterParameters):
    """To what."""

    to: list[str] = Field(min_length=1, max_length=20, description="VIDEO or VIDEO@TIME")
    of: str = Field(default="moments", pattern="^(moments|videos)$")
    limit: int = Field(default=10, ge=1, le=100)
    diversity: float = Field(default=0.3, ge=0, le=1)


@router.get("/clusters", response_model=shapes.Clusters)
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

    return await _answered(request, service, service.analyses, work)


@router.get("/duplicates", response_model=shapes.Duplicates)
async def duplicates(
    request: Request, service: Shared, parameters: Annotated[DuplicatesParameters, Query()]
) -> Response:
    """What two videos share, with the times in both."""

    def work() -> dict[str, Any]:
        library, to = service.library, parameters.to
        # by its id, since any other name may be that of a file of this machine
        video_id = None if to is None else library.video(to).video_id
        return library.analysis.duplicates(
            video_id, limit=parameters.limit, filters=parameters.filters()
        ).to_json()

    return await _answered(request, service, service.analyses, work)


@router.get("/outliers", response_model=shapes.Outliers)
async def outliers(
    request: Request, service: Shared, parameters: Annotated[OutliersParameters, Query()]
) -> Response:
    """Segments unlike all others, the strangest first."""

    def work() -> dict[str, Any]:
        return service.library.analysis.outliers(
            within=parameters.within, limit=parameters.limit, filters=parameters.filters()
        ).to_json()

    return await _answered(request, service, service.analyses, work)


@router.get("/trends", response_model=shapes.Trends)
async def trends(
    request: Request, service: Shared, parameters: Annotated[TrendsParameters, Query()]
) -> Response:
    """What is seen more at some times, or in some part of videos."""

    def work() -> dict[str, Any]:
        return service.library.analysis.trends(
            parameters.q,
            saved=parameters.saved,
            by=parameters.by,
            count=parameters.count,
            filters=parameters.filters(),
        ).to_json()

    return await _answered(request, service, service.analyses, work)


@router.get("/similar", response_model=shapes.Similar)
async def similar(
    request: Request, service: Shared, parameters: Annotated[SimilarParameters, Query()]
) -> Response:
    """What is like some videos or moments, of other videos."""

    def work() -> dict[str, Any]:
        return service.library.analysis.similar(
            *parameters.to,
            of=parameters.of,
            limit=parameters.limit,
            diversity=parameters.diversity,
            filters=parameters.filters(),
        ).to_json()

    return await _answered(request, service, service.turns, work)


async def _answered(
    request: Request, service: Service, turns: Turns, work: Callable[[], dict[str, Any]]
) -> Response:
    def steadily() -> dict[str, Any]:
        with steady(service.library):
            return work()

    found = await turns.run(request, steadily)
    return JSON(presented(found, folder=service.library.folder))
