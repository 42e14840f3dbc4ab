"""What is like some videos or moments of a library: recommendations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.analysis import grouping
from footage.analysis.likeness import FEWEST, floor_of
from footage.analysis.material import Held, Tell, seen_route, track_of, untold
from footage.analysis.places import Place, place_of
from footage.arguments import check_range, is_number, listed
from footage.catalog import Video
from footage.embedder import Track, Vector, Vectors
from footage.errors import ArchiveDamaged, InvalidQuery, UsageError
from footage.index.unit import unit
from footage.query import DEEPEST, Filters, Query
from footage.search.liked import liked
from footage.search.moments import Moment
from footage.steps import Like

OF = ("moments", "videos")
PIECES = 5  # looks that stand for a whole video: it may be about several things
DEPTH = 8  # candidates for each that is wanted
DIVERSITY = 0.3


@dataclass(frozen=True, slots=True)
class Alike:
    """A moment, or the best moment of a video, and how like the given ones it is."""

    place: Place
    score: float
    """The cosine with what it is most like of what was given; of videos the mean over all of it."""

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``similar``."""
        return {**self.place.to_json(), "score": round(self.score, 6)}


@dataclass(frozen=True, slots=True)
class Similar:
    """What was found, the best first, and of what is all alike only some."""

    of: str
    given: tuple[str, ...]
    similar: tuple[Alike, ...]
    note: str | None = None
    floor: float | None = None
    """The score from which on something is alike; None where nobody can tell."""

    def to_json(self) -> dict[str, Any]:
        """The shape of ``similar --json``."""
        return {
            "of": self.of,
            "given": list(self.given),
            "similar": [one.to_json() for one in self.similar],
            "note": self.note,
            "floor": None if self.floor is None else round(self.floor, 6),
        }


def find_similar(
    held: Held,
    *,
    given: tuple[str, ...],
    of: str = "moments",
    limit: int = 10,
    diversity: float = DIVERSITY,
    filters: Filters | None = None,
    tell: Tell = untold,
) -> Similar:
    """See `Analysis.similar`."""
    names = tuple(listed("the given videos", given))
    if of not in OF:
        raise UsageError(f"there is nothing similar of {of!r:.50}", remedy=f"use {', '.join(OF)}")
    check_range("limit", limit, 1)
    if not names:
        raise UsageError("nothing was given", remedy="name a video, or VIDEO@TIME")
    if not is_number(diversity) or not 0 <= diversity <= 1:
        raise InvalidQuery(f"diversity is {diversity!r:.50}", remedy="give a number from 0 to 1")
    asked = _looks(held, names)
    found = _candidates(held, asked, limit, filters or Filters(), tell)
    found = _best_of_each(found, asked) if of == "videos" else _each_once(found)
    found.sort(key=lambda one: (-one.score, one.moment.video_id, one.moment.start))
    tell("looking at what is unrelated", 0, 1)
    floor = floor_of(held, seen_route(held)) if found else None
    near = [one for one in found if floor is None or one.score >= floor][: DEPTH * limit]
    vectors = _vectors(held, [one.moment for one in near], of)
    chosen = diverse([one.score for one in near], unit(vectors), limit, diversity)
    alike = tuple(_alike(held, near[at]) for at in chosen)
    return Similar(of, names, alike, _note(found, floor), floor)


def _note(found: Sequence[_Candidate], floor: float | None) -> str | None:
    """What is to be said of what was found, the best first."""
    if not found:
        return "there is nothing else in the library to be like it"
    if floor is None:
        return (
            f"with fewer than {FEWEST} videos nobody can tell what is alike by chance: "
            "these are the nearest"
        )
    best = found[0].score
    if best >= floor:
        return None
    return f"nothing else is alike: the nearest scores {best:.3f}, and what is alike {floor:.3f}"


def diverse(scores: Sequence[float], vectors: Vectors, limit: int, diversity: float) -> list[int]:
    """Places of at most ``limit`` of the scored [n], vectors [n, d]: good, and unlike each other.

    Maximal marginal relevance (J. Carbonell, J. Goldstein, SIGIR 1998): each next one has the
    highest (1 - diversity) x score - diversity x its cosine with the nearest one chosen before.
    """
    relevance = (1 - diversity) * np.asarray(scores, dtype=np.float64)
    nearest = np.full(len(relevance), -1.0)
    chosen: list[int] = []
    left = np.ones(len(relevance), dtype=bool)
    while left.any() and len(chosen) < limit:
        worth = relevance - (diversity * nearest if chosen else 0.0)
        best = int(np.where(left, worth, -np.inf).argmax())
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return chosen


class _Look(NamedTuple):
    """One thing that what is looked for may be like."""

    owner: str
    vector: Vector


class _Candidate(NamedTuple):
    moment: Moment
    look: int
    score: float


def _looks(held: Held, names: Iterable[str]) -> list[_Look]:
    """A moment has one look; a video a few that stand for it."""
    found = []
    for name in names:
        video = _video_called(held, name)
        if video is None:
            owner, vector = liked(
                Like.parse(name),
                catalog=held.catalog,
                archive=held.archive,
                fingerprint=held.embedder.fingerprint,
            )
            found.append(_Look(owner, vector))
            continue
        track = track_of(held, video.present(), seen_route(held))
        if track is None or not len(track):
            raise InvalidQuery(f"{video.title} has nothing to be like", remedy="index it first")
        middles = grouping.centres(unit(track.vectors), min(PIECES, len(track)))
        found += [_Look(video.video_id, middle) for middle in middles]
    return found


def _video_called(held: Held, name: str) -> Video | None:
    """The video of this name; None for ``VIDEO@TIME``, unless a video is called that."""
    try:
        return held.video(name)
    except UsageError:
        if "@" in name:
            return None
        raise


def _candidates(
    held: Held, asked: Sequence[_Look], limit: int, filters: Filters, tell: Tell
) -> list[_Candidate]:
    owners = {look.owner for look in asked}
    own = sum(video.segments for video in held.catalog.videos(sorted(owners)).values())
    depth = min(DEEPEST, own + DEPTH * limit)
    modality = seen_route(held).modality  # of one way of looking scores are cosines
    found = []
    for at, look in enumerate(asked):
        tell("looking for what is alike", at, len(asked))
        query = Query(
            vector=look.vector.tolist(), modalities=(modality,), filters=filters, limit=depth
        )
        found += [
            _Candidate(moment, at, moment.score)
            for moment in held.answer(query)
            if moment.video_id not in owners
        ]
    return found


def _each_once(found: Sequence[_Candidate]) -> list[_Candidate]:
    """Every moment with the look that it is most like."""
    best: dict[tuple[str, float], _Candidate] = {}
    for one in found:
        key = (one.moment.video_id, one.moment.start)
        if key not in best or best[key].score < one.score:
            best[key] = one
    return list(best.values())


def _best_of_each(found: Sequence[_Candidate], asked: Sequence[_Look]) -> list[_Candidate]:
    """The best moment of each video; its score the mean of its best ones for each look.

    A look that nothing of the video was found for counts as the lowest score that was found.
    """
    lowest = min((one.score for one in found), default=0.0)
    by_video: dict[str, list[_Candidate]] = {}
    for one in found:
        by_video.setdefault(one.moment.video_id, []).append(one)
    ranked = []
    for own in by_video.values():
        best = np.full(len(asked), lowest)
        for one in own:
            best[one.look] = max(best[one.look], one.score)
        top = max(own, key=lambda one: one.score)
        ranked.append(top._replace(score=float(best.mean())))
    return ranked


def _vectors(held: Held, moments: Sequence[Moment], of: str) -> NDArray[np.float64]:
    """What moments [n], or the whole videos that they are of, look like: [n, d]."""
    mark = held.embedder.fingerprint
    found = np.zeros((len(moments), mark.dimension))
    by_video: dict[str, list[int]] = {}
    for at, moment in enumerate(moments):
        by_video.setdefault(moment.video_id, []).append(at)
    for video_id, places in by_video.items():
        try:
            track = held.archive.track(video_id, mark, seen_route(held))
        except ArchiveDamaged:
            continue
        if track is not None and len(track):
            for at in places:
                found[at] = _seen_in(track, moments[at], of)
    return found


def _seen_in(track: Track, moment: Moment, of: str) -> Vector:
    inside = (track.spans[:, 1] > moment.start) & (track.spans[:, 0] < moment.end)
    if of == "videos" or not inside.any():
        inside[:] = True
    return np.asarray(track.vectors[inside].mean(axis=0))


def _alike(held: Held, one: _Candidate) -> Alike:
    moment = one.moment
    video = held.video(moment.video_id)
    return Alike(place_of(held, video, moment.start, moment.end), one.score)
