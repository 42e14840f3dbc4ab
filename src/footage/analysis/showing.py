"""What a part of a video shows, a group of segments, or one; nothing where no concept is sure.

Some concepts are near to every picture, so nearness is counted in standard deviations over all
concepts, for the part and for the rest of its video, for the group and for all others. How much it
takes was chosen on `train`: `benchmarks/README.md`, chapters and names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from footage.analysis.material import Material, evenly
from footage.analysis.naming import concepts, distinct
from footage.embedder import Vectors

LEVEL = 3.5  # deviations by which a part is nearer to a concept than to concepts on the whole
ALONE_LEVEL = 4.0  # the same of a single picture, by which less is known
APART = 1.0  # deviations by which the rest of the video is farther from it
SURE = 0.8  # how often a picture of the part is nearer to it than one of the rest
MOST = 2_000  # pictures of a video, or segments of a group, that are looked at

Levels = NDArray[np.float64]


def shown_concepts(
    looks: Vectors, parts: NDArray[np.int64], count: int, vectors: Vectors
) -> list[str]:
    """The concept that tells each of ``count`` parts of a video from the rest of it, or "".

    ``looks`` [m, d] are unit vectors of its pictures, ``parts`` [m] the part that each is of, and
    ``vectors`` [n, d] those of `naming.concepts`. No two parts have the same: it is told of the one
    that is nearest to it.
    """
    rows = evenly(len(looks), MOST) if len(looks) else np.zeros(0, np.int64)
    looks, parts = looks[rows], parts[rows]
    possible = [
        (level, part, concept)
        for part in range(count)
        for level, concept in _possible(looks[parts == part], looks[parts != part], vectors, LEVEL)
    ]
    found, taken = [""] * count, set[int]()
    for _level, part, concept in sorted(possible, key=lambda one: (-one[0], one[1:])):
        if not found[part] and concept not in taken:
            found[part] = concepts()[concept]
            taken.add(concept)
    return found


def group_concepts(
    material: Material, labels: NDArray[np.int64], vectors: Vectors
) -> list[tuple[str, ...]]:
    """The concepts that tell each group from all others, the surest first; () where none does.

    ``labels`` [n] are the groups, and ``vectors`` [concepts, d] those of `naming.concepts`.
    """

    def looks(rows: NDArray[np.int64]) -> Vectors:
        return material.wide(rows[evenly(len(rows), MOST)] if len(rows) else rows)

    found = []
    for group in range(int(labels.max()) + 1):
        own, rest = np.flatnonzero(labels == group), np.flatnonzero(labels != group)
        sure = sorted(
            _possible(looks(own), looks(rest), vectors, LEVEL), key=lambda one: (-one[0], one[1])
        )
        found.append(distinct([concept for _level, concept in sure], vectors))
    return found


def picture_concepts(
    material: Material, rows: Sequence[int], vectors: Vectors
) -> list[tuple[str, ...]]:
    """The concepts that tell single segments from the others, the surest first; () where none does.

    ``rows`` are the segments, and ``vectors`` [concepts, d] those of `naming.concepts`.
    """
    rest = material.wide(evenly(len(material), MOST))
    found = []
    for look in material.wide(rows):
        sure = sorted(
            _possible(look[None], rest, vectors, ALONE_LEVEL), key=lambda one: (-one[0], one[1])
        )
        found.append(distinct([concept for _level, concept in sure], vectors))
    return found


def _possible(
    own: Vectors, rest: Vectors, vectors: Vectors, enough: float
) -> Iterator[tuple[float, int]]:
    """The concepts that pictures [m, d] are near to and the rest [k, d] is not, with the level."""
    if not len(own) or not len(rest):
        return
    level = _levels(own, vectors)
    apart = level - _levels(rest, vectors)
    for at in np.flatnonzero((level >= enough) & (apart >= APART)).tolist():
        if _share_nearer(own @ vectors[at], rest @ vectors[at]) >= SURE:
            yield float(level[at]), at


def _levels(looks: Vectors, vectors: Vectors) -> Levels:
    """How near the mean of pictures is to each concept, in deviations over all of them, [n]."""
    near = (looks.mean(axis=0) @ vectors.T).astype(np.float64)
    return np.asarray((near - near.mean()) / max(float(near.std()), 1e-9))


def _share_nearer(own: NDArray[np.floating], rest: NDArray[np.floating]) -> float:
    """Of all pairs of one and the other, the share in which the first is larger.

    The area under the ROC curve (J. Hanley, B. McNeil, Radiology 143, 1982).
    """
    return float(np.searchsorted(np.sort(rest), own, side="left").mean() / len(rest))
