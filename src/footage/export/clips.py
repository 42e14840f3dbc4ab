"""Moments as files of their own: copied from the key frame before, or encoded anew to the frame.

A clip that is there already is kept, so what was interrupted goes on. The name says all that a clip
is made of: another cut has another name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import av

from footage.durable import draft_of
from footage.errors import FootageError, LibraryUnwritable, MediaMissing
from footage.export.cuts import Cut
from footage.export.texts import file_name
from footage.export.timecode import STANDARD
from footage.media.container import open_container
from footage.media.faults import media_fault
from footage.media.playable import Encoding, Playability, Playable, playability
from footage.media.web import Place

_MUXERS = {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
_EDITED = Encoding(shorter_side=None, options={"preset": "fast", "crf": "16", "bf": "0"})
"""Good enough to cut with: at this rate factor x264 is hard to tell from its source."""


@dataclass(slots=True)
class Clips:
    """What came of cutting clips."""

    files: list[Path] = field(default_factory=list)
    kept: int = 0
    failed: list[tuple[Cut, FootageError]] = field(default_factory=list)


def write_clips(
    cuts: Sequence[Cut],
    folder: Path,
    *,
    exact: bool,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Clips:
    """A file a cut in ``folder``. One that fails is in the answer, and the others are made.

    Raises `LibraryUnwritable` where the folder cannot be written.
    """
    clips = Clips()
    for number, cut in enumerate(cuts, 1):
        on_progress(number - 1, len(cuts))
        try:
            file, made = _clip(number, cut, folder, exact=exact)
        except (FootageError, av.FFmpegError, ValueError) as error:
            place = cut.source.place
            known = isinstance(error, FootageError) or place is None
            clips.failed.append((cut, error if known else media_fault(error, place)))  # type: ignore[arg-type]
            continue
        except OSError as error:
            raise LibraryUnwritable(f"{folder} cannot be written ({error.strerror})") from error
        clips.files.append(file)
        clips.kept += not made
    on_progress(len(cuts), len(cuts))
    return clips


def _clip(number: int, cut: Cut, folder: Path, *, exact: bool) -> tuple[Path, bool]:
    """The file, and whether it was made now."""
    place = cut.source.place
    if place is None or (isinstance(place, Path) and not place.is_file()):
        raise MediaMissing(f"{place or cut.source.video.title} is not there now")
    how, suffix = _exactly(place) if exact else _copied(place)
    file = folder / f"{clip_name(number, cut)}{' exact' if exact else ''}{suffix}"
    if file.is_file():
        return file, False
    encoding = _encoding(cut)
    playable = Playable(place, how, float(cut.start), float(cut.end), encoding)
    try:
        with draft_of(file) as draft:
            playable.keep(draft, _MUXERS[suffix])
    finally:
        playable.close()
    return file, True


def clip_name(number: int, cut: Cut) -> str:
    """``001 beach 12.000-18.500 1a2b3c4d``: order, title, seconds, and the video's id."""
    title = file_name(cut.source.video.title)
    span = f"{float(cut.start):.3f}-{float(cut.end):.3f}"
    return f"{number:03} {title} {span} {cut.source.video.video_id[:8]}"


def _exactly(place: Place) -> tuple[Playability, str]:
    how = playability(place)
    return replace(how, direct=False, copies_picture=False, copies_sound=False), ".mp4"


def _copied(place: Place) -> tuple[Playability, str]:
    """All as it is, in a file of the same kind; in MP4 what comes in other kinds."""
    how = playability(place)
    with open_container(place) as container:
        name = container.format.name
    for kind, suffixes in (("mov,mp4", (".mov", ".mp4")), ("matroska", (".webm", ".mkv"))):
        if name.startswith(kind):
            first, other = suffixes
            suffix = first if place.suffix.lower() == first else other
            return replace(how, direct=False, copies_picture=True, copies_sound=True), suffix
    return how, ".mp4"


def _encoding(cut: Cut) -> Encoding:
    source = cut.source
    steady = source.rate if source.recording.steady else None
    counts = source.recording.timecode and source.rate in STANDARD
    return replace(_EDITED, rate=steady, timecode=source.timecode(cut.first) if counts else None)
