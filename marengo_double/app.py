"""The ASGI app: routes, and what every call goes through: the script, the key, the limits."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from marengo_double import asset_api, embed_api
from marengo_double.faults import Rule, Script
from marengo_double.refusals import Refused, invalid
from marengo_double.service import Asked, Service
from marengo_double.wire import Answer

BASE = "/v1.3"

Handler = Callable[[Service, Asked], Answer]
HangUp = Callable[[Scope, bool], Awaitable[None]]
"""Closes the connection of a request; with a reset where the flag says so."""

_NOTHING_WRONG = Rule(delay=0)
_PIECES = 10  # that a slow body comes in


@dataclass(slots=True)
class Call:
    """One request that came: no headers, no query, no body, and so no secret."""

    method: str
    path: str  # without the version
    at: float  # seconds since the epoch
    status: int | None = None  # None until it is answered, and where the connection was dropped
    seconds: float = 0.0  # until it was answered
    rule: Rule | None = None  # of the script that decided it


class Gate:
    """What every call goes through; Starlette endpoints are made of it."""

    def __init__(
        self, service: Service, script: Script, *, key: str | None, hang_up: HangUp
    ) -> None:
        self.calls: list[Call] = []
        self._service, self._script = service, script
        self._key, self._hang_up = key, hang_up

    def endpoint(self, handler: Handler, category: str | None = None) -> Callable[..., object]:
        """A Starlette endpoint; ``category`` is the limit that it counts against."""

        async def answered(request: Request) -> Response:
            path = request.url.path.removeprefix(BASE)
            call = Call(request.method, path, time.time())
            self.calls.append(call)
            call.rule = rule = self._script.rule_for(call.method, call.path)
            if not (rule and rule.cuts_off):
                await request.body()  # a client that is still sending might miss the answer
            if rule and rule.replaces:
                answer = Answer(200)
            else:
                answer = await self._asked(request, handler, category, rule)
            if rule:
                answer = rule.altered(answer)
            return _Delivery(answer, call, self._hang_up)

        return answered

    async def _asked(
        self, request: Request, handler: Handler, category: str | None, rule: Rule | None
    ) -> Answer:
        headers: dict[str, str] = {}
        try:
            if request.url.path.startswith(BASE):
                self._check_key(request)
            if category:
                headers = self._service.meter.request(category)
            latency = self._service.latency
            await asyncio.sleep(latency.get if request.method == "GET" else latency.create)
            asked = await _read(request, rule)
            answer = await run_in_threadpool(handler, self._service, asked)
        except Refused as refused:
            answer = Answer.refusal(refused)
        answer.headers = {**headers, **answer.headers}
        return answer

    def _check_key(self, request: Request) -> None:
        given = request.headers.get("x-api-key", "")
        right = self._key is None or secrets.compare_digest(given.encode(), self._key.encode())
        if not given or not right:
            raise Refused(
                401,
                "api_key_invalid",
                "API Key is either invalid or expired. "
                "Please check your API key or generate a new one from the dashboard and try again.",
            )


class _Delivery(Response):
    """An answer, sent as the script wants it: late, dribbling, cut off or not at all."""

    def __init__(self, answer: Answer, call: Call, hang_up: HangUp) -> None:
        super().__init__(answer.body, answer.status, answer.headers)
        self._content = answer.body
        self._call, self._hang_up = call, hang_up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        rule = self._call.rule or _NOTHING_WRONG
        await asyncio.sleep(rule.delay)
        if rule.cuts_off:
            await self._hang_up(scope, rule.drop == "reset")
        else:
            await self._send(scope, send, rule)

    async def _send(self, scope: Scope, send: Send, rule: Rule) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        if rule.drop == "body":
            await _body(send, self._content[: len(self._content) // 2], more=True)
            await self._hang_up(scope, False)
            return
        if rule.slow:
            size = max(1, len(self._content) // _PIECES)
            for at in range(0, len(self._content), size):
                await _body(send, self._content[at : at + size], more=True)
                await asyncio.sleep(rule.slow / _PIECES)
        # known before the client can have read all of it
        self._call.status, self._call.seconds = self.status_code, time.time() - self._call.at
        await _body(send, b"" if rule.slow else self._content, more=False)


def make_app(gate: Gate) -> Starlette:
    """The app; every path of the SDK's embed, assets and multipart_upload clients."""
    uploads = "/assets/multipart-uploads"
    table: list[tuple[str, str, Handler, str | None]] = [
        ("POST", "/embed-v2", embed_api.create, "embed"),
        ("POST", "/embed-v2/tasks", embed_api.create_task, "embed"),
        ("GET", "/embed-v2/tasks", embed_api.list_tasks, None),
        ("GET", "/embed-v2/tasks/{task_id}", embed_api.retrieve_task, None),
        ("POST", uploads, asset_api.create_upload, "assets"),
        ("GET", uploads, asset_api.list_uploads, None),
        ("POST", uploads + "/{upload_id}", asset_api.report, None),
        ("GET", uploads + "/{upload_id}", asset_api.upload_status, None),
        ("POST", uploads + "/{upload_id}/presigned-urls", asset_api.more_urls, None),
        ("POST", "/assets", asset_api.create, "assets"),
        ("GET", "/assets", asset_api.list_all, None),
        ("GET", "/assets/{asset_id}", asset_api.retrieve, None),
        ("DELETE", "/assets/{asset_id}", asset_api.delete, None),
    ]
    routes = [
        Route(BASE + path, gate.endpoint(handler, category), methods=[method])
        for method, path, handler, category in table
    ]
    chunk = gate.endpoint(asset_api.receive_chunk)
    routes.append(Route("/chunks/{upload_id}/{index:int}", chunk, methods=["PUT"]))
    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    routes.append(Route("/{rest:path}", gate.endpoint(_nowhere), methods=every))
    return Starlette(routes=routes)


def _nowhere(service: Service, asked: Asked) -> Answer:  # noqa: ARG001 - every endpoint's shape
    raise Refused(404, "not_found", f"There is nothing at /{asked.path['rest']}.")


async def _read(request: Request, rule: Rule | None) -> Asked:
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    asked = partial(
        Asked, request.path_params, query, rule=rule, base=str(request.base_url).rstrip("/")
    )
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind == "multipart/form-data":
        async with request.form() as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            sent = form.get("file")
            file = None
            if isinstance(sent, UploadFile):
                file = (sent.filename or "file", await sent.read())
        return asked(form=fields, file=file)
    raw = await request.body()
    if kind != "application/json":
        return asked(raw=raw)
    try:
        return asked(body=json.loads(raw, parse_constant=_no_constant))
    except ValueError as error:
        raise invalid("body", "It is not JSON.") from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is Python's, not JSON's")


async def _body(send: Send, part: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": part, "more_body": more})
