"""Making the index hold what catalog and archive say, computing no embedding."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from footage.archive import Archive
from footage.catalog import Catalog
from footage.embedder import Fingerprint, VideoEmbedding
from footage.errors import ArchiveDamaged
from footage.index.segments import SegmentIndex

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


def reconcile(
    *,
    catalog: Catalog,
    archive: Archive,
    index: SegmentIndex,
    fingerprint: Fingerprint,
    fresh: bool,
    on_progress: Callable[[int, int], None],
) -> ReindexReport:
    """Compare the index with the archive, id by id and video by video; write what differs.

    With ``fresh`` the collections are dropped first. A video whose archive file is damaged leaves
    the index and counts as not embedded, so that the next `index` run embeds it again.
    """
    report = ReindexReport()
    if fresh:
        index.drop()
    held = index.ids()
    expected = catalog.embedded()
    strangers = held.keys() - expected.keys()
    index.delete(strangers)
    report.strangers = len(strangers)
    batch: dict[str, VideoEmbedding] = {}
    for done, video_id in enumerate(expected):
        on_progress(done, len(expected))
        report.checked += 1
        try:
            spans = archive.spans(video_id, fingerprint)
            if index.segment_ids(video_id, spans) == held.get(video_id, set()):
                catalog.mark_indexed([video_id])
                continue
            batch[video_id] = archive.read(video_id, fingerprint)
        except ArchiveDamaged as error:
            _drop_damaged(catalog, index, video_id, error, report)
            continue
        if sum(embedding.segments for embedding in batch.values()) >= BATCH_SEGMENTS:
            _write(catalog, index, batch, report)
    _write(catalog, index, batch, report)
    on_progress(len(expected), len(expected))
    return report


def _write(
    catalog: Catalog, index: SegmentIndex, batch: dict[str, VideoEmbedding], report: ReindexReport
) -> None:
    index.write(batch, expected=sum(catalog.embedded().values()))
    catalog.mark_indexed(batch)
    report.written += len(batch)
    batch.clear()


def _drop_damaged(
    catalog: Catalog,
    index: SegmentIndex,
    video_id: str,
    error: ArchiveDamaged,
    report: ReindexReport,
) -> None:
    log.error("%s", error)
    report.damaged.append(error)
    index.delete([video_id])
    catalog.forget_embedding(video_id)
