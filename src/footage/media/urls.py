"""Addresses of videos on the web: which are taken, and what of them is a secret.

An address that was signed for a while (by Amazon S3 and what speaks like it, CloudFront, Google
Cloud Storage, Azure) is another text after each signing and the same video. So what signs it is
told apart from the address itself: it is used for asking, and neither shown nor part of an id.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, quote, unquote, unquote_plus, urlsplit, urlunsplit

from footage.errors import UsageError
from footage.paths import printable

SCHEMES = {"http": 80, "https": 443}
LONGEST = 8_192  # characters: an address signed with a session token of Amazon has about 2,000

_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_QUERY_IN_TEXT = re.compile(r"(https?://[^\s\"'<>?]*)\?[^\s\"'<>]*", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_STRAY_PERCENT = re.compile(r"%(?![0-9a-f]{2})", re.IGNORECASE)
# what may stand in a path or query, and brackets, which do; all else is written as %XX (RFC 3986)
_LEGAL = "!$&'()*+,;=:@/?%-._~[]"


class _Signing(NamedTuple):
    """How a service signs: the parameters that are there whenever it did, and all it may add."""

    marks: frozenset[str]
    names: frozenset[str] = frozenset()
    prefix: str | None = None


_SAS = frozenset(
    {"sig", "sv", "se", "sp", "sr", "st", "spr", "sip", "si", "ss", "srt", "sdd"}
    | {"skoid", "sktid", "skt", "ske", "sks", "skv", "saoid", "suoid", "scid"}
)

# Names in lower case. They are taken out only where all marks are there: alone, `sp` or `expires`
# may mean anything.
_SIGNINGS = (
    # docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    _Signing(frozenset({"x-amz-signature"}), prefix="x-amz-"),
    # docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
    _Signing(
        frozenset({"awsaccesskeyid", "signature"}),
        frozenset({"awsaccesskeyid", "signature", "expires", "x-amz-security-token"}),
    ),
    # docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-urls.html
    _Signing(
        frozenset({"key-pair-id", "signature"}),
        frozenset({"key-pair-id", "signature", "expires", "policy", "hash-algorithm"}),
    ),
    # cloud.google.com/storage/docs/authentication/signatures
    _Signing(frozenset({"x-goog-signature"}), prefix="x-goog-"),
    _Signing(
        frozenset({"googleaccessid", "signature"}),
        frozenset({"googleaccessid", "signature", "expires"}),
    ),
    # learn.microsoft.com/rest/api/storageservices/delegate-access-with-shared-access-signature
    *(_Signing(frozenset({"sig", "sv", what}), _SAS) for what in ("sr", "ss")),
)


class Url(NamedTuple):
    """An address, taken apart."""

    plain: str  # without what signs it: what is shown, and what the video is known by
    whole: str  # what is asked for


def is_url(source: object) -> bool:
    """Whether a source names something by a scheme, as ``https://…`` does, and not a file."""
    return isinstance(source, str) and _SCHEME.match(source) is not None


def read_url(text: str) -> Url:
    """An address as a user writes it: without its fragment, the host in lower case, in ASCII.

    Raises `UsageError` for other schemes, what cannot be an address, and one with a password.
    """
    text = text.strip()
    match = _SCHEME.match(text)
    scheme = match[1].lower() if match else ""
    if scheme not in SCHEMES:
        raise UsageError(
            f"{_shown(text)} begins with {printable(scheme)[:20] or 'no scheme'}://, which is not "
            "read",
            remedy="give an address that begins with https:// or http://, or a file",
        )
    if len(text) > LONGEST:
        raise UsageError(
            f"{_shown(text)} has {len(text):,} characters", remedy=f"at most {LONGEST:,} are taken"
        )
    parts = _split(text)
    if parts is None:
        raise UsageError(f"{_shown(text)} is not an address", remedy="check how it is written")
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            f"{_shown(text)} was given with a user or a password in it",
            remedy="footage keeps no passwords: give an address that is signed, or download it",
        )
    whole = _normal(parts)
    return Url(unsigned(whole), whole)


def unsigned(url: str) -> str:
    """An address without the parameters that only sign it; the others stay as they are."""
    head, question, query = url.partition("?")
    pieces = query.split("&")
    names = [unquote_plus(piece.partition("=")[0]).lower() for piece in pieces]
    there = set(names)
    signings = [signing for signing in _SIGNINGS if signing.marks <= there]
    if not signings:
        return url
    kept = [
        piece
        for piece, name in zip(pieces, names, strict=True)
        if not any(
            name in signing.names or (signing.prefix and name.startswith(signing.prefix))
            for signing in signings
        )
    ]
    return head + (question + "&".join(kept) if kept else "")


def redacted(text: str) -> str:
    """A text of somebody else's, with the queries of the addresses in it left out."""
    return _QUERY_IN_TEXT.sub(r"\1?…", text)


def name_of(url: str) -> str:
    """What a file of that address would be called: the end of its path, else its host."""
    parts = urlsplit(url)
    return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.hostname or url


def _split(text: str) -> SplitResult | None:
    """The parts of an address; None for what is none: no host, a port that is no number."""
    if any(ord(char) < 32 or char == "\x7f" for char in text):
        return None
    try:
        parts = urlsplit(text)
        sound = _HOST.fullmatch(_ascii(parts)) is not None and (parts.port or 1) > 0
        text.encode("utf-8")
    except ValueError:
        return None
    return parts if sound else None


def _ascii(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return host if host.isascii() else host.encode("idna").decode("ascii").lower()


def _normal(parts: SplitResult) -> str:
    host = _ascii(parts)
    if ":" in host:
        host = f"[{host}]"
    if parts.port is not None and parts.port != SCHEMES[parts.scheme]:
        host = f"{host}:{parts.port}"
    path, query = map(_quoted, (parts.path, parts.query))
    return urlunsplit((parts.scheme, host, path or "/", query, ""))


def _quoted(text: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=_LEGAL)


def _shown(text: str) -> str:
    """An address, or what was meant to be one, without secrets and not too long."""
    parts = _split(text)
    if parts is None:  # nothing of it is known: a password may be anywhere before an @
        text = text.partition("?")[0].rpartition("@")[2]
    else:
        text = unsigned(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
    text = printable(text)
    return text if len(text) <= 200 else text[:199] + "…"
