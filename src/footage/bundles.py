"""Files of the library that are written once: an uncompressed zip with a header and checksums.

Each is written under a temporary name, fsynced and renamed, so a reader sees a whole file or none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from footage import durable
from footage.errors import ArchiveDamaged, LibraryTooNew, LibraryUnwritable

SUFFIX = ".zip"
_HEADER = "header.json"
_VIDEO_ID = re.compile(r"[0-9a-z_-]{1,64}")


def name_of(video_id: str) -> str:
    """The name of a video's file; raises `ValueError` for what is no video's id."""
    if not _VIDEO_ID.fullmatch(video_id):
        raise ValueError(f"not a video id: {video_id!r}")
    return f"{video_id}{SUFFIX}"


def digest(data: bytes) -> str:
    """The checksum of a member."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def write(target: Path, header: Mapping[str, Any], payload: Mapping[str, bytes]) -> None:
    """Write ``header`` with a checksum of each member of ``payload``, and those, durably.

    Raises `LibraryUnwritable` where the disk refuses; what was at ``target`` is then as it was.
    """
    checksums = {name: digest(data) for name, data in payload.items()}
    text = json.dumps({**header, "checksums": checksums}, sort_keys=True)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            durable.draft_of(target) as draft,
            zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as bundle,
        ):
            bundle.writestr(_HEADER, text)
            for name, data in payload.items():
                bundle.writestr(name, data)
    except OSError as error:
        raise LibraryUnwritable(f"{target} cannot be written ({error.strerror})") from error


def header(bundle: zipfile.ZipFile, path: Path, *, newest: int) -> dict[str, Any]:
    """What a file says of itself. Raises `LibraryTooNew`, and anything else for a damaged one."""
    found: dict[str, Any] = json.loads(bundle.read(_HEADER))
    if found["format"] > newest:
        raise LibraryTooNew(f"{path} has archive format {found['format']}, not {newest}")
    if found["video_id"] != path.stem:
        raise ValueError(f"it is of video {found['video_id']}")
    return found


def member(bundle: zipfile.ZipFile, header: Mapping[str, Any], name: str) -> bytes:
    """A member's bytes; raises `ValueError` where they fail their checksum."""
    data = bundle.read(name)
    if digest(data) != header["checksums"][name]:
        raise ValueError(f"{name} fails its checksum")
    return data


@contextlib.contextmanager
def damage(
    path: Path | str, what: str = "archive file", *, remedy: str | None = None
) -> Iterator[None]:
    """Whatever goes wrong within, while ``path`` is read, is an `ArchiveDamaged`."""
    try:
        yield
    except LibraryTooNew:
        raise
    except FileNotFoundError as error:
        raise ArchiveDamaged(f"the {what} {path} is missing", remedy=remedy) from error
    # a damaged zip fails in any way its parsers can
    except Exception as error:
        raise ArchiveDamaged(f"the {what} {path} is damaged ({error})", remedy=remedy) from error
