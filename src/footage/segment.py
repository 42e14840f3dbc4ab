"""A stretch of a video that was embedded, and those beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Segment(NamedTuple):
    """A stretch of a video that was embedded, in seconds."""

    start: float
    end: float
    modality: str
    scope: str
    thumbnail: Path | None

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``segment_list`` in ``show --json``."""
        return {**self._asdict(), "thumbnail": str(self.thumbnail) if self.thumbnail else None}


def beside(segments: Sequence[Segment], time: float, count: int) -> list[Segment]:
    """The segment that is on at ``time`` seconds, ``count`` before it and ``count`` after it.

    ``segments`` are those of a video in time order; of one kind alone are looked at, what is seen
    where there is such. Empty where the video is over by then.
    """
    kinds = sorted({(one.scope != "clip", one.modality != "visual", one[2:4]) for one in segments})
    track = [one for one in segments if one[2:4] == kinds[0][2]] if kinds else []
    on = next((at for at, one in enumerate(track) if one.start <= time < one.end), None)
    return [] if on is None else track[max(0, on - count) : on + count + 1]
