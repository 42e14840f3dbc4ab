"""Watched folders: which they are, how they are, and what in them is new and stands still.

They are kept in ``watched.json``, with the signs of files that were tried and are no videos, or
could not be read, so that these are left alone until they change. Looking never takes anything out
of the library.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from footage.durable import draft_of
from footage.errors import FootageError, LibraryUnwritable, MediaError
from footage.ingest.reading import Places
from footage.library import Library, checked_tags
from footage.media.identity import FileStamp
from footage.media.sources import scan
from footage.server.faults import Refused
from footage.server.job import now
from footage.server.sources import Sources

Locations: TypeAlias = "Mapping[Path, tuple[FileStamp, str]]"
"""Stamp and video of each file, as the catalog has them."""
FILE_NAME = "watched.json"
SAID = "speech"  # the modality that subtitles are of
STILL_SECONDS = 5.0  # that a file has kept its size and time of change before it is taken


class Sign(NamedTuple):
    """By what it is seen whether a file has changed, or the subtitles beside it have."""

    stamp: FileStamp
    beside: str = ""
    """See `ReadingEntry`."""


class Change(NamedTuple):
    """How a file is now, and how the library knows it; None where it does not."""

    now: Sign
    held: Sign | None


@dataclass(slots=True)
class WatchedFolder:
    """A folder, and how it was at the last look."""

    id: str
    folder: str
    tags: list[str]
    """Of the videos that come from there."""
    added_at: str
    state: str = "new"
    """``new`` before the first look, ``ok``, ``missing``, ``empty`` or ``refused``."""
    reason: str | None = None
    looked_at: str | None = None
    settling: int = 0
    """Files that are new or changed and do not stand still yet."""
    job: str | None = None
    """The id of the job that takes in what was found."""
    tried: dict[str, Sign] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The shape of a watched folder."""
        value = asdict(self)
        del value["tried"]
        return value


class WatchedFolders:
    """The watched folders of one library. Safe to use from several threads."""

    def __init__(self, library: Library, sources: Sources) -> None:
        """What cannot be read of their file is asked for anew."""
        self._library, self._sources = library, sources
        self._path = library.folder / FILE_NAME
        self._lock = threading.RLock()
        self._seen: dict[str, tuple[Sign, float]] = {}
        self._folders = _read(self._path)

    def all(self) -> list[WatchedFolder]:
        """All of them, in the order in which they were added."""
        with self._lock:
            return list(self._folders.values())

    def folder(self, folder_id: str) -> WatchedFolder:
        """One of them; raises `Refused`."""
        with self._lock:
            if folder_id in self._folders:
                return self._folders[folder_id]
        raise Refused(
            404,
            "not_found",
            f"there is no watched folder {folder_id[:50]!r}",
            remedy="GET /api/v1/watched lists them",
        )

    def add(self, folder: str | Path, tags: Sequence[str] = ()) -> WatchedFolder:
        """Watch a folder; where it is already, with these tags from now on.

        Raises `UsageError`, `MediaMissing`, `Refused` and `LibraryUnwritable`.
        """
        path, checked = self._sources.folder(str(folder)), checked_tags(tags)
        with self._lock:
            for known in self._folders.values():
                if known.folder == str(path):
                    known.tags = checked
                    break
            else:
                known = WatchedFolder(uuid.uuid4().hex, str(path), checked, now())
                self._folders[known.id] = known
            self._save()
            return known

    def remove(self, folder_id: str) -> None:
        """Watch it no longer; its videos stay. Raises `Refused` and `LibraryUnwritable`."""
        with self._lock:
            del self._folders[self.folder(folder_id).id]
            self._save()

    def look(self, watched: WatchedFolder) -> dict[Path, Change]:
        """Files that are new or changed and stand still; says in ``watched`` how it is.

        A file whose subtitles have changed is one, since these are to be read anew.
        """
        watched.looked_at = now()
        watched.settling = 0
        try:
            folder = self._sources.folder(watched.folder)
            found = scan([folder])
        except Refused as error:
            watched.state, watched.reason = "refused", f"{error.message}; {error.remedy}"
            return {}
        except FootageError as error:
            watched.state, watched.reason = "missing", f"{error.what}; nothing is taken away"
            return {}
        if unread := next((one for one in found.skipped if one.path == folder), None):
            watched.state, watched.reason = "missing", f"{folder} {unread.reason}"
            return {}
        known, files = self._library.catalog.locations(), found.files
        if not files and any(path.is_relative_to(folder) for path in known):
            watched.state = "empty"
            watched.reason = f"{folder} has no videos now, as without its drive; they are kept"
            return {}
        watched.state, watched.reason = "ok", None
        fresh = self._fresh(watched, files, known)
        still = {path: one for path, one in fresh.items() if self._stands_still(path, one.now)}
        watched.settling = len(fresh) - len(still)
        return still

    def tried(
        self, watched: WatchedFolder, files: Mapping[Path, Change], *, cancelled: bool = False
    ) -> None:
        """Leave files alone, until they change, of which nothing has come, or nothing was to come.

        Raises `LibraryUnwritable`.
        """
        held = self._held(self._library.catalog.locations())
        with self._lock:
            for path, (now, before) in files.items():
                self._seen.pop(str(path), None)
                known = held.get(path)
                if known != now and (cancelled or known in (None, before)):
                    watched.tried[str(path)] = now
            self._save()

    def try_again(self, folder: str) -> None:
        """Leave nothing alone any more in a watched folder; raises `LibraryUnwritable`."""
        with self._lock:
            for watched in self._folders.values():
                if watched.folder == folder:
                    watched.tried = {}
            self._save()

    def _fresh(
        self, watched: WatchedFolder, files: Sequence[Path], known: Locations
    ) -> dict[Path, Change]:
        held, places, fresh = self._held(known), Places(known), {}
        for path in files:
            with suppress(MediaError):  # gone meanwhile
                stamp = FileStamp.of(path)
                # as a run of indexing looks for them: where the video lies elsewhere, too
                video = known[path][1] if path in known else None
                beside = places.of(video, path)[2] if video else places.beside(path)
                sign = Sign(stamp, beside)
                if sign not in (held.get(path), watched.tried.get(str(path))):
                    fresh[path] = Change(sign, held.get(path))
        return fresh

    def _held(self, known: Locations) -> dict[Path, Sign]:
        """How the files were that the library has taken in, and the subtitles it has read."""
        entries = self._library.text_store.log.entries()
        read = {video: one.beside for (video, modality), one in entries.items() if modality == SAID}
        return {path: Sign(stamp, read.get(video, "")) for path, (stamp, video) in known.items()}

    def _stands_still(self, path: Path, sign: Sign) -> bool:
        seen, since = self._seen.get(str(path), (None, 0.0))
        if seen != sign:
            self._seen[str(path)] = (sign, time.monotonic())
            return False
        return time.monotonic() - since >= STILL_SECONDS

    def _save(self) -> None:
        kept = [
            {
                "id": one.id,
                "folder": one.folder,
                "tags": one.tags,
                "added_at": one.added_at,
                "tried": {path: _written(sign) for path, sign in one.tried.items()},
            }
            for one in self._folders.values()
        ]
        try:
            with draft_of(self._path) as draft:
                draft.write_text(json.dumps(kept), "ascii")
        except OSError as error:
            raise LibraryUnwritable(f"{self._path} cannot be written ({error.strerror})") from error


def _written(sign: Sign) -> list[int | str]:
    return [*asdict(sign.stamp).values(), sign.beside]


def _sign(values: Sequence[Any]) -> Sign:
    return Sign(FileStamp(*values[:3]), *values[3:])


def _read(path: Path) -> dict[str, WatchedFolder]:
    try:
        kept = json.loads(path.read_text("ascii"))
        folders = [
            WatchedFolder(**{**one, "tried": {p: _sign(s) for p, s in one["tried"].items()}})
            for one in kept
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {one.id: one for one in folders}
