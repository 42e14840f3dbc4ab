"""How a server and the owner's own programs know each other, without saying the secret.

The secret is in a file beside the library's lock that nobody else may read, and another one each
time a server starts. A program sends a number used once and a digest of it by the secret
(HMAC-SHA256, RFC 2104); the server answers with another digest of that number. So who takes a
port that a server has left learns nothing, and cannot answer in its place.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from pathlib import Path

FILE_NAME = "server.secret"
SCHEME = "Footage"
PROOF = "Footage-Proof"


def make(folder: Path) -> str:
    """A new secret in the place of any other; raises `OSError`."""
    from footage.durable import draft_of

    secret = secrets.token_hex(32)
    with draft_of(folder / FILE_NAME) as draft:
        draft.touch(0o600)
        draft.write_text(secret, "ascii")
    return secret


def read(folder: Path) -> str | None:
    """The secret; None where there is none, or another user could know it or have put it there."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            about = os.fstat(file.fileno())
            text = file.read(200).decode("ascii")
    except (OSError, UnicodeDecodeError):
        return None
    if hasattr(os, "geteuid") and (
        about.st_uid != os.geteuid() or stat.S_IMODE(about.st_mode) & 0o077
    ):
        return None
    return text or None


def asking(secret: str, method: str, path: str) -> tuple[str, str]:
    """The ``Authorization`` of a request, and the proof that its answer must have."""
    nonce = secrets.token_hex(16)
    return f"{SCHEME} {nonce} {_digest(secret, 'ask', nonce, method, path)}", proof(secret, nonce)


def proof(secret: str, nonce: str) -> str:
    """What only who knows the secret can answer."""
    return _digest(secret, "answer", nonce)


def asked(secret: str, authorization: str, method: str, path: str) -> str | None:
    """The proof to answer with; None for who does not know the secret."""
    scheme, _, rest = authorization.partition(" ")
    nonce, _, digest = rest.partition(" ")
    wanted = _digest(secret, "ask", nonce, method, path)
    known = bool(secret) and scheme == SCHEME and bool(nonce)
    if not known or not hmac.compare_digest(digest.encode(), wanted.encode()):
        return None
    return proof(secret, nonce)


def _digest(secret: str, *parts: str) -> str:
    text = "\n".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(secret.encode(), text, "sha256").hexdigest()
