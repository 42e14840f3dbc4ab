"""A reader that reads the same sign in every video, for tests of what is written in pictures."""

from __future__ import annotations

from collections.abc import Callable

from footage.embedder import VideoFile
from footage.reader import Line, Reader, ReaderFingerprint, Reading


class Signs(Reader):
    """Reads one sign in every video."""

    fingerprint = ReaderFingerprint("signs", "1")

    def read(self, video: VideoFile, *, on_progress: Callable[[float], None]) -> Reading:
        on_progress(video.info.duration)
        return Reading(self.fingerprint, (Line(4.5, 7.5, "EMERGENCY EXIT", 0.9),), "frames")
