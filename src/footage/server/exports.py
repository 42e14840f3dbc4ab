"""The route that gives moments out as a timeline, a table or chapters."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from footage.errors import InvalidQuery
from footage.export.clips import write_clips
from footage.export.cuts import Cut
from footage.export.options import Options, options_of
from footage.export.stretches import stretch
from footage.export.texts import ascii_line, file_name
from footage.export.write import one_text, prepared
from footage.query_json import check_plain
from footage.search.moments import Moment
from footage.server.answers import attachment, sending, written
from footage.server.media import LONGEST_CLIP
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
_ZIP = "application/zip"
_LONGEST_NOTE = 2_000  # characters of a header
_PIECE = 1 << 16  # bytes sent at once


class StretchBody(BaseModel):
    """A stretch of a video, in seconds."""

    model_config = ConfigDict(extra="forbid")

    video: str = Field(min_length=1, max_length=4_096)
    start: float
    end: float


class ExportBody(BaseModel):
    """What is exported, and how."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["csv", "json", "vtt", "edl", "fcpxml", "otio", "clips"]
    moments: list[StretchBody] = Field(min_length=1, max_length=MOST)
    handles: float | str = 0.0
    fps: float | str | None = None
    drop_frame: bool | None = None
    merge: bool = False
    exact: bool = False
    title: str | None = Field(default=None, max_length=200)


@router.post("/export", **sending(*sorted({*_TYPES.values(), _ZIP})))
def export(service: Shared, body: Annotated[ExportBody, Body()]) -> Response:
    """Moments as a file that editing programs read, or clips of them in a ZIP."""
    title = body.title or "footage"
    options = options_of(
        Path("export"),
        format=body.format,
        fps=body.fps,
        drop_frame=body.drop_frame,
        handles=body.handles,
        merge=body.merge,
        exact=body.exact,
        title=title,
    )
    moments = [_moment(service, each) for each in body.moments]
    videos = service.library.catalog.videos(list({moment.video_id for moment in moments}))
    cuts, notes = prepared(moments, options, videos, service.library.text_store.lines)
    if options.format == "clips":
        return _zipped(service, cuts, notes, options)
    text = _without_folder(one_text(cuts, options), service.library.folder)
    # the library's own JSON has file names as they are, and that of an answer is for any parser
    data = written(json.loads(text), indent=2) if body.format == "json" else text.encode()
    return Response(
        data, headers=_headers(title, body.format, notes), media_type=_TYPES[body.format]
    )


def _zipped(service: Service, cuts: Sequence[Cut], notes: list[str], options: Options) -> Response:
    """The clips as a ZIP. Raises the error of the first where none could be made."""
    seconds = float(sum(cut.end - cut.start for cut in cuts))
    if seconds > LONGEST_CLIP:
        raise InvalidQuery(
            f"the clips last {seconds:.0f} s together", remedy=f"take at most {LONGEST_CLIP:g} s"
        )
    # no file has a name here: all is gone when nobody reads it any more
    archive = tempfile.TemporaryFile()  # noqa: SIM115
    with service.playback.turn(), tempfile.TemporaryDirectory(prefix="footage-clips-") as folder:
        clips = write_clips(cuts, Path(folder), exact=options.exact)
        if not clips.files:
            raise clips.failed[0][1]
        with zipfile.ZipFile(archive, "w") as bundle:
            for file in clips.files:
                bundle.write(file, file.name)
    archive.seek(0)
    failed = [f"no clip of {cut.moment.title}: {error}" for cut, error in clips.failed]
    headers = _headers(options.title, "zip", [*notes, *failed])
    pieces = iter(partial(archive.read, _PIECE), b"")
    return StreamingResponse(pieces, headers=headers, media_type=_ZIP)


def _headers(title: str, suffix: str, notes: Sequence[str]) -> dict[str, str]:
    headers = {"Content-Disposition": attachment(f"{file_name(title)}.{suffix}")}
    if notes:
        headers["Footage-Note"] = ascii_line("; ".join(notes))[:_LONGEST_NOTE]
    return headers


def _moment(service: Service, body: StretchBody) -> Moment:
    check_plain(body.video)
    return stretch(service.library.video(body.video), body.start, body.end)


def _without_folder(text: str, folder: Path) -> str:
    """What was uploaded is known by its name: where the library lies is nobody's business."""
    return text.replace(f"{folder.as_uri()}/", "").replace(f"{folder}/", "")
