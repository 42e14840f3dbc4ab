"""What was read in a video, as far as it can be had at once."""

from __future__ import annotations

from pathlib import Path

from footage.catalog import Video
from footage.embedder import VideoFile
from footage.errors import FootageError, MediaMissing
from footage.library import Library
from footage.media.probe import probe
from footage.reader import ReaderFingerprint, Reading
from footage.readers import open_reader, subtitles

NOTHING = Reading(ReaderFingerprint("none", "0"))


def reading_of(library: Library, video: Video, modality: str) -> Reading:  # noqa: ARG001
    """The subtitles of a video, for ``speech``; nothing where there are none.

    Speech is recognized and the screen read while indexing, not while somebody waits.
    """
    path = video.path
    if modality != "speech" or not isinstance(path, Path):
        return NOTHING
    if not path.is_file():
        raise MediaMissing(f"{path} is not there now")
    try:
        file = VideoFile(path, video.video_id, probe(path))
        return open_reader(subtitles.NAME).read(file, on_progress=lambda _seconds: None)
    except FootageError:
        return NOTHING
