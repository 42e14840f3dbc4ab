"""What was read in the videos of a library: kept, recorded, and indexed for search.

A reading is safe when its file is in place and its catalog row committed. The index is derived
from these: whatever it lacks is put there when it is next needed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from footage import prune
from footage.catalog import Catalog, Video
from footage.embedders.sentences import Sentences
from footage.errors import ArchiveDamaged, FootageError, LibraryTooNew, NotFound
from footage.index.texts import FILE_NAME, TextIndex
from footage.passages import passages_of
from footage.reader import MODALITIES, Line, Reading
from footage.readers import subtitles
from footage.reading_log import ReadingEntry, ReadingLog, now
from footage.readings import Readings

log = logging.getLogger(__name__)


class ReadingCounts(NamedTuple):
    """How far some videos have been read for one modality."""

    read: int
    failed: int
    unread: int
    """Of which nobody has tried to read all that there may be."""


def is_unheard(entry: ReadingEntry, video: Video) -> bool:
    """Whether subtitles alone were looked for in a video with sound, and none were there.

    Nobody could listen then, so it is not known whether anything is said in it.
    """
    by_subtitles = entry.reader.startswith(f"{subtitles.NAME}-")
    return entry.modality == "speech" and video.has_audio and by_subtitles and not entry.lines


class TextStore:
    """The readings of one library. Writing is for whoever holds its ingest lock."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        """Nothing is opened before it is needed."""
        self.readings = Readings(folder / "readings")
        self.log = ReadingLog(catalog)
        self._folder = folder
        self._catalog = catalog
        self._caught_up_at: int | None = None

    @cached_property
    def sentences(self) -> Sentences:
        """The space of the passages' vectors, for queries too."""
        return Sentences()

    @property
    def index(self) -> TextIndex:
        """What is searched, with all in it that was read by the time it was first asked for."""
        if self._caught_up_at != self._index.restarts:
            self.catch_up()
        return self._index

    @cached_property
    def _index(self) -> TextIndex:
        space = self.sentences.fingerprint
        return TextIndex(self._folder / FILE_NAME, space.dimension, space=space.id)

    def close(self) -> None:
        """Let go of the files."""
        if "_index" in self.__dict__:
            self._index.close()

    def keep(self, video_id: str, modality: str, reading: Reading, *, beside: str) -> bool:
        """Store a reading; False where the video was removed meanwhile, and nothing is kept.

        ``beside`` is the stamp of the subtitle files beside the video, see `ReadingEntry`.
        Raises `LibraryUnwritable`.
        """
        path = self.readings.write(video_id, modality, reading)
        entry = entry_of(video_id, modality, reading, beside=beside)
        if not self.log.record(entry):
            path.unlink(missing_ok=True)
            return False
        self._put(entry, reading)
        return True

    def forget(self, video_id: str) -> int:
        """Forget all that was read in a video; returns the bytes freed."""
        freed = self.readings.forget(video_id)
        self.log.forget(video_id)
        if (self._folder / FILE_NAME).exists():
            self._index.delete([video_id])
        return freed

    def transcript(self, video: Video, modality: str) -> Reading:
        """The reading of a video. Raises `NotFound` where there is none, and `ArchiveDamaged`."""
        video.present()
        if modality not in MODALITIES:
            raise NotFound(
                f"nothing is read of videos that is called {modality!r:.100}",
                remedy=f"ask for one of: {', '.join(MODALITIES)}",
            )
        entries = [each for each in self.log.of(video.video_id) if each.modality == modality]
        if entries and entries[0].edition and not is_unheard(entries[0], video):
            return self.readings.read(video.video_id, modality)
        what = {"speech": "the speech", "screen": "the writing"}[modality]
        if entries and entries[0].error is not None:
            raise NotFound(
                f"{what} in {video.title} could not be read ({entries[0].error})",
                remedy=entries[0].remedy,
            )
        raise NotFound(
            f"{what} in {video.title} was not read yet",
            remedy="`footage index` on its folder reads it, `footage doctor` says what that needs",
        )

    def counts(self, modality: str, videos: Sequence[Video]) -> ReadingCounts:
        """How many of these videos were read, and how many could not be."""
        entries = self.log.entries()
        tried = [(video, entries.get((video.video_id, modality))) for video in videos]
        failed = sum(entry is not None and entry.error is not None for _, entry in tried)
        read = sum(
            entry is not None and entry.error is None and not is_unheard(entry, video)
            for video, entry in tried
        )
        return ReadingCounts(read, failed, len(videos) - read - failed)

    def lines(self, video_id: str, modality: str) -> Sequence[Line] | None:
        """The lines of a reading; None where there is none that can be read."""
        try:
            return self.readings.read(video_id, modality).lines
        except (ArchiveDamaged, LibraryTooNew):
            return None

    def catch_up(self) -> None:
        """Make the index hold what the catalog says was read; cheap where it does."""
        restarts = self._index.restarts
        entries = self.log.entries()
        wanted = {key: entry.edition for key, entry in entries.items() if entry.edition}
        held = self._index.held()
        gone = {video_id for video_id, modality in held.keys() - wanted.keys()}
        self._index.delete(sorted(gone))
        lacking = [
            key for key, edition in wanted.items() if key[0] in gone or held.get(key) != edition
        ]
        if lacking:
            log.info("%d readings are put into the index of texts", len(lacking))
        for key in lacking:
            self._put_again(entries[key])
        self._caught_up_at = restarts

    def disk_use(self) -> dict[str, int]:
        """Bytes on disk: of the readings, and of the index of texts."""
        return {
            "readings": prune.size_of([self._folder / "readings"]),
            "texts": prune.size_of(self._folder.glob(f"{FILE_NAME}*")),
        }

    def _put(self, entry: ReadingEntry, reading: Reading) -> None:
        passages = passages_of(entry.modality, reading.lines)
        try:
            vectors = self.sentences.encode([passage.text for passage in passages])
        except FootageError as error:  # it is read all the same, and put there another time
            log.warning("the texts of %s are indexed later: %s", entry.video_id, error)
            return
        self._index.replace(entry.video_id, entry.modality, entry.edition, passages, vectors)

    def _put_again(self, entry: ReadingEntry) -> None:
        try:
            self._put(entry, self.readings.read(entry.video_id, entry.modality))
        except ArchiveDamaged as error:
            log.error("%s", error)
            if not self._catalog.unwritable:
                self.log.forget(entry.video_id, entry.modality)


def entry_of(video_id: str, modality: str, reading: Reading, *, beside: str = "") -> ReadingEntry:
    """The row about a reading that is being stored now."""
    return ReadingEntry(
        video_id,
        modality,
        reader=reading.fingerprint.id,
        source=reading.source,
        lines=len(reading.lines),
        beside=beside,
        error=None,
        remedy=None,
        read_at=now(),
    )
