"""What a trend is about: stretches of videos that a query finds, or that are a cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from footage.analysis.clusters import groups_of
from footage.analysis.material import Held, Material, Tell
from footage.query import DEEPEST, Query


class Stretch(NamedTuple):
    """A stretch of a video that shows a subject, and to what part: 0 to 1."""

    owner: int
    start: float
    end: float
    weight: float


class Subject(NamedTuple):
    """One thing, and where it is seen; ``cluster`` is its number, None for a query."""

    name: str
    cluster: int | None
    stretches: list[Stretch]


def cluster_subjects(
    held: Held, material: Material, count: int | None, tell: Tell
) -> list[Subject]:
    """The clusters of some segments, as `Analysis.clusters` finds them."""
    _rows, labels, names = groups_of(held, material, count, tell)
    return [
        Subject(
            str(name),
            name.number,
            [
                Stretch(
                    int(material.owners[row]),
                    float(material.spans[row, 0]),
                    float(material.spans[row, 1]),
                    1.0,
                )
                for row in np.flatnonzero(labels == name.number - 1)
            ],
        )
        for name in names
    ]


def asked_subject(held: Held, material: Material, name: str, query: Query) -> Subject:
    """What a search finds in some videos, each moment as far as it is sure to match.

    Where no probability is known, as far as its score lies above the last one's. All of the moments
    count, whichever page of them the query is about.
    """
    found = held.answer(replace(query, limit=DEEPEST, offset=0, group_by_video=False))
    owners = {video.video_id: at for at, video in enumerate(material.videos)}
    moments = [moment for moment in found if moment.video_id in owners]
    scores = [moment.score for moment in moments]
    low, high = (min(scores), max(scores)) if scores else (0.0, 0.0)
    stretches = [
        Stretch(
            owners[moment.video_id],
            moment.start,
            moment.end,
            (moment.score - low) / max(high - low, 1e-9)
            if moment.confidence is None
            else moment.confidence,
        )
        for moment in moments
    ]
    return Subject(name, None, stretches)
