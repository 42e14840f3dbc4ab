"""CMX 3600: the edit decision list that every editing program reads. One track, only cuts.

``NNN REEL CHANNELS C SOURCE-IN SOURCE-OUT RECORD-IN RECORD-OUT``, outs being the first frame that
is not of it any more. Source times are the file's own timecode at the file's own rate, record times
those of the sequence. It knows only ASCII, and reels of eight letters and digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath

from footage.export.sources import Source, file_of
from footage.export.texts import ascii_line
from footage.export.timeline import Event, Timeline

MOST_EVENTS = 999  # what the format was made for; programs of today read more
_REEL = 8  # characters
_TITLE = 70
_REMARK = 200  # characters of a comment; some programs take no longer lines


def to_edl(timeline: Timeline) -> str:
    """The whole list as text."""
    reels = reels_of(event.cut.source for event in timeline.events)
    mode = "DROP FRAME" if timeline.drop else "NON-DROP FRAME"
    lines = [f"TITLE: {ascii_line(timeline.title)[:_TITLE]}", f"FCM: {mode}", ""]
    for number, event in enumerate(timeline.events, 1):
        lines += _event(number, event, timeline, reels[event.cut.source.video.video_id])
    return "\n".join(lines) + "\n"


def reels_of(sources: Iterable[Source]) -> dict[str, str]:
    """A reel name for each video by its id: what its file says, else from the file's name."""
    reels: dict[str, str] = {}
    for source in sources:
        if source.video.video_id not in reels:
            wanted = source.recording.reel or PurePath(source.name).stem
            reels[source.video.video_id] = _unique(_reel(wanted), set(reels.values()))
    return reels


def _event(number: int, event: Event, timeline: Timeline, reel: str) -> list[str]:
    cut, source = event.cut, event.cut.source
    times = (
        *(source.timecode(cut.first), source.timecode(cut.after)),
        *(timeline.timecode(event.at), timeline.timecode(event.at + event.count)),
    )
    path = file_of(source)
    remarks = {
        "FROM CLIP NAME": source.name,
        "SOURCE FILE": str(path) if path else source.address,
        "COMMENT": cut.text,
    }
    return [
        f"{number:03}  {reel:<{_REEL}} {_channels(source):<5} C        {' '.join(times)}",
        *(f"* {name}: {ascii_line(value)[:_REMARK]}" for name, value in remarks.items() if value),
        "",
    ]


def _channels(source: Source) -> str:
    """The picture, with one channel of sound, or two."""
    return ("V", "B")[source.recording.channels] if source.recording.channels < 2 else "AA/V"


def _reel(name: str) -> str:
    plain = re.sub(r"[^A-Z0-9]", "", ascii_line(name).upper())[:_REEL]
    # AX is nothing from a tape and BL is black, each a word of the format
    return plain if plain and plain not in {"AX", "BL"} else f"REEL{plain}"


def _unique(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name[: _REEL - len(str(number))]}{number}"
    return found
