"""Duplicates: the same content in two videos, whole or in part, with aligned times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.analysis import alignment
from footage.analysis.alignment import Aligned, Numbers, Pair
from footage.analysis.frames import DIMENSIONS, FrameSet, frame_set, with_file
from footage.analysis.grouping import reduction
from footage.analysis.matching import Matches, matches
from footage.analysis.material import Held, Tell, gather, untold
from footage.analysis.places import Place, place_of
from footage.analysis.unsure import likely_source, note_of
from footage.arguments import check_range
from footage.catalog import Video
from footage.embedder import VideoEmbedding, VideoFile
from footage.errors import NotFound, UsageError
from footage.media.probe import probe
from footage.media.urls import is_url
from footage.paths import absolute, printable
from footage.query import Filters

ALIKE = 0.7  # cosine, around the mean of all, from which two frames vote
KEEP = 0.6  # of frames on a line, that a stretch goes on over
FEWEST = 3  # frames of a stretch
FEWEST_ALIKE = 4  # of one that has one look: parts of a shot are alike, whatever moment they are of
LEAST_VOTE = 0.05
MOST_PAIRS = 20_000  # of videos that are aligned, those with most frames alike
MOST_STRETCHES = 12  # of one pair
MOST_FAILS = 2  # lines of a pair, one after the other, along which nothing is the same
SAME = 0.83  # cosine, on the mean, of what is the same
STILL = 0.006  # variety below which hardly anything moves: black, a slide, a face before a wall
CONTRAST = 0.3  # that it lies above what is not on the line
OVERLAP = 0.5  # of a stretch, that may not lie in a surer one
WHOLE = 0.9  # of both videos, from which they are copies as a whole
NO_ID = ""  # of a file that is not in the library
SAMPLE = 500  # frames that a look is compared with, to know whether it is anything special


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A stretch of one video that a stretch of another shows as well."""

    first: Place
    second: Place
    speed: float
    """How many seconds of the second go by in one of the first."""
    score: float
    """How sure it is, 0 to 1."""
    cosine: float
    """The mean of frames shown at the same moment, around the mean of the library."""
    whole: bool
    """Whether it is nearly all of both."""

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``duplicates``."""
        return {
            "first": self.first.to_json(),
            "second": self.second.to_json(),
            "speed": round(self.speed, 4),
            "score": round(self.score, 4),
            "cosine": round(self.cosine, 4),
            "whole": self.whole,
        }


@dataclass(frozen=True, slots=True)
class SameFiles:
    """Files that are the same to the byte: the library has them as one video."""

    video_id: str
    title: str
    paths: tuple[Path, ...]

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``same_files``."""
        return {
            "video_id": self.video_id,
            "title": self.title,
            "paths": [str(path) for path in self.paths],
        }


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Stretches that two videos share, the surest first."""

    video: str | None
    """The one video or file that was looked for; None for all with all."""
    duplicates: tuple[Duplicate, ...]
    note: str | None = None
    same_files: tuple[SameFiles, ...] = ()
    """Of the videos that were compared, those that lie in several files."""

    def to_json(self) -> dict[str, Any]:
        """The shape of ``duplicates --json``."""
        return {
            "video": self.video,
            "duplicates": [one.to_json() for one in self.duplicates],
            "note": self.note,
            "same_files": [one.to_json() for one in self.same_files],
        }


def find_duplicates(
    held: Held,
    *,
    video: str | None = None,
    limit: int = 100,
    filters: Filters | None = None,
    tell: Tell = untold,
) -> Duplicates:
    """See `Analysis.duplicates`."""
    check_range("limit", limit, 1)
    material = gather(held, filters, tell)
    looked_for = None if video is None else _looked_for(held, video, tell)
    by = reduction(material, DIMENSIONS)
    frames = frame_set(held, material, by, tell)
    only = None
    asked = material.videos if looked_for is None else (looked_for.video,)
    same_files = tuple(
        SameFiles(one.video_id, one.title, one.paths) for one in asked if len(one.paths) > 1
    )[:limit]
    if looked_for is not None:
        ids = [one.video_id for one in frames.videos]
        if looked_for.video.video_id not in ids:
            frames = with_file(frames, looked_for.video, looked_for.embedding, by)
            ids.append(looked_for.video.video_id)
        only = ids.index(looked_for.video.video_id)
    if len(frames.videos) < 2:
        few = "there are fewer than two videos, so none can be a copy of another"
        return Duplicates(video, (), few, same_files)
    compared = shared(frames, only=only, tell=tell)
    found = [_duplicate(held, frames, pair) for pair in compared.same]
    found.sort(key=lambda one: (-one.score, one.first.video_id, one.first.start))
    note = _note(compared) if only is None else _note_of(frames, compared, only)
    return Duplicates(video, tuple(found[:limit]), note, same_files)


class Shared(NamedTuple):
    """What two videos share: places of both in their `FrameSet`, and how they are aligned."""

    one: int
    other: int
    aligned: Aligned

    def in_video(self, place: int) -> tuple[float, float]:
        """Where it lies in that one of the two, in seconds."""
        ends = np.array([self.aligned.start, self.aligned.end])
        start, end = (ends if place == self.one else self.aligned.line.at(ends)).tolist()
        return start, end


class Compared(NamedTuple):
    """What came of comparing videos: what two share for certain, and what is merely as alike."""

    same: list[Shared]
    unsure: list[Shared]
    """In which too little changes, or which are too short, to tell whether it is the same."""
    votes: Matches


def _note(compared: Compared) -> str | None:
    """What is to be said of all videos, where none was asked for."""
    if compared.same:
        return None
    videos = {place for one in compared.unsure for place in (one.one, one.other)}
    if not videos:
        return "no two videos share anything"
    return (
        f"no two videos share anything for certain: too little changes in what {len(videos)} of "
        "them show alike to tell; `footage similar VIDEO` looks for the like of one"
    )


def _note_of(frames: FrameSet, compared: Compared, only: int) -> str | None:
    video, source = frames.videos[only], None
    if compared.unsure and not compared.same:
        source = likely_source(frames, compared.votes, only)
    return note_of(
        video.title,
        unsure=[one.in_video(only) for one in compared.unsure],
        sure=[one.in_video(only) for one in compared.same],
        likely=None if source is None else frames.videos[source].title,
        how="`footage similar`" if video.video_id != NO_ID else "`footage search --clip`",
    )


def shared(frames: FrameSet, *, only: int | None = None, tell: Tell = untold) -> Compared:
    """All stretches that two videos share; ``only`` those of one video."""
    votes = matches(frames, ALIKE, tell, only=only)
    usual = frames.looks[:: max(1, len(frames) // SAMPLE)].astype(np.float32)
    found, unsure = [], []
    pairs = _pairs(frames, votes)
    for done, (one, other, own) in enumerate(pairs):
        tell("aligning videos", done, len(pairs))
        pair = Pair(frames.of(one), frames.of(other), usual)
        weights = votes.near[own].astype(np.float64) - ALIKE + LEAST_VOTE
        times, others = frames.times[votes.i[own]], frames.times[votes.j[own]]
        shots = frames.shots[one], frames.shots[other]
        ends = frames.videos[one].duration, frames.videos[other].duration
        fitted = [
            _fitted(stretch, pair, shots, ends)
            for stretch in stretches(pair, times, others, weights)
        ]
        same = best_of(aligned for aligned in fitted if is_same(aligned))
        found += [Shared(one, other, aligned) for aligned in same]
        unsure += [Shared(one, other, aligned) for aligned in fitted if not is_same(aligned)]
    return Compared(found, unsure, votes)


def stretches(pair: Pair, times: Numbers, others: Numbers, weights: Numbers) -> Iterator[Aligned]:
    """What two videos share, by the times [n] of frames that look alike, and their weights.

    Also what is as alike, and not `is_same`, since too little changes in it.
    """
    left = np.ones(len(times), dtype=bool)
    failed = 0
    for _ in range(MOST_STRETCHES):
        if failed == MOST_FAILS or len(np.unique(times[left])) < FEWEST:
            return
        line = alignment.best_line(times[left], others[left], weights[left])
        if line is None:
            return
        on = alignment.on_line(line, pair)
        first, last = alignment.best_stretch(on - KEEP, gap=2) or (0, 0)
        failed += 1
        if last > first:
            # what stands still for most of it would be all that counts
            ways = [
                alignment.compared(line, pair, on, (first, last), once=once)
                for once in (False, True)
            ]
            same = next(filter(is_same, ways), None)
            failed = 0 if same else failed
            if same or ways[0].near >= SAME:
                yield same or ways[0]
        begin, end = (first, last) if last > first else (0, len(on))
        inside = (times >= pair.a[0][begin]) & (times <= pair.a[0][end - 1])
        left &= ~(inside & (np.abs(others - line.at(times)) <= alignment.APART))


def _fitted(
    stretch: Aligned, pair: Pair, shots: tuple[Numbers, Numbers], ends: tuple[float, float]
) -> Aligned:
    """With the line through the shots of both, and ends where the content ends."""
    line = alignment.refined(stretch, *shots)
    return alignment.fitted(stretch._replace(line=line), pair.a[0], pair.b[0], ends)


def best_of(found: Iterable[Aligned]) -> list[Aligned]:
    """Without those that lie in good part where a surer one lies, in either video."""
    kept: list[Aligned] = []
    for one in sorted(found, key=score_of, reverse=True):
        if all(_overlap(one, other) < OVERLAP for other in kept):
            kept.append(one)
    return kept


def _overlap(one: Aligned, other: Aligned) -> float:
    """The share of the one that lies in the other, of the two videos where it is larger."""
    spans = [one.line.at(np.array([one.start, one.end])), np.array([one.start, one.end])]
    others = [other.line.at(np.array([other.start, other.end])), np.array([other.start, other.end])]
    shares = [
        (min(a[1], b[1]) - max(a[0], b[0])) / max(a[1] - a[0], 1e-6)
        for a, b in zip(spans, others, strict=True)
    ]
    return float(max(shares))


def is_same(found: Aligned) -> bool:
    """Whether what is aligned is the same content, and not merely much alike."""
    enough = FEWEST if found.looks > 1 else FEWEST_ALIKE
    special = found.contrast >= CONTRAST and found.variety >= STILL
    return found.frames >= enough and found.near >= SAME and special


def _pairs(frames: FrameSet, votes: Matches) -> list[tuple[int, int, NDArray[np.int64]]]:
    """Two videos each with the places of their votes, where they may share enough."""
    key = frames.owners[votes.i].astype(np.int64) * len(frames.videos) + frames.owners[votes.j]
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.diff(key[order], prepend=-1, append=-1))
    parts = [order[first:last] for first, last in pairwise(edges.tolist())]
    counted = [
        (min(len(np.unique(votes.i[part])), len(np.unique(votes.j[part]))), part) for part in parts
    ]
    enough = [(count, part) for count, part in counted if count >= FEWEST - 1]
    enough.sort(key=lambda pair: -pair[0])
    return [
        (int(frames.owners[votes.i[part[0]]]), int(frames.owners[votes.j[part[0]]]), part)
        for _, part in enough[:MOST_PAIRS]
    ]


def _duplicate(held: Held, frames: FrameSet, found: Shared) -> Duplicate:
    one, other = frames.videos[found.one], frames.videos[found.other]
    aligned = found.aligned
    start, end = aligned.line.at(np.array([aligned.start, aligned.end])).tolist()
    start, end = max(start, 0.0), min(end, other.duration or end)
    parts = (
        (aligned.end - aligned.start) / max(one.duration, 1e-3),
        (end - start) / max(other.duration, 1e-3),
    )
    return Duplicate(
        first=place_of(held, one, aligned.start, aligned.end),
        second=place_of(held, other, start, end),
        speed=aligned.line.speed,
        score=score_of(aligned),
        cosine=aligned.near,
        whole=min(parts) >= WHOLE,
    )


def score_of(found: Aligned) -> float:
    """How sure it is that it is the same: by how alike, how special, and how long it is."""
    evidence = (found.near - KEEP) / (1 - KEEP) * min(1.0, found.contrast / 0.8)
    return float(max(0.0, min(1.0, evidence)) * (1 - 0.5 ** (found.frames / 2)))


class _LookedFor(NamedTuple):
    video: Video
    embedding: VideoEmbedding


def _looked_for(held: Held, name: str, tell: Tell) -> _LookedFor:
    """A video of the library, or a file, which is embedded; not where that is paid for."""
    path = absolute(name)
    known = None
    try:
        known = held.video(name)
        return _LookedFor(known, held.embedding(known.video_id))
    except NotFound as error:
        if known is None and not path.is_file() and not is_url(name):
            raise NotFound(f"there is no file or video {printable(name):.200}") from error
        if not path.is_file():
            raise
    if held.embedder.sent_to is not None:
        raise UsageError(
            f"{path.name} would be sent to {held.embedder.sent_to} to be compared",
            remedy="index it first, then name it",
        )
    info = probe(path)
    file = VideoFile(path, NO_ID, info)
    embedding = held.embedder.embed(
        file,
        on_progress=lambda done: tell("looking at it", round(done), round(info.duration)),
        on_thumbnail=lambda _time, _image: None,
    )
    now = datetime.now(timezone.utc)
    video = Video(
        video_id=NO_ID,
        title=path.stem,
        duration=embedding.duration,
        width=info.width,
        height=info.height,
        fps=info.fps,
        codec=info.codec,
        has_audio=info.has_audio,
        recorded_at=info.recorded_at or now,
        added_at=now,
        paths=(path,),
    )
    return _LookedFor(video, embedding)
