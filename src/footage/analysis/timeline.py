"""Bins along recorded time, or along videos."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.analysis.material import Material
from footage.analysis.subjects import Stretch

POSITIONS = 10  # parts of a video


class Axis(NamedTuple):
    """Bins along time, or along videos, and how many seconds of which video lie in each."""

    names: list[str]
    seconds: NDArray[np.float64]
    """[videos, bins]"""
    bins: NDArray[np.int64] | None
    """Of each video; None where every video is in all."""


def by_dates(material: Material, by: str) -> Axis:
    """The days, weeks or months in which videos were recorded; without those with none."""
    present = np.unique(material.owners)
    begins = [_begin(video.recorded_at, by) for video in material.videos]
    days = sorted({begins[at] for at in present})
    places = {day: at for at, day in enumerate(days)}
    bins = np.array([places.get(day, -1) for day in begins])
    totals = np.bincount(material.owners, material.seconds, len(material.videos))
    seconds = np.zeros((len(bins), len(days)))
    seconds[present, bins[present]] = totals[present]
    return Axis([_day_name(day, by) for day in days], seconds, bins)


def by_positions(material: Material) -> Axis:
    """The tenths of the videos."""
    names = [f"{100 * at // POSITIONS}-{100 * (at + 1) // POSITIONS} %" for at in range(POSITIONS)]
    stretches = [
        Stretch(owner, start, end, 1.0)
        for owner, (start, end) in zip(
            material.owners.tolist(), material.spans.tolist(), strict=True
        )
    ]
    return Axis(names, along(material, stretches), None)


def slots(names: Sequence[str], by: str) -> list[int]:
    """Where the bins of an axis lie in time: how many days, weeks or months after the first.

    Of positions, how many after it there are.
    """
    if by == "position":
        return list(range(len(names)))
    days = [date.fromisoformat(f"{name}-01" if by == "month" else name) for name in names]
    if by == "month":
        places = [12 * day.year + day.month for day in days]
    else:
        places = [day.toordinal() // (7 if by == "week" else 1) for day in days]
    return [place - places[0] for place in places]


def _begin(when: datetime, by: str) -> date:
    day = when.date()
    if by == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day


def _day_name(day: date, by: str) -> str:
    return f"{day:%Y-%m}" if by == "month" else day.isoformat()


def along(material: Material, stretches: Sequence[Stretch]) -> NDArray[np.float64]:
    """Seconds of some stretches in each part of their video, [videos, POSITIONS]."""
    found = np.zeros((len(material.videos), POSITIONS))
    for owner, start, end, weight in stretches:
        width = max(material.videos[owner].duration, end, 1e-3) / POSITIONS
        edges = width * np.arange(POSITIONS + 1)
        overlap = np.minimum(edges[1:], end) - np.maximum(edges[:-1], start)
        found[owner] += weight * np.maximum(overlap, 0)
    return found


def lies_in(material: Material, axis: Axis, stretch: Stretch, first: int, last: int) -> bool:
    """Whether a stretch lies in bins [first, last), by its middle."""
    if axis.bins is not None:
        return first <= int(axis.bins[stretch.owner]) < last
    middle = (stretch.start + stretch.end) / 2
    part = middle / max(material.videos[stretch.owner].duration, 1e-3) * POSITIONS
    return first <= part < last
