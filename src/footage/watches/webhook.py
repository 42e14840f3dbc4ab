"""One request to a webhook: signed, to the address given and nowhere else, within a time.

The signature is as Stripe's: ``Footage-Signature: t=1700000000,v1=…``, where ``v1`` is HMAC-SHA256
over the time, a dot and the body, in hex (docs.stripe.com/webhooks, "Verify manually"). The time is
signed too, so that a request somebody kept cannot be sent again much later.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

from footage.errors import MediaForbidden, UsageError
from footage.media import peers
from footage.media.urls import SCHEMES, read_url

TIMEOUT = 10.0  # seconds, from connecting to the answer's status
AGENT = "footage"


class Undelivered(Exception):
    """Why a request did not succeed."""

    def __init__(self, why: str, *, hopeless: bool = False) -> None:
        """``hopeless``: it would come to the same another time."""
        super().__init__(why)
        self.hopeless = hopeless


def checked_webhook(address: str, *, private: bool) -> str:
    """The address, as it is asked for; nothing is asked yet.

    Raises `UsageError` for what is none, and for one that is not of the public internet as anybody
    can see, unless ``private``.
    """
    url = read_url(address).whole
    host = urlsplit(url).hostname or ""
    if not private and _is_private(host):
        raise UsageError(
            f"the webhook {host} is this machine, or in a private network",
            remedy='if that is meant, say so: `--private`, `private=True` or `"private": true`',
        )
    return url


def signature(secret: str, body: bytes, at: int) -> str:
    """What stands in ``Footage-Signature`` for a body sent ``at`` seconds since 1970."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"


def post(
    address: str,
    body: bytes,
    *,
    headers: dict[str, str],
    private: bool,
    timeout: float,
) -> None:
    """Send JSON there; raises `Undelivered` where the answer is not 2xx in time.

    Redirects are not followed, no proxy is asked, and whom a name leads to is looked at as it is
    connected to (`footage.media.peers`), unless ``private``.
    """
    parts = urlsplit(address)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, timeout, private)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    kind = {"Content-Type": "application/json", "User-Agent": AGENT}
    try:
        connection.connect()
        with _cut_after(connection.sock, timeout):
            connection.request("POST", path, body, {**headers, **kind})
            status = connection.getresponse().status
    except MediaForbidden as error:
        why = f"{parts.hostname} is this machine, or in a private network"
        raise Undelivered(why, hopeless=True) from error
    except TimeoutError as error:
        raise Undelivered(f"its host does not answer within {timeout:g} s") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Undelivered(f"it cannot be reached ({_reason(error)})") from error
    finally:
        connection.close()
    if 300 <= status < 400:
        raise Undelivered(f"it leads elsewhere ({status}), which is not followed")
    if not 200 <= status < 300:
        raise Undelivered(f"its host answers {status}", hopeless=status == 410)


def _connection(
    scheme: str, host: str, port: int | None, timeout: float, private: bool
) -> http.client.HTTPConnection:
    connection: http.client.HTTPConnection
    if scheme == "https":
        connection = http.client.HTTPSConnection(
            host, port or SCHEMES[scheme], timeout=timeout, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(host, port or SCHEMES[scheme], timeout=timeout)
    if not private:
        peers.confine(connection)
    return connection


@contextlib.contextmanager
def _cut_after(connected: socket.socket, seconds: float) -> Iterator[None]:
    """Cut a connection after so long, however busily it drips."""
    over = threading.Event()

    def cut() -> None:
        over.set()
        with contextlib.suppress(OSError):
            # not its own method: one of TLS would pull the state from under its reader
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if over.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
    if over.is_set():  # what was cut off may read like an answer
        raise TimeoutError


def _is_private(host: str) -> bool:
    if host.rstrip(".") == "localhost":
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not peers.is_public(host)


def _reason(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "its host is not known"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its host cannot prove who it is: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "what its host answers is no HTTP"
