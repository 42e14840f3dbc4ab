"""What is read here and what is not, so that a page can say what searches may miss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from footage.catalog import Video
from footage.library import Library
from footage.reader import MODALITIES
from footage.reading_log import ReadingEntry
from footage.server.faults import without_folder
from footage.text_store import is_unheard


def reader_states(library: Library, videos: Sequence[Video]) -> list[dict[str, Any]]:
    """The shape of ``readers``: each one, whether it works, and how far it is with the videos."""
    entries = library.text_store.log.entries()
    return [
        _state(
            library,
            modality,
            [(video, entries.get((video.video_id, modality))) for video in videos],
        )
        for modality in MODALITIES
    ]


def _state(
    library: Library, modality: str, videos: list[tuple[Video, ReadingEntry | None]]
) -> dict[str, Any]:
    """How the reader of a modality is, and how far with the ``videos`` that can be searched.

    It is failing where more videos failed than were read: some files are damaged, most are not.
    """
    lack = next((lack for lack in library.readers.lacking if lack.name == modality), None)
    failures = [entry for _, entry in videos if entry is not None and entry.error is not None]
    # where nobody could listen, subtitles were read, and a video without any still waits
    read = [
        entry for video, entry in videos if entry and entry.edition and not is_unheard(entry, video)
    ]
    state, reason, remedy = "ok", None, None
    if lack is not None:
        state, reason, remedy = "missing", lack.reason, lack.remedy
    elif len(failures) > len(read):
        newest = max(failures, key=lambda entry: entry.read_at)
        state, reason, remedy = "failing", newest.error, newest.remedy
    elif waiting := len(videos) - len(read):
        reason = f"{waiting:,} {'video was' if waiting == 1 else 'videos were'} not read yet"
        remedy = "`footage index` on their folders reads what was not read"
    return {
        "name": modality,
        "modality": modality,
        "state": state,
        "reason": reason and without_folder(reason, library.folder),
        "remedy": remedy,
        "videos": len(read),
        "waiting": len(videos) - len(read),
    }
