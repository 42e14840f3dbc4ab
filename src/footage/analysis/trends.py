"""Trends: when something is seen more than at other times, or where in videos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.analysis import scan
from footage.analysis.clusters import check_count
from footage.analysis.material import Held, Material, Tell, gather, untold
from footage.analysis.places import Place, place_of
from footage.analysis.subjects import Stretch, Subject, asked_subject, cluster_subjects
from footage.analysis.timeline import Axis, along, by_dates, by_positions, lies_in
from footage.errors import UsageError
from footage.query import Filters, Query

BY = ("day", "week", "month", "position")
ALPHA = 0.05
"""Of what is called significant, at most this share is expected to be chance."""
FEWEST = 6  # videos, whose dates can say something
SHOWN = 4  # moments of a burst


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
            "bins": [asdict(one) for one in self.bins],
            "bursts": [_json(one) for one in self.bursts],
            "changes": [_json(one) for one in self.changes],
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
    saved: str | None = None,
    by: str = "month",
    count: int | None = None,
    filters: Filters | None = None,
    tell: Tell = untold,
) -> Trends:
    """See `Analysis.trends`."""
    if by not in BY:
        raise UsageError(f"there are no trends by {by!r:.50}", remedy=f"use {', '.join(BY)}")
    check_count(count)
    asked = _asked(held, query, saved, filters or Filters())
    if asked is not None and count is not None:
        raise UsageError(
            "a count is of clusters, and this is about what a search finds",
            remedy="leave one of them out",
        )
    material = gather(held, filters if asked is None else asked.filters, tell)
    videos = len(np.unique(material.owners))
    if videos < FEWEST:
        there = f"there are {videos} videos" if videos != 1 else "there is 1 video"
        note = f"{there}: trends take {FEWEST} or more"
        return Trends(by, (), note)
    if asked is None:
        subjects = cluster_subjects(held, material, count, tell)
    else:
        subjects = [asked_subject(held, material, saved or query or "", asked)]
    axis = by_positions(material) if by == "position" else by_dates(material, by)
    drafts = []
    for at, subject in enumerate(subjects):
        tell("looking for changes", at, len(subjects))
        drafts.append(_looked_at(material, axis, subject))
    trends = _judged(_Teller(held, material, axis), drafts)
    sure = any(trend.bursts or trend.changes for trend in trends)
    return Trends(by, trends, None if sure else "nothing changes by more than chance may")


def _asked(held: Held, text: str | None, saved: str | None, filters: Filters) -> Query | None:
    """What a search is asked for, of the videos that pass its filters and these; None of clusters.

    Raises `UsageError`, `NotFound` and `CatalogDamaged`.
    """
    if saved is None:
        return None if text is None else Query(text=text, filters=filters)
    if text is not None:
        raise UsageError(
            "both a text and a saved search are given", remedy="ask for the trends of one of them"
        )
    query = held.saved.get(saved).query
    return replace(query, filters=_both(held, query.filters, filters))


def _both(held: Held, own: Filters, given: Filters) -> Filters:
    """The videos that pass two filters. Raises `UsageError` where there is none."""
    if Filters() in (own, given):
        return own if given == Filters() else given
    passing = {video.video_id for video in held.videos(own)}
    ids = tuple(video.video_id for video in held.videos(given) if video.video_id in passing)
    if not ids:  # no ids would be no filter
        raise UsageError(
            "no video passes both these filters and those of the saved search",
            remedy="give none: its own hold anyway",
        )
    return Filters(videos=ids)


def _json(found: Burst | Change) -> dict[str, Any]:
    names = [name for name in found.__slots__ if name != "moments"]
    moments = [moment.to_json() for moment in found.moments]
    return {**{name: getattr(found, name) for name in names}, "moments": moments}


class _Draft(NamedTuple):
    subject: Subject
    shown: NDArray[np.float64]
    """Seconds of it, [videos, bins]."""
    bursts: list[scan.Window]
    change: scan.Window | None


def _looked_at(material: Material, axis: Axis, subject: Subject) -> _Draft:
    present = np.unique(material.owners)
    if axis.bins is None:
        shown = np.minimum(along(material, subject.stretches), axis.seconds)
        shares = shown[present] / np.maximum(axis.seconds[present], 1e-9)
        return _Draft(subject, shown, scan.rotated_bursts(shares, alpha=ALPHA), None)
    totals = np.zeros(len(material.videos))
    for owner, start, end, weight in subject.stretches:
        totals[owner] += weight * (end - start)
    lengths = axis.seconds.sum(axis=1)
    shown = np.zeros_like(axis.seconds)
    shown[present, axis.bins[present]] = np.minimum(totals, lengths)[present]
    # the root, so that a few videos full of it do not outvote the many that show it
    values = np.sqrt(shown[present].sum(axis=1) / np.maximum(lengths[present], 1e-9))
    bins, count = axis.bins[present], len(axis.names)
    found = scan.bursts(values, bins, count, alpha=ALPHA)
    return _Draft(subject, shown, found, scan.change(values, bins, count))


def _judged(teller: _Teller, drafts: Sequence[_Draft]) -> tuple[Trend, ...]:
    """The trends with what is significant among all that was tested, the surest first."""
    tested = [window.p for draft in drafts for window in draft.bursts[:1]]
    tested += [draft.change.p for draft in drafts if draft.change is not None]
    rates = dict(zip(tested, scan.adjusted(tested), strict=True))
    trends = [_judge(teller, draft, rates) for draft in drafts]
    return tuple(sorted(trends, key=_sureness))


def _judge(teller: _Teller, draft: _Draft, rates: dict[float, float]) -> Trend:
    change = draft.change
    # the later bursts were compared with the same chance as the first
    bursts = draft.bursts if draft.bursts and rates[draft.bursts[0].p] <= ALPHA else []
    return Trend(
        draft.subject.name,
        draft.subject.cluster,
        teller.bins(draft),
        tuple(teller.burst(draft, one, rates.get(one.p, one.p)) for one in sorted(bursts)),
        (teller.change(draft, change, rates[change.p]),)
        if change is not None and rates[change.p] <= ALPHA
        else (),
    )


def _sureness(trend: Trend) -> tuple[float, int]:
    found = [one.p for one in trend.bursts] + [one.p for one in trend.changes]
    return min(found, default=1.0), trend.cluster or 0


class _Teller:
    """Puts what was found into shares, names of bins, and moments."""

    def __init__(self, held: Held, material: Material, axis: Axis) -> None:
        self._held = held
        self._material = material
        self._axis = axis

    def bins(self, draft: _Draft) -> tuple[Bin, ...]:
        there = self._axis.seconds
        seconds, videos = there.sum(axis=0), (there > 0).sum(axis=0)
        return tuple(
            Bin(name, int(videos[at]), float(seconds[at]), self._share(draft, at, at + 1))
            for at, name in enumerate(self._axis.names)
        )

    def burst(self, draft: _Draft, window: scan.Window, rate: float) -> Burst:
        first, last = window.first, window.last
        others = np.delete(np.arange(len(self._axis.names)), np.arange(first, last))
        seconds = float(self._axis.seconds[:, others].sum())
        return Burst(
            first=self._axis.names[first],
            last=self._axis.names[last - 1],
            share=self._share(draft, first, last),
            usual=float(draft.shown[:, others].sum()) / seconds if seconds else 0.0,
            p=window.p,
            false_rate=rate,
            moments=self._moments(draft, first, last),
        )

    def change(self, draft: _Draft, window: scan.Window, rate: float) -> Change:
        at, end = window.first, len(self._axis.names)
        more = (at, end) if window.height > 0 else (0, at)
        return Change(
            at=self._axis.names[at],
            before=self._share(draft, 0, at),
            after=self._share(draft, at, end),
            p=window.p,
            false_rate=rate,
            moments=self._moments(draft, *more),
        )

    def _share(self, draft: _Draft, first: int, last: int) -> float:
        part = float(self._axis.seconds[:, first:last].sum())
        return float(draft.shown[:, first:last].sum()) / part if part else 0.0

    def _moments(self, draft: _Draft, first: int, last: int) -> tuple[Place, ...]:
        """The surest stretches in some bins, of different videos."""
        found: dict[int, Stretch] = {}
        for stretch in sorted(draft.subject.stretches, key=lambda one: (-one.weight, one)):
            if lies_in(self._material, self._axis, stretch, first, last):
                found.setdefault(stretch.owner, stretch)
        return tuple(
            place_of(self._held, self._material.videos[one.owner], one.start, one.end)
            for one in list(found.values())[:SHOWN]
        )
