"""From what score on two things are alike: far above what unrelated ones of the library score.

Nearly all pairs of segments of different videos are unrelated, so their scores show what chance
makes; robustly (the median, and the median distance from it), since some pairs are not. How far
above was chosen on `train`: `benchmarks/README.md`, similar.
"""

from __future__ import annotations

import logging

import numpy as np

from footage.analysis.material import Held, evenly
from footage.embedder import Route
from footage.errors import ArchiveDamaged
from footage.search.background import Picked, joined, picked

log = logging.getLogger(__name__)

DEVIATIONS = 2.5
FEWEST = 6  # videos, whose pairs can say something
MOST_VIDEOS, A_VIDEO = 60, 12  # that are looked at, and segments of each: a second's work
LEAST_DEVIATION = 0.01  # of scores; of less, rounding would decide
ALIKE_ANYWHERE = 0.9
"""Two of this cosine are alike, whatever the library: it may hold nothing but what is alike."""


def floor_of(held: Held, route: Route) -> float | None:
    """The score that what is alike has at least; None where there is too little to tell by.

    It is one of a search by a segment's vector: where frames are kept, the mean of the cosines with
    a segment and with its best frame.
    """
    videos = [video for video in held.videos() if video.segments]
    if len(videos) < FEWEST:
        return None
    parts: list[Picked] = []
    owners: list[int] = []
    for owner in evenly(len(videos), MOST_VIDEOS).tolist():
        own = _segments_of(held, videos[owner].video_id, route)
        parts += own
        owners += [owner] * len(own)
    if len(set(owners)) < FEWEST:
        return None
    sample = joined(parts)
    whose = np.array(owners)
    scores = sample.scores(sample.vectors)[whose[:, None] != whose]
    usual = float(np.median(scores))
    # of normal numbers, 1.4826 times the median distance is the standard deviation
    deviation = max(1.4826 * float(np.median(np.abs(scores - usual))), LEAST_DEVIATION)
    return min(usual + DEVIATIONS * deviation, ALIKE_ANYWHERE)


def _segments_of(held: Held, video_id: str, route: Route) -> list[Picked]:
    try:
        embedding = held.embedding(video_id)
    except ArchiveDamaged as error:
        log.warning("%s; it does not count for what is alike", error.what)
        return []
    track = embedding.tracks.get(route)
    if track is None or not len(track):
        return []
    dice = np.random.default_rng(list(video_id.encode()))
    return picked(embedding, route, A_VIDEO / len(track), dice)
