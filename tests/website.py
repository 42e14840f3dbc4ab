"""A web server on this machine, for videos that lie on the web: well-behaved, or as others are.

with Site() as site:
    site["/talk.mp4"] = Page(data, etag='"1"')
    site["/talk.mp4"].drop_at = 5_000
    library.add(site.url + "/talk.mp4")
    site.requests  # of (method, path with query, Range)
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from footage.media import http_file

PIECE = 16_384
CERTIFICATE = Path(__file__).parent / "golden" / "localhost.pem"  # with its key; until 2126


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A web server on this machine, asked directly and again at once."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(http_file, "FIRST_WAIT", 0.01)
    with Site() as made:
        yield made


@dataclass
class Page:
    """What lies at a path, and how it is served."""

    data: bytes
    kind: str = "video/mp4"
    etag: str | None = None
    modified: str | None = None
    status: int = 200
    location: str | None = None  # where a redirect leads
    ranges: bool = True
    length: str = "told"  # told, chunked, or "closed": the end of the connection is the end
    drop_at: int | None = None  # bytes of one answer after which the connection breaks
    drops: int | None = None  # so many times; None for ever
    stall_at: int | None = None  # bytes after which nothing comes any more
    delay: float = 0.0  # seconds before the answer
    needs: str | None = None  # a text that the query must have, or it is a 403
    sent: int = field(default=0, init=False)  # bytes, over all answers


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    range: str | None


class Site:
    """Pages by path, on a port of this machine, for as long as a ``with`` block lasts."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.requests: list[Asked] = []
        self.gone = threading.Event()
        site = self

        class Handler(_Handler):
            owner = site

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving."""
        self.gone.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def encrypt(self) -> None:
        """Speak TLS from now on, as localhost, with a certificate that nobody else trusts."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def __setitem__(self, path: str, page: Page) -> None:
        self.pages[path] = page

    def __getitem__(self, path: str) -> Page:
        return self.pages[path]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    owner: Site
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:  # as many do for addresses that are signed for GET
        self._note()
        self.send_error(405)

    def do_GET(self) -> None:
        self._note()
        parts = urlsplit(self.path)
        page = self.owner.pages.get(parts.path)
        if page is None:
            self.send_error(404)
            return
        self.owner.gone.wait(page.delay)
        if page.needs and page.needs not in parts.query:
            self.send_error(403)
        elif page.status != 200:
            self._refuse(page)
        else:
            self._serve(page)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""

    def _note(self) -> None:
        asked = Asked(self.command, self.path, self.headers.get("Range"))
        self.owner.requests.append(asked)

    def _refuse(self, page: Page) -> None:
        self.send_response(page.status)
        if page.location:
            self.send_header("Location", page.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _serve(self, page: Page) -> None:
        first, last = 0, len(page.data)
        wanted = self.headers.get("Range")
        if page.ranges and wanted:
            start, _, end = wanted.removeprefix("bytes=").partition("-")
            first, last = int(start), min(int(end) + 1 if end else last, last)
            if first >= len(page.data):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last - 1}/{len(page.data)}")
        else:
            self.send_response(200)
        for name, value in (
            ("Content-Type", page.kind),
            ("ETag", page.etag),
            ("Last-Modified", page.modified),
            ("Accept-Ranges", "bytes" if page.ranges else None),
            ("Content-Length", str(last - first) if page.length == "told" else None),
            ("Transfer-Encoding", "chunked" if page.length == "chunked" else None),
            ("Connection", "close"),
        ):
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        with contextlib.suppress(OSError):
            self._send(page, page.data[first:last])

    def _send(self, page: Page, data: bytes) -> None:
        for at in range(0, len(data), PIECE):
            piece = data[at : at + PIECE]
            if page.stall_at is not None and at + len(piece) > page.stall_at:
                self.owner.gone.wait()
                return
            if page.drop_at is not None and at + len(piece) > page.drop_at and page.drops != 0:
                piece = piece[: max(0, page.drop_at - at)]
                self._write(page, piece)
                if page.drops is not None:
                    page.drops -= 1
                self._cut()
                return
            self._write(page, piece)
        if page.length == "chunked":
            self.wfile.write(b"0\r\n\r\n")

    def _write(self, page: Page, piece: bytes) -> None:
        page.sent += len(piece)  # before whoever asked can have it
        if page.length == "chunked" and piece:
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        else:
            self.wfile.write(piece)
        self.wfile.flush()

    def _cut(self) -> None:
        time.sleep(0.01)  # what was written is read before the end is seen
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
