"""Stretches of videos that were named, not found, as moments."""

from __future__ import annotations

import re
from collections.abc import Callable

from footage.arguments import check_seconds
from footage.catalog import Video
from footage.errors import InvalidQuery
from footage.example import seconds
from footage.search.moments import Moment

_STRETCH = re.compile(r"(.+)@([\d:.]+)-([\d:.]+)", re.ASCII | re.DOTALL)
# a text in quotes ends in one, so that it is none
_TIMED = re.compile(r"(.*\S)@(?=.*\d)[\d:.]*(?:[-–—][\d:.]*)?s?", re.ASCII | re.DOTALL)


def is_stretch(text: str) -> bool:
    """Whether a text is ``VIDEO@START-END``."""
    return _STRETCH.fullmatch(text) is not None


def is_timed(text: str) -> bool:
    """Whether a text has a video and times, though it may be no stretch: ``VIDEO@START``."""
    return _TIMED.fullmatch(text) is not None


def stretch_of(text: str, find: Callable[[str], Video]) -> Moment:
    """The stretch that ``VIDEO@START-END`` names, such as ``holiday.mp4@1:05-1:12``.

    ``find`` knows a video by what it is called. Raises `InvalidQuery` or `NotFound`.
    """
    found = _STRETCH.fullmatch(text)
    if found is None:
        raise InvalidQuery(
            f"{text[:200]!r} is no stretch of a video", remedy="write it as holiday.mp4@1:05-1:12"
        )
    return stretch(find(found[1]), seconds(found[2]), seconds(found[3]))


def stretch(video: Video, start: float, end: float) -> Moment:
    """[``start``, ``end``) seconds of a video. Raises `InvalidQuery`."""
    check_seconds("start", start)
    check_seconds("end", end)
    if end <= start:
        raise InvalidQuery(
            f"a stretch of {video.title} ends at {end:g} s, before it begins",
            remedy="let it end later than it begins",
        )
    return Moment(
        video_id=video.video_id,
        title=video.title,
        start=float(start),
        end=float(end),
        score=0.0,
        modality="visual",
        scope="clip",
        path=video.path,
        url=video.url,
    )
