"""The service's Embed API as an embedder needs it: one client, patient, checked and discreet.

Requests go through the official SDK. Tasks alone are read through its transport and not its
models, which look at every number: 2,700 embeddings cost them 7 s of CPU, `json.loads` 0.35 s.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from twelvelabs import TwelveLabs
from twelvelabs.core.api_error import ApiError

from footage import logs
from footage.embedder import Vector
from footage.embedders.marengo.answers import (
    Asset,
    Listed,
    Task,
    asset_of,
    listed_of,
    query_vector,
    task_of,
)
from footage.embedders.marengo.circuit import Circuit
from footage.embedders.marengo.pace import Pace
from footage.embedders.marengo.patience import Caller, Check, Clock, Ear, Patience, unchecked
from footage.embedders.marengo.requests import DIMENSION, QueryParts, VideoRequest
from footage.embedders.marengo.upload import (
    DIRECT_MOST,
    Identity,
    OnProgress,
    Session,
    Uploader,
    identity,
    size_of,
)
from footage.errors import AnswerLost, KeyRefused, RequestRefused
from footage.media.urls import redacted

KEY_VARIABLES = ("TWELVE_LABS_API_KEY", "TWELVELABS_API_KEY")
TIMEOUT = httpx.Timeout(120.0, connect=10.0, pool=30.0)  # seconds without a byte
FOR_QUERIES = Patience(deadline=20.0, longest=5.0)
PAGE = 50  # tasks or assets of a list at once, the most there may be
CLOCKS_DIFFER = timedelta(minutes=2)


def key_of_environment() -> str:
    """The API key, from the first of `KEY_VARIABLES` that is set; raises `KeyRefused`."""
    for name in KEY_VARIABLES:
        if key := os.environ.get(name, "").strip():
            return key
    raise KeyRefused("there is no API key for Twelve Labs", remedy=f"set {KEY_VARIABLES[0]} to it")


class Service:
    """One client a process; safe to use from several threads. `close` it, or use ``with``.

    ``api_key`` None takes it from the environment. ``TWELVELABS_BASE_URL`` in the environment
    beats ``base_url``; that is the SDK's way. ``rpm`` and ``rpd`` are the requests a minute and a
    day that may create embeddings. ``patience`` is for everything but queries. Tests replace
    ``transport`` and ``clock``, and make ``direct_most`` small, the bytes sent in one piece.

    Every method may raise `KeyRefused`, `QuotaGone`, `ServiceDown`, `RequestRefused` and
    `AnswerUnusable`; ``check`` is called every second of a wait, and what it raises ends the call.
    No error, log or repr holds the key.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        rpm: int | None = None,
        rpd: int | None = None,
        patience: Patience | None = None,
        query_patience: Patience = FOR_QUERIES,
        transport: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
        circuit: Circuit | None = None,
        direct_most: int = DIRECT_MOST,
    ) -> None:
        """Nothing is sent yet. Raises `KeyRefused` for no key, or one that no header can hold."""
        self._key = _sound(key_of_environment() if api_key is None else api_key.strip())
        clock = clock or Clock()
        ear = Ear()
        logs.quiet_others()  # httpx logs addresses, and those of parts are secrets
        # no redirects: they would carry the key to another host
        self._http = httpx.Client(
            timeout=TIMEOUT, transport=transport, event_hooks={"response": [ear.hear]}
        )
        given = {"base_url": base_url} if base_url else {}
        self._sdk = TwelveLabs(api_key=self._key, httpx_client=self._http, timeout=TIMEOUT, **given)
        circuit = circuit or Circuit(clock.monotonic)
        self._caller = Caller(clock=clock, circuit=circuit, ear=ear, scrub=self._scrub)
        self._store = Caller(
            clock=clock, circuit=Circuit(clock.monotonic), ear=ear, scrub=self._scrub
        )
        self._patience, self._query_patience = patience or Patience(), query_patience
        self._embedding = Pace(clock.monotonic, rpm=rpm, rpd=rpd)
        self._uploading, self._reading = Pace(clock.monotonic), Pace(clock.monotonic)
        self._direct_most = direct_most
        self._sessions: dict[Identity, Session] = {}

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; may be called twice."""
        self._http.close()

    # tasks

    def create_task(self, request: VideoRequest, *, check: Check = unchecked) -> str:
        """Have a video embedded, which is paid for; the task's id.

        Raises `AnswerLost` where the service may have begun and its answer was lost. Asking again
        would then pay twice: look with `recent_tasks` for a task of the same file name or address
        that is younger than the attempt, and ask again only if there is none.
        """
        arguments = request.arguments()  # not within the call: what fails here was never sent
        created = self._caller.call(
            "POST /embed-v2/tasks",
            lambda: self._sdk.embed.v_2.tasks.create(**arguments),
            pace=self._embedding,
            patience=self._patience,
            check=check,
            paid=True,
        )
        if not created.id:
            raise AnswerLost("Twelve Labs took a video and did not say which task it has become")
        return str(created.id)

    def task(self, task_id: str, *, dimension: int = DIMENSION, check: Check = unchecked) -> Task:
        """A task as it stands, with its embeddings of ``dimension`` values once it is ready."""
        value = self._read(
            f"/embed-v2/tasks/{quote(task_id, safe='')}",
            check,
            partial(self._json, f"embed-v2/tasks/{quote(task_id, safe='')}"),
        )
        return task_of(value, dimension)

    def recent_tasks(self, since: datetime, *, check: Check = unchecked) -> Iterator[Listed]:
        """Tasks made since then, the newest first, and a little older ones: clocks differ.

        ``since`` has a time zone. Pages are asked for as they are needed.
        """
        if since.tzinfo is None:
            raise ValueError("`since` has no time zone")
        start = (since - CLOCKS_DIFFER).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        for page in count(1):
            ask = partial(
                self._sdk.embed.v_2.tasks.list, started_at=start, page=page, page_limit=PAGE
            )
            items = self._read("/embed-v2/tasks", check, ask).items or []
            yield from map(listed_of, items)
            if len(items) < PAGE:
                return

    # assets

    def upload(
        self,
        path: Path,
        on_progress: OnProgress,
        *,
        name: str | None = None,
        check: Check = unchecked,
    ) -> str:
        """Send a file; its asset's id. Up to 200 MB go in one piece, more in parts.

        ``on_progress`` is told bytes done and in all; it may raise to stop. ``name`` is the asset's
        file name, else the file's own. Where an upload in parts fails, the next of the same file
        by this object goes on behind the parts that have arrived. Raises `MediaError` too.
        """
        name = name or path.name
        uploader = self._uploader(check)
        if size_of(path) <= self._direct_most:
            return uploader.whole(path, name, on_progress)
        return self._in_parts(uploader, path, name, on_progress)

    def fetch(self, address: str, *, name: str, check: Check = unchecked) -> str:
        """Have the service fetch a video from the web by itself; its asset's id."""
        return self._uploader(check).by_address(address, name)

    def asset(self, asset_id: str, *, check: Check = unchecked) -> Asset:
        """An asset as it stands."""
        ask = partial(self._sdk.assets.retrieve, asset_id)
        return asset_of(self._read(f"/assets/{asset_id}", check, ask))

    def assets(self, filename: str, *, check: Check = unchecked) -> list[Asset]:
        """All assets of exactly that file name, the newest first: those of an earlier run, say."""
        found: list[Asset] = []
        for page in count(1):
            ask = partial(self._sdk.assets.list, filename=filename, page=page, page_limit=PAGE)
            items = self._read("/assets", check, ask).items or []
            found += [asset_of(item) for item in items if item.filename == filename]
            if len(items) < PAGE:
                return found
        raise AssertionError("pages are without end")

    def delete_asset(self, asset_id: str, *, check: Check = unchecked) -> None:
        """Delete an asset; nothing happens where it is gone already."""

        def send() -> None:
            try:
                self._sdk.assets.delete(asset_id)
            except ApiError as error:
                if error.status_code != 404:
                    raise

        self._caller.call(
            f"DELETE /assets/{asset_id}",
            send,
            pace=self._reading,
            patience=self._patience,
            check=check,
        )

    # queries

    def embed_query(self, parts: QueryParts, *, check: Check = unchecked) -> Vector:
        """A query as a unit vector, float32 [dimension].

        It is asked for again where its answer was lost: a query costs next to nothing. Raises
        `InvalidQuery` for parts that the model cannot take together.
        """
        arguments = parts.arguments()
        answer = self._caller.call(
            "POST /embed-v2",
            lambda: self._sdk.embed.v_2.create(**arguments),
            pace=self._embedding,
            patience=self._query_patience,
            check=check,
        )
        data = [item.dict() for item in answer.data]
        return query_vector(data, parts.dimension or DIMENSION)

    # within

    def _read(self, path: str, check: Check, ask: Any) -> Any:
        return self._caller.call(
            f"GET {path}", ask, pace=self._reading, patience=self._patience, check=check
        )

    def _json(self, path: str) -> Any:
        answer = self._sdk._client_wrapper.httpx_client.request(path, method="GET")
        if answer.is_success:
            return json.loads(answer.content)
        try:
            body = answer.json()
        except ValueError:
            body = None
        raise ApiError(headers=dict(answer.headers), status_code=answer.status_code, body=body)

    def _uploader(self, check: Check) -> Uploader:
        options: Any = {"pace": self._uploading, "patience": self._patience, "check": check}
        return Uploader(
            self._sdk,
            self._http,
            call=partial(self._caller.call, **options),
            store=partial(self._store.call, **options),
        )

    def _scrub(self, text: str) -> str:
        return redacted(text.replace(self._key, "***"))

    def _in_parts(self, uploader: Uploader, path: Path, name: str, on_progress: OnProgress) -> str:
        key = identity(path, name)
        session = self._sessions.pop(key, None) or uploader.begin(path, name)
        try:
            return uploader.parts(path, session, on_progress)
        except RequestRefused:
            raise  # it has run out, and is not gone on with
        except BaseException:
            self._sessions[key] = session
            raise


def _sound(key: str) -> str:
    """The key; an odd one would be printed by whoever cannot send it."""
    if not key:
        raise KeyRefused("the API key for Twelve Labs is empty")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise KeyRefused("the API key for Twelve Labs has characters in it that no key has")
    return key
