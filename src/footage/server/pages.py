"""The page's own files, which browsers keep until they change.

They are read once, compressed once, and named by a mark of their content, so that a page that is
opened again asks for nothing but the document. Their own imports are relative and need no change.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

DOCUMENT = "index.html"
_FILES = "{files}"  # in the document: where the files are
_MODULES = "<!-- modules -->"  # in the document: where all scripts are announced
_COMMENT = re.compile(rb"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)[ \t]*\n", re.DOTALL | re.MULTILINE)
_INDENT = re.compile(rb"^[ \t]+", re.MULTILINE)
_KEPT = "public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class _File(NamedTuple):
    data: bytes
    compressed: bytes
    type: str


class PageFiles:
    """An ASGI app that serves the files of a folder."""

    def __init__(self, folder: Path) -> None:
        texts = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        content = b"\0".join(part for name in texts for part in (name.encode(), texts[name]))
        self.mark = hashlib.blake2b(content, digest_size=8).hexdigest()
        texts[DOCUMENT] = self._document(texts)
        self._files = {name: _file(name, data) for name, data in texts.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        name = scope["path"].removeprefix("/") or DOCUMENT
        root, _, rest = name.removeprefix("files/").partition("/")
        marked = name.startswith("files/")
        file = self._files.get(rest if marked else name)
        if file is None:
            raise HTTPException(404)
        headers = {"Vary": "Accept-Encoding", "ETag": f'"{self.mark}"'}
        if marked and root == self.mark:
            headers["Cache-Control"] = _KEPT
        asked = Headers(scope=scope)
        if asked.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        data = file.data
        if "gzip" in asked.get("accept-encoding", ""):
            data, headers["Content-Encoding"] = file.compressed, "gzip"
        return Response(data, media_type=file.type, headers=headers)

    def _document(self, texts: dict[str, bytes]) -> bytes:
        """The document, with the names of the other files."""
        links = (
            f'<link rel="modulepreload" href="{_FILES}{name}">'
            for name in texts
            if name.endswith(".js")
        )
        text = texts[DOCUMENT].decode("utf-8").replace(_MODULES, "\n".join(links))
        return text.replace(_FILES, f"/files/{self.mark}/").encode("utf-8")


def _read(path: Path) -> bytes:
    """What is sent of a file: of a script all but indentation, and comments on their own lines.

    No text in a script goes over several lines (a test holds that).
    """
    data = path.read_bytes()
    return _INDENT.sub(b"", _COMMENT.sub(b"", data)) if path.suffix == ".js" else data


def _file(name: str, data: bytes) -> _File:
    kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
    return _File(data, gzip.compress(data, 9, mtime=0), kind or "application/octet-stream")
