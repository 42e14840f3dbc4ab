"""The readers, by name."""

from __future__ import annotations

from collections.abc import Callable

from footage.embedder import VideoFile
from footage.errors import ReaderUnavailable
from footage.reader import Reader, Reading
from footage.readers import screen, speech, subtitles
from footage.readers.needs import Status

NAMES = (subtitles.NAME, speech.NAME, screen.NAME)


def available() -> list[Status]:
    """Each reader, and whether it can be used on this machine."""
    return [Status(subtitles.NAME, usable=True), speech.status(), screen.status()]


def open_reader(name: str) -> Reader:
    """The reader of a name; its model is loaded when first used.

    Raises `ReaderUnavailable` for an unknown name, or one whose packages are not installed.
    """
    if name == subtitles.NAME:
        return subtitles.SubtitleReader()
    if name == speech.NAME:
        return speech.SpeechReader()
    if name == screen.NAME:
        return screen.ScreenReader()
    raise ReaderUnavailable(
        f"there is no reader called {name!r}", remedy=f"choose one of: {', '.join(NAMES)}"
    )


def read_spoken(video: VideoFile, *, on_progress: Callable[[float], None]) -> Reading:
    """What is said in a video: by its subtitles where it has any, else as it is heard.

    Raises like `Reader.read`, and `ReaderUnavailable` where there are no subtitles and speech
    cannot be recognized on this machine.
    """
    written = open_reader(subtitles.NAME).read(video, on_progress=on_progress)
    if written.lines:
        return written
    return open_reader(speech.NAME).read(video, on_progress=on_progress)
