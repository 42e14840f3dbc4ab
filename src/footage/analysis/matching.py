"""Which frames of different videos look the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.analysis import grouping
from footage.analysis.frames import FrameSet
from footage.analysis.material import Tell, untold

ALL_PAIRS = 20_000  # frames, up to which each is compared with every other
A_FRAME = 64  # matches of a frame that are kept, the nearest
CELLS = 2  # that a frame is looked for in, of many
BLOCK = 1024


class Matches(NamedTuple):
    """Frames i of earlier videos that look like frames j of later ones, with their cosine."""

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    near: NDArray[np.float32]


def matches(
    frames: FrameSet, least: float, tell: Tell = untold, only: int | None = None
) -> Matches:
    """Frames of different videos with a cosine of ``least`` or more.

    Of many frames, those are compared that lie in the same cell of a coarse k-means, or next to it
    (an inverted file: J. Sivic, A. Zisserman, "Video Google", ICCV 2003), so a few are missed.
    ``only`` those with a frame of the video at that place.
    """
    found: list[Matches] = []
    for rows, among in _to_compare(frames, tell, only):
        looks = frames.looks[among].astype(np.float32)
        for at in range(0, len(rows), BLOCK):
            some = rows[at : at + BLOCK]
            near = frames.looks[some].astype(np.float32) @ looks.T
            near[frames.owners[some][:, None] == frames.owners[among]] = -1
            found.append(_best(near, some, among, least))
    if not found:
        none = np.zeros(0, np.int64)
        return Matches(none, none, np.zeros(0, np.float32))
    joined = Matches(*(np.concatenate(part) for part in zip(*found, strict=True)))
    low, high = np.minimum(joined.i, joined.j), np.maximum(joined.i, joined.j)
    _, first = np.unique(low * len(frames) + high, return_index=True)
    return Matches(low[first], high[first], joined.near[first])


def _to_compare(
    frames: FrameSet, tell: Tell, only: int | None
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    every = np.arange(len(frames))
    if only is not None:
        yield every[frames.owners == only], every
        return
    if len(frames) <= ALL_PAIRS:
        for at in range(0, len(frames), BLOCK):
            tell("comparing frames", at, len(frames))
            yield every[at : at + BLOCK], every[at:]
        return
    centres = grouping.centres(frames.looks, round(len(frames) ** 0.5), tell)
    cells = np.empty((len(frames), CELLS), dtype=np.int32)
    for at in range(0, len(frames), BLOCK):
        near = frames.looks[at : at + BLOCK].astype(np.float32) @ centres.T
        cells[at : at + BLOCK] = np.argpartition(-near, CELLS - 1, axis=1)[:, :CELLS]
        # the nearest first
        swap = np.take_along_axis(near, cells[at : at + BLOCK], axis=1)
        order = np.argsort(-swap, axis=1)
        cells[at : at + BLOCK] = np.take_along_axis(cells[at : at + BLOCK], order, axis=1)
    for cell in range(len(centres)):
        tell("comparing frames", cell, len(centres))
        yield np.flatnonzero((cells == cell).any(axis=1)), np.flatnonzero(cells[:, 0] == cell)


def _best(
    near: NDArray[np.float32], rows: NDArray[np.int64], among: NDArray[np.int64], least: float
) -> Matches:
    if near.shape[1] > A_FRAME:
        floor = np.partition(near, -A_FRAME, axis=1)[:, -A_FRAME]
        at, other = np.nonzero(near >= np.maximum(floor, least)[:, None])
    else:
        at, other = np.nonzero(near >= least)
    return Matches(rows[at], among[other], near[at, other])
