"""Drawings of what was found."""

from __future__ import annotations

import numpy as np

from footage.analysis.clusters import Clusters, Point
from footage.analysis.drawing import BADGE, EDGE, FAINT, QUIET, TITLE_FOOT, Drawing, colour
from footage.analysis.labels import label_places
from footage.analysis.timeline import slots
from footage.analysis.trends import Trend, Trends

SIDE, LEGEND, TOP = 720, 260, 52  # pixels: of a map, right of it, and above it
NAMED = 24  # clusters in the legend
LINE, LONGEST = 26, 34  # pixels of a line of the legend, and letters in it
TALL, DRAWN = 400, 8  # pixels of a plot of trends, and lines in it
BAND = 4.0  # pixels of a burst, in the band above the lines
TOLD = 8  # names below an axis, at most
HOW = {
    "t-sne": "placed by t-SNE: near is alike, what is far says nothing, and there are no axes",
    "pca": "placed by the first two principal components, without units",
}
AXES = {
    "day": "day of recording (UTC)",
    "week": "week of recording, by its first day (UTC)",
    "month": "month of recording (UTC)",
    "position": "place in the video, % of its length",
}


def cluster_map(found: Clusters) -> Drawing:
    """Every segment a dot in the colour of its cluster, and the cluster's number among its dots."""
    told = f"{len(found.points):,} {found.of} in {len(found.clusters):,} clusters"
    drawing = Drawing(SIDE + LEGEND, SIDE + TOP, f"What is alike lies together: {told}")
    drawing.text(EDGE, TITLE_FOOT + 18, HOW.get(found.layout or "", ""), ink=QUIET)
    radius = 4.0 if len(found.points) < 500 else 2.5 if len(found.points) < 5000 else 1.2
    for point in found.points:
        drawing.circle(*_at(point), radius, colour(point.cluster - 1))
    dots: dict[int, list[tuple[float, float]]] = {}
    for point in found.points:
        dots.setdefault(point.cluster, []).append(_at(point))
    named = [one.number for one in found.clusters[:NAMED] if one.number in dots]
    groups = [np.array(dots[number]) for number in named]
    places = label_places(groups, 2 * BADGE + 2, (SIDE, SIDE + TOP))
    for number, (x, y) in zip(named, places.tolist(), strict=True):
        drawing.badge(x, y, str(number), colour(number - 1))
    for row, cluster in enumerate(found.clusters[:NAMED]):
        top = TOP + EDGE + LINE * row
        drawing.badge(SIDE + 12, top, str(cluster.number), colour(cluster.number - 1))
        drawing.text(SIDE + 30, top + 4, _shortened(cluster.name))
    if len(found.clusters) > NAMED:
        more = len(found.clusters) - NAMED
        drawing.text(SIDE + 30, TOP + EDGE + LINE * NAMED + 4, f"and {more} more")
    return drawing


def trend_lines(found: Trends) -> Drawing:
    """The share of each subject along time, with its bursts above; the surest ones only.

    A line breaks where no bin is, since nothing was recorded then.
    """
    return _Lines(found).drawn()


class _Lines:
    """A plot of trends under way."""

    def __init__(self, found: Trends) -> None:
        self._by = found.by
        self._shown = found.trends[:DRAWN]
        self._names = [one.name for one in self._shown[0].bins]
        shares = [one.share for trend in self._shown for one in trend.bins]
        self._highest = max(shares, default=0) or 1.0
        self._left, self._wide = 64.0, SIDE - 88.0
        self._top, self._foot = TOP + 28.0 + BAND * DRAWN, TALL - 54.0
        self._slots = slots(self._names, found.by)
        self._step = self._wide / (self._slots[-1] + 1)

    def drawn(self) -> Drawing:
        subject = f"“{self._shown[0].subject}”" if len(self._shown) == 1 else "each"
        along = "place in the video" if self._by == "position" else self._by
        title = f"How much of the footage shows {_shortened(subject)}, by {along}"
        drawing = Drawing(SIDE + LEGEND, TALL, title)
        self._axes(drawing)
        for number, trend in enumerate(self._shown):
            self._line(drawing, number, trend)
        self._legend(drawing)
        return drawing

    def _axes(self, drawing: Drawing) -> None:
        left, foot = self._left, self._foot
        for part in (0.0, 0.5, 1.0):
            height = foot - (foot - self._top) * part
            drawing.line([(left, height), (left + self._wide, height)], FAINT)
            share = f"{100 * self._highest * part:.3g} %"
            drawing.text(left - 6, height + 4, share, anchor="end")
        drawing.text(EDGE, TOP + 10, "share of the seconds of video, %", ink=QUIET)
        free = 0.0
        for name in self._names:
            x = self._begin(name) + self._step / 2
            if x >= free:
                drawing.line([(x, foot), (x, foot + 4)], QUIET)
                drawing.text(x, foot + 18, name, anchor="middle")
                free = x + self._wide / TOLD
        middle = left + self._wide / 2
        drawing.text(middle, foot + 40, AXES[self._by], anchor="middle", ink=QUIET)

    def _line(self, drawing: Drawing, number: int, trend: Trend) -> None:
        fill = colour(number)
        for change in trend.changes:
            x = self._begin(change.at)
            drawing.line([(x, self._top), (x, self._foot)], fill)
        for run in self._runs(trend):
            if len(run) > 1:
                drawing.line(run, fill, 2)
            for point in run:
                drawing.circle(*point, 2.5, fill)
        for burst in trend.bursts:
            begin = self._begin(burst.first)
            above = self._top - BAND * (DRAWN - number) - 2
            drawing.box(begin, above, self._begin(burst.last) + self._step - begin, BAND - 1, fill)

    def _runs(self, trend: Trend) -> list[list[tuple[float, float]]]:
        """The shares as points, those that follow each other without a gap together."""
        height = (self._foot - self._top) / self._highest
        runs: list[list[tuple[float, float]]] = []
        for at, one in enumerate(trend.bins):
            if not at or self._slots[at] > self._slots[at - 1] + 1:
                runs.append([])
            x = self._begin(one.name) + self._step / 2
            runs[-1].append((x, self._foot - height * one.share))
        return runs

    def _legend(self, drawing: Drawing) -> None:
        lines = [(trend.subject, colour(at)) for at, trend in enumerate(self._shown)]
        for row, (name, fill) in enumerate(lines):
            drawing.circle(SIDE + 8, TOP + EDGE + 22 * row, 5, fill)
            drawing.text(SIDE + 20, TOP + EDGE + 22 * row + 4, _shortened(name))
        told = []
        if any(trend.bursts for trend in self._shown):
            told.append("a bar above: more of it then")
        if any(trend.changes for trend in self._shown):
            told.append("an upright line: more or less from then on")
        for row, text in enumerate(told):
            height = TOP + EDGE + 22 * len(lines) + 12 + 18 * row
            drawing.text(SIDE + 8, height, text, size=11, ink=QUIET)

    def _begin(self, name: str) -> float:
        """Where a bin begins."""
        return self._left + self._step * self._slots[self._names.index(name)]


def _at(point: Point) -> tuple[float, float]:
    size = SIDE - 2 * EDGE
    return EDGE + point.x * size, TOP + EDGE + (1 - point.y) * size


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"
