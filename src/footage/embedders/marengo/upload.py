"""Files sent to the service: in one piece, or in parts that are not sent twice.

The SDK's own ``upload_file`` copies the whole video into a folder beside it first; this reads each
part from where it lies, and gives no key to the store that takes the parts.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx

from footage.errors import (
    AnswerUnusable,
    MediaChanged,
    MediaForbidden,
    MediaMissing,
    RequestRefused,
    UnreadableMedia,
)

T = TypeVar("T")

DIRECT_MOST = 200_000_000  # bytes that the service takes in one piece
URLS_AT_ONCE = 10
_EXPIRED = {400, 401, 403}  # what stores answer where an address has run out

OnProgress = Callable[[int, int], None]
Identity = tuple[str, str, int, int]  # path, name, bytes, time of change


class Call(Protocol):
    """A call made with patience, by its name."""

    def __call__(self, endpoint: str, send: Callable[[], T], /) -> T:
        """What ``send`` returns; raises `ServiceError`."""


@dataclass(slots=True)
class Session:
    """An upload in parts: what has arrived and which addresses are known."""

    upload_id: str
    asset_id: str
    size: int  # bytes
    chunk: int  # bytes of each part but the last
    chunks: int
    headers: dict[str, str]
    urls: dict[int, str]
    proofs: dict[int, str] = field(default_factory=dict)  # ETags of parts that have arrived
    reported: int = 0  # parts, the first ones, that the service knows of

    @property
    def path(self) -> str:
        """Where the service is told about it."""
        return f"POST /assets/multipart-uploads/{self.upload_id}"

    def length(self, index: int) -> int:
        """Bytes of part ``index``, from 1."""
        return min(self.chunk, self.size - (index - 1) * self.chunk)


class _Told(io.FileIO):
    """A file that tells how far it has been read."""

    def __init__(self, path: Path, told: Callable[[int], None]) -> None:
        super().__init__(path, "rb")
        self._tell_of = told

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(-1 if size is None else size)
        self._tell_of(self.tell())
        return data or b""


def size_of(path: Path) -> int:
    """Bytes of a file; raises `MediaError` where there are none to be had."""
    with _as_media(path):
        size = path.stat().st_size
    if not size:
        raise UnreadableMedia(f"{path} is empty")
    return size


def identity(path: Path, name: str) -> Identity:
    """What tells whether an upload can be gone on with; raises `MediaError`."""
    with _as_media(path):
        found = path.stat()
    return str(path), name, found.st_size, found.st_mtime_ns


@dataclass(frozen=True, slots=True)
class Uploader:
    """Sends one file. Its methods raise `ServiceError` and `MediaError`."""

    sdk: Any
    http: httpx.Client  # sends no key by itself
    call: Call  # to the service
    store: Call  # to the store that takes the parts

    def whole(self, path: Path, name: str, on_progress: OnProgress) -> str:
        """Upload in one piece; the asset's id."""
        size = size_of(path)

        def send() -> Any:
            with _as_media(path), _Told(path, lambda done: on_progress(done, size)) as file:
                return self.sdk.assets.create(
                    method="direct",
                    file=(name, file),
                    filename=name,
                    enable_hls=False,
                    enable_thumbnail=False,
                )

        return _named(self.call("POST /assets", send).id, "asset")

    def by_address(self, address: str, name: str) -> str:
        """Have the service fetch what lies at an address; the asset's id."""
        create = partial(
            self.sdk.assets.create,
            method="url",
            url=address,
            filename=name,
            enable_hls=False,
            enable_thumbnail=False,
        )
        return _named(self.call("POST /assets", create).id, "asset")

    def begin(self, path: Path, name: str) -> Session:
        """A session for a file in parts."""
        size = size_of(path)
        create = partial(
            self.sdk.multipart_upload.create,
            filename=name,
            type="video",
            total_size=size,
            enable_hls=False,
            enable_thumbnail=False,
        )
        made = self.call("POST /assets/multipart-uploads", create)
        if not made.chunk_size or made.total_chunks != -(-size // made.chunk_size):
            raise AnswerUnusable("an upload began with parts that do not add up to the file")
        return Session(
            upload_id=_named(made.upload_id, "upload"),
            asset_id=_named(made.asset_id, "asset"),
            size=size,
            chunk=made.chunk_size,
            chunks=made.total_chunks,
            headers=dict(made.upload_headers or {}),
            urls=_addresses(made),
        )

    def parts(self, path: Path, session: Session, on_progress: OnProgress) -> str:
        """Send the parts that have not arrived, in order; the asset's id.

        May be called again with the same session after it has failed. Raises `MediaChanged` for a
        file that is another one than when the session began.
        """
        for index in range(1, session.chunks + 1):
            if index not in session.proofs:
                session.proofs[index] = self._part(session, index, _read(path, session, index))
            on_progress(sum(map(session.length, session.proofs)), session.size)
            if index == session.chunks or index - session.reported == URLS_AT_ONCE:
                self._report(session, index)
        return session.asset_id

    def _part(self, session: Session, index: int, data: bytes) -> str:
        """The ETag of a part that has arrived; an address that has run out is replaced, once."""
        for fresh in (False, True):
            if fresh or index not in session.urls:
                self._more_urls(session, index)
            send = partial(_put, self.http, session.urls[index], session.headers, data)
            answer = self.store(f"PUT part {index}", send)
            if answer.is_success:
                return _named(answer.headers.get("etag"), "part").strip('"')
        status = answer.status_code
        raise RequestRefused(f"the store refused part {index} of an upload ({status})")

    def _more_urls(self, session: Session, start: int) -> None:
        ask = partial(
            self.sdk.multipart_upload.get_additional_presigned_urls,
            session.upload_id,
            start=start,
            count=min(URLS_AT_ONCE, session.chunks - start + 1),
        )
        more = self.call(f"{session.path}/presigned-urls", ask)
        session.urls.update(_addresses(more))
        if start not in session.urls:
            raise AnswerUnusable(f"no address came for part {start} of an upload")

    def _report(self, session: Session, last: int) -> None:
        from twelvelabs import CompletedChunk

        chunks = [
            CompletedChunk(
                chunk_index=index,
                proof=session.proofs[index],
                proof_type="etag",
                chunk_size=session.length(index),
            )
            for index in range(session.reported + 1, last + 1)
        ]
        if chunks:
            report = self.sdk.multipart_upload.report_chunk_batch
            self.call(session.path, partial(report, session.upload_id, completed_chunks=chunks))
            session.reported = last


def _read(path: Path, session: Session, index: int) -> bytes:
    with _as_media(path), path.open("rb") as file:
        whole = file.seek(0, io.SEEK_END)
        file.seek((index - 1) * session.chunk)
        data = file.read(session.length(index))
    if whole != session.size:
        raise MediaChanged(f"{path} changed while it was being uploaded")
    return data


def _put(http: httpx.Client, url: str, headers: dict[str, str], data: bytes) -> httpx.Response:
    answer = http.put(url, content=data, headers=headers)
    if not answer.is_success and answer.status_code not in _EXPIRED:
        raise httpx.HTTPStatusError("", request=answer.request, response=answer)
    return answer


def _addresses(answer: Any) -> dict[int, str]:
    return {part.chunk_index: part.url for part in answer.upload_urls or ()}


def _named(value: str | None, what: str) -> str:
    if not value:
        raise AnswerUnusable(f"an {what} was taken and got no name")
    return value


@contextmanager
def _as_media(path: Path) -> Iterator[None]:
    """The disk's errors as footage's."""
    try:
        yield
    except FileNotFoundError as error:
        raise MediaMissing(f"{path} is not there any more") from error
    except PermissionError as error:
        raise MediaForbidden(f"{path} may not be read") from error
    except OSError as error:
        raise UnreadableMedia(f"{path} cannot be read ({error.strerror})") from error
