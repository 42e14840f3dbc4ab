"""What the double remembers: assets, uploads in parts, tasks, and so what was paid for."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Literal, TypeVar

from twelvelabs import EmbeddingData

from footage.errors import FootageError
from marengo_double.contents import Content, Unusable
from marengo_double.plans import Plan
from marengo_double.refusals import invalid, no_such
from marengo_double.wire import now

Status = Literal["processing", "ready", "failed"]
_Thing = TypeVar("_Thing")

_BROKEN = (
    "We could not process your media for embedding. Please verify the input file and try again."
)


def new_id() -> str:
    """24 hex digits, as the service gives out."""
    return secrets.token_hex(12)


@dataclass(slots=True)
class Asset:
    """A file that was uploaded, or is about to be."""

    method: str  # direct, url or multipart
    filename: str
    content: Content | None = None
    error: str | None = None  # why it failed
    ready_at: float = 0.0  # seconds since the epoch; infinite while parts are missing
    id: str = field(default_factory=new_id)
    created_at: datetime = field(default_factory=now)

    @property
    def status(self) -> Status:
        """Where it stands."""
        if time.time() < self.ready_at:
            return "processing"
        return "failed" if self.error else "ready"


@dataclass(slots=True)
class Upload:
    """A file that comes in parts, numbered from 1."""

    asset: Asset
    total_size: int
    chunk_size: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    received: dict[int, bytes] = field(default_factory=dict)
    reported: set[int] = field(default_factory=set)
    id: str = field(default_factory=new_id)
    created_at: datetime = field(default_factory=now)

    @property
    def chunks(self) -> int:
        """How many parts there will be."""
        return ceil(self.total_size / self.chunk_size)

    @property
    def completed(self) -> bool:
        """Whether every part has been received and reported."""
        return len(self.reported) == self.chunks

    def receive(self, index: int, data: bytes) -> str:
        """Take one part; its ETag. Raises `Refused` for a part that is not expected."""
        self.check(index)
        self.received[index] = data
        return etag(data)

    def report(self, index: int, proof: str, size: int) -> bool:
        """Whether the part is new; raises `Refused` where what arrived is something else."""
        self.check(index)
        data = self.received.get(index)
        if data is None or proof.strip('"') != etag(data) or size != len(data):
            raise invalid("completed_chunks", f"Chunk {index} is not what was uploaded.")
        fresh = index not in self.reported
        self.reported.add(index)
        return fresh

    def check(self, index: int) -> None:
        """Raise `Refused` for a number that no part has."""
        if not 1 <= index <= self.chunks:
            raise invalid("chunk_index", f"Chunks are numbered from 1 to {self.chunks}.")

    def data(self) -> bytes:
        """The file, put together."""
        return b"".join(self.received[index] for index in range(1, self.chunks + 1))


@dataclass(slots=True)
class Task:
    """One embedding task: what was asked, about which content, and what came of it."""

    plan: Plan
    content: Content | None
    seconds: float  # of media that it pays for
    ready_at: float  # seconds since the epoch; infinite for one that never ends
    error: str | None = None
    work: Future[list[EmbeddingData]] | None = field(default=None, repr=False)
    id: str = field(default_factory=new_id)
    created_at: datetime = field(default_factory=now)

    @property
    def status(self) -> Status:
        """Where it stands; only a ready one has embeddings."""
        working = self.work is not None and not self.work.done()
        if working or time.time() < self.ready_at:
            return "processing"
        return "failed" if self.reason else "ready"

    @property
    def reason(self) -> str | None:
        """Why it failed, or will."""
        if self.error is None and self.work is not None and self.work.done():
            trouble = self.work.exception()
            if isinstance(trouble, Unusable):
                return str(trouble)
            if isinstance(trouble, FootageError):
                return _BROKEN
            if trouble is not None:
                raise trouble  # a bug of the double is no fault of the media
        return self.error

    @property
    def updated_at(self) -> datetime:
        """When it last changed, as far as anyone can have seen."""
        return self.created_at if self.status == "processing" else now()

    @property
    def data(self) -> list[EmbeddingData]:
        """The embeddings of a task that is ready."""
        return self.work.result() if self.work is not None else []


@dataclass(frozen=True, slots=True)
class Paid:
    """What was spent on one content."""

    tasks: int
    seconds: float


class Store:
    """Everything by its id, the newest last."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.assets: dict[str, Asset] = {}
        self.uploads: dict[str, Upload] = {}
        self.tasks: dict[str, Task] = {}

    def asset(self, identifier: str) -> Asset:
        """An asset; raises `Refused` (404)."""
        return _found(self.assets, identifier, "assets")

    def upload(self, identifier: str) -> Upload:
        """An upload in parts; raises `Refused` (404)."""
        return _found(self.uploads, identifier, "multipart-uploads")

    def task(self, identifier: str) -> Task:
        """A task; raises `Refused` (404)."""
        return _found(self.tasks, identifier, "embedding tasks")

    def paid(self) -> dict[str, Paid]:
        """What was spent, by content id. A task that failed costs nothing; one accepted does."""
        spent: dict[str, Paid] = {}
        for task in list(self.tasks.values()):
            if task.content is None or task.status == "failed":
                continue
            before = spent.get(task.content.id, Paid(0, 0.0))
            spent[task.content.id] = Paid(before.tasks + 1, before.seconds + task.seconds)
        return spent


def etag(data: bytes) -> str:
    """The ETag an object store answers a part with: its MD5."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _found(things: Mapping[str, _Thing], identifier: str, kind: str) -> _Thing:
    if identifier not in things:
        raise no_such(kind, identifier)
    return things[identifier]
