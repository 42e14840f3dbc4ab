"""`Double`: the whole thing on a port of this machine, for as long as a ``with`` block lasts."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterable
from concurrent import futures
from types import TracebackType
from typing import Any

import uvicorn
from starlette.types import Scope

from footage.embedders.local import LocalEmbedder
from marengo_double.app import BASE, Call, Gate, make_app
from marengo_double.embeddings import Embeddings
from marengo_double.faults import Rule, Script
from marengo_double.limits import Limits
from marengo_double.service import Latency, Service, Sizes
from marengo_double.sound import Transcriber, moonshine
from marengo_double.store import Asset, Paid, Task


class Double:
    """A stand-in for the Embed API of Twelve Labs on 127.0.0.1; see README.md.

    >>> with Double(key="secret") as double:
    ...     client = TwelveLabs(api_key="secret", base_url=double.url)
    """

    def __init__(
        self,
        *,
        port: int = 0,
        key: str | None = None,
        latency: Latency | None = None,
        limits: Limits | None = None,
        sizes: Sizes | None = None,
        script: Iterable[Rule | dict[str, Any]] = (),
        media_rules: bool = False,
        towers: LocalEmbedder | None = None,
        transcriber: Transcriber | None = None,
    ) -> None:
        """Start serving. ``port`` 0 takes a free one; without ``key`` any key will do.

        ``towers`` replaces the lite model; ``transcriber`` the speech model of `moonshine-voice`,
        which is used where it is installed. Raises `OSError` for a port that is taken.
        """
        self._script = Script(script)
        self._service = Service(
            Embeddings(towers, transcriber or moonshine()),
            latency=latency or Latency(),
            limits=limits or Limits(),
            sizes=sizes or Sizes(),
            media_rules=media_rules,
        )
        gate = Gate(self._service, self._script, key=key, hang_up=self._hang_up)
        self.calls: list[Call] = gate.calls  #: every request so far, the oldest first
        # named, so that asyncio knows it for TCP and does not hold small answers back for 40 ms
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen()  # from here on a client can connect, and waits
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}{BASE}"
        config = uvicorn.Config(
            make_app(gate),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="marengo-double", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Double:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving; connections are cut. May be called twice."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self._service.close()

    def script(self, *rules: Rule | dict[str, Any]) -> None:
        """Add rules to the script; raises `pydantic.ValidationError` for one that is none."""
        self._script.add(*rules)

    def unscript(self) -> None:
        """Forget the script: nothing goes wrong any more."""
        self._script.clear()

    def settle(self) -> None:
        """Wait until no task is being worked on any more."""
        futures.wait([task.work for task in self.tasks if task.work])

    @property
    def tasks(self) -> list[Task]:
        """Every embedding task so far, the oldest first."""
        return list(self._service.store.tasks.values())

    @property
    def assets(self) -> list[Asset]:
        """Every asset there is and that is not deleted, the oldest first."""
        return list(self._service.store.assets.values())

    @property
    def paid(self) -> dict[str, Paid]:
        """Tasks and seconds paid for, by content id (BLAKE2b-128 of the bytes, hex)."""
        return self._service.store.paid()

    async def _hang_up(self, scope: Scope, reset: bool) -> None:
        for connection in list(self._server.server_state.connections):
            if getattr(connection, "client", None) == scope["client"]:
                transport = connection.transport
                transport.abort() if reset else transport.close()
        await asyncio.sleep(0.02)  # for the event loop to see it, or uvicorn would answer 500
