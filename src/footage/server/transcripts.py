"""What was read in a video, as far as it can be had at once."""

from __future__ import annotations

from footage.catalog import Video
from footage.errors import NotFound
from footage.library import Library
from footage.reader import ReaderFingerprint, Reading
from footage.server.faults import without_folder

NOBODY = ReaderFingerprint("none", "0")


def reading_of(library: Library, video: Video, modality: str) -> Reading:
    """What is said in a video (``speech``), or written (``screen``), as far as it was read.

    Where it was not, by the reader ``none``, which warns of that. It is read while indexing, not
    while somebody waits. Raises `ArchiveDamaged`.
    """
    try:
        return library.transcript(video.video_id, modality)
    except NotFound as error:
        return Reading(NOBODY, warnings=(without_folder(str(error), library.folder),))
