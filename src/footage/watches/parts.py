"""What of a library can be searched now: which parts of which videos."""

from __future__ import annotations

from collections.abc import Mapping

from footage.catalog import Catalog
from footage.query import Filters
from footage.search.moments import Evidence
from footage.text_store import TextStore

SEEN = "seen"
Parts = Mapping[str, frozenset[str]]
"""By video id: ``seen``, what its embedding shows, ``speech`` and ``screen``, what was read."""


def searchable(catalog: Catalog, store: TextStore) -> dict[str, frozenset[str]]:
    """The parts of the videos that a search finds now; of a reading there is one if it has text."""
    visible = catalog.select(Filters())
    found = {video_id: {SEEN} for video_id in catalog.embedded().keys() - catalog.unindexed()}
    read = [entry for entry in store.log.entries().values() if entry.edition and entry.lines]
    held = store.index.held() if read else {}
    for entry in read:
        if held.get((entry.video_id, entry.modality)) == entry.edition:
            found.setdefault(entry.video_id, set()).add(entry.modality)
    wanted = found.keys() if visible is None else found.keys() & set(visible)
    return {video_id: frozenset(found[video_id]) for video_id in sorted(wanted)}


def pairs(parts: Parts) -> list[tuple[str, str]]:
    """Video ids and parts, one by one."""
    return [(video_id, part) for video_id, own in parts.items() for part in sorted(own)]


def part_of(evidence: Evidence) -> str:
    """The part of its video that a stretch was found in."""
    return SEEN if evidence.how == "vector" else evidence.modality
