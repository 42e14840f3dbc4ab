"""Taking a library from one Milvus to another by replaying the archive: nothing is embedded.

The new place is filled while the old one answers. Only when every segment id there is as the
archive has it, video by video, does library.toml name the new place; then the old one is cleaned.
Interrupted at any point, the same command goes on: what is there already is not written again.
"""

from __future__ import annotations

import contextlib
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from footage.archive import Archive
from footage.catalog import Catalog
from footage.embedder import Fingerprint, VideoEmbedding
from footage.errors import IndexUnavailable, LibraryUnwritable
from footage.index.segments import NOTHING, SegmentIndex

log = logging.getLogger(__name__)

BATCH_SEGMENTS = 5_000  # rows read from the archive before they are written: 10 MB at 512 floats
ROUNDS = 3  # videos removed or added meanwhile make a second comparison differ
NOTE = "move.json"


@dataclass(slots=True)
class MoveReport:
    """What a move did. ``written`` counts segments; what was there already is not among them."""

    source: str
    target: str
    videos: int = 0
    segments: int = 0
    written: int = 0
    seconds: float = 0.0
    """Spent reading the archive and writing to the new place."""
    cleaned: bool = False
    not_cleaned: IndexUnavailable | None = None
    """Why the old place could not be cleaned; the next move tries again."""

    @property
    def rate(self) -> float:
        """Segments written a second; 0 where nothing was to be written."""
        return self.written / self.seconds if self.written and self.seconds > 0 else 0.0

    def to_json(self) -> dict[str, Any]:
        """The shape of ``move --json``."""
        return {
            "from": self.source,
            "to": self.target,
            "videos": self.videos,
            "segments": self.segments,
            "written": self.written,
            "seconds": round(self.seconds, 3),
            "segments_a_second": round(self.rate, 1),
            "cleaned": self.cleaned,
            "not_cleaned": str(self.not_cleaned) if self.not_cleaned else None,
        }


class Mover:
    """Fills ``target`` with what the archive holds. The caller holds the ingest lock."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        archive: Archive,
        fingerprint: Fingerprint,
        target: SegmentIndex,
        names: Callable[[], Mapping[str, str]],
    ) -> None:
        """``names`` gives the partition, at the target, of every embedded video."""
        self._names = names
        self._catalog = catalog
        self._archive = archive
        self._fingerprint = fingerprint
        self._target = target

    def fill(self, report: MoveReport, on_progress: Callable[[int, int], None]) -> None:
        """Make the target hold exactly what the archive does, and compare all ids afterwards.

        ``on_progress`` is told segments done and in all. Raises `IndexUnavailable` where the ids
        still differ, and `ArchiveDamaged` for a file that cannot be read; nothing was switched.
        """
        began = time.perf_counter()
        for _ in range(ROUNDS):
            lacking = self._lacking()
            if not lacking:
                break
            self._write(lacking, report, on_progress)
        else:
            if lacking := self._lacking():
                raise IndexUnavailable(
                    f"{len(lacking):,} videos in {self._target.place} still differ from the "
                    "archive, so the library stays where it was",
                    remedy="run the same command again",
                )
        report.seconds = time.perf_counter() - began
        self._target.settle()
        expected = self._catalog.embedded()
        report.videos, report.segments = len(expected), sum(expected.values())
        on_progress(report.segments, report.segments)

    def _lacking(self) -> list[str]:
        """The videos whose rows the target lacks; rows of no video are taken out."""
        held = self._target.held()
        names = self._names()
        self._target.delete(held.keys() - names.keys())
        lacking = []
        for video_id, partition in names.items():
            spans = self._archive.spans(video_id, self._fingerprint)
            if self._target.expected(video_id, spans, partition) != held.get(video_id, NOTHING):
                lacking.append(video_id)
        return lacking

    def _write(
        self, video_ids: list[str], report: MoveReport, on_progress: Callable[[int, int], None]
    ) -> None:
        sizes = self._catalog.embedded()
        total = sum(sizes.values())
        done = total - sum(sizes.get(video_id, 0) for video_id in video_ids)
        for batch in self._batches(video_ids):
            on_progress(done, total)
            self._target.write(batch, partitions=self._names(), expected=total)
            rows = sum(embedding.segments for embedding in batch.values())
            report.written += rows
            done += rows

    def _batches(self, video_ids: list[str]) -> Iterator[dict[str, VideoEmbedding]]:
        batch: dict[str, VideoEmbedding] = {}
        for video_id in video_ids:
            batch[video_id] = self._archive.read(video_id, self._fingerprint)
            if sum(embedding.segments for embedding in batch.values()) >= BATCH_SEGMENTS:
                yield batch
                batch = {}
        if batch:
            yield batch


def clean(index: SegmentIndex, folder: Path) -> None:
    """Take a library's rows out of a Milvus it has left; an embedded engine's file with them."""
    if index.on_server:
        index.drop()
    index.close()
    if not index.on_server:
        for path in folder.glob("milvus.db*"):
            if not path.name.endswith((".lock", ".lock.json")):
                path.unlink(missing_ok=True)


# What is left behind at a place that was moved from, until it is cleaned


def note_left(folder: Path, uri: str | None) -> None:
    """Write down which place is about to be left. Raises `LibraryUnwritable`."""
    path = folder / NOTE
    draft = path.with_suffix(".tmp")
    try:
        draft.write_text(json.dumps({"left": uri}), "utf-8")
        draft.replace(path)
    except OSError as error:
        raise LibraryUnwritable(f"{path} cannot be written ({error.strerror})") from error


def forget_left(folder: Path) -> None:
    """There is nothing left to clean."""
    with contextlib.suppress(OSError):
        (folder / NOTE).unlink(missing_ok=True)


def left(folder: Path) -> list[str | None]:
    """The place that an interrupted move did not clean (None is the embedded engine), if any."""
    try:
        found = json.loads((folder / NOTE).read_text("utf-8"))["left"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [found] if found is None or isinstance(found, str) else []
