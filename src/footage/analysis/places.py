"""A stretch of a video, as analyses show it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footage.analysis.material import Held, Material
from footage.catalog import Video


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a video, in seconds."""

    video_id: str
    title: str
    start: float
    end: float
    path: Path | None = None
    url: str | None = None
    thumbnail: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape of a stretch in every analysis."""
        return {
            "video_id": self.video_id,
            "title": self.title,
            "path": str(self.path) if self.path else None,
            "url": self.url,
            "start": round(self.start, 3),
            "end": round(self.end, 3),
            "thumbnail": str(self.thumbnail) if self.thumbnail else None,
        }


def place_of(held: Held, video: Video, start: float, end: float) -> Place:
    """A stretch of a video, with the thumbnail that was on in it."""
    thumbnail = held.thumbnails.at(video.video_id, (start + end) / 2)
    return Place(video.video_id, video.title, start, end, video.path, video.url, thumbnail)


def row_place(held: Held, material: Material, row: int) -> Place:
    """The stretch that a row of some material is of."""
    start, end = material.spans[row].tolist()
    return place_of(held, material.videos[material.owners[row]], start, end)


def varied(
    order: NDArray[np.int64], owners: NDArray[np.int32], count: int, *, a_video: int = 1
) -> list[int]:
    """The first rows in an order, at most ``a_video`` of each video while there are others."""
    taken: dict[int, int] = {}
    chosen: list[int] = []
    passed: list[int] = []
    for row in order.tolist():
        owner = int(owners[row])
        taken[owner] = taken.get(owner, 0) + 1
        (chosen if taken[owner] <= a_video else passed).append(row)
        if len(chosen) == count:
            break
    return (chosen + passed)[:count]
