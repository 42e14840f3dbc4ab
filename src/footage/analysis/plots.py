"""Drawings of what was found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from footage.analysis.clusters import Clusters, Point
from footage.analysis.drawing import Drawing, colour

SIDE, MARGIN, LEGEND = 720, 24, 240
NAMED = 24  # clusters in the legend


def cluster_map(found: Clusters) -> Drawing:
    """Every segment a dot in the colour of its cluster, with the clusters' names."""
    drawing = Drawing(SIDE + LEGEND, SIDE)
    radius = 4.0 if len(found.points) < 500 else 2.5 if len(found.points) < 5000 else 1.2
    for point in found.points:
        drawing.circle(*_at(point.x, point.y), radius, colour(point.cluster - 1))
    for cluster in found.clusters[:NAMED]:
        own = [point for point in found.points if point.cluster == cluster.number]
        if own:
            drawing.text(*_middle(own), str(cluster.number), size=14, anchor="middle")
    for row, cluster in enumerate(found.clusters[:NAMED]):
        top = MARGIN + 26 * row
        drawing.circle(SIDE + 8, top, 5, colour(cluster.number - 1))
        drawing.text(SIDE + 20, top + 4, f"{cluster.number}  {cluster.name[:30]}")
    if len(found.clusters) > NAMED:
        more = len(found.clusters) - NAMED
        drawing.text(SIDE + 20, MARGIN + 26 * NAMED + 4, f"and {more} more")
    return drawing


def _at(x: float, y: float) -> tuple[float, float]:
    size = SIDE - 2 * MARGIN
    return MARGIN + x * size, MARGIN + (1 - y) * size


def _middle(points: Sequence[Point]) -> tuple[float, float]:
    return _at(
        float(np.median([point.x for point in points])),
        float(np.median([point.y for point in points])),
    )
