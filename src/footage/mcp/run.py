"""Serving the tools until whoever asks goes away: over stdin and stdout, or over HTTP."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TextIO, cast

import anyio
import uvicorn
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server

from footage.server.listening import listening
from footage.server.stopping import told_to_stop

PATH = "/mcp"
STDIN = 0


class _Lines:
    """Lines of stdin, as far as a file has to be one; it can be ended while none comes."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[str] = SimpleQueue()
        self._stdin = os.dup(STDIN)
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - nobody else is to read from it
            os.dup2(nothing.fileno(), STDIN)
        threading.Thread(target=self._read, name="footage-stdin", daemon=True).start()

    def readline(self) -> str:
        """The next line; empty at the end."""
        return self._queue.get()

    def end(self) -> None:
        """Let it be the end now."""
        self._queue.put("")

    def _read(self) -> None:
        rest = b""
        # not by a buffered file, which a thread that hangs in it would keep from being closed
        while data := os.read(self._stdin, 1 << 16):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._queue.put(line.decode("utf-8", "replace") + "\n")
        self.end()


def over_stdio(server: Server[Any]) -> None:
    """Answer on stdout what comes on stdin, until that ends or it is told to stop."""
    lines = _Lines()

    async def serve() -> None:
        stdin = anyio.wrap_file(cast(TextIO, lines))
        async with stdio_server(stdin) as (read, write):
            await server.run(read, write, server.create_initialization_options())

    with told_to_stop(lines.end):
        anyio.run(serve)


def over_http(server: Server[Any], port: int, on_ready: Callable[[str], None]) -> None:
    """Answer programs of this machine over streamable HTTP, until it is told to stop.

    ``on_ready`` is told the address. Raises `UsageError` where the port is taken.
    """
    with listening("127.0.0.1", port) as bound:
        app = server.streamable_http_app(streamable_http_path=PATH)  # hosts of loopback alone
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        running = uvicorn.Server(config)
        on_ready(f"http://127.0.0.1:{bound.getsockname()[1]}{PATH}")
        with told_to_stop(lambda: setattr(running, "should_exit", True)):
            running.run(sockets=[bound])
