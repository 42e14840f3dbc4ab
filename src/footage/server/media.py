"""Routes of playing: the video itself, and stretches of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from footage.catalog import Video
from footage.errors import InvalidQuery
from footage.server.answers import attachment, sending
from footage.server.ranges import file_response
from footage.server.service import Present, Shared

router = APIRouter(tags=["playing"])

LONGEST_CLIP = 600.0  # seconds
Seconds = Annotated[float, Query(ge=0, le=1e6, allow_inf_nan=False)]


@router.head("/videos/{video_id}/media", include_in_schema=False)
@router.get("/videos/{video_id}/media", **sending("video/mp4", "video/webm", partly=True))
def media(request: Request, service: Shared, video: Present, start: Seconds = 0.0) -> Response:
    """The video as a browser plays it; parts of it by ``Range`` where it is a file."""
    if found := service.playback.file(video):
        path, kind = found
        return file_response(path, request.method, request.headers, media_type=kind)
    if start and start >= video.duration > 0:
        raise _beyond(video, start)
    headers = {"Accept-Ranges": "none", "Footage-Duration": f"{video.duration:.3f}"}
    if request.method == "HEAD":
        headers["Footage-Start"] = f"{service.playback.beginning(video, start):.3f}"
        return Response(headers=headers, media_type="video/mp4")
    begins, pieces = service.playback.stream(video, start)
    headers["Footage-Start"] = f"{begins:.3f}"
    return StreamingResponse(pieces, headers=headers, media_type="video/mp4")


@router.get("/videos/{video_id}/clip", **sending("video/mp4"))
def clip(
    service: Shared, video: Present, start: Seconds, end: Seconds, exact: bool = False
) -> Response:
    """A stretch as a file to keep: copied from the key frame before it, or ``exact``."""
    if end <= start:
        raise InvalidQuery(
            f"the clip ends at {end:g} s, before it begins", remedy="let it end later"
        )
    if end - start > LONGEST_CLIP:
        raise InvalidQuery(
            f"the clip lasts {end - start:g} s", remedy=f"take at most {LONGEST_CLIP:g} s"
        )
    if start >= video.duration > 0:
        raise _beyond(video, start)
    pieces = service.playback.clip(video, start, end, exact=exact)
    headers = {"Content-Disposition": _disposition(video, start, end)}
    return StreamingResponse(pieces, headers=headers, media_type="video/mp4")


def _beyond(video: Video, start: float) -> InvalidQuery:
    return InvalidQuery(
        f"{video.title} lasts {video.duration:.1f} s, and {start:g} s is beyond its end",
        remedy="name an earlier time",
    )


def _disposition(video: Video, start: float, end: float) -> str:
    return attachment(f"{video.title} {start:.1f}-{end:.1f}.mp4")
