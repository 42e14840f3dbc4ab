"""Routes of the owner's own commands: what `AnyLibrary` can do, call by call.

They are for the commands of the same version, which find the secret (`footage.server.owner`) in the
library's folder; so nothing is kept from them, and the roots do not bind them.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, get_type_hints

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

import footage
from footage.any_library import AnyLibrary
from footage.doctor import examine_library, examine_program
from footage.errors import FootageError, UsageError
from footage.ingest.report import Observer
from footage.library import Library
from footage.media.peers import named_by_the_owner
from footage.media.urls import is_url, read_url
from footage.paths import absolute, seen_from
from footage.query import Query, with_ids
from footage.server.errands import Errand, Telling
from footage.server.faults import Refused
from footage.server.searches import searched
from footage.server.service import Service, Shared
from footage.wire import packed, unpacked

router = APIRouter(include_in_schema=False, prefix="/own")

ASKED = {
    *("answer", "videos", "video", "segments", "neighbours", "readings", "transcript"),
    *("reading_now", "partitions", "usage", "caches", "is_being_indexed", "plan", "sent_to"),
}
CHANGING = {"tag", "remove", "prune"}
INDEXING = {"add": "index", "restore": "restore"}  # and the kinds of their jobs
DIVIDING, EXAMINING = "partition_by", "examine"

Arguments = tuple[list[Any], dict[str, Any]]


@router.post("/hello")
def hello() -> Response:
    """That it is this server, which the proof in the answer's header shows."""
    return _json({"result": footage.__version__})


@router.post("/errands/{errand_id}/agree")
def agree(service: Shared, errand_id: str) -> Response:
    """Let go on what was planned."""
    _errand(service, errand_id).agree()
    return _json({"result": None})


@router.post("/errands/{errand_id}/cancel")
def cancel(service: Shared, errand_id: str) -> Response:
    """End it, and say what came of it."""
    errand = _errand(service, errand_id)
    errand.cancel()
    errand.ended.wait()
    return _json(errand.outcome)


@router.post("/{call}")
async def asked(request: Request, service: Shared, call: str) -> Response:
    """The answer of one call; of an errand, a line for each event and the outcome."""
    body = _read(await request.body())
    if call in INDEXING or call in {DIVIDING, EXAMINING}:
        return _watching(service, call, body)
    if call not in ASKED | CHANGING:
        raise Refused(404, "no_such_route", f"there is no call {call[:50]!r}", remedy="see docs")
    work = partial(_answered, service, call, body)
    if call == "answer":
        return await service.turns.run(request, work)
    return await to_thread.run_sync(work)


def _answered(service: Service, call: str, body: Mapping[str, Any]) -> Response:
    library = service.library
    try:
        with _as_the_owner(body):
            given, options = _arguments(call, body)
            if call == "answer":
                with searched(service.metrics):
                    result: Any = library.answer(_settled(library, options["query"]))
            else:
                found = getattr(library, call)
                result = found(*given, **options) if callable(found) else found
    except FootageError as error:
        return _json({"error": packed(error)}, error.http_status)
    if call in CHANGING:
        service.events.tell("library", {"videos": library.catalog.count()})
    return _json({"result": packed(result)})


def _watching(service: Service, call: str, body: Mapping[str, Any]) -> Response:
    if call in INDEXING:
        errand = _index(service, call, body)
    else:
        errand = service.errands.add(Errand())
        service.errands.start(errand, _work_of(service, call, body))
    lines = errand.lines(lambda: service.events.closed)
    return StreamingResponse(lines, media_type="application/x-ndjson")


def _index(service: Service, call: str, body: Mapping[str, Any]) -> Errand:
    """A job beside the others, which ends when whoever asked for it goes away."""
    given, options = _arguments(call, body)

    def leave(errand: Errand) -> None:
        with suppress(Refused):  # it has ended
            service.jobs.cancel(errand.id)

    def run(errand: Errand, beside: Observer) -> object:
        with _as_the_owner(body):
            method = getattr(service.library, call)
            return method(*given, **options, observer=Telling(errand, beside))

    errand = Errand(leave)
    service.jobs.attend(
        errand,
        INDEXING[call],
        sources=_named(given or options["references"], body),
        tags=options.get("tags", ()),
        work=lambda beside: errand.perform(partial(run, beside=beside)),
    )
    return service.errands.add(errand)


def _work_of(service: Service, call: str, body: Mapping[str, Any]) -> Callable[[Errand], object]:
    library = service.library
    if call == DIVIDING:
        parts, _ = _arguments(call, body)
        return lambda errand: library.partition_by(
            *parts,
            on_progress=lambda done, total: errand.tell_progress(
                "on_progress", done == total, done, total
            ),
        )

    def examine(errand: Errand) -> None:
        for checks in (examine_program(library.embedder), examine_library(library)):
            for check in checks:
                errand.tell("check", check)

    return examine


def _arguments(call: str, body: Mapping[str, Any]) -> Arguments:
    """What a call is given, by position and by name. Raises `Refused` and `FootageError`."""
    method = getattr(AnyLibrary, call)
    if isinstance(method, property):
        return [], {}
    hints = get_type_hints(method)
    given: list[Any] = []
    options: dict[str, Any] = {}
    try:
        arguments = dict(body.get("arguments", {}))
        for parameter in inspect.signature(method).parameters.values():
            if parameter.name not in arguments:
                continue
            kind, value = hints[parameter.name], arguments.pop(parameter.name)
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                given = [unpacked(kind, one) for one in value]
            else:
                options[parameter.name] = unpacked(kind, value)
        inspect.signature(method).bind(None, *given, **options, **arguments)
    except (TypeError, ValueError) as error:
        raise _unreadable(str(error)[:300]) from error
    return given, options


def _settled(library: Library, query: Query) -> Query:
    """A query whose videos and folders are the same from wherever it is asked: results are kept."""

    def known(reference: str) -> str:
        try:
            return library.video(reference).video_id
        except UsageError:  # which the search raises in its turn
            return reference

    folders = tuple(map(absolute, query.filters.folders))
    return with_ids(replace(query, filters=replace(query.filters, folders=folders)), known)


def _named(sources: Sequence[str | Path], body: Mapping[str, Any]) -> list[str]:
    """The sources of a job as they are told to whoever looks at it."""
    with _as_the_owner(body):
        return [
            read_url(str(source)).plain if is_url(source) else str(absolute(source))
            for source in sources
        ]


def _errand(service: Service, errand_id: str) -> Errand:
    if errand := service.errands.get(errand_id):
        return errand
    raise Refused(404, "not_found", "there is no errand of that id", remedy="ask for it anew")


def _read(data: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(data or b"{}")
    except ValueError as error:
        raise _unreadable(str(error)[:300]) from error
    if not isinstance(body, dict):
        raise _unreadable("the body is no object")
    return body


@contextmanager
def _as_the_owner(body: Mapping[str, Any]) -> Iterator[None]:
    """Paths are meant from where the command was given, and its addresses may be anywhere."""
    with seen_from(Path(str(body.get("from", "/")))), named_by_the_owner():
        yield


def _unreadable(message: str) -> Refused:
    return Refused(422, "invalid_request", message, remedy="use the same footage as the server")


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value), status, media_type="application/json")
