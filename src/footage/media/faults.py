"""Turning what the operating system and FFmpeg raise into the errors a user can act on."""

from __future__ import annotations

from os import PathLike, fspath
from unicodedata import category

from footage.errors import MediaError, MediaForbidden, MediaMissing, UnreadableMedia

# Control characters, lone surrogates (bytes that are no UTF-8), line and paragraph separators.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def shown(path: str | PathLike[str]) -> str:
    """The path as one printable line, whatever its name is made of."""
    return "".join(
        ascii(char)[1:-1] if category(char) in _UNPRINTABLE else char for char in fspath(path)
    )


def media_fault(error: Exception, path: str | PathLike[str]) -> MediaError:
    """What a failed open or read of ``path`` means to the user.

    PyAV's errors inherit from the built-in ones where there is a counterpart, so one table
    serves both.
    """
    name = shown(path)
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return MediaMissing(f"{name} is not there")
    if isinstance(error, PermissionError):
        return MediaForbidden(f"{name} may not be read by this user")
    if isinstance(error, IsADirectoryError):
        return UnreadableMedia(f"{name} is a folder, not a video", remedy="name a file in it")
    if isinstance(error, MemoryError):
        return UnreadableMedia(
            f"{name} needs more memory to decode than there is",
            remedy="close other programs or re-encode it at a smaller size",
        )
    if isinstance(error, OSError):
        return UnreadableMedia(
            f"{name} could not be read ({error.strerror or type(error).__name__})",
            remedy="check its drive, then try again",
        )
    return UnreadableMedia(f"{name} is not a video, or its data is damaged beyond use")
