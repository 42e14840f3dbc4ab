"""A file as an answer, whole or a part of it: RFC 9110, 13.1 and 14."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import IO, NamedTuple

from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from footage.media.faults import media_fault
from footage.media.identity import FileStamp
from footage.server.faults import Refused

PIECE = 1 << 18  # bytes read at once
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


class Span(NamedTuple):
    """Bytes [first, after) of a file."""

    first: int
    after: int


def file_response(
    path: Path, method: str, headers: Headers, *, media_type: str, cache: str = "private, no-cache"
) -> Response:
    """The file, or what the request's ``Range`` names of it.

    Raises `Refused` (416), and `MediaError` where it is not there or may not be read.
    """
    stamp = FileStamp.of(path)
    answer = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{stamp.size:x}-{stamp.mtime_ns:x}"',
        "Last-Modified": formatdate(stamp.mtime_ns / 1e9, usegmt=True),
        "Cache-Control": cache,
        "Content-Type": media_type,
    }
    if _is_known(headers, answer["ETag"]):
        return Response(status_code=304, headers=answer)
    span = _asked(headers, answer, stamp.size)
    status = 200
    if span is not None:
        status = 206
        answer["Content-Range"] = f"bytes {span.first}-{span.after - 1}/{stamp.size}"
    span = span or Span(0, stamp.size)
    answer["Content-Length"] = str(span.after - span.first)
    if method == "HEAD":
        return Response(status_code=status, headers=answer)
    try:
        file = path.open("rb")  # here, since an answer that has begun can only break off
    except OSError as error:
        raise media_fault(error, path) from error
    return StreamingResponse(_pieces(file, span), status_code=status, headers=answer)


def parse_range(text: str, size: int) -> Span | None:
    """The bytes a ``Range`` header names of a file of ``size``; None where it is to be ignored.

    Raises `Refused` for what is not in the file. Several ranges at once are ignored, as is allowed.
    """
    match = _RANGE.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:  # the last so many bytes
        length = min(int(last), size)
        span = Span(size - length, size)
    else:
        span = Span(int(first), min(int(last) + 1 if last else size, size))
        if last and int(last) < int(first):
            return None
    if span.first >= span.after:
        raise Refused(
            416,
            "range_not_satisfiable",
            f"there are {size:,} bytes, and the range begins beyond them",
            remedy="ask for an earlier part",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return span


def _asked(headers: Headers, answer: dict[str, str], size: int) -> Span | None:
    text = headers.get("range")
    if text is None or not _is_same(headers.get("if-range"), answer):
        return None
    return parse_range(text, size)


def _is_same(condition: str | None, answer: dict[str, str]) -> bool:
    """Whether what a client has a part of is what is here now (``If-Range``)."""
    if condition is None:
        return True
    if condition.startswith('"'):
        return condition == answer["ETag"]
    try:
        then = parsedate_to_datetime(condition)
        return then == parsedate_to_datetime(answer["Last-Modified"])
    except (TypeError, ValueError, IndexError):
        return False


def _is_known(headers: Headers, etag: str) -> bool:
    """Whether the client has just this (``If-None-Match``)."""
    known = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return etag in known or known == ["*"]


def _pieces(file: IO[bytes], span: Span) -> Iterator[bytes]:
    with file:
        file.seek(span.first)
        left = span.after - span.first
        while left > 0 and (data := file.read(min(PIECE, left))):
            left -= len(data)
            yield data
