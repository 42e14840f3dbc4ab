"""A library whose readers read nothing but subtitles, so that no model is loaded for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from colours import ColourEmbedder

import footage
from footage.embedder import VideoFile
from footage.reader import Reader, ReaderFingerprint, Reading


class Deaf(Reader):
    """Reads nothing."""

    fingerprint = ReaderFingerprint("deaf", "1")

    def read(self, _video: VideoFile, *, on_progress: Callable[[float], None]) -> Reading:
        on_progress(0.0)
        return Reading(self.fingerprint, ())


def open_deaf(folder: Path) -> footage.Library:
    """The library at ``folder``, made where there is none."""
    readers = {"speech": Deaf(), "screen": Deaf()}
    return footage.open(folder, embedder=ColourEmbedder(), readers=readers)
