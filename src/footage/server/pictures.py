"""Routes of pictures: thumbnails, and sprites of whole videos."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import PlainTextResponse, Response

from footage.errors import NotFound
from footage.server.answers import sending
from footage.server.ranges import file_response
from footage.server.service import Present, Service, Shared
from footage.server.sprites import Sprite, sprite_of

router = APIRouter(tags=["pictures"])

_CACHE = "private, max-age=86400"  # another embedder may cut it otherwise, some day


@router.get("/thumbnails/{video_id}", **sending("image/jpeg", partly=True))
def thumbnail(
    request: Request,
    service: Shared,
    video: Present,
    t: Annotated[float, Query(ge=0, le=1e6, allow_inf_nan=False)] = 0.0,
) -> Response:
    """The picture of the segment at a time, or the one nearest before it."""
    path = _nearest(service.library.thumbnails.folder(video.video_id), t)
    if path is None:
        raise NotFound("this video has no thumbnails", remedy="`footage doctor` says why")
    return file_response(
        path, request.method, request.headers, media_type="image/jpeg", cache=_CACHE
    )


@router.get("/videos/{video_id}/sprite.jpg", **sending("image/jpeg", partly=True))
def sprite(request: Request, service: Shared, video: Present) -> Response:
    """Small pictures of the whole video, in rows."""
    return file_response(
        _sprite(service, video).file,
        request.method,
        request.headers,
        media_type="image/jpeg",
        cache=_CACHE,
    )


@router.get("/videos/{video_id}/sprite.vtt", **sending("text/vtt"))
def sprite_vtt(service: Shared, video: Present) -> Response:
    """Where in the sprite which stretch of the video is."""
    text = _sprite(service, video).to_vtt()
    return PlainTextResponse(text, media_type="text/vtt", headers={"Cache-Control": _CACHE})


def _sprite(service: Service, video: Present) -> Sprite:
    folder = service.library.thumbnails.folder(video.video_id)
    segments = service.library.segments(video.video_id)
    return sprite_of(folder, segments, video.duration)


def _nearest(folder: Path, seconds: float) -> Path | None:
    """The thumbnail of the last segment that begins by then, else the first one."""
    names = sorted(path.name for path in folder.glob("*.jpg")) if folder.is_dir() else []
    if not names:
        return None
    at = bisect_right(names, f"{round(seconds * 1000):09d}.jpg")
    return folder / names[max(0, at - 1)]
