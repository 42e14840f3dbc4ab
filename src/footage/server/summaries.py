"""Routes of a video at a glance: its chapters, and its contact sheet."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from footage.analysis.sheet import sheet_of
from footage.analysis.summary import MOST_ASKED
from footage.server.answers import JSON, presented, sending
from footage.server.service import Present, Shared
from footage.server.shapes.videos import Summary

router = APIRouter(tags=["videos"])

Chapters = Annotated[int | None, Query(ge=1, le=MOST_ASKED)]


@router.get("/videos/{video_id}/summary", response_model=Summary)
def summary(service: Shared, video: Present, chapters: Chapters = None) -> Response:
    """Its chapters, each with a picture and a few words."""
    found = service.library.analysis.summary(video.video_id, chapters=chapters)
    return JSON(presented(found.to_json()))


@router.get("/videos/{video_id}/sheet.png", **sending("image/png"))
def sheet(service: Shared, video: Present, chapters: Chapters = None) -> Response:
    """Its contact sheet."""
    found = service.library.analysis.summary(video.video_id, chapters=chapters)
    return Response(sheet_of(found), media_type="image/png")
