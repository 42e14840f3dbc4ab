"""A library's background: a sample of its segments, to know what an unrelated one scores.

Derived: it is drawn from the archive, kept as ``background-<fingerprint id>.npz`` in the library
folder, and drawn anew where that is missing, damaged or no longer like the library.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from footage.durable import draft_of
from footage.embedder import Route, Vectors, VideoEmbedding
from footage.errors import ArchiveDamaged
from footage.index.unit import products, unit

log = logging.getLogger(__name__)

FORMAT = 1
MOST_SEGMENTS = 1_000  # of a route: the error of a mean is then 3 % of a standard deviation
MOST_VIDEOS = 100  # read whole, a few milliseconds each
MOST_FRAMES = 8_000  # 6 MB in half precision at 384 numbers

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Segments: vectors [n, dimension], and the frames of each if any, from row ``first[i]`` on.

    All are unit vectors, float32. Without frames, ``frames`` and ``first`` have no rows.
    """

    vectors: Vectors
    frames: Vectors
    first: NDArray[np.int64]

    @classmethod
    def of_vectors(cls, vectors: Vectors) -> Sample:
        """A sample of what has no frames, vectors [n, dimension] of any length but 0."""
        nothing = np.zeros((0, *vectors.shape[1:]), np.float32)
        return cls(unit(vectors), nothing, np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self.vectors)

    def scores(self, queries: Vectors) -> Scores:
        """Of unit vectors [q, dimension] with each segment, [q, n], as a closer look scores them.

        The mean of the cosines with the segment and with its best frame, or the first alone.
        """
        whole = _products(queries, self.vectors).astype(np.float64)
        if len(self.first) == 0:
            return np.asarray(whole)
        best = np.maximum.reduceat(_products(queries, self.frames), self.first, axis=1)
        return np.asarray((whole + best) / 2)


def _products(queries: Vectors, vectors: Vectors) -> Vectors:
    """The inner products of each query with each vector, float32 [q, n]."""
    if len(queries) == 1:  # as every search asks
        return products(vectors, queries[0])[None]
    return np.asarray(queries @ vectors.T)


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Samples by route, and of how many segments the library consisted then."""

    samples: Mapping[Route, Sample]
    segments: int

    def is_like(self, segments: int) -> bool:
        """Whether a library that has so many segments now is still about the one sampled."""
        return abs(segments - self.segments) <= self.segments / 4


def drawn(
    held: Mapping[str, int], read: Callable[[str], VideoEmbedding], *, seed: str
) -> Background:
    """The background of a library of these videos, by id, with the number of segments of each.

    ``read`` may raise `ArchiveDamaged`; such a video is left out. The same library and seed give
    the same sample.
    """
    dice = np.random.default_rng(list(seed.encode()))
    chosen = dice.choice(sorted(held), min(len(held), MOST_VIDEOS), replace=False).tolist()
    share = min(1.0, MOST_SEGMENTS / max(1, sum(held[video_id] for video_id in chosen)))
    parts: dict[Route, list[Picked]] = {}
    for video_id in chosen:
        try:
            embedding = read(video_id)
        except ArchiveDamaged as error:
            log.warning("%s; it is not part of the background", error.what)
            continue
        for route in embedding.tracks:
            parts.setdefault(route, []).extend(picked(embedding, route, share, dice))
    return Background(
        {route: joined(own) for route, own in parts.items() if own}, sum(held.values())
    )


Picked = tuple[Vectors, Vectors]
"""A segment's vector [1, dimension], and its frames [n, dimension]."""


def picked(
    embedding: VideoEmbedding, route: Route, share: float, dice: np.random.Generator
) -> list[Picked]:
    """About ``share`` of the segments of a video, one at least."""
    track, frames = embedding.tracks[route], embedding.frames
    count = min(len(track), max(1, round(share * len(track))))
    found = []
    for at in sorted(dice.choice(len(track), count, replace=False).tolist()):
        own = track.vectors[:0]
        if frames is not None:
            first, last = np.searchsorted(frames.spans[:, 0], track.spans[at])
            own = frames.vectors[first:last]
        found.append((track.vectors[at : at + 1], own))
    return found


def joined(parts: Sequence[Picked]) -> Sample:
    """The segments, one at least, and as many of their frames as are kept, as one sample."""
    vectors = np.concatenate([vector for vector, _ in parts])
    if not any(len(frames) for _, frames in parts):
        return Sample.of_vectors(vectors)
    most = max(1, MOST_FRAMES // len(parts))
    # what has no frame is its own: a segment shorter than the time between two frames
    each = [_thinned(frames, most) if len(frames) else vector for vector, frames in parts]
    first = np.cumsum([0, *(len(frames) for frames in each[:-1])])
    return Sample(unit(vectors), unit(np.concatenate(each)), first.astype(np.int64))


def _thinned(frames: Vectors, most: int) -> Vectors:
    """At most so many of the frames, evenly spread: of long segments there are hundreds."""
    if len(frames) <= most:
        return frames
    return np.asarray(frames[np.linspace(0, len(frames) - 1, most).round().astype(int)])


def save(path: Path, background: Background, bank: Vectors | None) -> None:
    """Keep a background, and the vectors of the bank's sentences. Raises `OSError`."""
    arrays: dict[str, NDArray[Any]] = {
        "about": np.array([FORMAT, background.segments, -1 if bank is None else len(bank)])
    }
    if bank is not None:
        arrays["bank"] = bank.astype(np.float16)
    for (modality, scope), sample in background.samples.items():
        for name in ("vectors", "frames"):
            arrays[f"{modality}.{scope}.{name}"] = getattr(sample, name).astype(np.float16)
        arrays[f"{modality}.{scope}.first"] = sample.first
    with draft_of(path) as draft, draft.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def load(path: Path, dimension: int) -> tuple[Background, Vectors | None] | None:
    """What `save` kept; None where there is nothing, or nothing whole: zip checks its sums."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            kept = {name: arrays[name] for name in arrays.files}
        made, segments, sentences = (int(number) for number in kept.pop("about"))
        bank = kept.pop("bank", None)
        if made != FORMAT or (-1 if bank is None else len(bank)) != sentences:
            return None
        names = dict.fromkeys(name.rpartition(".")[0] for name in kept)
        samples = {_route(name): _sample(kept, name, dimension) for name in names}
        return Background(samples, segments), None if bank is None else _unit(bank, dimension)
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as error:
        log.warning("%s cannot be read (%s); it is made anew", path, error)
        return None


def saved(
    path: Path, dimension: int, background: Background, bank: Vectors | None
) -> tuple[Background, Vectors | None]:
    """The same as every later process has it, to the last digit; as it is where nothing is kept."""
    try:
        save(path, background, bank)
    except OSError as error:
        log.info("the background stays in memory: %s", error)
        return background, bank
    return load(path, dimension) or (background, bank)


def bank_kept(path: Path, dimension: int, encode: Callable[[], Vectors]) -> Vectors:
    """A bank's vectors [b, dimension], encoded once and from then on read from ``path``."""
    _, kept = load(path, dimension) or (None, None)
    if kept is not None:
        return kept
    vectors = encode()
    _, kept = saved(path, dimension, Background({}, 0), vectors)
    return vectors if kept is None else kept


def _sample(kept: Mapping[str, NDArray[Any]], name: str, dimension: int) -> Sample:
    """One route's sample; raises `ValueError` for what `save` would not have written."""
    first = kept[f"{name}.first"].astype(np.int64)
    vectors, frames = (_unit(kept[f"{name}.{part}"], dimension) for part in ("vectors", "frames"))
    if len(first) not in (0, len(vectors)) or (len(first) == 0) != (len(frames) == 0):
        raise ValueError(f"{name} has {len(vectors)} vectors, {len(first)} with frames")
    if len(first) and (first[0] != 0 or (np.diff(first) < 1).any() or first[-1] >= len(frames)):
        raise ValueError(f"the frames of {name} are out of order")
    return Sample(vectors, frames, first)


def _unit(vectors: NDArray[Any], dimension: int) -> Vectors:
    if vectors.shape[1:] != (dimension,) or not np.isfinite(vectors).all():
        raise ValueError(f"vectors of shape {vectors.shape} are not of {dimension} numbers")
    return unit(vectors.astype(np.float32))


def _route(name: str) -> Route:
    modality, scope = name.split(".")
    return Route(modality, scope)
