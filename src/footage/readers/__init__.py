"""The readers, by name."""

from __future__ import annotations

from footage.errors import ReaderUnavailable
from footage.reader import Reader
from footage.readers import screen, speech, subtitles
from footage.readers.needs import Status

NAMES = (subtitles.NAME, speech.NAME, screen.NAME)

SPOKEN = (subtitles.NAME, speech.NAME)
"""The readers of what is said: where one finds lines, those after it need not be asked."""


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
