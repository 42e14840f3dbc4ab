"""Drawings of what was found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from footage.analysis.clusters import Clusters, Point
from footage.analysis.drawing import FAINT, Drawing, colour
from footage.analysis.trends import Trends

SIDE, MARGIN, LEGEND = 720, 24, 240
NAMED = 24  # clusters in the legend
TALL, DRAWN = 320, 8  # pixels of a plot of trends, and lines in it


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


def trend_lines(found: Trends) -> Drawing:
    """The share of each subject along the bins, with its bursts above; the surest ones only."""
    drawing = Drawing(SIDE + LEGEND, TALL)
    shown = found.trends[:DRAWN]
    names = [one.name for one in shown[0].bins]
    highest = max((one.share for trend in shown for one in trend.bins), default=0) or 1.0
    left, wide, foot = 48.0, SIDE - 72.0, TALL - 36.0
    step = wide / len(names)
    xs = [left + step * (at + 0.5) for at in range(len(names))]
    for part in (0.0, 0.5, 1.0):
        height = foot - (foot - MARGIN) * part
        drawing.line([(left, height), (left + wide, height)], FAINT)
        drawing.text(left - 6, height + 4, f"{100 * highest * part:.3g} %", anchor="end")
    for number, trend in enumerate(shown):
        heights = [foot - (foot - MARGIN) * one.share / highest for one in trend.bins]
        points = list(zip(xs, heights, strict=True))
        if len(points) > 1:
            drawing.line(points, colour(number), 2)
        for point in points:
            drawing.circle(*point, 2.5, colour(number))
        for burst in trend.bursts:
            first, last = names.index(burst.first), names.index(burst.last)
            width = step * (last - first + 1)
            drawing.box(xs[first] - step / 2, 4 + 3 * number, width, 2, colour(number))
        drawing.circle(SIDE + 8, MARGIN + 22 * number, 5, colour(number))
        drawing.text(SIDE + 20, MARGIN + 22 * number + 4, trend.subject[:32])
    for at in range(0, len(names), max(1, -(-len(names) // 8))):
        drawing.text(xs[at], TALL - 14, names[at], anchor="middle")
    return drawing


def _at(x: float, y: float) -> tuple[float, float]:
    size = SIDE - 2 * MARGIN
    return MARGIN + x * size, MARGIN + (1 - y) * size


def _middle(points: Sequence[Point]) -> tuple[float, float]:
    return _at(
        float(np.median([point.x for point in points])),
        float(np.median([point.y for point in points])),
    )
