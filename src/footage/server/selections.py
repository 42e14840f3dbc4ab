"""Routes that change several videos at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from footage.errors import NotFound
from footage.server.answers import JSON
from footage.server.service import Service, Shared
from footage.server.shapes import videos as shapes
from footage.server.shapes.jobs import Job

router = APIRouter(tags=["videos"])


class SelectionBody(BaseModel):
    """Which videos."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, Field(max_length=100)]] = Field(min_length=1, max_length=10_000)


class TaggingBody(SelectionBody):
    """Which videos, and which tags come and go."""

    add: list[str] = Field(default=[], max_length=1000)
    remove: list[str] = Field(default=[], max_length=1000)


@router.post("/videos/tags", response_model=shapes.Tagged)
def tag_several(service: Shared, body: Annotated[TaggingBody, Body()]) -> Response:
    """Give several videos tags, and take others away."""
    chosen = _known(service, body)
    for video in service.library.catalog.videos(chosen).values():
        video.present()
    return JSON({"tagged": len(service.library.tag(chosen, add=body.add, remove=body.remove))})


@router.post("/videos/remove", response_model=shapes.Removed)
def remove_several(service: Shared, body: Annotated[SelectionBody, Body()]) -> Response:
    """Take several out of the library; their files are not touched."""
    removed = service.library.remove(_known(service, body))
    service.events.tell("library", {"videos": service.library.catalog.count()})
    return JSON({"removed": len(removed)})


@router.post("/videos/restore", status_code=202, response_model=Job)
def restore_several(service: Shared, body: Annotated[SelectionBody, Body()]) -> Response:
    """Bring several removed ones back, by a job."""
    job = service.jobs.add(_known(service, body), kind="restore")
    return JSON(service.jobs.shown(job), 202)


def _known(service: Service, body: SelectionBody) -> list[str]:
    """The ids, each once; raises `NotFound`."""
    ids = list(dict.fromkeys(body.ids))
    known = service.library.catalog.videos(ids)
    if unknown := [video_id for video_id in ids if video_id not in known]:
        raise NotFound(f"no video {unknown[0]!r:.50} in this library")
    return ids
