"""A file behind an address, read as FFmpeg wants it: from anywhere, without a copy of it.

FFmpeg could ask the web by itself. It is not let: it does not check certificates unless told where
they are, goes on after a broken connection with whatever lies at the address by then, cannot be
interrupted, and follows what a file tells it to open. Here every answer is checked to be of the
content that the first was of, and what breaks off is an error.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
import threading
import urllib.request
import weakref
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.error import HTTPError, URLError

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from footage.errors import (
    MediaChanged,
    MediaError,
    MediaForbidden,
    MediaMissing,
    MediaUnreachable,
    UnreadableMedia,
)
from footage.media import peers
from footage.media.web_stamp import WebStamp

if TYPE_CHECKING:
    from footage.media.urls import Url

T = TypeVar("T")

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0  # without a byte
ATTEMPTS = 4  # in a row that come to nothing
FIRST_WAIT = 0.5  # seconds before the second attempt; the next wait is twice that
NEAR = 1 << 18  # bytes: what lies this little ahead is read over, a new request takes longer
JUMP = 1 << 20  # bytes asked for at first, and after a jump: whoever reads on asks for the rest
AGENT = "footage"

_BUSY = {408, 429, 500, 502, 503, 504}
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_BROKEN = (OSError, http.client.HTTPException, ValueError)


class Line:
    """The connections to one address: `hang_up` ends them, and every wait for them, at once."""

    def __init__(self, *, from_anywhere: bool = False) -> None:
        """``from_anywhere``: also from a private network, whatever `peers.public_only` says."""
        self.from_anywhere = from_anywhere
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._opener: urllib.request.OpenerDirector | None = None

    @property
    def public_only(self) -> bool:
        """Whether it connects to hosts of the public internet alone."""
        return peers.are_public_only() and not self.from_anywhere

    def hang_up(self) -> None:
        """End all reading, for good; may be called from any thread."""
        self._ended.set()
        with self._lock:
            sockets = list(self._sockets)
        for connected in sockets:
            with contextlib.suppress(OSError):
                # not its own method: one of TLS would pull the state from under its reader
                socket.socket.shutdown(connected, socket.SHUT_RDWR)

    def take(self, connected: socket.socket) -> None:
        """A connection was made; `OSError` where nobody wants it any more."""
        with self._lock:
            self._sockets.add(connected)
        connected.settimeout(READ_SECONDS)
        if self._ended.is_set():
            raise ConnectionAbortedError("hung up")

    def ask(self, url: Url, first: int, last: int | None = None) -> Reply:
        """The bytes from ``first`` on, to ``last`` at most; raises `MediaError`."""
        headers = {"Range": f"bytes={first}-{'' if last is None else last}", "User-Agent": AGENT}
        try:
            request = urllib.request.Request(url.whole, headers=headers)  # noqa: S310 - checked
            answer = self._opened().open(request, timeout=CONNECT_SECONDS)
        except HTTPError as error:
            with error:
                raise _refusal(url.plain, error.code, first) from error
        except URLError as error:
            raise _unreachable(url.plain, error.reason) from error
        except _BROKEN as error:
            raise _unreachable(url.plain, error) from error
        reply = Reply(answer)
        if reply.stamp.size == 0:
            reply.close()
            raise _empty(url.plain)
        return reply

    def head(self, url: Url, size: int) -> tuple[Reply, bytes]:
        """What is said of an address, and its first bytes: at most ``size``, perhaps fewer."""
        reply = self.ask(url, 0, size - 1)
        try:
            return reply, reply.read(size)
        except _BROKEN as error:
            raise _unreachable(url.plain, error) from error
        finally:
            reply.close()

    def patiently(self, work: Callable[[], T], *, again: bool = True) -> T:
        """What ``work`` returns; called again, after a while, where it raises `MediaUnreachable`.

        Not where ``again`` is false, nor once somebody has hung up.
        """

        def hopeful(error: BaseException) -> bool:
            return again and isinstance(error, MediaUnreachable) and not self._ended.is_set()

        def pause(seconds: float) -> None:
            self._ended.wait(seconds)

        retrying = Retrying(
            retry=retry_if_exception(hopeful),
            wait=wait_exponential(multiplier=FIRST_WAIT),
            stop=stop_after_attempt(ATTEMPTS),
            sleep=pause,
            reraise=True,
        )
        return retrying(work)

    def _opened(self) -> urllib.request.OpenerDirector:
        """Asks over HTTP and HTTPS and nothing else, wherever it is redirected to."""
        if self._opener is None:
            opener = urllib.request.OpenerDirector()
            # by way of a proxy nobody could see who is asked in the end
            proxies = urllib.request.ProxyHandler({} if self.public_only else None)
            for handler in (
                proxies,
                urllib.request.UnknownHandler(),
                urllib.request.HTTPDefaultErrorHandler(),
                urllib.request.HTTPRedirectHandler(),
                urllib.request.HTTPErrorProcessor(),
                _Plain(self),
                _Secure(self),
            ):
                opener.add_handler(handler)
            self._opener = opener
        return self._opener


class _Connection(http.client.HTTPConnection):
    def __init__(self, *arguments: Any, line: Line, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._line = line
        if line.public_only:
            peers.confine(self)

    def connect(self) -> None:
        super().connect()
        self._line.take(self.sock)


class _SecureConnection(http.client.HTTPSConnection):
    def __init__(self, *arguments: Any, line: Line, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._line = line
        if line.public_only:
            peers.confine(self)

    def connect(self) -> None:
        super().connect()
        self._line.take(self.sock)


class _Plain(urllib.request.HTTPHandler):
    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        made: Any = partial(_Connection, line=self._line)
        return self.do_open(made, req)


class _Secure(urllib.request.HTTPSHandler):
    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        made: Any = partial(_SecureConnection, line=self._line)
        return self.do_open(made, req, context=_trusted())


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()  # reads every certificate of this machine


class Reply:
    """One answer: from where on it has the bytes, and what it says of the whole."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        headers = answer.headers
        self.at, total = 0, headers.get("Content-Length", "")
        self.end: int | None = None  #: the byte after the last of a part
        self.ranges: bool = headers.get("Accept-Ranges", "").lower() == "bytes"
        if answer.status == 206:
            part = _RANGE.fullmatch(headers.get("Content-Range", "").strip())
            self.at, total = (int(part[1]), part[3]) if part else (-1, "")
            self.end = int(part[2]) + 1 if part else None
            self.ranges = True
        self.kind: str = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        self.stamp = WebStamp(
            etag=headers.get("ETag"),
            modified=headers.get("Last-Modified"),
            size=int(total) if total.isascii() and total.isdigit() else None,
        )

    def read(self, size: int) -> bytes:
        """At most so many bytes, none at the end; raises one of ``_BROKEN``."""
        data: bytes = self._answer.read1(size)
        self.at += len(data)
        return data

    def skip_to(self, position: int) -> None:
        """Read over what is not wanted."""
        while self.at < position and self.read(min(position - self.at, NEAR)):
            pass

    def close(self) -> None:
        """Let go of the connection."""
        self._answer.close()


class HttpFile:
    """What lies at an address, as a file object for PyAV.

    `read` raises nothing, as FFmpeg would lose or print it: after a failure the file ends, and
    ``fault`` says why. Whoever reads it looks there before believing that it was all.
    """

    def __init__(self, line: Line, url: Url, name: str, stamp: WebStamp | None) -> None:
        """Ask for it; raises `MediaError`, and `MediaChanged` where it is not as ``stamp`` says."""
        self.name = name  # by its suffix FFmpeg tells formats that have no other mark
        self.fault: BaseException | None = None
        self._line, self._url = line, url
        self._at = 0
        self._reply: Reply | None
        self._reply = first = line.patiently(partial(line.ask, url, 0, JUMP - 1))
        self._ranges = first.ranges
        self._size = first.stamp.size
        self.stamp = stamp or first.stamp
        self._check(first)

    def seekable(self) -> bool:
        """Whether the server gives out parts."""
        return self._ranges

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes from here on; none at the end, or where ``fault`` is set."""
        if self.fault is not None:
            return b""
        try:
            return self._line.patiently(partial(self._read, size), again=self._ranges)
        # also a Ctrl-C, which would be lost within FFmpeg: raised again by whoever reads
        except BaseException as error:  # noqa: BLE001
            self.fault = error
            return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a byte; nothing is asked for before the next `read`."""
        base = {0: 0, 1: self._at}.get(whence, self._size)
        if base is None or base + offset < 0:
            raise OSError("there is no such place")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """The byte that is read next."""
        return self._at

    def close(self) -> None:
        """Let go of the connection; may be called twice."""
        if self._reply is not None:
            self._reply.close()
            self._reply = None

    def _read(self, size: int) -> bytes:
        if self._size is not None and self._at >= self._size:
            return b""
        try:
            reply = self._reply_here()
            data = reply.read(size)
        except _BROKEN as error:
            self.close()
            raise self._broke_off() from error
        if not data and self._size is not None:
            self.close()
            raise self._broke_off()
        self._at += len(data)
        return data

    def _reply_here(self) -> Reply:
        """An answer that stands at the byte that is wanted."""
        if self._reply is not None and 0 <= self._at - self._reply.at <= NEAR:
            self._reply.skip_to(self._at)
        follows = self._reply is not None and self._reply.end == self._reply.at == self._at
        if self._reply is None or self._reply.at != self._at or follows:
            self.close()
            self._reply = self._line.ask(
                self._url, self._at, None if follows else self._at + JUMP - 1
            )
            self._check(self._reply)
        if self._reply.at != self._at:
            raise UnreadableMedia(
                f"{self._url.plain} can only be read from its beginning: its server gives out no "
                "parts of it",
                remedy="download it, then index the file",
            )
        return self._reply

    def _check(self, reply: Reply) -> None:
        if not reply.stamp.agrees(self.stamp):
            raise MediaChanged(f"{self._url.plain} changed while it was being read")

    def _broke_off(self) -> MediaUnreachable:
        of = "" if self._size is None else f" of {self._size:,}"
        return MediaUnreachable(f"{self._url.plain} broke off after {self._at:,}{of} bytes")


def _refusal(url: str, status: int, first: int) -> MediaError:
    """What an answer that is no yes means; ``first`` is the byte that was asked for."""
    if status in {404, 410}:
        return MediaMissing(
            f"{url} is not there ({status})", remedy="check the address, then try again"
        )
    if status in {401, 402, 403, 407, 451}:
        return MediaForbidden(
            f"{url} may not be read ({status})",
            remedy="give an address that needs no login, and that is signed anew if it was signed",
        )
    if status == 416:
        return _empty(url) if first == 0 else MediaChanged(f"{url} is shorter than it was")
    if status in _BUSY:
        return MediaUnreachable(f"{url} cannot be had: its server is out of order ({status})")
    if 300 <= status < 400:
        return UnreadableMedia(
            f"{url} leads nowhere ({status}, a redirect that is not followed)",
            remedy="give the address that it is meant to lead to",
        )
    return UnreadableMedia(
        f"{url} was refused by its server ({status})", remedy="check the address"
    )


def _empty(url: str) -> UnreadableMedia:
    return UnreadableMedia(f"{url} is empty (0 bytes)")


def _unreachable(url: str, reason: object) -> MediaUnreachable:
    """What it means that there is no answer."""
    if isinstance(reason, socket.gaierror):
        why = "its host is not known"
    elif isinstance(reason, ssl.SSLCertVerificationError):
        why = f"its host cannot prove who it is ({reason.verify_message})"
    elif isinstance(reason, ConnectionRefusedError):
        why = "its host refuses the connection"
    elif isinstance(reason, TimeoutError):
        why = "its host does not answer in time"
    elif isinstance(reason, OSError) and reason.strerror:
        why = reason.strerror.lower()
    else:
        why = "what its host answers is no HTTP"
    return MediaUnreachable(f"{url} cannot be reached: {why}")
