"""`footage doctor`: is everything there, whole, and itself?"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from footage.embedder import Embedder
from footage.embedders import open_embedder
from footage.errors import ArchiveDamaged, FootageError
from footage.library import Library
from footage.migrate import described
from footage.retouch import is_whole
from footage.settings import Beside, Sampling

LITTLE_SPACE = 1 << 30  # bytes: an hour of video takes about 20 MB


class Status(str, Enum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    status: Status
    detail: str
    remedy: str = ""

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``doctor --json``."""
        return {**asdict(self), "status": self.status.value}


def examine_program(embedder: Embedder | None = None) -> Iterator[Check]:
    """Check the installation: versions, and the embedder's self-test."""
    parts = [
        f"{name} {_version(name)}" for name in ("av", "onnxruntime", "pymilvus", "milvus-lite")
    ]
    yield Check("program", Status.OK, f"python {platform.python_version()}, " + ", ".join(parts))
    yield _guarded("embedder", lambda: _embedder(embedder or open_embedder("lite", Sampling())))


def examine_library(library: Library) -> Iterator[Check]:
    """Check a library: catalog, archive, index, thumbnails, sources, disk."""
    yield _guarded("catalog", lambda: _catalog(library))
    yield _guarded("archive", lambda: _archive(library))
    yield _guarded("index", lambda: _index(library))
    yield _guarded("thumbnails", lambda: _thumbnails(library))
    yield _guarded("readers", lambda: _readers(library))
    yield _guarded("sources", lambda: _sources(library))
    yield _guarded("disk", lambda: _disk(library))
    if library.saved.names():
        yield _guarded("searches", lambda: _searches(library))
    if any(tally.asked for tally in library.caches().values()):
        yield _caches(library)
    if library.settings.beside is not None:
        yield _migration(library.settings.beside)
    parts = library.archive, library.thumbnails, library.text_store.readings
    if drafts := [draft for part in parts for draft in part.leftovers()]:
        yield Check(
            "leftovers",
            Status.WARNING,
            f"{len(drafts):,} drafts, {drafts[0]} among them",
            "whoever indexes now is writing them, or the next `footage index` deletes them",
        )


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except FootageError as error:
        return Check(name, Status.FAILED, error.what, error.remedy)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _embedder(embedder: Embedder) -> Check:
    embedder.self_test()
    mark = embedder.fingerprint
    return Check(
        "embedder",
        Status.OK,
        f"{mark.name} {mark.version}, {mark.dimension} dimensions, passes its self-test",
    )


def _catalog(library: Library) -> Check:
    faults = library.catalog.integrity()
    if faults:
        return Check(
            "catalog",
            Status.FAILED,
            f"SQLite finds: {'; '.join(faults[:3])}",
            "`footage doctor --repair` saves what can be read",
        )
    videos = library.videos(hidden=True)
    ready = sum(video.state == "ready" for video in videos)
    hidden = len(videos) - ready
    return Check(
        "catalog", Status.OK, f"{ready:,} videos" + (f", {hidden:,} hidden" if hidden else "")
    )


def _archive(library: Library) -> Check:
    fingerprint = library.embedder.fingerprint
    damaged = []
    total = 0
    expected = library.catalog.embedded()
    for video_id in expected:
        try:
            library.archive.read(video_id, fingerprint)
            total += library.archive.path(video_id, fingerprint).stat().st_size
        except ArchiveDamaged as error:
            damaged.append(error.what)
    if damaged:
        return Check(
            "archive",
            Status.FAILED,
            f"{len(damaged):,} of {len(expected):,} files: {damaged[0]}",
            "`footage doctor --repair` embeds them again where their sources are there",
        )
    return Check("archive", Status.OK, f"{len(expected):,} files whole, {total / 1e6:.1f} MB")


def _index(library: Library) -> Check:
    facts = library.index.describe()
    engine = f"Milvus {facts['engine']} {facts['version']}, {facts['index_type']} {facts['metric']}"
    if library.catalog.unwritable:
        return Check("index", Status.WARNING, f"{facts['engine']}: {facts['version']}")
    if wrong := library.differing():
        if set(wrong) <= library.catalog.unindexed().keys() and library.is_being_indexed():
            return Check(
                "index",
                Status.WARNING,
                f"{len(wrong):,} videos are being indexed at this moment ({engine})",
                "look again when it is done",
            )
        return Check(
            "index",
            Status.FAILED,
            f"{len(wrong):,} videos differ from the archive ({engine})",
            "`footage doctor --repair` writes them anew",
        )
    return Check(
        "index",
        Status.OK,
        f"{sum(facts['collections'].values()):,} segments, as in the archive ({engine})",
    )


def _thumbnails(library: Library) -> Check:
    missing = total = 0
    for video in library.videos():
        rows = library.segments(video.video_id)
        total += len(rows)
        missing += sum(not is_whole(row.thumbnail) for row in rows)
    if missing:
        return Check(
            "thumbnails",
            Status.WARNING,
            f"{missing:,} of {total:,} missing or damaged",
            "`footage doctor --repair` makes them anew; search works without",
        )
    return Check("thumbnails", Status.OK, f"{total:,} there")


def _readers(library: Library) -> Check:
    """What can be read here, and how far the videos have been."""
    videos = library.videos()
    counts = {
        modality: library.text_store.counts(modality, videos)
        for modality in library.readers.modalities
    }
    told = [f"{modality} of {count.read:,} videos read" for modality, count in counts.items()]
    remedies = [f"{lack.remedy} for {lack.name}" for lack in library.readers.lacking]
    told += [f"no {lack.name}: {lack.reason}" for lack in library.readers.lacking]
    behind = sum(count.unread + count.failed for count in counts.values())
    if behind:
        failed = sum(count.failed for count in counts.values())
        told.append(f"{behind - failed:,} not read yet, {failed:,} failed")
        remedies.append("`footage index` on their folders reads them")
    status = Status.WARNING if remedies else Status.OK
    return Check("readers", status, "; ".join(told), "; ".join(remedies))


def _searches(library: Library) -> Check:
    """Whether saved searches can be asked, and watches do what they are for."""
    saved, watches = library.saved.list(), library.watches.list()
    gone = [path for path in library.saved.files() if not path.is_file()]
    failing = [watch for watch in watches if watch.error]
    dead = [watch for watch in watches if watch.dead]
    told = [f"{len(saved):,} saved, {len(watches):,} watched"]
    told += [f"{gone[0]}, which one is asked by, is missing"] if gone else []
    told += [f"watch {watch.name!r}: {watch.error}" for watch in failing]
    told += [
        f"{watch.dead:,} requests to the webhook of {watch.name!r} given up: {watch.delivery_error}"
        for watch in dead
    ]
    remedies = [
        *(["save that search anew"] if gone else []),
        *(["`footage watch run` judges again"] if failing else []),
        *(["`footage watch run --retry` sends again"] if dead else []),
    ]
    status = Status.WARNING if remedies else Status.OK
    return Check("searches", status, "; ".join(told), "; ".join(remedies))


def _sources(library: Library) -> Check:
    gone = [video for video in library.videos() if video.path and not video.path.exists()]
    if gone:
        return Check(
            "sources",
            Status.WARNING,
            f"{len(gone):,} videos are not where they were, {gone[0].path} among them",
            "plug their drive in, or index their new folder; they are found, but cannot be played",
        )
    web = sum(video.url is not None for video in library.videos())
    on_web = f", but for {web:,} on the web, which are not asked for" if web else ""
    return Check("sources", Status.OK, f"every video is where it was{on_web}")


def _caches(library: Library) -> Check:
    rates = ", ".join(f"{name} {tally}" for name, tally in library.caches().items())
    return Check("caches", Status.OK, f"there already: {rates}")


def _migration(beside: Beside) -> Check:
    if beside.searched:
        remedy = "`footage migrate --rollback` goes back to it, --finish deletes it"
        return Check("migration", Status.OK, f"{described(beside)} is kept", remedy)
    return Check(
        "migration",
        Status.WARNING,
        f"one to {described(beside)} is not complete; search is as it was",
        "`footage migrate` goes on with it, `footage migrate --abandon` gives it up",
    )


def _disk(library: Library) -> Check:
    free = shutil.disk_usage(library.folder).free
    status = Status.OK if free > LITTLE_SPACE else Status.WARNING
    used = library.disk_use()
    parts = ", ".join(f"{part} {size / 1e6:.1f}" for part, size in used.items())
    return Check(
        "disk",
        status,
        f"{sum(used.values()) / 1e6:.1f} MB used at {library.folder} ({parts}), "
        f"{free / 1e9:.1f} GB free",
        "" if status is Status.OK else "free some space before indexing more",
    )
