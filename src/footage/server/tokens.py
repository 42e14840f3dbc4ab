"""The token that a server demands of whoever is not on its machine.

It has 256 random bits, so a fast hash is enough: nobody can go through them all. What is stored
is salted, so that two libraries with one token cannot be told to have it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from footage.durable import draft_of
from footage.errors import LibraryUnwritable

FILE_NAME = "server.token"
COOKIE = "footage_token"
_LONGEST = 200  # characters that are looked at


def stored(folder: Path) -> str | None:
    """The hash that a library keeps; None where no token was made yet."""
    try:
        text = (folder / FILE_NAME).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return text if text.count("$") == 2 else None


def make(folder: Path) -> tuple[str, str]:
    """A new token in the place of any other: the token, shown once, and its hash, which is kept.

    Raises `LibraryUnwritable`.
    """
    token = secrets.token_urlsafe(32)
    kept = hashed(token, secrets.token_bytes(16))
    path = folder / FILE_NAME
    try:
        with draft_of(path) as draft:
            draft.touch(0o600)
            draft.write_text(kept + "\n", "ascii")
    except OSError as error:
        raise LibraryUnwritable(f"{path} cannot be written ({error.strerror})") from error
    return token, kept


def hashed(token: str, salt: bytes) -> str:
    """``blake2b$SALT$DIGEST``, both in hex."""
    digest = hashlib.blake2b(token.encode("utf-8", "surrogatepass"), salt=salt, digest_size=32)
    return f"blake2b${salt.hex()}${digest.hexdigest()}"


def matches(token: str, kept: str) -> bool:
    """Whether a token is the one that was made; takes as long whichever letter is wrong."""
    salt = bytes.fromhex(kept.split("$")[1])
    return hmac.compare_digest(hashed(token[:_LONGEST], salt), kept)
