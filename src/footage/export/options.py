"""What is exported, and how: checked before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from footage.errors import UsageError
from footage.export.cuts import NO_HANDLES, Handles
from footage.export.timecode import parsed_rate

TEXTS = ("csv", "json", "vtt", "edl", "fcpxml", "otio")
"""The formats that are one file of text, each called as its file ends."""
FORMATS = (*TEXTS, "clips")


@dataclass(frozen=True, slots=True)
class Options:
    """How moments are exported."""

    format: str
    """One of `FORMATS`."""
    rate: Fraction | None = None
    """Frames a second of a sequence; None is that of most of the footage."""
    drop: bool | None = None
    """Whether a sequence counts in drop-frame timecode; None follows the footage."""
    handles: Handles = NO_HANDLES
    merge: bool = False
    """Whether moments that overlap or touch are joined."""
    exact: bool = False
    """Whether clips are encoded anew to begin and end on the frame."""
    title: str = "footage"


def options_of(
    path: Path,
    *,
    format: str | None = None,  # noqa: A002 - what everybody calls it
    fps: object = None,
    drop_frame: bool | None = None,
    handles: object = 0.0,
    merge: bool = False,
    exact: bool = False,
    title: str | None = None,
) -> Options:
    """Options as they are given to `Library.export`. Raises `UsageError`."""
    chosen = format_of(path, format)
    if exact and chosen != "clips":
        raise UsageError(f"{chosen} is exact as it is", remedy="`exact` is for clips")
    return Options(
        format=chosen,
        rate=None if fps is None else parsed_rate(fps),
        drop=drop_frame,
        handles=Handles.of(handles),
        merge=merge,
        exact=exact,
        title=title or path.stem or "footage",
    )


def format_of(path: Path, given: str | None) -> str:
    """The format that is named, or that the file's name says; clips go into a folder."""
    name = path.suffix.lower().removeprefix(".") if given is None else given.lower()
    if given is None and (path.is_dir() or not name):
        name = "clips"
    if name not in FORMATS:
        raise UsageError(
            f"{(given or path.name)[:50]!r} says no format that can be written",
            remedy=f"use one of {', '.join(FORMATS)}; clips go into a folder",
        )
    return name
