"""What is read here and what is not, so that a page can say what searches may miss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from footage.library import Library
from footage.reader import MODALITIES
from footage.reading_log import ReadingEntry
from footage.server.faults import without_folder


def reader_states(library: Library, video_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The shape of ``readers``: each one, whether it works, and how far it is with the videos."""
    entries = library.text_store.log.entries()
    return [
        _state(library, modality, [entries.get((video_id, modality)) for video_id in video_ids])
        for modality in MODALITIES
    ]


def _state(library: Library, modality: str, entries: list[ReadingEntry | None]) -> dict[str, Any]:
    """How the reader of a modality is; ``entries`` are of the videos that can be searched.

    It is failing where more videos failed than were read: some files are damaged, most are not.
    """
    lack = next((lack for lack in library.readers.lacking if lack.name == modality), None)
    tried = [entry for entry in entries if entry is not None]
    failures = [entry for entry in tried if entry.error is not None]
    # where speech cannot be heard, subtitles are read, and a video without any still waits
    read = [entry for entry in tried if entry.edition and (entry.lines or lack is None)]
    state, reason, remedy = "ok", None, None
    if lack is not None:
        state, reason, remedy = "missing", lack.reason, lack.remedy
    elif len(failures) > len(read):
        newest = max(failures, key=lambda entry: entry.read_at)
        state, reason, remedy = "failing", newest.error, newest.remedy
    return {
        "name": modality,
        "modality": modality,
        "state": state,
        "reason": reason and without_folder(reason, library.folder),
        "remedy": remedy,
        "videos": len(read),
        "waiting": len(entries) - len(read),
    }
