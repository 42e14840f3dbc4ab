"""Routes of uploads."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from footage.server.answers import JSON
from footage.server.faults import Refused
from footage.server.service import Shared
from footage.server.shapes import jobs as shapes
from footage.server.uploads import Piece, Upload

router = APIRouter(tags=["uploads"])

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII)
_OFFSET = re.compile(r"\d{1,18}", re.ASCII)
_BYTES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    "parameters": [
        {"name": "Upload-Offset", "in": "header", "schema": {"type": "integer", "minimum": 0}},
        {"name": "Content-Range", "in": "header", "schema": {"type": "string"}},
    ],
}
UploadId = Annotated[str, Path(max_length=100)]


class UploadBody(BaseModel):
    """A file that is about to be sent."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=1000)
    size: int = Field(gt=0, description="bytes")


@router.post("/uploads", status_code=201, response_model=shapes.Upload)
def begin(service: Shared, body: Annotated[UploadBody, Body()]) -> Response:
    """Announce a file."""
    upload = service.uploads.begin(body.name, body.size)
    return JSON(upload.to_json(), 201, {"Location": f"/api/v1/uploads/{upload.id}"})


@router.head("/uploads/{upload_id}", include_in_schema=False)
def how_far(service: Shared, upload_id: UploadId) -> Response:
    """Headers that say how much is here."""
    return Response(headers=_headers(service.uploads.upload(upload_id)))


@router.get("/uploads/{upload_id}", response_model=shapes.Upload)
def upload(service: Shared, upload_id: UploadId) -> Response:
    """How much of it is here."""
    found = service.uploads.upload(upload_id)
    return JSON(found.to_json(), headers=_headers(found))


@router.put("/uploads/{upload_id}", openapi_extra=_BYTES, response_model=shapes.Upload)
async def put(request: Request, service: Shared, upload_id: UploadId) -> Response:
    """Send bytes that go on where the upload ends."""
    return await _take(request, service, upload_id)


@router.patch("/uploads/{upload_id}", openapi_extra=_BYTES, response_model=shapes.Upload)
async def patch(request: Request, service: Shared, upload_id: UploadId) -> Response:
    """Send bytes that go on where the upload ends."""
    return await _take(request, service, upload_id)


@router.delete("/uploads/{upload_id}", status_code=204)
def delete(service: Shared, upload_id: UploadId) -> Response:
    """Forget it, where it is no video of the library."""
    found = service.uploads.upload(upload_id)
    if found.offset == found.size:
        path = service.uploads.path(upload_id)
        if path in service.library.catalog.locations():
            raise Refused(
                409,
                "upload_conflict",
                f"upload {found.id} is a video of the library now",
                remedy="remove the video instead",
            )
    service.uploads.delete(upload_id)
    return Response(status_code=204)


async def _take(request: Request, service: Shared, upload_id: str) -> Response:
    piece = _piece(request)
    try:
        found = await service.uploads.take(upload_id, piece, request.stream())
    except ClientDisconnect:  # what came is kept; nobody reads this answer
        return Response(status_code=499)
    return JSON(found.to_json(), headers=_headers(found))


def _piece(request: Request) -> Piece:
    """What one header or the other says of the bytes; raises `Refused` where neither does."""
    ranged, plain = (request.headers.get(name) for name in ("content-range", "upload-offset"))
    if ranged is not None:
        if match := _CONTENT_RANGE.fullmatch(ranged.strip()):
            first, last = int(match[1]), int(match[2])
            return Piece(first, last - first + 1, None if match[3] == "*" else int(match[3]))
        raise _unsaid("the header Content-Range cannot be read")
    if plain is None:
        raise _unsaid("there is no header Upload-Offset, nor Content-Range, to say where it begins")
    if not _OFFSET.fullmatch(plain):
        raise _unsaid("the header Upload-Offset is no number of bytes")
    return Piece(int(plain))


def _unsaid(what: str) -> Refused:
    remedy = "send Upload-Offset: N, or Content-Range: bytes N-M/SIZE"
    return Refused(400, "invalid_request", what, remedy=remedy)


def _headers(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.size)}
