"""Routes of search."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Request
from fastapi import Query as Parameters
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException
from starlette.responses import Response

from footage.errors import FootageError
from footage.query import Query
from footage.query_json import QueryBody, query_of
from footage.server.answers import JSON, presented
from footage.server.faults import Refused, too_large
from footage.server.queries import Files, SearchParameters
from footage.server.searches import searched
from footage.server.service import Service, Shared, steady
from footage.server.shapes.found import SearchResult

router = APIRouter(tags=["search"])

Names: TypeAlias = "Mapping[str, str]"
"""By the path of a temporary file, what it is called by whoever sent it."""
KINDS = ("image", "clip", "sound")
MOST_FILES = 50
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/QueryBody"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "query": {"type": "string", "description": "the JSON of a query"},
                        **{
                            kind: {"type": "array", "items": {"type": "string", "format": "binary"}}
                            for kind in KINDS
                        },
                    },
                }
            },
        },
    }
}


@router.get("/search", response_model=SearchResult)
async def search(
    request: Request, service: Shared, parameters: Annotated[SearchParameters, Parameters()]
) -> Response:
    """The moments that a text describes, best first."""

    def work() -> Response:
        return answered(service, parameters.query(), {})

    return await service.turns.run(request, work)


@router.post("/search", openapi_extra=BODY, response_model=SearchResult)
async def search_by(request: Request, service: Shared) -> Response:
    """The moments that a whole query asks for: JSON, or a form with pictures, clips and sounds."""
    return await asked_with(request, service, partial(answered, service))


async def asked_with(
    request: Request, service: Service, answer: Callable[[Query, Names], Response]
) -> Response:
    """What ``answer`` makes of the query in a request, for as long as whose files are on disk.

    It is told what temporary files are called by whoever sent them. Raises `Refused`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        body = _read(await request.body())
        return await service.turns.run(request, lambda: answer(query_of(body, Files()), {}))
    if kind != "multipart/form-data":
        raise Refused(
            415,
            "unsupported_type",
            "a query is JSON or a form",
            remedy="send application/json or multipart/form-data",
        )
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FILES)
    except MultiPartException as error:
        raise Refused(400, "invalid_request", error.message, remedy="check the form") from error
    async with request.form():
        text = form.get("query")
        body = _read(text.encode() if isinstance(text, str) else b"{}")
        return await service.turns.run(request, partial(_asked, service, body, form, answer))


def _read(data: bytes) -> QueryBody:
    try:
        return QueryBody.model_validate_json(data)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from error


def _asked(
    service: Service,
    body: QueryBody,
    form: FormData,
    answer: Callable[[Query, Names], Response],
) -> Response:
    with _kept(form, service.settings.limits.example) as files:
        names = {str(path): name for _kind, name, path in files}
        try:
            return answer(query_of(body, Files(files)), names)
        except FootageError as error:
            for path, name in names.items():
                error.what = error.what.replace(path, name)
            raise


def answered(service: Service, query: Query, names: Names) -> Response:
    """What a query finds, told with ``names``."""
    with searched(service.metrics), steady(service.library):
        result = service.library.answer(query)
    return JSON(presented(result.to_json(), names, service.library.folder))


@contextmanager
def _kept(form: FormData, limit: int) -> Iterator[list[tuple[str, str, Path]]]:
    """The files of a form on disk, for as long as the block lasts: kind, name, path."""
    with tempfile.TemporaryDirectory(prefix="footage-query-") as folder:
        files: list[tuple[str, str, Path]] = []
        total = 0
        for kind, value in form.multi_items():
            if not isinstance(value, UploadFile) or kind not in KINDS:
                continue
            name = Path(value.filename or kind).name or kind
            path = Path(folder) / f"{len(files)}{Path(name).suffix[:10]}"
            with path.open("wb") as file:
                shutil.copyfileobj(value.file, file)
            total += path.stat().st_size
            if total > limit:
                raise too_large("what came with the query", limit)
            files.append((kind, name, path))
        yield files
