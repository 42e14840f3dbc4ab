"""A library as one file: settings, catalog, archive, readings, thumbnails, each with its checksum;
and the files that saved searches are asked by.

The file is an uncompressed zip with ``backup.json`` as its last member. The index is not in it: it
is rebuilt from the archive.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import sqlite3
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any

from footage import durable
from footage.errors import (
    ArchiveDamaged,
    BackupDamaged,
    FootageError,
    LibraryTooNew,
    LibraryUnwritable,
    UsageError,
)
from footage.library import Library
from footage.saved import FOLDER as SAVED
from footage.settings import FILE_NAME, LibrarySettings

FORMAT = 3  # 2: readings, 3: examples of saved searches
MANIFEST = "backup.json"
CATALOG = "catalog.sqlite"
_CHUNK = 1 << 20
_MOST_MANIFEST = 1 << 30  # bytes: 100 a file, for ten million files
# all that a backup may hold; a name that is not of these could lie outside the library
_MEMBER = re.compile(
    r"library\.toml|catalog\.sqlite"
    r"|archive/[A-Za-z0-9][A-Za-z0-9_.-]{0,79}/[0-9a-z_-]{1,64}\.zip"
    r"|readings/[a-z]{1,16}/[0-9a-z_-]{1,64}\.zip"
    r"|searches/[0-9a-f]{32}(\.[a-z0-9]{1,10})?"
    r"|previews/[0-9a-z_-]{1,64}/[0-9]{1,15}\.jpg"
)

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class BackupReport:
    """What is in a backup."""

    videos: int = 0
    size: int = 0
    """Bytes of the backup file."""
    damaged: list[ArchiveDamaged] = field(default_factory=list)
    """Archive files that were left out, since they fail their checksums."""

    def to_json(self) -> dict[str, Any]:
        """The shape of ``backup --json``."""
        damaged = [str(error) for error in self.damaged]
        return {"videos": self.videos, "size": self.size, "damaged": damaged}


def backup(
    library: Library,
    target: Path,
    *,
    thumbnails: bool = True,
    on_progress: Progress = lambda _done, _total: None,
) -> BackupReport:
    """Write everything of ``library`` that cannot be computed again to ``target``, durably.

    Others may search and index meanwhile: a video is in it whole or not at all. ``on_progress`` is
    told videos done and in all. Raises `UsageError` where ``target`` exists or its
    folder does not, and `LibraryUnwritable`; nothing is then left of it.
    """
    if target.is_dir():
        raise UsageError(f"{target} is a folder", remedy="name a file to write, in it or elsewhere")
    if target.exists():
        raise UsageError(f"{target} is there already", remedy="name another file, or delete it")
    if not target.parent.is_dir():
        raise UsageError(
            f"there is no folder {target.parent}", remedy="make it, or name a file elsewhere"
        )
    report = BackupReport()
    try:
        with durable.draft_of(target) as draft:
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as bundle:
                _fill(_Writer(bundle), library, report, thumbnails, on_progress)
            report.size = draft.stat().st_size
    except OSError as error:
        raise LibraryUnwritable(f"{target} cannot be written ({error.strerror})") from error
    return report


def restore(source: Path, folder: Path) -> int:
    """Put the library in the backup ``source`` at ``folder``; returns its videos.

    Everything is verified before anything is put in place. The library gets an id of its own, so
    that it and the one it was made of may live on one Milvus server. Its index is made by the next
    search, or `Library.reindex`.
    Raises `BackupDamaged`, `LibraryTooNew`, `UsageError` for a folder that is not empty, and
    `LibraryUnwritable`; nothing is then left of it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty", remedy="name another folder with --library")
    draft = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}{durable.DRAFT_SUFFIX}")
    try:
        draft.mkdir(parents=True)
        _unpack(source, draft)
        videos = _check_library(draft, source)
        _sync_tree(draft)
        draft.replace(folder)
        durable.sync_folder(folder.parent)
    except OSError as error:
        raise LibraryUnwritable(f"{folder} cannot be written ({error.strerror})") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return videos


# writing


class _Writer:
    """Puts files into a zip and remembers their checksums."""

    def __init__(self, bundle: zipfile.ZipFile) -> None:
        self._bundle = bundle
        self.members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, file: IO[bytes]) -> None:
        digest, size = hashlib.blake2b(digest_size=16), 0
        with self._bundle.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                member.write(chunk)
        self.members[name] = {"size": size, "blake2b": digest.hexdigest()}

    def finish(self, about: dict[str, Any]) -> None:
        manifest = {"format": FORMAT, **about, "members": self.members}
        self._bundle.writestr(MANIFEST, json.dumps(manifest, sort_keys=True))


def _fill(
    writer: _Writer,
    library: Library,
    report: BackupReport,
    thumbnails: bool,
    on_progress: Progress,
) -> None:
    writer.add(FILE_NAME, io.BytesIO((library.folder / FILE_NAME).read_bytes()))
    expected = list(library.catalog.embedded())
    for done, video_id in enumerate(expected):
        on_progress(done, len(expected))
        _add_video(writer, library, video_id, report, thumbnails)
    # The catalog comes last: a video is archived before it is recorded, so that whatever the copy
    # counts as embedded by then is in the archive, and what came meanwhile can be fetched.
    with tempfile.TemporaryDirectory(prefix="footage-") as folder:
        copy = Path(folder) / CATALOG
        library.catalog.copy(copy)
        for video_id in _embedded(copy, library.embedder.fingerprint.id) - set(expected):
            _add_video(writer, library, video_id, report, thumbnails)
        with copy.open("rb") as file:
            writer.add(CATALOG, file)
        _add_examples(writer, library)
    on_progress(len(expected), len(expected))
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    writer.finish({"made": now, "library": library.settings.id})


def _add_video(
    writer: _Writer, library: Library, video_id: str, report: BackupReport, thumbnails: bool
) -> None:
    mark = library.embedder.fingerprint
    path = library.archive.path(video_id, mark)
    try:
        library.archive.read(video_id, mark)
        data = path.read_bytes()
    except FileNotFoundError:  # removed a moment ago
        return
    except ArchiveDamaged as error:
        if path.exists() or video_id in library.catalog.embedded():
            report.damaged.append(error)
        return
    writer.add(f"archive/{mark.id}/{path.name}", io.BytesIO(data))
    report.videos += 1
    _add_readings(writer, library, video_id, report)
    pictures = library.thumbnails.folder(video_id)
    for picture in sorted(pictures.glob("*.jpg")) if thumbnails else ():
        try:
            writer.add(f"previews/{video_id}/{picture.name}", io.BytesIO(picture.read_bytes()))
        except FileNotFoundError:
            continue


def _add_readings(writer: _Writer, library: Library, video_id: str, report: BackupReport) -> None:
    readings = library.text_store.readings
    for path in readings.files(video_id):
        modality = path.parent.name
        try:
            data = path.read_bytes()
            readings.read(video_id, modality)
        except FileNotFoundError:  # removed a moment ago
            continue
        except ArchiveDamaged as error:
            report.damaged.append(error)
            continue
        writer.add(f"readings/{modality}/{path.name}", io.BytesIO(data))


def _add_examples(writer: _Writer, library: Library) -> None:
    for path in library.saved.files():
        try:
            with path.open("rb") as file:
                writer.add(f"{SAVED}/{path.name}", file)
        except FileNotFoundError:  # `footage doctor` says so
            continue


def _embedded(catalog: Path, fingerprint: str) -> set[str]:
    with closing(sqlite3.connect(catalog)) as db:
        rows = db.execute("SELECT video_id FROM embeddings WHERE fingerprint = ?", (fingerprint,))
        return {row[0] for row in rows}


# reading


def _unpack(source: Path, folder: Path) -> None:
    try:
        bundle = zipfile.ZipFile(source)
    except FileNotFoundError as error:
        raise UsageError(
            f"{source} is not there", remedy="name a file of `footage backup`"
        ) from error
    except (zipfile.BadZipFile, IsADirectoryError) as error:
        raise BackupDamaged(f"{source} is not a backup, or was cut short ({error})") from error
    with bundle:
        members = _manifest(bundle, source)
        for name, facts in members.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                for chunk in _verified(bundle, name, facts, source):
                    file.write(chunk)


def _manifest(bundle: zipfile.ZipFile, source: Path) -> dict[str, dict[str, Any]]:
    try:
        info = bundle.getinfo(MANIFEST)
        if info.file_size > _MOST_MANIFEST:
            raise ValueError(f"{MANIFEST} is too large")
        values = json.loads(bundle.read(info))
        found, members = values["format"], dict(values["members"])
    # a damaged zip fails in any way its parsers can
    except Exception as error:
        raise BackupDamaged(f"{source} is not a backup, or is damaged ({error})") from error
    if isinstance(found, int) and found > FORMAT:
        raise LibraryTooNew(f"{source} was written by a newer footage (format {found})")
    names = bundle.namelist()
    if sorted(names) != sorted([*members, MANIFEST]):
        raise BackupDamaged(f"{source} does not hold what its list says")
    for name in members:
        if not _MEMBER.fullmatch(name):
            raise BackupDamaged(f"{source} holds {name[:80]!r}, which no library has")
    if not {FILE_NAME, CATALOG} <= members.keys():
        raise BackupDamaged(f"{source} has no settings or no catalog in it")
    return members


def _verified(
    bundle: zipfile.ZipFile, name: str, facts: dict[str, Any], source: Path
) -> Iterator[bytes]:
    digest, size = hashlib.blake2b(digest_size=16), 0
    try:
        with bundle.open(name) as member:
            while chunk := member.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if size > facts["size"]:
                    break
                yield chunk
        whole = size == facts["size"] and digest.hexdigest() == facts["blake2b"]
    except OSError:
        raise
    except Exception as error:
        raise BackupDamaged(f"{name} in {source} cannot be read ({error})") from error
    if not whole:
        raise BackupDamaged(f"{name} in {source} fails its checksum")


def _check_library(folder: Path, source: Path) -> int:
    """Open what was unpacked, give it an id of its own; returns its videos."""
    try:
        settings = LibrarySettings.load(folder)
        with closing(sqlite3.connect(folder / CATALOG)) as db:
            if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("it is malformed")
            videos = db.execute("SELECT count(*) FROM videos").fetchone()[0]
            # nothing of it is in an index yet
            db.execute("UPDATE embeddings SET indexed = 0")
            db.commit()
    except LibraryTooNew:
        raise
    except (FootageError, sqlite3.Error) as error:
        raise BackupDamaged(f"the library in {source} cannot be opened ({error})") from error
    settings.model_copy(update={"id": uuid.uuid4().hex}).save(folder)
    return int(videos)


def _sync_tree(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir():
            durable.sync_folder(path)
        else:
            durable.sync(path)
