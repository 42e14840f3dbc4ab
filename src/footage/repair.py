"""`footage doctor --repair`: put right what is damaged, from what is left.

Nothing is thrown away: a damaged file is set aside as ``<name>.damaged-<n>``. The order is that of
the library's own foundations, each step standing on the one before: settings, catalog, archive,
index, thumbnails.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from footage import copies, durable, holders, retouch, salvage
from footage.archive import Archive
from footage.catalog import Lying, Video
from footage.embedder import Embedder
from footage.embedders import open_embedder
from footage.errors import (
    ArchiveDamaged,
    FootageError,
    IndexUnavailable,
    LibraryError,
    LibraryNotFound,
    LibraryTooNew,
    LibraryUnwritable,
    MediaError,
    MediaMissing,
)
from footage.index import engine_file
from footage.ingest.report import Observer
from footage.library import Library
from footage.media.identity import FileStamp
from footage.media.web import Place, WebVideo
from footage.opening import is_library_without_settings, open_library
from footage.reader import MODALITIES
from footage.saved import FOLDER as SAVED
from footage.settings import FILE_NAME, LibrarySettings, Sampling
from footage.text_store import entry_of

log = logging.getLogger(__name__)

LAST_SEARCH = "last-search.json"
WAIT = 5.0  # seconds for whoever indexes now


@dataclass(frozen=True, slots=True)
class Mended:
    """One thing that was wrong, and what was done about it."""

    part: str
    found: str
    done: str
    ok: bool = True
    """False where something is left for the user to do; ``done`` then says what."""

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``repairs`` in ``doctor --repair --json``."""
        return asdict(self)


def repair(
    folder: Path, *, embedder: Embedder | None = None, observer: Observer | None = None
) -> Iterator[Mended]:
    """Repair the library at ``folder``; yields what was wrong, as it is put right.

    Nothing is yielded for a sound library. ``embedder`` is the library's own where it is not one
    of footage's; ``observer`` is told of what is embedded again, and may refuse. Raises
    `LibraryNotFound`, `LibraryTooNew`, `LibraryLocked`, `LibraryUnwritable`.
    """
    if not (folder / FILE_NAME).exists() and not is_library_without_settings(folder):
        raise LibraryNotFound(f"there is no library at {folder}")
    lock = FileLock(folder / "ingest.lock", thread_local=False)
    try:
        with holders.indexing(folder, lock, wait=WAIT):
            settings = yield from _settings(folder)
            own = embedder or open_embedder(settings.embedder, settings.sampling)
            yield from _leftovers(folder)
            yield from _catalog(folder, own)
        with open_library(folder, create=False, embedder=embedder) as library:
            yield from _engine(library)
            yield from _archive(library, observer)
            yield from _readings(library)
            yield from _index(library)
            yield from _thumbnails(library)
    except OSError as error:
        raise LibraryUnwritable(f"{folder} cannot be written ({error.strerror})") from error


# settings


def _settings(folder: Path) -> Generator[Mended, None, LibrarySettings]:
    path, copy = folder / FILE_NAME, folder / copies.FOLDER / FILE_NAME
    try:
        return LibrarySettings.load(folder)
    except LibraryTooNew:
        raise
    except LibraryError as error:
        found = error.what
    aside = f", {durable.set_aside(path).name} is the old one" if path.exists() else ""
    try:
        settings = LibrarySettings.load(copy.parent)
        source = "written again from its copy"
    except LibraryError:
        settings = _guessed(folder)
        source = "written anew as the archive says, with the embedded Milvus"
        yield from _set_index_aside(folder, "it belongs to the lost settings")
    settings.save(folder)
    yield Mended("settings", found, source + aside)
    return settings


def _guessed(folder: Path) -> LibrarySettings:
    for fingerprint in Archive(folder / "archive").fingerprints():
        options = fingerprint.options
        known = {key: options[key] for key in Sampling.model_fields if key in options}
        return LibrarySettings(
            embedder=fingerprint.name, sampling=Sampling.model_validate(known, strict=False)
        )
    return LibrarySettings()


# leftovers of killed processes


def _leftovers(folder: Path) -> Iterator[Mended]:
    folders = [folder, folder / "previews", folder / copies.FOLDER]
    folders += [folder / SAVED, *folder.glob("archive/*"), *folder.glob("readings/*")]
    drafts = [draft for place in folders for draft in durable.leftovers(place)]
    drafts += [draft for draft in folder.glob("*.tmp") if draft not in drafts]
    for draft in drafts:
        if draft.is_dir():
            shutil.rmtree(draft)
        else:
            draft.unlink()
    if drafts:
        yield Mended("leftovers", f"{len(drafts):,} drafts of killed processes", "deleted")
    path = folder / LAST_SEARCH
    if path.exists() and not _is_json_object(path):
        path.unlink()
        yield Mended("last search", f"{path} is not JSON", "deleted; the next search writes it")


def _is_json_object(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_text("utf-8")), dict)
    except (OSError, ValueError):
        return False


# catalog


def _catalog(folder: Path, embedder: Embedder) -> Iterator[Mended]:
    found = salvage.fault(folder)
    if not found:
        return
    done = salvage.salvage(folder, Archive(folder / "archive"), embedder.fingerprint)
    aside = f"; {done.aside.name} is the old one" if done.aside else ""
    yield Mended("catalog", found, f"written again: {done}{aside}")


# archive


def _archive(library: Library, observer: Observer | None) -> Iterator[Mended]:
    yield from _damaged_files(library)
    if adopted := salvage.adopt(library.archive, library.catalog, library.embedder.fingerprint):
        yield Mended(
            "archive",
            f"{len(adopted):,} whole files that the catalog did not count as embedded",
            "taken into the catalog",
        )
    yield from _embed_again(library, observer)


def _damaged_files(library: Library) -> Iterator[Mended]:
    mark = library.embedder.fingerprint
    for video_id in sorted({*library.catalog.embedded(), *library.archive.video_ids(mark)}):
        try:
            library.archive.read(video_id, mark)
        except ArchiveDamaged as error:
            path = library.archive.path(video_id, mark)
            done = f"set aside as {durable.set_aside(path).name}" if path.exists() else "forgotten"
            library.catalog.forget_embedding(video_id)
            yield Mended("archive", error.what, f"{done}; out of the index")


def _embed_again(library: Library, observer: Observer | None) -> Iterator[Mended]:
    embedded = library.catalog.embedded()
    lost = [video for video in library.videos(hidden=True) if _is_lost(video, embedded)]
    here = [place for video in lost if (place := video.place) is not None and _is_here(place)]
    if here:
        try:
            library.add(*here, observer=observer)
        except (IndexUnavailable, MediaError) as error:
            log.error("%s", error)
        embedded = library.catalog.embedded()
    for video in lost:
        found = f"{video.title} ({video.video_id}) has no vectors"
        if video.video_id in embedded:
            yield Mended("archive", found, f"embedded again from {video.place}")
        else:
            at = video.place or "its file"
            todo = f"bring {at} back, then run `footage doctor --repair` or index it"
            yield Mended("archive", found, todo, ok=False)


def _is_here(place: Place) -> bool:
    return isinstance(place, WebVideo) or place.is_file()


def _is_lost(video: Video, embedded: dict[str, int]) -> bool:
    return not video.removed and video.video_id not in embedded


# readings


def _readings(library: Library) -> Iterator[Mended]:
    """Set damaged readings aside, and take whole ones in that the catalog has lost."""
    store, known = library.text_store, library.catalog.embedded()
    entries, adopted = store.log.entries(), 0
    for modality in MODALITIES:
        for video_id in sorted(store.readings.video_ids(modality)):
            try:
                reading = store.readings.read(video_id, modality)
            except ArchiveDamaged as error:
                aside = durable.set_aside(store.readings.path(video_id, modality))
                store.log.forget(video_id, modality)
                yield Mended("readings", error.what, f"set aside as {aside.name}; {error.remedy}")
                continue
            entry = entries.get((video_id, modality))
            if video_id in known and (entry is None or not entry.edition):
                adopted += store.log.record(entry_of(video_id, modality, reading))
    if adopted:
        yield Mended(
            "readings", f"{adopted:,} that the catalog did not know of", "taken into the catalog"
        )
    store.catch_up()


# index


def _engine(library: Library) -> Iterator[Mended]:
    """Set a file aside that the embedded engine cannot use; the next session begins a new one."""
    if library.settings.milvus_uri is not None:
        return
    found = engine_file.deep_fault(library.folder / "milvus.db")
    if not found:
        try:
            library.index.count()
        except IndexUnavailable as error:
            found = error.what
    if found:
        library.index.close()
        yield from _set_index_aside(library.folder, found)


def _index(library: Library) -> Iterator[Mended]:
    try:
        differing = library.differing()
    except IndexUnavailable as error:
        if library.settings.milvus_uri is not None:
            yield Mended("index", error.what, error.remedy, ok=False)
            return
        library.index.close()  # a row that only reading it all came upon
        yield from _set_index_aside(library.folder, error.what)
        differing = library.differing()
    if differing:
        library.index.delete(differing)
        library.reindex()
        yield Mended(
            "index",
            f"{len(differing):,} videos differed from the archive",
            "their rows were written anew from it, those of no video taken out",
        )


def _set_index_aside(folder: Path, found: str) -> Iterator[Mended]:
    path = folder / "milvus.db"
    if path.exists():
        aside = durable.set_aside(path)
        for stale in folder.glob("milvus.db-*"):  # its journal, which is not for another file
            durable.set_aside(stale)
        yield Mended("index", f"{path}: {found}", f"set aside as {aside.name}, rebuilt")


# thumbnails


def _thumbnails(library: Library) -> Iterator[Mended]:
    known = set(library.catalog.embedded())
    for stranger in set(library.thumbnails.video_ids()) - known:
        library.thumbnails.delete(stranger)
    made, lost = 0, []
    locations = library.catalog.locations()
    addresses = library.catalog.addresses()
    for video_id in known:
        rows = library.segments(video_id)
        if all(retouch.is_whole(row.thumbnail) for row in rows):
            continue
        source = _unchanged_source(library.video(video_id), locations, addresses)
        try:
            if source is None:
                raise MediaMissing(f"the source of {video_id} is not there")
            spans = [(row.start, row.end) for row in rows]
            fps = library.settings.sampling.fps
            retouch.remake(library.thumbnails, video_id, source, spans, fps=fps)
            made += 1
        except FootageError as error:
            log.info("no thumbnails of %s: %s", video_id, error)
            lost.append(video_id)
    if made:
        yield Mended("thumbnails", f"those of {made:,} videos", "made anew from their sources")
    if lost:
        yield Mended(
            "thumbnails",
            f"those of {len(lost):,} videos are missing, and so are their sources",
            "bring the sources back and run it again; search works without",
            ok=False,
        )


def _unchanged_source(
    video: Video, locations: dict[Path, tuple[FileStamp, str]], addresses: dict[str, Lying]
) -> Place | None:
    """Where what was embedded still lies, as far as its stamp says."""
    place = video.place
    if isinstance(place, WebVideo):
        with contextlib.suppress(MediaError):
            if place.look().agrees(addresses[place.url].stamp):
                return place
    for path in video.paths:
        try:
            if locations[path][0] == FileStamp.of(path):
                return path
        except (MediaError, KeyError):
            continue
    return None
