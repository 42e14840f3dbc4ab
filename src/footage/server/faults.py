"""The one shape of an answer that is no yes: ``{"error": {"code", "message", "remedy"}}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from footage.errors import FootageError
from footage.server.answers import JSON

_OF_STATUS: Mapping[int, tuple[str, str, str]] = {
    404: ("no_such_route", "there is nothing at this address", "see /api/v1/openapi.json"),
    405: ("method_not_allowed", "this address does not take that method", "see the Allow header"),
    400: ("invalid_request", "the request cannot be read", "check how it is written"),
}
# by what pydantic calls the limit of a field
_ALLOWED: Mapping[str, str] = {
    "ge": "{} or more",
    "gt": "more than {}",
    "le": "{} or less",
    "lt": "less than {}",
    "expected": "{}",
}
_CHOICE = re.compile(r"\^\((\w+(?:\|\w+)*)\)\$", re.ASCII)


class Refused(Exception):
    """What only a server refuses; errors of the library itself are `FootageError`."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        remedy: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{message}; {remedy}")
        self.status = status
        self.code = code
        self.message = message
        self.remedy = remedy
        self.headers = dict(headers or {})

    def to_json(self) -> dict[str, Any]:
        """The body of the answer."""
        return shape(self.code, self.message, self.remedy)

    def response(self) -> JSON:
        """The answer."""
        return JSON(self.to_json(), self.status, self.headers)


def shape(code: str, message: str, remedy: str) -> dict[str, Any]:
    """The body of every answer of 400 and above."""
    return {"error": {"code": code, "message": message, "remedy": remedy}}


def unforeseen() -> Refused:
    """What is said of a failure that nobody thought of; the log has the rest."""
    return Refused(
        500, "internal", "the server failed in an unforeseen way", remedy="its log says more"
    )


def too_large(what: str, limit: int) -> Refused:
    """Refuses ``what``, which has more than ``limit`` bytes."""
    return Refused(
        413,
        "too_large",
        f"{what} has more than {limit:,} bytes",
        remedy="send less, or index the file from a folder of this machine",
    )


def without_folder(text: str, folder: Path) -> str:
    """A text without the path of the library, which is nobody's business over HTTP.

    What was uploaded is known by its name alone.
    """
    below = rf"{re.escape(str(folder))}/(uploads/[0-9a-f]{{32}}/)?"
    return re.sub(below, "", text).replace(str(folder), "the library")


def error_shape(error: FootageError, folder: Path) -> dict[str, Any]:
    """The body for an error of the library at ``folder``."""
    message, remedy = (without_folder(text, folder) for text in (error.what, error.remedy))
    return shape(error.code, message, remedy)


def install(app: FastAPI, folder: Path) -> None:
    """Give every failure of ``app`` the one shape."""

    async def refused(_request: Request, error: Exception) -> JSON:
        assert isinstance(error, Refused)  # noqa: S101 - what it is registered for
        return error.response()

    async def footage_error(_request: Request, error: Exception) -> JSON:
        assert isinstance(error, FootageError)  # noqa: S101
        headers = {"Retry-After": "5"} if error.retryable else None
        return JSON(error_shape(error, folder), error.http_status, headers)

    async def invalid(_request: Request, error: Exception) -> JSON:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        first = error.errors()[0]
        return JSON(shape("invalid_request", _what(first), _remedy(first)), 422)

    async def of_http(_request: Request, error: Exception) -> JSON:
        assert isinstance(error, HTTPException)  # noqa: S101
        if isinstance(error.__cause__, Refused):  # raised while the body was read
            return error.__cause__.response()
        other = ("invalid_request", "the request was refused", "check how it is written")
        body = shape(*_OF_STATUS.get(error.status_code, other))
        return JSON(body, error.status_code, error.headers)

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(FootageError, footage_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, of_http)


def _what(wrong: Mapping[str, Any]) -> str:
    """What pydantic found wrong, and where: ``query.limit: Input should be …``."""
    where = ".".join(str(part) for part in wrong["loc"])
    return f"{where}: {str(wrong['msg'])[:300]}".removeprefix(": ")


def _remedy(wrong: Mapping[str, Any]) -> str:
    """What may be sent, as far as pydantic says it."""
    limits = wrong.get("ctx", {})
    for name, words in _ALLOWED.items():
        if name in limits:
            return f"send {words.format(limits[name])}; see /api/v1/openapi.json"
    if choice := _CHOICE.fullmatch(str(limits.get("pattern", ""))):
        return f"send one of {choice[1].replace('|', ', ')}"
    return "see /api/v1/openapi.json"
