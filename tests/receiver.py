"""A receiver of webhooks on this machine: it answers what it is told to, and keeps what came.

with Receiver(503, 503, 200) as receiver:  # the last answer is given ever after
    library.watches.put("dogs", query, webhook=receiver.url, private=True)
    receiver.received  # of (headers, body)
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

NEVER = 0  # no answer at all
DRIP = -1  # an answer that never ends, a byte at a time


class Received(NamedTuple):
    """One request."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def match_ids(self) -> list[str]:
        return [match["id"] for match in self.json["matches"]]


class Receiver:
    """Listens on a port of this machine for as long as a ``with`` block lasts."""

    def __init__(self, *answers: int, location: str | None = None) -> None:
        self.answers = list(answers or (200,))
        self.received: list[Received] = []
        self.gone = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append(Received(dict(self.headers), body))
                status = receiver.answers[0]
                if len(receiver.answers) > 1:
                    del receiver.answers[0]
                if status == NEVER:
                    receiver.gone.wait(30)
                elif status == DRIP:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                    while not receiver.gone.wait(0.05):
                        self.wfile.write(b"x")
                else:
                    self.send_response(status)
                    if location:
                        self.send_header("Location", location)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def do_GET(self) -> None:
                receiver.received.append(Received(dict(self.headers), b""))
                self.send_error(404)

            def log_message(self, *_: Any) -> None:
                """Nothing is printed."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that hangs up is no news."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, *_: object) -> None:
        self.gone.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
