"""A hub on loopback that speaks what huggingface_hub asks for, and can let a download break off."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = ".onnx"  # kept apart from git, with a checksum, as on the hub


@dataclass
class Hub:
    """A repository's files by path, what was asked for, and what is to go wrong."""

    repository: str
    files: dict[str, bytes]
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Method, path and Range of each request for a file."""
    breaks_after: int | None = None
    """Bytes after which the connection is cut, for every download."""
    lies_about: str | None = None
    """A file whose checksum the hub has wrong."""
    url: str = ""

    def description(self) -> dict[str, Any]:
        siblings = [
            {
                "rfilename": name,
                "size": len(data),
                "blobId": hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest(),
                **({"lfs": self._stored(name, data)} if name.endswith(LARGE) else {}),
            }
            for name, data in self.files.items()
        ]
        return {"_id": "1", "id": self.repository, "sha": COMMIT, "siblings": siblings}

    def _stored(self, name: str, data: bytes) -> dict[str, Any]:
        shown = b"something else" if name == self.lies_about else data
        return {"sha256": hashlib.sha256(shown).hexdigest(), "size": len(data), "pointerSize": 130}


@contextmanager
def serving(repository: str, folder: Path) -> Iterator[Hub]:
    """Serve the files of ``folder`` as ``repository`` until the block ends."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    hub = Hub(repository, files)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            return

        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            path = urlsplit(self.path).path
            if path.startswith(f"/api/models/{hub.repository}"):
                self._send(
                    json.dumps(hub.description()).encode(), {"Content-Type": "application/json"}
                )
                return
            prefix = f"/{hub.repository}/resolve/{COMMIT}/"
            name = path.removeprefix(prefix)
            if not path.startswith(prefix) or name not in hub.files:
                self._send(b"{}", {"X-Error-Code": "RepoNotFound"}, status=404)
                return
            hub.asked.append((self.command, name, self.headers.get("Range")))
            data = hub.files[name]
            headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": COMMIT}
            wanted = self.headers.get("Range")
            if wanted is None:
                self._send(data, headers)
                return
            start = int(wanted.removeprefix("bytes=").split("-")[0])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self._send(data[start:], headers, status=206)

        def _send(self, data: bytes, headers: dict[str, str], *, status: int = 200) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command == "HEAD":
                return
            cut = hub.breaks_after if headers.get("ETag") else None
            self.wfile.write(data if cut is None else data[:cut])
            if cut is not None and cut < len(data):
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
