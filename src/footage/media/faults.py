"""Turning what the operating system and FFmpeg raise into the errors a user can act on."""

from __future__ import annotations

import errno
import os
from os import PathLike, fspath
from pathlib import Path

from footage.errors import MediaError, MediaForbidden, MediaMissing, UnreadableMedia
from footage.media.web import WebVideo
from footage.paths import printable


def shown(path: str | PathLike[str] | WebVideo) -> str:
    """The path or address as one printable line, whatever its name is made of."""
    return printable(path.url if isinstance(path, WebVideo) else fspath(path))


def missing(path: Path) -> MediaMissing:
    """What it means that nothing is at a path that somebody named."""
    if path.parent.is_dir():
        return MediaMissing(f"{shown(path)} is not there", remedy="check how its name is spelled")
    return MediaMissing(f"{shown(path)} is not there")


def media_fault(error: Exception, path: str | PathLike[str] | WebVideo) -> MediaError:
    """What a failed open or read of ``path`` means to the user.

    PyAV's errors inherit from the built-in ones where there is a counterpart, but FFmpeg borrows
    the system's numbers for what it finds in the data too.
    """
    name = shown(path)
    if isinstance(path, WebVideo):  # its server's faults are known by themselves
        return _undecodable(error, name)
    import av

    from_data = isinstance(error, av.FFmpegError) and os.access(path, os.R_OK)
    if from_data or not isinstance(error, OSError):
        return _undecodable(error, name)
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return MediaMissing(f"{name} is not there")
    if isinstance(error, PermissionError):
        return MediaForbidden(f"{name} may not be read by this user")
    if isinstance(error, IsADirectoryError):
        return UnreadableMedia(f"{name} is a folder, not a video", remedy="name a file in it")
    return UnreadableMedia(
        f"{name} could not be read ({error.strerror or type(error).__name__})",
        remedy="check its drive, then try again",
    )


def _undecodable(error: Exception, name: str) -> UnreadableMedia:
    if isinstance(error, MemoryError):
        return UnreadableMedia(
            f"{name} needs more memory to decode than there is",
            remedy="close other programs or re-encode it at a smaller size",
        )
    # Demuxers answer with this number to an early end; a failing drive does, too.
    if isinstance(error, OSError) and error.errno == errno.EIO:
        return UnreadableMedia(
            f"{name} breaks off before its first picture, or its drive fails",
            remedy="copy it again from where it came from",
        )
    return UnreadableMedia(f"{name} is not a video, or its data is damaged beyond use")
