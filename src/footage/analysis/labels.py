"""Where to put the number of each group on a map: on its own dots, and on no other number."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi

import numpy as np
from numpy.typing import NDArray

NEAR = 40.0  # pixels; what lies within is counted as close
TRIED = 50  # dots of a group, and ways around it, at most
ROUND = 16  # directions

Places = NDArray[np.float64]


def label_places(groups: Sequence[Places], apart: float, size: tuple[float, float]) -> Places:
    """For each group of dots [n, 2] a place [2] for its label, in pixels, together [groups, 2].

    It is the dot with the most others of the group near it, or the next best that is ``apart``
    from the labels before; else a place beside, within ``size``.
    """
    found: list[Places] = []
    for dots in groups:
        best = dots[_densest_first(dots)][:TRIED]
        beside = [place for place in _around(best[0], apart) if _is_inside(place, apart, size)]
        free = (one for one in (*best, *beside) if _is_free(one, found, apart))
        found.append(next(free, best[0]))
    return np.array(found).reshape(-1, 2)


def _densest_first(dots: Places) -> NDArray[np.int64]:
    """The order by how many are near, then by how near all are."""
    picked = dots[np.linspace(0, len(dots) - 1, min(len(dots), 500)).astype(int)]
    far = np.linalg.norm(dots[:, None] - picked[None], axis=2)
    return np.lexsort((far.mean(axis=1), -(far < NEAR).sum(axis=1)))


def _around(place: Places, apart: float) -> list[Places]:
    angles = np.arange(ROUND) * 2 * pi / ROUND
    turns = np.column_stack([np.cos(angles), np.sin(angles)])
    return [place + apart * ring * turn for ring in (1.0, 1.5, 2.0, 3.0, 4.0) for turn in turns]


def _is_inside(place: Places, apart: float, size: tuple[float, float]) -> bool:
    return bool((place >= apart / 2).all() and (place <= np.array(size) - apart / 2).all())


def _is_free(place: Places, taken: Sequence[Places], apart: float) -> bool:
    return all(float(np.linalg.norm(place - other)) >= apart for other in taken)
