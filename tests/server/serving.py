"""A real server on a free port of this machine, in a thread, and a client of it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from server.described import Description

import footage
from footage.server.app import create_app
from footage.server.config import ServerSettings
from footage.server.found import announce


@dataclass
class Served:
    """A library that is served."""

    library: footage.Library
    client: httpx.Client
    app: Any
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def commanded(self) -> int:
        """How many calls of the owner's commands it has answered well."""
        counted: Any = self.app.state.service.metrics
        found: int = counted._requests["POST", 200]
        return found

    def id_of(self, title: str) -> str:
        return self.library.video(title).video_id

    def ended(self, job: dict[str, Any]) -> dict[str, Any]:
        """A job once it has ended."""
        return self.until(job, "done", "failed", "cancelled")

    def until(self, job: dict[str, Any], *states: str) -> dict[str, Any]:
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            found: dict[str, Any] = self.client.get(f"/jobs/{job['id']}").json()
            if found["state"] in states:
                return found
            time.sleep(0.01)
        raise AssertionError(found)


@contextlib.contextmanager
def serving(
    library: footage.Library,
    settings: ServerSettings | None = None,
    *,
    announced: bool = False,
    **options: Any,
) -> Iterator[Served]:
    """What its client is answered is held to the description.

    ``announced`` where the owner's commands are to find it; to be done while `owning`.
    """
    with socket.socket(proto=socket.IPPROTO_TCP) as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        settings = replace(settings or ServerSettings(), port=port)
        if announced:
            secret = announce(library.folder, settings.url, demands_token=False)
            settings = replace(settings, owner=secret)
        app = create_app(library, settings=settings)
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=2, ws="none")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.002)
        base = f"http://127.0.0.1:{port}/api/v1"
        try:
            checked = {"response": [_description(app).check]}
            with httpx.Client(
                base_url=base, timeout=60, trust_env=False, event_hooks=checked, **options
            ) as client:
                yield Served(library, client, app, port)
        finally:
            app.state.service.events.close()
            server.should_exit = True
            thread.join()


_descriptions: list[Description] = []


def _description(app: Any) -> Description:
    """That of all apps, which takes a while to make."""
    if not _descriptions:
        _descriptions.append(Description.of(app))
    return _descriptions[0]


def assert_failed(answer: httpx.Response, status: int, code: str) -> dict[str, str]:
    """The answer has the one shape of failures; returns what is in it."""
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json().keys() == {"error"}
    error: dict[str, str] = answer.json()["error"]
    assert error.keys() == {"code", "message", "remedy"}
    assert all(isinstance(value, str) and value for value in error.values())
    return error


def made(path: Path, **options: Any) -> Path:
    """A little video at ``path``."""
    from videos import make_video

    path.parent.mkdir(parents=True, exist_ok=True)
    return make_video(path, **options)
