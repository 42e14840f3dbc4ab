"""Who may ask what, before any route is looked at: hosts, tokens, other sites' pages, sizes.

A plain ASGI middleware, so that answers stream through it untouched.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from footage.server import owner, tokens
from footage.server.config import ServerSettings, is_loopback
from footage.server.faults import Refused, too_large, unforeseen
from footage.server.metrics import Metrics

log = logging.getLogger(__name__)

API = "/api/"
OWN = "/api/v1/own/"
"""What only the owner's own programs may ask."""
_OPEN = {"/api/v1/health", "/api/v1/ready", "/api/v1/login", "/login"}  # asked without a token
_SAFE = {"GET", "HEAD", "OPTIONS"}
_CSP = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self'; "
    "script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Gate:
    """Lets through who may ask, counts it, and puts the same headers on every answer."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: ServerSettings,
        metrics: Metrics,
        limit_of: Callable[[str, str, str], int],
    ) -> None:
        """``limit_of`` a method, path and content type says how many bytes a body may have."""
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._limit_of = limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 0
        proof = self._proof(scope)

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if proof is not None:
                    headers[owner.PROOF] = proof
                # of the page's own files the browser asks each time whether they are the newest
                kept = "no-store" if scope["path"].startswith(API) else "no-cache"
                headers.setdefault("Cache-Control", kept)
            await send(message)

        try:
            limited = self._checked(scope, receive, is_owner=proof is not None)
            await self._app(scope, limited, sending)
        except Exception as error:
            if status:  # the answer has begun: it can only break off
                raise
            if not isinstance(error, Refused):
                log.exception("%s %s failed", scope["method"], scope["path"])
            refused = error if isinstance(error, Refused) else unforeseen()
            await refused.response()(scope, receive, sending)
        finally:
            self._metrics.asked(scope["method"], status, time.monotonic() - began)

    def _proof(self, scope: Scope) -> str | None:
        """What shows one of the owner's own programs that this is its server; None for others."""
        if not scope["path"].startswith(OWN):
            return None
        authorization = Headers(scope=scope).get("authorization", "")
        return owner.asked(self._settings.owner, authorization, scope["method"], scope["path"])

    def _checked(self, scope: Scope, receive: Receive, *, is_owner: bool) -> Receive:
        """What to read the body by; raises `Refused`."""
        headers, path, method = Headers(scope=scope), scope["path"], scope["method"]
        self._check_host(headers)
        if path.startswith(OWN) and not is_owner:
            raise Refused(
                403,
                "access_refused",
                "only the commands of who started this server may ask that",
                remedy="use the other routes: /api/v1/openapi.json",
            )
        bearer = is_owner or self._bearer(headers)
        if not bearer:
            _check_origin(headers, path, method)
        if path.startswith(API) and path not in _OPEN and not bearer:
            self._check_cookie(headers)
        limit = self._limit_of(method, path, headers.get("content-type", ""))
        return _limited(receive, headers, limit)

    def _check_host(self, headers: Headers) -> None:
        """Raise where a page has the browser believe that its own name is ours (DNS rebinding)."""
        name = _host_of(headers.get("host", ""))
        known = {self._settings.host.lower(), *(n.lower() for n in self._settings.names)}
        if name in known or is_loopback(name):
            return
        if self._settings.host in {"0.0.0.0", "::"} and _is_address(name):  # noqa: S104
            return  # an address is no name that somebody could have pointed here
        raise Refused(
            403,
            "access_refused",
            "this server is not called by that name",
            remedy="ask by its address, or start it with `--name NAME`",
        )

    def _bearer(self, headers: Headers) -> bool:
        """Whether the right token stands in the header; raises `Refused` for a wrong one."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if self._settings.token is None or scheme.lower() != "bearer":
            return False
        if not tokens.matches(token.strip(), self._settings.token):
            raise token_needed("that is not the token of this server")
        return True

    def _check_cookie(self, headers: Headers) -> None:
        if self._settings.token is None:
            return
        token = _cookie(headers.get("cookie", ""))
        if token is None or not tokens.matches(token, self._settings.token):
            raise token_needed("this server demands a token")


def token_needed(message: str) -> Refused:
    """Refuses who has no token, or a wrong one."""
    return Refused(
        401,
        "token_needed",
        message,
        remedy="send `Authorization: Bearer TOKEN`; `footage serve --new-token` makes another",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _check_origin(headers: Headers, path: str, method: str) -> None:
    """Raise where another site's page asks: for anything of the API, or to change something."""
    if not path.startswith(API) and method in _SAFE:
        return
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    foreign = site is not None and site not in {"same-origin", "none"}
    if origin is not None and not foreign:
        foreign = urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    if foreign:
        raise Refused(
            403,
            "access_refused",
            "pages of other sites may not ask this server",
            remedy="open the page of the server itself, or send its token",
        )


def _limited(receive: Receive, headers: Headers, limit: int) -> Receive:
    """The same body, which may have so many bytes and no more."""
    declared = headers.get("content-length", "")
    if declared and not (declared.isascii() and declared.isdigit()):
        raise Refused(400, "invalid_request", "Content-Length is no number", remedy="correct it")
    if declared and (len(declared) > 18 or int(declared) > limit):
        raise too_large("the request", limit)
    received = 0

    async def receiving() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise too_large("the request", limit)
        return message

    return receiving


def _cookie(text: str) -> str | None:
    try:
        found = SimpleCookie(text).get(tokens.COOKIE)
    except CookieError:
        return None
    return found.value if found else None


def _host_of(header: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    return ":" in name or name.replace(".", "").isdigit()
