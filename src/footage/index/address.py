"""Where a Milvus server is: which addresses are taken, and how they are shown."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from footage.errors import UsageError

SCHEMES = ("http", "https", "tcp", "unix")
LONGEST = 2_000  # characters


def checked_uri(uri: str) -> str:
    """The address of a server, without surrounding spaces.

    Raises `UsageError` for what is not one, and for one with a password in it: the address is
    written to library.toml, a password must not be.
    """
    text = uri.strip()
    shown = repr(redacted(text)[:100])
    parts = _split(text)
    if parts is None or parts.scheme not in SCHEMES or not (parts.hostname or parts.path):
        raise UsageError(
            f"{shown} is not the address of a Milvus server",
            remedy="write http://HOST:19530, or https:// where it has TLS",
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(
            f"the Milvus address {shown} was given with a user, a password or a query in it",
            remedy="leave them out, and set FOOTAGE_MILVUS_TOKEN to USER:PASSWORD or the token",
        )
    if text.endswith(".db"):
        raise UsageError(
            f"{shown} ends in .db, which pymilvus takes for a local file",
            remedy="name the server, or leave --milvus away for the embedded engine",
        )
    return text


def redacted(uri: str) -> str:
    """An address as it may be shown: without user, password, query and fragment."""
    parts = _split(uri)
    if parts is None:
        return "(an unreadable address)"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}:{'//' if host else ''}{host}{parts.path}" if parts.scheme else uri


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        readable = uri.isprintable() and len(uri) <= LONGEST and (parts.port or 1) > 0
    except ValueError:  # a port that is no number, brackets that do not match
        return None
    return parts if readable else None


def described(uri: str | None) -> str:
    """Where an index is, in words: a server without its secrets, or the embedded engine."""
    return "the embedded Milvus" if uri is None else f"Milvus at {redacted(uri)}"
