"""Routes of videos: what the library holds, what is known of each, and changing that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import PlainTextResponse, Response

from footage.catalog import Sort, Video
from footage.readers.formats import FORMATS
from footage.server.answers import JSON, contents, presented, thumbnail_address
from footage.server.queries import FilterParameters
from footage.server.service import Named, Present, Service, Shared
from footage.server.shapes import videos as shapes
from footage.server.shapes.jobs import Job
from footage.server.transcripts import reading_of

router = APIRouter(tags=["videos"])

Tag = Annotated[str, Path(min_length=1, max_length=200)]


class VideosParameters(FilterParameters):
    """Which videos are listed."""

    hidden: bool = Field(default=False, description="the missing and removed ones too")
    title: str = Field(default="", max_length=200, description="only with this in their titles")
    sort: Sort = Field(default="recorded", description="what they are ordered by")
    descending: bool = Field(default=False, description="the last in that order first")
    limit: int = Field(default=100, ge=1, le=1000)
    offset: int = Field(default=0, ge=0, le=10**9)


class TagsBody(BaseModel):
    """All tags of a video."""

    model_config = ConfigDict(extra="forbid")

    tags: list[str] = Field(max_length=1000)


@router.get("/videos", response_model=shapes.Videos)
def videos(service: Shared, parameters: Annotated[VideosParameters, Query()]) -> Response:
    """The videos, oldest recording first unless another order is asked for."""
    page, total = service.library.catalog.page(
        parameters.filters(),
        hidden=parameters.hidden,
        title=parameters.title,
        sort=parameters.sort,
        descending=parameters.descending,
        limit=parameters.limit,
        offset=parameters.offset,
    )
    return JSON({"videos": [shown(service, video) for video in page], "total": total})


@router.get("/videos/{video_id}", response_model=shapes.PlayableVideo)
def video(service: Shared, video: Named) -> Response:
    """One video, and how it is played."""
    return JSON({**shown(service, video), "playback": service.playback.state(video)})


@router.get("/videos/{video_id}/segments", response_model=shapes.Segments)
def segments(service: Shared, video: Present) -> Response:
    """The stretches that were embedded, in the order of time."""
    found = service.library.segments(video.video_id)
    return JSON({"segments": [presented(segment.to_json()) for segment in found]})


@router.get("/videos/{video_id}/moments/neighbours", response_model=shapes.Neighbours)
def neighbours(
    service: Shared,
    video: Present,
    time: Annotated[float, Query(ge=0, le=1e6, allow_inf_nan=False)],
    count: Annotated[int, Query(ge=0, le=100)] = 3,
) -> Response:
    """The stretches before and after a time, and the one at it."""
    every = service.library.segments(video.video_id)
    found = [segment for segment in every if segment.scope == "clip"]
    if found:  # of one modality: they are cut alike, or nearly
        found = [segment for segment in found if segment.modality == found[0].modality]
    before = [segment for segment in found if segment.end <= time]
    after = [segment for segment in found if segment.start > time]
    here = next((segment for segment in found if segment.start <= time < segment.end), None)
    return JSON(
        presented(
            {
                "before": [segment.to_json() for segment in before[len(before) - count :]]
                if count
                else [],
                "at": here and here.to_json(),
                "after": [segment.to_json() for segment in after[:count]],
            }
        )
    )


@router.get(
    "/videos/{video_id}/transcript",
    response_model=shapes.Transcript,
    responses={200: {"content": contents("text/vtt", "text/plain")}},
)
def transcript(
    service: Shared,
    video: Present,
    modality: Annotated[str, Query(pattern="^(speech|screen)$")] = "speech",
    format_: Annotated[str, Query(alias="format", pattern="^(json|vtt|srt|txt)$")] = "json",
) -> Response:
    """What is said in it, or written on its screen."""
    reading = reading_of(service.library, video, modality)
    if format_ == "json":
        return JSON(reading.to_json())
    kind = "text/vtt" if format_ == "vtt" else "text/plain"
    return PlainTextResponse(FORMATS[format_](reading.lines), media_type=kind)


@router.put("/videos/{video_id}/tags", response_model=shapes.Video)
def set_tags(service: Shared, video: Present, body: Annotated[TagsBody, Body()]) -> Response:
    """Give it these tags and no others."""
    wanted = [tag.strip() for tag in body.tags]
    gone = [tag for tag in video.tags if tag not in wanted]
    return _tagged(service, video, wanted, gone)


@router.put("/videos/{video_id}/tags/{tag:path}", response_model=shapes.Video)
def add_tag(service: Shared, video: Present, tag: Tag) -> Response:
    """Give it a tag."""
    return _tagged(service, video, [tag], [])


@router.delete("/videos/{video_id}/tags/{tag:path}", response_model=shapes.Video)
def remove_tag(service: Shared, video: Present, tag: Tag) -> Response:
    """Take a tag away."""
    return _tagged(service, video, [], [tag])


@router.delete("/videos/{video_id}", response_model=shapes.Video)
def remove(service: Shared, video: Named) -> Response:
    """Take it out of the library; its file is not touched."""
    (removed,) = service.library.remove(video.video_id)
    service.events.tell("library", {"videos": service.library.catalog.count()})
    return JSON(shown(service, removed))


@router.post("/videos/{video_id}/restore", status_code=202, response_model=Job)
def restore(service: Shared, video: Named) -> Response:
    """Bring a removed one back, by a job."""
    job = service.jobs.add([video.video_id], kind="restore")
    return JSON(service.jobs.shown(job), 202)


def shown(service: Service, video: Video) -> dict[str, Any]:
    """The shape of a video, with the address of a picture."""
    value: dict[str, Any] = presented(video.to_json(), folder=service.library.folder)
    pictures = service.library.thumbnails.folder(video.video_id)
    value["thumbnail"] = (
        thumbnail_address(video.video_id, video.duration / 3) if pictures.is_dir() else None
    )
    return value


def _tagged(service: Service, video: Video, add: Iterable[str], remove: Iterable[str]) -> Response:
    (tagged,) = service.library.tag(video.video_id, add=list(add), remove=list(remove))
    return JSON(shown(service, tagged))
