"""The route that gives moments out as a timeline, a table or chapters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from footage.errors import InvalidQuery
from footage.export.options import options_of
from footage.export.stretches import stretch
from footage.export.texts import ascii_line, file_name
from footage.export.write import one_text, prepared
from footage.search.moments import Moment
from footage.server.answers import attachment
from footage.server.service import Service, Shared

router = APIRouter(tags=["export"])

MOST = 1_000  # moments of one file
_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "vtt": "text/vtt",
    "edl": "text/plain",
    "fcpxml": "application/xml",
    "otio": "application/json",
}
_LONGEST_NOTE = 2_000  # characters of a header


class StretchBody(BaseModel):
    """A stretch of a video, in seconds."""

    model_config = ConfigDict(extra="forbid")

    video: str = Field(min_length=1, max_length=4_096)
    start: float
    end: float


class ExportBody(BaseModel):
    """What is exported, and how."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["csv", "json", "vtt", "edl", "fcpxml", "otio"]
    moments: list[StretchBody] = Field(min_length=1, max_length=MOST)
    handles: float | str = 0.0
    fps: float | str | None = None
    drop_frame: bool | None = None
    merge: bool = False
    title: str | None = Field(default=None, max_length=200)


@router.post("/export")
def export(service: Shared, body: Annotated[ExportBody, Body()]) -> Response:
    """Moments as a file that editing programs read."""
    title = body.title or "footage"
    options = options_of(
        Path(f"export.{body.format}"),
        fps=body.fps,
        drop_frame=body.drop_frame,
        handles=body.handles,
        merge=body.merge,
        title=title,
    )
    moments = [_moment(service, each) for each in body.moments]
    videos = service.library.catalog.videos(list({moment.video_id for moment in moments}))
    cuts, notes = prepared(moments, options, videos)
    text = _without_folder(one_text(cuts, options), service.library.folder)
    headers = {"Content-Disposition": attachment(f"{file_name(title)}.{body.format}")}
    if notes:
        headers["Footage-Note"] = ascii_line("; ".join(notes))[:_LONGEST_NOTE]
    return Response(text.encode(), headers=headers, media_type=_TYPES[body.format])


def _moment(service: Service, body: StretchBody) -> Moment:
    if "\0" in body.video:
        raise InvalidQuery(f"{body.video!r:.100} has a zero in it", remedy="leave that out")
    return stretch(service.library.video(body.video), body.start, body.end)


def _without_folder(text: str, folder: Path) -> str:
    """What was uploaded is known by its name: where the library lies is nobody's business."""
    return text.replace(f"{folder.as_uri()}/", "").replace(f"{folder}/", "")
