"""Routes of saved searches, of watches, and of what these have found."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from footage.media.peers import are_public_only
from footage.query_json import QueryBody, query_of
from footage.server.answers import JSON
from footage.server.faults import Refused
from footage.server.queries import Files
from footage.server.search import BODY, answered, asked_with
from footage.server.service import Service, Shared
from footage.server.shapes import watches as shapes
from footage.server.shapes.found import SearchResult

router = APIRouter(tags=["watches"])

Name = Annotated[str, Path(min_length=1, max_length=100, description="what it is called")]


class WatchBody(BaseModel):
    """What is to be as said of a watch; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    query: QueryBody | None = Field(
        default=None, description="saved under the name; else what is saved so is watched for"
    )
    threshold: float | None = Field(default=None, description="0 to 1")
    webhook: str | None = Field(
        default=None, max_length=8192, description="where matches are sent; null is nowhere"
    )
    private: bool = Field(
        default=False, description="whether the webhook given may be in a private network"
    )
    new_secret: bool = False
    look_back: bool | None = Field(
        default=None, description="whether the videos that are there are judged too"
    )


class SeenBody(BaseModel):
    """Which matches were seen: of these ids, of a watch, or both; all where neither is said."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, Field(max_length=100)]] | None = Field(default=None, max_length=10_000)
    watch: str | None = Field(default=None, max_length=100)


class PageParameters(BaseModel):
    """Which moments are given, in the place of what the search says."""

    limit: int | None = Field(default=None, description="moments, at most")
    offset: int | None = Field(default=None, description="moments skipped first")

    def given(self) -> dict[str, Any]:
        """What of it was said."""
        return self.model_dump(exclude_none=True)


class MatchesParameters(BaseModel):
    """Which matches are listed."""

    watch: str | None = Field(default=None, max_length=100, description="of this watch alone")
    new: bool = Field(default=False, description="only those that nobody has seen")
    limit: int = Field(default=50, ge=1, le=1000)
    offset: int = Field(default=0, ge=0, le=10**9)


@router.get("/searches", response_model=shapes.SavedSearches)
def searches(service: Shared) -> Response:
    """The saved searches, by name."""
    return JSON({"searches": [search.to_json() for search in service.library.saved.list()]})


@router.get("/searches/{name}", response_model=shapes.SavedSearch)
def search(service: Shared, name: Name) -> Response:
    """One saved search."""
    return JSON(service.library.saved.get(name).to_json())


@router.get("/searches/{name}/results", response_model=SearchResult)
async def results(
    request: Request, service: Shared, name: Name, parameters: Annotated[PageParameters, Query()]
) -> Response:
    """What a saved search finds now."""

    def work() -> Response:
        query = service.library.saved.get(name).query
        return answered(service, replace(query, **parameters.given()), {})

    return await service.turns.run(request, work)


@router.put("/searches/{name}", openapi_extra=BODY, response_model=shapes.SavedSearch)
async def save(request: Request, service: Shared, name: Name) -> Response:
    """Save a query under a name: JSON or a form, as of `POST /search`."""
    return await asked_with(request, service, partial(_saved, service, name))


@router.delete("/searches/{name}", status_code=204)
def forget(service: Shared, name: Name) -> Response:
    """Forget a saved search, and the watch by it."""
    service.library.saved.remove(name)
    return Response(status_code=204)


@router.get("/watches", response_model=shapes.Watches)
def watches(service: Shared) -> Response:
    """The watches, by name."""
    return JSON({"watches": [watch.to_json() for watch in service.library.watches.list()]})


@router.get("/watches/{name}", response_model=shapes.Watch)
def watch(service: Shared, name: Name) -> Response:
    """One watch."""
    return JSON(service.library.watches.get(name).to_json())


@router.put("/watches/{name}", response_model=shapes.Watch)
def put(service: Shared, name: Name, body: Annotated[WatchBody, Body()]) -> Response:
    """Watch by a query, or change a watch; the secret of a first webhook is told this once."""
    if body.private and are_public_only():
        raise Refused(
            403,
            "access_refused",
            "this server asks nobody in private networks",
            remedy="start it with --private-urls, or use `footage watch add --private`",
        )
    made = service.library.watches.put(
        name,
        None if body.query is None else query_of(body.query, Files()),
        threshold=body.threshold,
        webhook=body.webhook,
        private=body.private,
        no_webhook=body.webhook is None and "webhook" in body.model_fields_set,
        new_secret=body.new_secret,
        look_back=body.look_back,
    )
    if body.look_back:
        service.match_news.judge(name)
    return JSON(made.to_json())


@router.delete("/watches/{name}", status_code=204)
def remove(service: Shared, name: Name) -> Response:
    """Watch no longer, and forget what was found; the search stays saved."""
    service.library.watches.remove(name)
    return Response(status_code=204)


@router.post("/watches/{name}/run", status_code=202, response_model=shapes.Watch)
def run(service: Shared, name: Name) -> Response:
    """Judge what is new soon, and begin anew with requests to the webhook that were given up."""
    service.library.watches.retry_dead(name)
    service.match_news.judge(name)
    return JSON(service.library.watches.get(name).to_json(), 202)


@router.get("/matches", response_model=shapes.Matches)
def matches(service: Shared, parameters: Annotated[MatchesParameters, Query()]) -> Response:
    """What watches have found, newest first."""
    watches, name = service.library.watches, parameters.watch
    found = watches.matches(
        name, new=parameters.new, limit=parameters.limit, offset=parameters.offset
    )
    return JSON(
        {
            "matches": service.match_news.shown(found),
            "total": watches.count(name, new=parameters.new),
            "new": watches.count(name, new=True),
        }
    )


@router.post("/matches/seen", response_model=shapes.Seen)
def seen(service: Shared, body: Annotated[SeenBody, Body()]) -> Response:
    """Mark matches as seen."""
    return JSON({"seen": service.library.watches.mark_seen(body.ids, name=body.watch)})


def _saved(service: Service, name: str, query: Any, _names: Any) -> Response:
    return JSON(service.library.saved.put(name, query).to_json())
