"""Outliers: segments unlike all others, or unlike the rest of their video."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footage.analysis import naming, neighbours
from footage.analysis.material import Held, Material, Tell, gather, untold
from footage.analysis.neighbours import Near
from footage.analysis.places import Place, row_place, varied
from footage.analysis.showing import picture_concepts
from footage.arguments import check_range
from footage.errors import UsageError
from footage.query import Filters

WITHIN = ("library", "video")
NEIGHBOURS = {"library": 20, "video": 5}
"""Of how many, at most, the distance is the mean (S. Ramaswamy, R. Rastogi, K. Shim, "Efficient
algorithms for mining outliers from large data sets", SIGMOD 2000). The local outlier factor was
measured beside it: `benchmarks/README.md`, outliers."""
FEWEST = 8  # segments, of which one can be unlike the others
SHOWN_NEAR = 3
A_VIDEO = 3  # outliers of one video, while there are others
STANDS_OUT = 2.5  # of a score, from which it is an outlier: chosen on `train`, ibid.
LEAST_SPREAD = 0.01  # of distances, in 1 - cosine; of less, rounding would decide


@dataclass(frozen=True, slots=True)
class Outlier:
    """A segment that is unlike others, and what it is nearest to all the same."""

    place: Place
    score: float
    """How many robust standard deviations it is farther from its nearest than others are."""
    distance: float
    """The mean of 1 - cosine to those nearest to it."""
    concepts: tuple[str, ...]
    """What it shows more than others do; empty where the embedder reads no texts."""
    near: tuple[tuple[Place, float], ...] = field(repr=False)
    """The ordinary segments nearest to it, with the cosine."""

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``outliers``."""
        return {
            **self.place.to_json(),
            "score": round(self.score, 3),
            "distance": round(self.distance, 4),
            "concepts": list(self.concepts),
            "near": [
                {**place.to_json(), "cosine": round(cosine, 4)} for place, cosine in self.near
            ],
        }


@dataclass(frozen=True, slots=True)
class Outliers:
    """The segments that stand out, the strangest first."""

    within: str
    outliers: tuple[Outlier, ...]
    segments: int
    """How many were looked at."""
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape of ``outliers --json``."""
        return {
            "within": self.within,
            "segments": self.segments,
            "outliers": [outlier.to_json() for outlier in self.outliers],
            "note": self.note,
        }


def find_outliers(
    held: Held,
    *,
    within: str = "library",
    limit: int = 20,
    filters: Filters | None = None,
    tell: Tell = untold,
) -> Outliers:
    """See `Analysis.outliers`."""
    if within not in WITHIN:
        raise UsageError(
            f"there are no outliers within {within!r:.50}", remedy=f"use {' or '.join(WITHIN)}"
        )
    check_range("limit", limit, 1)
    material = gather(held, filters, tell)
    if len(material) < FEWEST:
        few = f"there are {len(material)} segments: what is unlike the rest shows from {FEWEST} on"
        return Outliers(within, (), len(material), few)
    if len(np.unique(material.owners)) == 1:
        within = "video"
    look = neighbours.elsewhere if within == "library" else neighbours.inside
    near = look(material, neighbour_count(len(material), within), tell)
    distances, scores = scored(material, near[1], within)
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] >= STANDS_OUT]
    chosen = varied(order, material.owners, limit, a_video=A_VIDEO)
    chosen.sort(key=lambda row: (-scores[row], row))
    names = _names(held, material, chosen, tell)
    found = tuple(
        Outlier(
            place=row_place(held, material, row),
            score=float(scores[row]),
            distance=float(distances[row]),
            concepts=concepts,
            near=_near(held, material, near, row, scores),
        )
        for row, concepts in zip(chosen, names, strict=True)
    )
    return Outliers(within, found, len(material), None if found else "nothing stands out")


def neighbour_count(segments: int, within: str) -> int:
    """Of how many neighbours the distance is the mean: of few segments an eighth."""
    return min(NEIGHBOURS[within], max(3, segments // 8))


def scored(
    material: Material, cosines: NDArray[np.float32], within: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean distance [n] to the neighbours, and how unusual it is [n]; 0 where none are known.

    Unusual beside all segments or, ``within`` a video, beside those of the video: deviations from
    the median, in what would be the standard deviation of a normal distribution.
    """
    known = ~np.isnan(cosines)
    counts = known.sum(axis=1)
    total = np.where(known, 1 - cosines.astype(np.float64), 0).sum(axis=1)
    distances = total / np.maximum(counts, 1)
    scores = np.zeros(len(distances))
    groups = material.owners if within == "video" else np.zeros(len(distances), np.int32)
    for group in np.unique(groups):
        own = np.flatnonzero((groups == group) & (counts > 0))
        if len(own) >= FEWEST:
            middle = np.median(distances[own])
            spread = 1.4826 * np.median(np.abs(distances[own] - middle))
            scores[own] = (distances[own] - middle) / max(float(spread), LEAST_SPREAD)
    return distances, scores


def _near(
    held: Held, material: Material, near: Near, row: int, scores: NDArray[np.float64]
) -> tuple[tuple[Place, float], ...]:
    """Of the neighbours of a row the nearest that are ordinary, of different videos if possible."""
    cosines = dict(zip(near[0][row].tolist(), near[1][row].tolist(), strict=True))
    order = np.array([at for at in cosines if at >= 0 and scores[at] < STANDS_OUT], dtype=np.int64)
    best = varied(order, material.owners, SHOWN_NEAR)
    return tuple((row_place(held, material, at), cosines[at]) for at in best)


def _names(held: Held, material: Material, rows: list[int], tell: Tell) -> list[tuple[str, ...]]:
    vectors = naming.concept_vectors(held, tell) if rows else None
    if vectors is None:
        return [()] * len(rows)
    return picture_concepts(material, rows, vectors)
