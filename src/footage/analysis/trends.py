"""Trends: when something is seen more than at other times, or where in videos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.analysis import grouping, naming, scan
from footage.analysis.clusters import MOST as MOST_CLUSTERS
from footage.analysis.material import Held, Material, Tell, gather, untold
from footage.analysis.places import Place, place_of
from footage.arguments import check_range
from footage.errors import InvalidQuery, UsageError
from footage.query import DEEPEST, Filters, Query

BY = ("day", "week", "month", "position")
ALPHA = 0.05
"""Of what is called significant, at most this share is expected to be chance."""
FEWEST = 6  # videos, whose dates can say something
POSITIONS = 10  # parts of a video
SHOWN = 4  # moments of a burst


class Stretch(NamedTuple):
    """A stretch of a video that shows a subject, and to what part: 0 to 1."""

    owner: int
    start: float
    end: float
    weight: float


@dataclass(frozen=True, slots=True)
class Bin:
    """What there is of a subject in one day, week, month, or tenth of the videos."""

    name: str
    videos: int
    seconds: float
    share: float
    """Of the seconds, 0 to 1, those of the subject."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Bins in which a subject is seen more than in the others."""

    first: str
    last: str
    share: float
    usual: float
    """The share in all other bins."""
    p: float
    """How likely chance alone makes one as strong, anywhere."""
    false_rate: float
    """Of all findings at least as sure as this, about the share that is chance."""
    moments: tuple[Place, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """A bin from which on a subject is seen more, or less, than before."""

    at: str
    before: float
    after: float
    p: float
    false_rate: float
    moments: tuple[Place, ...] = field(repr=False)
    """On the side of the change where there is more of it."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One subject over time."""

    subject: str
    cluster: int | None
    """Its number among `Clusters`; None for a query."""
    bins: tuple[Bin, ...]
    bursts: tuple[Burst, ...]
    changes: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``trends``."""
        return {
            "subject": self.subject,
            "cluster": self.cluster,
            "bins": [
                {
                    "name": one.name,
                    "videos": one.videos,
                    "seconds": round(one.seconds, 3),
                    "share": round(one.share, 5),
                }
                for one in self.bins
            ],
            "bursts": [
                {
                    "first": one.first,
                    "last": one.last,
                    "share": round(one.share, 5),
                    "usual": round(one.usual, 5),
                    "p": round(one.p, 5),
                    "false_rate": round(one.false_rate, 5),
                    "moments": [moment.to_json() for moment in one.moments],
                }
                for one in self.bursts
            ],
            "changes": [
                {
                    "at": one.at,
                    "before": round(one.before, 5),
                    "after": round(one.after, 5),
                    "p": round(one.p, 5),
                    "false_rate": round(one.false_rate, 5),
                    "moments": [moment.to_json() for moment in one.moments],
                }
                for one in self.changes
            ],
        }


@dataclass(frozen=True, slots=True)
class Trends:
    """What was asked for, or every cluster; those with the surest findings first."""

    by: str
    trends: tuple[Trend, ...]
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape of ``trends --json``."""
        return {
            "by": self.by,
            "trends": [trend.to_json() for trend in self.trends],
            "note": self.note,
        }


def find_trends(
    held: Held,
    *,
    query: str | None = None,
    by: str = "month",
    count: int | None = None,
    filters: Filters | None = None,
    tell: Tell = untold,
) -> Trends:
    """See `Analysis.trends`."""
    if by not in BY:
        raise UsageError(f"there are no trends by {by!r:.50}", remedy=f"use {', '.join(BY)}")
    if count is not None:
        check_range("count", count, 1)
        if count > MOST_CLUSTERS:
            raise InvalidQuery(f"count is {count:,}", remedy=f"at most {MOST_CLUSTERS}")
    material = gather(held, filters, tell)
    videos = len(np.unique(material.owners))
    if videos < FEWEST:
        note = f"there are {videos} videos: trends take {FEWEST} or more"
        return Trends(by, (), note)
    if query is None:
        subjects = _clusters(held, material, count, tell)
    else:
        subjects = [_asked(held, material, query, filters)]
    axis = _positions(material) if by == "position" else _dates(material, by)
    drafts = []
    for at, subject in enumerate(subjects):
        tell("looking for changes", at, len(subjects))
        drafts.append(_looked_at(material, axis, subject))
    trends = _judged(held, material, axis, drafts)
    sure = any(trend.bursts or trend.changes for trend in trends)
    return Trends(by, trends, None if sure else "nothing changes by more than chance may")


class _Subject(NamedTuple):
    name: str
    cluster: int | None
    stretches: list[Stretch]


class _Axis(NamedTuple):
    """Bins along time, or along videos, and how many seconds of which video lie in each."""

    names: list[str]
    seconds: NDArray[np.float64]
    """[videos, bins]"""
    bins: NDArray[np.int64] | None
    """Of each video; None where every video is in all."""


class _Draft(NamedTuple):
    subject: _Subject
    shown: NDArray[np.float64]
    """Seconds of it, [videos, bins]."""
    bursts: list[scan.Window]
    change: scan.Window | None


def _clusters(held: Held, material: Material, count: int | None, tell: Tell) -> list[_Subject]:
    rows = grouping.reduced(material, grouping.reduction(material))
    labels = grouping.grouped(rows, count, tell)
    vectors = naming.concept_vectors(held, tell)
    groups = range(int(labels.max()) + 1)
    names = (
        [f"cluster {number + 1}" for number in groups]
        if vectors is None
        else [", ".join(c[:2]) for c in naming.named_concepts(material, labels, vectors)]
    )
    return [
        _Subject(
            names[number],
            number + 1,
            [
                Stretch(int(material.owners[row]), *material.spans[row].tolist(), 1.0)
                for row in np.flatnonzero(labels == number)
            ],
        )
        for number in groups
    ]


def _asked(held: Held, material: Material, text: str, filters: Filters | None) -> _Subject:
    """What a search finds, each moment as far as it is sure to match.

    Where no probability is known, as far as its score lies above the last one's.
    """
    found = held.answer(Query(text=text, filters=filters or Filters(), limit=DEEPEST))
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
    return _Subject(text, None, stretches)


def _dates(material: Material, by: str) -> _Axis:
    """The days, weeks or months in which videos were recorded; without those with none."""
    present = np.unique(material.owners)
    begins = [_begin(video.recorded_at, by) for video in material.videos]
    days = sorted({begins[at] for at in present})
    places = {day: at for at, day in enumerate(days)}
    bins = np.array([places.get(day, -1) for day in begins])
    totals = np.bincount(material.owners, material.seconds, len(material.videos))
    seconds = np.zeros((len(bins), len(days)))
    seconds[present, bins[present]] = totals[present]
    return _Axis([_day_name(day, by) for day in days], seconds, bins)


def _positions(material: Material) -> _Axis:
    names = [f"{100 * at // POSITIONS}-{100 * (at + 1) // POSITIONS} %" for at in range(POSITIONS)]
    stretches = [
        Stretch(owner, start, end, 1.0)
        for owner, (start, end) in zip(
            material.owners.tolist(), material.spans.tolist(), strict=True
        )
    ]
    return _Axis(names, _along(material, stretches), None)


def _begin(when: datetime, by: str) -> date:
    day = when.date()
    if by == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day


def _day_name(day: date, by: str) -> str:
    return f"{day:%Y-%m}" if by == "month" else day.isoformat()


def _along(material: Material, stretches: Sequence[Stretch]) -> NDArray[np.float64]:
    """Seconds of some stretches in each part of their video, [videos, POSITIONS]."""
    found = np.zeros((len(material.videos), POSITIONS))
    for owner, start, end, weight in stretches:
        width = max(material.videos[owner].duration, end, 1e-3) / POSITIONS
        edges = width * np.arange(POSITIONS + 1)
        overlap = np.minimum(edges[1:], end) - np.maximum(edges[:-1], start)
        found[owner] += weight * np.maximum(overlap, 0)
    return found


def _looked_at(material: Material, axis: _Axis, subject: _Subject) -> _Draft:
    present = np.unique(material.owners)
    if axis.bins is None:
        shown = np.minimum(_along(material, subject.stretches), axis.seconds)
        shares = shown[present] / np.maximum(axis.seconds[present], 1e-9)
        return _Draft(subject, shown, scan.rotated_bursts(shares, alpha=ALPHA), None)
    totals = np.zeros(len(material.videos))
    for owner, start, end, weight in subject.stretches:
        totals[owner] += weight * (end - start)
    lengths = axis.seconds.sum(axis=1)
    shown = np.zeros_like(axis.seconds)
    shown[present, axis.bins[present]] = np.minimum(totals, lengths)[present]
    values = shown[present].sum(axis=1) / np.maximum(lengths[present], 1e-9)
    bins, count = axis.bins[present], len(axis.names)
    found = scan.bursts(values, bins, count, alpha=ALPHA)
    return _Draft(subject, shown, found, scan.change(values, bins, count))


def _judged(
    held: Held, material: Material, axis: _Axis, drafts: Sequence[_Draft]
) -> tuple[Trend, ...]:
    """The trends with what is significant among all that was tested, the surest first."""
    tested = [draft.bursts[:1] + ([draft.change] if draft.change else []) for draft in drafts]
    surest = [window.p for windows in tested for window in windows]
    rates = dict(zip(surest, scan.adjusted(surest), strict=True))
    trends = []
    for draft in drafts:
        window = draft.change
        sure = window is not None and rates[window.p] <= ALPHA
        # the later bursts were compared with the same chance as the first
        bursts = draft.bursts if draft.bursts and rates[draft.bursts[0].p] <= ALPHA else []
        trends.append(
            Trend(
                draft.subject.name,
                draft.subject.cluster,
                _bins(axis, draft.shown),
                tuple(
                    _burst(held, material, axis, draft, one, rates.get(one.p, one.p))
                    for one in sorted(bursts)
                ),
                (_change(held, material, axis, draft, window, rates[window.p]),)
                if window is not None and sure
                else (),
            )
        )
    return tuple(sorted(trends, key=_sureness))


def _sureness(trend: Trend) -> tuple[float, int]:
    found = [one.p for one in (*trend.bursts, *trend.changes)]
    return min(found, default=1.0), trend.cluster or 0


def _bins(axis: _Axis, shown: NDArray[np.float64]) -> tuple[Bin, ...]:
    seconds, videos = axis.seconds.sum(axis=0), (axis.seconds > 0).sum(axis=0)
    return tuple(
        Bin(name, int(videos[at]), float(seconds[at]), _share(axis, shown, at, at + 1))
        for at, name in enumerate(axis.names)
    )


def _share(axis: _Axis, shown: NDArray[np.float64], first: int, last: int) -> float:
    part = float(axis.seconds[:, first:last].sum())
    return float(shown[:, first:last].sum()) / part if part else 0.0


def _burst(
    held: Held, material: Material, axis: _Axis, draft: _Draft, window: scan.Window, rate: float
) -> Burst:
    others = float(axis.seconds.sum() - axis.seconds[:, window.first : window.last].sum())
    elsewhere = float(draft.shown.sum() - draft.shown[:, window.first : window.last].sum())
    return Burst(
        first=axis.names[window.first],
        last=axis.names[window.last - 1],
        share=_share(axis, draft.shown, window.first, window.last),
        usual=elsewhere / others if others else 0.0,
        p=window.p,
        false_rate=rate,
        moments=_moments(held, material, axis, draft, window.first, window.last),
    )


def _change(
    held: Held, material: Material, axis: _Axis, draft: _Draft, window: scan.Window, rate: float
) -> Change:
    at, end = window.first, len(axis.names)
    more = (at, end) if window.height > 0 else (0, at)
    return Change(
        at=axis.names[at],
        before=_share(axis, draft.shown, 0, at),
        after=_share(axis, draft.shown, at, end),
        p=window.p,
        false_rate=rate,
        moments=_moments(held, material, axis, draft, *more),
    )


def _moments(
    held: Held, material: Material, axis: _Axis, draft: _Draft, first: int, last: int
) -> tuple[Place, ...]:
    """The surest stretches in some bins, of different videos."""
    found: dict[int, Stretch] = {}
    for stretch in sorted(draft.subject.stretches, key=lambda one: (-one.weight, one)):
        if _lies_in(material, axis, stretch, first, last):
            found.setdefault(stretch.owner, stretch)
    return tuple(
        place_of(held, material.videos[one.owner], one.start, one.end)
        for one in list(found.values())[:SHOWN]
    )


def _lies_in(material: Material, axis: _Axis, stretch: Stretch, first: int, last: int) -> bool:
    if axis.bins is not None:
        return first <= int(axis.bins[stretch.owner]) < last
    middle = (stretch.start + stretch.end) / 2
    part = middle / max(material.videos[stretch.owner].duration, 1e-3) * POSITIONS
    return first <= part < last
