"""Names and texts as a format takes them, and files of them."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from footage.durable import draft_of
from footage.errors import LibraryUnwritable

_FORBIDDEN = re.compile(r'[/\\:*?"<>|%$`]')  # in names on some system, or in its shell
_LONGEST = 120  # bytes of a title in a file's name: a draft of it has to stay under 255
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028-\u202e\u2066-\u2069]")
# What decomposes into nothing of ASCII, and stands in many names.
_PLAIN = str.maketrans({"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "ß": "ss"})


def one_line(text: str) -> str:
    """The text on one line, without control characters and what XML cannot hold."""
    return " ".join(_NO_TEXT.sub(" ", text).split())


def ascii_line(text: str) -> str:
    """The text on one line of ASCII: letters without their accents, of all else a ``_``."""
    parts = unicodedata.normalize("NFKD", one_line(text).translate(_PLAIN))
    plain = (part for part in parts if not unicodedata.combining(part))
    return "".join(part if part.isascii() else "_" for part in plain)


def file_name(title: str) -> str:
    """A title as part of a file's name on any system."""
    plain = _FORBIDDEN.sub("_", one_line(title)).encode()[:_LONGEST]
    return plain.decode(errors="ignore").strip(" .") or "video"


def write_text(file: Path, text: str) -> None:
    """Write a file of UTF-8, whole or not at all. Raises `LibraryUnwritable`."""
    try:
        with draft_of(file) as draft:
            draft.write_bytes(text.encode())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise LibraryUnwritable(
            f"there is no folder {file.parent} to write {file.name} in",
            remedy="make it, or name a folder that there is",
        ) from error
    except OSError as error:
        raise LibraryUnwritable(f"{file} cannot be written ({error.strerror})") from error
