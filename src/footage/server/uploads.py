"""Uploads that may break off and go on: ``uploads/<id>/`` in the library's folder.

How much has come is the length of the file, so nothing else need be written down meanwhile.
"""

from __future__ import annotations

import contextlib
import json
import mimetypes
import re
import secrets
import shutil
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

from anyio import to_thread

from footage.durable import draft_of, sync
from footage.errors import LibraryUnwritable
from footage.media.sources import VIDEO_SUFFIXES
from footage.paths import printable
from footage.server.config import Limits
from footage.server.faults import Refused, too_large

FOLDER = "uploads"
KEPT_SECONDS = 7 * 24 * 3600.0  # since the last byte of one that is not complete
_ID = re.compile(r"[0-9a-f]{32}")
_NOTE = ".upload.json"
_PART = ".part"
_KINDS = mimetypes.MimeTypes()  # without what this machine is set up with
_UNKNOWN = "application/octet-stream"
_LONGEST_NAME = 150  # bytes


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way here; sizes in bytes."""

    id: str
    name: str
    size: int
    offset: int
    """How much of it is here."""

    def to_json(self) -> dict[str, Any]:
        """The shape of an upload."""
        return {**asdict(self), "complete": self.offset == self.size}


class Piece(NamedTuple):
    """What a request says of its bytes: where they begin, how many they are, and of how many."""

    offset: int
    length: int | None = None
    size: int | None = None


class Uploads:
    """The uploads of one library."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._root = folder / FOLDER
        self._limits = limits
        self._lock = threading.Lock()
        self._busy: set[str] = set()

    def begin(self, name: str, size: int) -> Upload:
        """Make room for a file. Raises `Refused` and `LibraryUnwritable`."""
        if not may_be_video(name):
            raise Refused(
                415,
                "unsupported_type",
                f"{printable(name)[:100]} is not a video",
                remedy="send videos",
            )
        if size > self._limits.upload:
            raise too_large("the upload", self._limits.upload)
        if sum(1 for _ in self._unfinished()) >= self._limits.uploads:
            raise Refused(
                503,
                "busy",
                f"{self._limits.uploads} uploads are not complete",
                remedy="complete or delete some of them",
            )
        upload = Upload(secrets.token_hex(16), safe_name(name), size, 0)
        folder = self._root / upload.id
        with _written(folder):
            folder.mkdir(parents=True)
            (folder / _PART).touch()
            with draft_of(folder / _NOTE) as draft:
                draft.write_text(json.dumps({"name": upload.name, "size": size}), "utf-8")
        return upload

    def upload(self, upload_id: str) -> Upload:
        """How one stands; raises `Refused`."""
        folder = self._root / upload_id
        try:
            if not _ID.fullmatch(upload_id):
                raise ValueError(upload_id)
            note = json.loads((folder / _NOTE).read_text("utf-8"))
            name, size = str(note["name"]), int(note["size"])
            part = folder / _PART
            offset = part.stat().st_size if part.exists() else (folder / name).stat().st_size
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Refused(
                404,
                "not_found",
                f"there is no upload {printable(upload_id)[:50]!r}",
                remedy="begin it anew with POST /api/v1/uploads",
            ) from error
        return Upload(upload_id, name, size, offset)

    def path(self, upload_id: str) -> Path:
        """The file of one that is complete; raises `Refused` where it is not."""
        upload = self.upload(upload_id)
        path = self._root / upload.id / upload.name
        if upload.offset != upload.size or not path.is_file():
            raise _conflict(upload, "is not complete")
        return path

    async def take(self, upload_id: str, piece: Piece, data: AsyncIterator[bytes]) -> Upload:
        """Add bytes; what came before a connection broke stays, and nothing of what is refused.

        Raises `Refused` where they do not belong there, are too many or not as many as was said,
        and `LibraryUnwritable`.
        """
        with self._turn(upload_id):
            upload = await to_thread.run_sync(self.upload, upload_id)
            if piece.size not in {None, upload.size}:
                raise _not_as_said(f"the upload has {upload.size:,} bytes, not {piece.size:,}")
            if piece.offset != upload.offset or upload.offset == upload.size:
                raise _conflict(upload, f"goes on at {upload.offset:,}")
            folder = self._root / upload.id
            with _written(folder), (folder / _PART).open("ab") as file:
                try:
                    await _append_all(file, data, upload, piece.length)
                except Refused:
                    await to_thread.run_sync(file.truncate, upload.offset)
                    raise
            return await to_thread.run_sync(self._finished, upload_id)

    def delete(self, upload_id: str) -> None:
        """Delete one; raises `Refused`."""
        upload = self.upload(upload_id)
        with self._turn(upload.id):
            shutil.rmtree(self._root / upload.id, ignore_errors=True)

    def forget(self, path: Path) -> None:
        """Delete the upload whose file lies at ``path``, if it is one."""
        if path.parent.parent == self._root and _ID.fullmatch(path.parent.name):
            shutil.rmtree(path.parent, ignore_errors=True)

    def sweep(self) -> None:
        """Delete what was begun and left alone for a week."""
        for part in self._unfinished():
            if time.time() - part.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(part.parent, ignore_errors=True)

    def _finished(self, upload_id: str) -> Upload:
        upload = self.upload(upload_id)
        folder = self._root / upload.id
        if upload.offset == upload.size:
            with _written(folder):
                sync(folder / _PART)
                (folder / _PART).replace(folder / upload.name)
        return upload

    def _unfinished(self) -> Iterator[Path]:
        yield from self._root.glob(f"*/{_PART}")

    @contextlib.contextmanager
    def _turn(self, upload_id: str) -> Iterator[None]:
        with self._lock:
            if upload_id in self._busy:
                raise Refused(
                    409,
                    "upload_conflict",
                    "another request is sending this upload",
                    remedy="wait for it to end, then ask for the offset",
                )
            self._busy.add(upload_id)
        try:
            yield
        finally:
            with self._lock:
                self._busy.discard(upload_id)


def safe_name(name: str) -> str:
    """The last part of a name, without what a file system or a terminal would stumble over."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*').strip(" .")
    stem, dot, suffix = kept.rpartition(".")
    suffix = f".{suffix[:10]}" if dot else ""
    stem = (stem if dot else kept).encode("utf-8")[:_LONGEST_NAME].decode("utf-8", "ignore")
    return f"{stem}{suffix}" if stem else f"upload{suffix}"


async def _append_all(
    file: IO[bytes], data: AsyncIterator[bytes], upload: Upload, length: int | None
) -> None:
    """Write what comes; raises `Refused` for too much, and where it is not ``length`` bytes."""
    async for part in data:
        if file.tell() + len(part) > upload.size:
            raise too_large("the upload", upload.size)
        await to_thread.run_sync(_append, file, part)
    came = file.tell() - upload.offset
    if length not in {None, came}:
        raise _not_as_said(f"{came:,} bytes came, and {length:,} were said to")


def may_be_video(name: str) -> bool:
    """Whether a file's ending is one of videos, or tells nothing."""
    kind = _KINDS.guess_type(f"x{Path(name).suffix.lower()}")[0] or _UNKNOWN
    is_known = kind != _UNKNOWN and not kind.startswith("video/")
    return Path(name).suffix.lower() in VIDEO_SUFFIXES or not is_known


def _append(file: IO[bytes], piece: bytes) -> None:
    file.write(piece)
    file.flush()  # what is in the file is here, whatever happens next


@contextlib.contextmanager
def _written(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LibraryUnwritable(f"{place} cannot be written ({error.strerror})") from error


def _not_as_said(what: str) -> Refused:
    return Refused(
        400,
        "invalid_request",
        f"Content-Range is not true: {what}",
        remedy="send Content-Range: bytes N-M/SIZE, where M is of the last byte, or Upload-Offset",
    )


def _conflict(upload: Upload, why: str) -> Refused:
    return Refused(
        409,
        "upload_conflict",
        f"upload {upload.id} {why}",
        remedy="ask for its offset with HEAD, and go on from there",
        headers={"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.size)},
    )
