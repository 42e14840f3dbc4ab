"""What a frame looks like, in two small summaries: its colours, and where it is light and dark.

Colours stay as they are while a camera pans; the layout stays while the light changes. So a new
shot is where both change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from footage.media.frames import RGBImage
from footage.media.pixels import ONE_THREAD

# Enough points for a histogram: twice as many found no more shots. FAST_BILINEAR takes them in a
# tenth of the time of AREA, which found no more either.
_WIDTH, _HEIGHT = 48, 27

# 8 levels a channel: coarser misses dissolves, finer sees noise as change.
_BITS = 3
_BINS = 1 << 3 * _BITS

# A cell of the layout is so many points wide and high: small things may move within it.
_CELL = 3
_ROWS = np.kron(np.eye(_HEIGHT // _CELL), np.full((1, _CELL), 1 / _CELL)).astype(np.float32)
_COLUMNS = np.kron(np.eye(_WIDTH // _CELL), np.full((3 * _CELL, 1), 1 / (3 * _CELL))).astype(
    np.float32
)

# What the brightest cell of a black picture stays below, whatever noise and compression leave.
_BLACK = 30.0

# The bars beside or above a picture are below this and would make any two layouts alike.
_BAR = 20.0
# Contrast, as a product of two deviations, under which a layout is a matter of noise.
_NO_CONTRAST = 1.0


# Not frozen, as that is slow to make 30 times a second of video.
@dataclass
class Look:
    """A frame's summaries."""

    time: float  #: seconds
    colours: NDArray[np.float32]  #: [512], the share of each colour
    layout: NDArray[np.float32]  #: [144], brightness of 16 × 9 cells, 0 to 255

    @property
    def black(self) -> bool:
        """Whether nothing is to be seen."""
        return bool(self.layout.max() < _BLACK)


class Looker:
    """Makes looks of frames; keeps swscale's tables from frame to frame."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def __call__(self, time: float, frame: VideoFrame) -> Look:
        """The look of a frame that is shown from ``time`` (seconds) on."""
        small = self._reformatter.reformat(
            frame, _WIDTH, _HEIGHT, "rgb24", interpolation=Interpolation.FAST_BILINEAR, **ONE_THREAD
        )
        pixels = cast(RGBImage, small.to_ndarray())
        return Look(time, _colours(pixels), _layout(pixels))


def _colours(pixels: RGBImage) -> NDArray[np.float32]:
    levels = pixels.astype(np.intp) >> (8 - _BITS)
    bins = (levels[..., 0] << 2 * _BITS) | (levels[..., 1] << _BITS) | levels[..., 2]
    counts = np.bincount(bins.ravel(), minlength=_BINS)
    return (counts / bins.size).astype(np.float32)


def _layout(pixels: RGBImage) -> NDArray[np.float32]:
    # Two products with averaging matrices take a quarter of the time of a mean over the cells.
    return (_ROWS @ pixels.reshape(_HEIGHT, -1).astype(np.float32) @ _COLUMNS).ravel()


def colour_change(one: Look, other: Look) -> float:
    """0 for the same colours, 1 for none in common."""
    return float(np.abs(one.colours - other.colours).sum()) / 2


def likeness(one: Look, other: Look) -> float:
    """How alike the layouts are: their correlation, whatever the light. 0 where one has none.

    Cells that are dark in both are left out, lest the bars around a film be taken for its picture.
    """
    lit = (one.layout > _BAR) | (other.layout > _BAR)
    a, b = one.layout[lit], other.layout[lit]
    if not len(a):
        return 0.0
    a, b = a - a.mean(), b - b.mean()
    contrast = max(float(np.sqrt(a @ a) * np.sqrt(b @ b)), _NO_CONTRAST * len(a))
    return float(a @ b) / contrast


def mixed(before: Look, middle: Look, after: Look) -> tuple[float, float]:
    """How much the layout changes from ``before`` to ``after``, and how much of that is no mixing.

    In a dissolve the middle is the two pictures, mixed in proportion: the second figure, the mean
    deviation from that mixture, is near 0. In a cut it is half of the first, in motion about that.
    Both are 0 to 255 and of mean cells.
    """
    share = (middle.time - before.time) / (after.time - before.time)
    change = after.layout - before.layout
    off = middle.layout - before.layout - np.float32(share) * change
    return float(np.abs(change).mean()), float(np.abs(off).mean())
