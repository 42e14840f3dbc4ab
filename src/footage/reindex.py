"""Making the index hold what catalog and archive say, computing no embedding."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from footage.archive import Archive
from footage.catalog import Catalog
from footage.embedder import Fingerprint, VideoEmbedding
from footage.errors import ArchiveDamaged
from footage.index.segments import NOTHING, SegmentIndex
from footage.partitions import Placement

log = logging.getLogger(__name__)

BATCH_SEGMENTS = 5_000  # rows read from the archive before they are written: 10 MB at 512 floats


@dataclass(slots=True)
class ReindexReport:
    """What a reindex did, in videos; ``damaged`` holds what the archive could not give."""

    checked: int = 0
    written: int = 0
    strangers: int = 0
    """Videos the index held and the catalog does not know; taken out."""
    damaged: list[ArchiveDamaged] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The shape of ``reindex --json``."""
        return {
            "checked": self.checked,
            "written": self.written,
            "removed": self.strangers,
            "damaged": [str(error) for error in self.damaged],
        }


class Reindexer:
    """Writes to an index what its archive and catalog say. Needs the ingest lock."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        archive: Archive,
        index: SegmentIndex,
        placement: Placement,
        fingerprint: Fingerprint,
    ) -> None:
        self._catalog = catalog
        self._archive = archive
        self._index = index
        self._placement = placement
        self._fingerprint = fingerprint
        self._report = ReindexReport()

    def reconcile(
        self, *, fresh: bool = False, on_progress: Callable[[int, int], None]
    ) -> ReindexReport:
        """Compare the index with the archive, id by id and video by video; write what differs.

        With ``fresh`` the collections are dropped first. A video whose archive file is damaged
        leaves the index and counts as not embedded, so that the next `index` run embeds it again.
        """
        if fresh:
            self._index.drop()
        held = self._index.held()
        expected = self._catalog.embedded()
        strangers = held.keys() - expected.keys()
        self._index.delete(strangers)
        names = self._placement.names(expected)
        right: dict[str, str] = {}
        differing: list[str] = []
        for video_id, name in names.items():
            on_progress(len(right), len(expected))
            try:
                spans = self._archive.spans(video_id, self._fingerprint)
            except ArchiveDamaged as error:
                self._drop_damaged(video_id, error)
                continue
            if self._index.expected(video_id, spans, name) == held.get(video_id, NOTHING):
                right[video_id] = name
            else:
                differing.append(video_id)
        self._catalog.assign(right)
        self._catalog.mark_indexed(right)
        self.rewrite(differing, lambda done: on_progress(len(right) + done, len(expected)))
        on_progress(len(expected), len(expected))
        self._report.checked = len(expected)
        self._report.strangers = len(strangers)
        return self._report

    def rewrite(
        self, video_ids: Iterable[str], on_progress: Callable[[int], None] = lambda _done: None
    ) -> ReindexReport:
        """Write the rows of these videos anew, where they belong."""
        batch: dict[str, VideoEmbedding] = {}
        for done, video_id in enumerate(video_ids):
            on_progress(done)
            try:
                batch[video_id] = self._archive.read(video_id, self._fingerprint)
            except ArchiveDamaged as error:
                self._drop_damaged(video_id, error)
            if sum(embedding.segments for embedding in batch.values()) >= BATCH_SEGMENTS:
                self._write(batch)
        self._write(batch)
        return self._report

    def _write(self, batch: dict[str, VideoEmbedding]) -> None:
        expected = sum(self._catalog.embedded().values())
        self._placement.write(self._index, batch, expected=expected)
        self._report.written += len(batch)
        batch.clear()

    def _drop_damaged(self, video_id: str, error: ArchiveDamaged) -> None:
        log.error("%s", error)
        self._report.damaged.append(error)
        self._index.delete([video_id])
        self._catalog.forget_embedding(video_id)
