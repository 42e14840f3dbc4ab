"""Answers: JSON that any file name fits into, and addresses in the place of the server's paths."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

_SURROGATE = re.compile("[\ud800-\udfff]")
_BINARY = {"type": "string", "format": "binary"}
_SHAPES: Mapping[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "image": _BINARY,
    "video": _BINARY,
    "application/json": {"type": "object"},
    "application/xml": {"type": "string"},
    "application/zip": _BINARY,
}


class JSON(JSONResponse):
    """JSON in UTF-8, see `written`."""

    def render(self, content: Any) -> bytes:
        """The bytes of the body."""
        return written(content, separators=(",", ":"))


def written(value: Any, **how: Any) -> bytes:
    """JSON in UTF-8, ``how`` being options of `json.dumps`.

    Bytes of a file's name that are no text, which Python has as lone surrogates (PEP 383), become
    U+FFFD: strict parsers take no JSON that holds those.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, **how)
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text).encode()


def sending(*kinds: str, partly: bool = False) -> dict[str, Any]:
    """What of a route is described: that it sends these kinds of content, and ranges of them."""
    content = contents(*kinds)
    whole = {"description": "The content.", "content": content}
    ranges: dict[int | str, Any] = {
        206: {"description": "The range that was asked for.", "content": content},
        304: {"description": "It is as it was."},
    }
    return {"response_class": Response, "responses": {200: whole} | (ranges if partly else {})}


def contents(*kinds: str) -> dict[str, Any]:
    """What of an answer is described: that it may be of these kinds."""
    return {
        kind: {"schema": _SHAPES.get(kind) or _SHAPES[kind.partition("/")[0]]} for kind in kinds
    }


def thumbnail_address(video_id: str, start: float) -> str:
    """Where the thumbnail of the segment that starts at ``start`` seconds is asked for."""
    return f"/api/v1/thumbnails/{video_id}?t={start:g}"


def attachment(name: str) -> str:
    """How a file to keep is called; RFC 6266, with the characters of any language."""
    name = name.replace("/", "-")
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " .-_") else "_" for c in name)
    encoded = quote(name.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def presented(
    value: Any, names: Mapping[str, str] | None = None, folder: Path | None = None
) -> Any:
    """A JSON value with addresses for the thumbnails' paths, and with some texts replaced.

    ``names`` holds the texts to put in the place of others: of temporary files, what they are
    called by whoever sent them. Of paths within the library, its ``folder`` is left out.
    """
    if isinstance(value, dict):
        shown = {key: presented(part, names, folder) for key, part in value.items()}
        if isinstance(path := value.get("thumbnail"), str):
            shown["thumbnail"] = _address_of(Path(path))
        return shown
    if isinstance(value, list):
        return [presented(part, names, folder) for part in value]
    if not isinstance(value, str):
        return value
    if folder is not None and value.startswith(f"{folder}/"):
        return value[len(str(folder)) + 1 :]
    return names.get(value, value) if names else value


def _address_of(path: Path) -> str:
    return thumbnail_address(path.parent.name, int(path.stem) / 1000)
