"""Clusters: what kinds of things a library shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.analysis import grouping, layout
from footage.analysis.material import Held, Material, Tell, gather, untold
from footage.analysis.naming import concept_vectors, frequent_words
from footage.analysis.places import Place, row_place, varied
from footage.analysis.showing import group_concepts
from footage.arguments import check_range
from footage.embedder import Vectors
from footage.errors import InvalidQuery, UsageError
from footage.index.unit import unit
from footage.query import Filters

SHOWN = 6  # moments of a cluster
OF = ("segments", "videos")
MOST = 500  # clusters that can be asked for


@dataclass(frozen=True, slots=True)
class Cluster:
    """Segments or videos that are alike. Clusters are numbered from 1, the largest first."""

    number: int
    concepts: tuple[str, ...]
    """What its pictures surely show and others do not; empty where that cannot be told."""
    said: tuple[str, ...]
    """Words that are spoken in it more than elsewhere."""
    written: tuple[str, ...]
    """Words that can be read in it more than elsewhere."""
    name: str
    """By its concepts, else by words said or written in it, else ``cluster`` and its number."""
    size: int
    """How many segments, or videos."""
    videos: int
    seconds: float
    share: float
    """Of all seconds, 0 to 1."""
    cohesion: float
    """The mean cosine of two of its members, around the mean of the library; -1 to 1."""
    moments: tuple[Place, ...] = field(repr=False)
    """Its most typical members, of different videos where it has several."""

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``clusters``."""
        return {
            "number": self.number,
            "name": self.name,
            "concepts": list(self.concepts),
            "said": list(self.said),
            "written": list(self.written),
            "size": self.size,
            "videos": self.videos,
            "seconds": round(self.seconds, 3),
            "share": round(self.share, 4),
            "cohesion": round(self.cohesion, 4),
            "moments": [moment.to_json() for moment in self.moments],
        }


@dataclass(frozen=True, slots=True)
class Point:
    """Where a segment, or a video, lies on the map: ``x`` and ``y`` in 0 to 1."""

    video_id: str
    start: float
    end: float
    cluster: int
    x: float
    y: float

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``points``."""
        return {
            "video_id": self.video_id,
            "start": round(self.start, 3),
            "end": round(self.end, 3),
            "cluster": self.cluster,
            "x": round(self.x, 4),
            "y": round(self.y, 4),
        }


@dataclass(frozen=True, slots=True)
class Clusters:
    """All clusters of a library, or of some of its videos."""

    of: str
    clusters: tuple[Cluster, ...]
    silhouette: float
    """How well they are apart, -1 to 1; 0 for one alone."""
    points: tuple[Point, ...] = field(default=(), repr=False)
    """The map, in the order of videos and times; empty where none was asked for."""
    layout: str | None = None
    """How the map was drawn, ``t-sne`` or ``pca``."""
    note: str | None = None
    """Why there is nothing to see, where that is so."""

    def to_json(self) -> dict[str, Any]:
        """The shape of ``clusters --json``."""
        return {
            "of": self.of,
            "silhouette": round(self.silhouette, 4),
            "clusters": [cluster.to_json() for cluster in self.clusters],
            "layout": self.layout,
            "points": [point.to_json() for point in self.points],
            "note": self.note,
        }


def find_clusters(
    held: Held,
    *,
    count: int | None = None,
    of: str = "segments",
    with_map: bool = False,
    filters: Filters | None = None,
    tell: Tell = untold,
) -> Clusters:
    """See `Analysis.clusters`."""
    if of not in OF:
        raise UsageError(f"there are no clusters of {of!r:.50}", remedy=f"use {' or '.join(OF)}")
    check_count(count)
    material = gather(held, filters, tell)
    if of == "videos":
        material = material.whole()
    if len(material) < 2:
        return Clusters(of, (), 0.0, note=_too_few(material, of))
    rows, labels, names = groups_of(held, material, count, tell)
    found = tuple(
        _cluster(held, material, rows, np.flatnonzero(labels == at), name)
        for at, name in enumerate(names)
    )
    points, how = _points(material, rows, labels, tell) if with_map else ((), None)
    return Clusters(of, found, grouping.silhouette(rows, labels), points, how)


class GroupName(NamedTuple):
    """What a group is named by, the number of a cluster first."""

    number: int
    concepts: tuple[str, ...]
    said: tuple[str, ...]
    written: tuple[str, ...]

    def __str__(self) -> str:
        words = self.concepts or self.said or self.written
        return ", ".join(words[:2]) or f"cluster {self.number}"


class Groups(NamedTuple):
    """The groups that clusters, and the trends of clusters, are of."""

    rows: Vectors
    """The material, as `grouping.reduced` has it, float32 [n, up to `DIMENSIONS`]."""
    labels: NDArray[np.int64]
    """Which group each is of, [n]; the largest is 0."""
    names: tuple[GroupName, ...]


def groups_of(held: Held, material: Material, count: int | None, tell: Tell) -> Groups:
    """Group some segments or videos, as many as ``count`` or as differ enough, and name them."""
    rows = grouping.reduced(material, grouping.reduction(material))
    labels = grouping.grouped(rows, count, tell)
    vectors = concept_vectors(held, tell)
    groups = int(labels.max()) + 1
    words = zip(
        [()] * groups if vectors is None else group_concepts(material, labels, vectors),
        frequent_words(held, material, labels, "speech"),
        frequent_words(held, material, labels, "screen"),
        strict=True,
    )
    names = (GroupName(number, *found) for number, found in enumerate(words, start=1))
    return Groups(rows, labels, tuple(names))


def check_count(count: int | None) -> None:
    """Raise `InvalidQuery` for a number of clusters that cannot be asked for."""
    if count is not None:
        check_range("count", count, 1)
        if count > MOST:
            raise InvalidQuery(f"count is {count:,}", remedy=f"it may be {MOST} at most")


def _cluster(
    held: Held,
    material: Material,
    rows: Vectors,
    own: NDArray[np.int64],
    name: GroupName,
) -> Cluster:
    total = rows[own].sum(axis=0, dtype=np.float64)
    typical = rows[own] @ unit(total[None])[0]
    order = own[np.argsort(-typical, kind="stable")]
    pairs = len(own) * (len(own) - 1)
    seconds = float(material.seconds[own].sum())
    return Cluster(
        *name,
        name=str(name),
        size=len(own),
        videos=len(np.unique(material.owners[own])),
        seconds=seconds,
        share=seconds / float(material.seconds.sum()),
        cohesion=(float(total @ total) - len(own)) / pairs if pairs else 1.0,
        moments=tuple(
            row_place(held, material, row) for row in varied(order, material.owners, SHOWN)
        ),
    )


def _points(
    material: Material, rows: Vectors, labels: NDArray[np.int64], tell: Tell
) -> tuple[tuple[Point, ...], str]:
    places, how = layout.laid_out(rows, tell)
    points = tuple(
        Point(material.videos[owner].video_id, start, end, label + 1, x, y)
        for owner, (start, end), label, (x, y) in zip(
            material.owners.tolist(),
            material.spans.tolist(),
            labels.tolist(),
            places.tolist(),
            strict=True,
        )
    )
    return points, how


def _too_few(material: Material, of: str) -> str:
    if not len(material):
        return "there is nothing to put into clusters: no video is indexed, or none passes"
    return f"there is but one of the {of}: clusters take two or more"
