"""Routes of watched folders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from footage.server.answers import JSON
from footage.server.service import Shared
from footage.server.shapes.jobs import Watched, WatchedFolders

router = APIRouter(tags=["watched folders"])

WatchedId = Annotated[str, Path(max_length=100)]


class WatchedBody(BaseModel):
    """A folder that is to be watched."""

    model_config = ConfigDict(extra="forbid")

    folder: str = Field(min_length=1, max_length=8192, description="within the roots")
    tags: list[str] = Field(default=[], max_length=100, description="of what comes from there")


@router.get("/watched", response_model=WatchedFolders)
def watched(service: Shared) -> Response:
    """The folders that are watched."""
    return JSON({"watched": [one.to_json() for one in service.watched_folders.all()]})


@router.post("/watched", status_code=201, response_model=Watched)
def watch(service: Shared, body: Annotated[WatchedBody, Body()]) -> Response:
    """Index what is in a folder, and what appears in it."""
    added = service.watched_folders.add(body.folder, body.tags)
    value = added.to_json()
    service.folder_watcher.look_soon()
    return JSON(value, 201)


@router.delete("/watched/{watched_id}", status_code=204)
def unwatch(service: Shared, watched_id: WatchedId) -> Response:
    """Watch a folder no longer; its videos stay."""
    service.watched_folders.remove(watched_id)
    return Response(status_code=204)
