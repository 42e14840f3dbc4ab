"""Routes of jobs, and of the events that tell of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from footage.server.answers import JSON, sending
from footage.server.faults import Refused
from footage.server.service import Shared
from footage.server.shapes import jobs as shapes

router = APIRouter(tags=["jobs"])

JobId = Annotated[str, Path(max_length=100)]


class JobBody(BaseModel):
    """What is to be indexed."""

    model_config = ConfigDict(extra="forbid")

    sources: list[Annotated[str, Field(min_length=1, max_length=8192)]] = Field(
        min_length=1, description="paths within the roots, addresses, and upload:ID"
    )
    tags: list[str] = Field(default=[], max_length=100)


@router.post("/jobs", status_code=202, response_model=shapes.Job)
def add(service: Shared, body: Annotated[JobBody, Body()]) -> Response:
    """Index files, folders, addresses and uploads."""
    return JSON(service.jobs.shown(service.jobs.add(body.sources, body.tags)), 202)


@router.get("/jobs", response_model=shapes.Jobs)
def jobs(service: Shared) -> Response:
    """All jobs, the newest first."""
    return JSON({"jobs": [service.jobs.shown(job) for job in service.jobs.all()]})


@router.get("/jobs/{job_id}", response_model=shapes.Job)
def job(service: Shared, job_id: JobId) -> Response:
    """One job."""
    return JSON(service.jobs.shown(service.jobs.job(job_id)))


@router.post("/jobs/{job_id}/cancel", response_model=shapes.Job)
def cancel(service: Shared, job_id: JobId) -> Response:
    """End a job, or take it out of the queue; what was finished stays."""
    return JSON(service.jobs.shown(service.jobs.cancel(job_id)))


@router.post("/jobs/{job_id}/retry", response_model=shapes.Job)
def retry(service: Shared, job_id: JobId) -> Response:
    """Put a job that has ended into the queue again."""
    job = service.jobs.job(job_id)
    if job.kind == "watched":
        service.watched_folders.try_again(job.sources[0])
    return JSON(service.jobs.shown(service.jobs.retry(job_id)))


@router.get("/events", **sending("text/event-stream"))
async def events(service: Shared) -> Response:
    """Server-sent events: `job`, `library` and `match`."""
    if service.events.full or service.events.closed:
        raise Refused(
            503, "busy", "too many listen already", remedy="close a page, or ask again later"
        )
    stream = service.events.listen(service.jobs.unended)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)
