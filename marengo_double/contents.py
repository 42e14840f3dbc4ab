"""Media that came in, by whichever way: its bytes on disk, known by their hash, looked at once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import httpx
from PIL import Image

from footage.errors import MediaError, NoVideo
from footage.media.container import declared_seconds, open_container
from footage.media.probe import VideoInfo, probe
from marengo_double.refusals import Refused, invalid

_MIME = {"video": "video/mp4", "audio": "audio/mpeg", "image": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Content:
    """One piece of media."""

    id: str  # BLAKE2b-128 of all bytes, hex: footage's own video id
    path: Path
    filename: str
    kind: str  # video, audio or image
    seconds: float = 0.0
    url: str | None = None
    info: VideoInfo | None = field(default=None, repr=False)

    @property
    def mime(self) -> str:
        """A MIME type of its kind."""
        return _MIME[self.kind]

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size


class Unusable(Exception):
    """Media that cannot be embedded; the message is for whoever asked."""


class Contents:
    """The folder that media is kept in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes, filename: str, url: str | None = None) -> Content:
        """Write ``data`` and look at it; raises `Unusable` for what is no media."""
        identifier = hashlib.blake2b(data, digest_size=16).hexdigest()
        suffix = Path(filename).suffix[:8]
        path = self._folder / f"{identifier}{suffix if suffix[1:].isalnum() else ''}"
        if not path.exists():  # or another thread would read half a file
            draft = path.with_name(f"draft-{uuid4().hex}")
            draft.write_bytes(data)
            draft.replace(path)
        return _look(identifier, path, filename, url)

    def decode(self, text: str, where: str) -> Content:
        """Media that came as base64; raises `Refused` where it is none."""
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise invalid(f"{where}.base64_string", "It is not base64.") from error
        return self.keep(data, "")

    def fetch(self, url: str, filename: str | None = None) -> Content:
        """Media at an address on this machine; raises `Refused` for any other, `Unusable`.

        With a ``filename`` it becomes an asset of that name, which says no more where it came from.
        """
        if not _is_loopback(url):
            raise Refused(400, "parameter_invalid", "marengo_double fetches from loopback only.")
        try:
            answer = httpx.get(url, trust_env=False, timeout=60)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unusable("failed to fetch or materialize source media") from error
        if filename is not None:
            return self.keep(answer.content, filename)
        return self.keep(answer.content, unquote(urlsplit(url).path).rpartition("/")[2], url)


def _is_loopback(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _look(identifier: str, path: Path, filename: str, url: str | None) -> Content:
    if _is_picture(path):
        return Content(identifier, path, filename, "image", url=url)
    try:
        info = probe(path)
        return Content(identifier, path, filename, "video", info.duration, url, info)
    except NoVideo:
        with open_container(path) as container:
            if container.streams.audio:
                seconds = declared_seconds(container)
                return Content(identifier, path, filename, "audio", seconds, url)
        raise _broken() from None
    except MediaError as error:
        raise _broken() from error


def _broken() -> Unusable:
    return Unusable(
        "We could not process your media for embedding. Please verify the input file and try again."
    )


def _is_picture(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            return not getattr(image, "is_animated", False)
    except (OSError, Image.DecompressionBombError):
        return False
