"""Which reader reads what in a library: those of footage, or somebody's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from footage.embedder import VideoFile
from footage.errors import ReaderUnavailable, UsageError
from footage.reader import MODALITIES, Reader, Reading
from footage.readers import available, open_reader, screen, speech, subtitles
from footage.readers.needs import Status
from footage.reading_log import ReadingEntry

_INSTALLED = {"speech": speech.NAME, "screen": screen.NAME}


class ReaderSet:
    """The readers by modality. Speech is read from subtitles where there are any."""

    def __init__(self, own: Mapping[str, Reader] | None = None) -> None:
        """``own`` are used in place of those that are installed: ``speech``, ``screen``.

        Raises `UsageError` for another modality, or what is no reader.
        """
        self._own = dict(own or {})
        for modality, reader in self._own.items():
            if modality not in MODALITIES or not isinstance(reader, Reader):
                raise UsageError(
                    f"{reader!r:.100} cannot be the reader of {modality!r}",
                    remedy='give readers={"speech": a footage.reader.Reader}, or "screen"',
                )

    @property
    def modalities(self) -> tuple[str, ...]:
        """What can be read here. Subtitles always can, and they are speech."""
        return MODALITIES if self._screen else ("speech",)

    @property
    def lacking(self) -> list[Status]:
        """The readers that cannot be used here, and why."""
        kept = {_INSTALLED[modality] for modality in self._own}
        return [one for one in available() if not one.usable and one.name not in kept]

    def is_current(self, entry: ReadingEntry) -> bool:
        """Whether a video that was read, or could not be, would not be read otherwise now."""
        if entry.error is not None:
            return False
        if entry.modality == "screen":
            return self._screen is None or entry.reader == self._screen.fingerprint.id
        written = self._subtitles.fingerprint.id
        if entry.reader == written and entry.lines:
            return True
        return entry.reader == (self._speech.fingerprint.id if self._speech else written)

    def read(
        self, modality: str, video: VideoFile, *, on_progress: Callable[[float], None]
    ) -> Reading:
        """Read a video; raises like `Reader.read`."""
        if modality == "screen":
            reader = self._screen or open_reader(screen.NAME)
            return reader.read(video, on_progress=on_progress)
        written = self._subtitles.read(video, on_progress=on_progress)
        if written.lines or self._speech is None:
            return written
        return self._speech.read(video, on_progress=on_progress)

    @cached_property
    def _subtitles(self) -> Reader:
        return subtitles.SubtitleReader()

    @cached_property
    def _speech(self) -> Reader | None:
        return self._own.get("speech") or _installed(speech.NAME)

    @cached_property
    def _screen(self) -> Reader | None:
        return self._own.get("screen") or _installed(screen.NAME)


def _installed(name: str) -> Reader | None:
    try:
        return open_reader(name)
    except ReaderUnavailable:
        return None
