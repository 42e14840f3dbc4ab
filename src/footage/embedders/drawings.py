"""Drawings with captions that any model of pictures and words must tell apart.

They are the self-test of models that come without one of their own. A model with a tower that is
constant, shuffled, or of another model fits its captions no better than wrong ones.
"""

from __future__ import annotations

import numpy as np

from footage.embedder import Vectors
from footage.errors import EmbedderBroken
from footage.media.frames import RGBImage

ORDERS_TRIED = 2000
LUCK = 0.01  # the share of wrong orders of the captions that may fit as well

_WHITE, _BLACK = (245, 245, 245), (15, 15, 15)
_FIELDS = {
    "red": (220, 30, 30),
    "green": (40, 180, 50),
    "blue": (30, 60, 220),
    "yellow": (240, 220, 40),
    "black": _BLACK,
    "white": _WHITE,
}
_SHAPES = ("circle", "stripes", "checkerboard")
CAPTIONS = (
    *(f"plain {colour}, nothing else" for colour in _FIELDS),
    "a red circle on a white background",
    "black and white stripes",
    "a black and white checkerboard",
)


def drawings(size: tuple[int, int]) -> RGBImage:
    """A picture for each of `CAPTIONS`, [n, height, width, 3], of (width, height) ``size``."""
    width, height = size
    rows, columns = np.mgrid[0:height, 0:width]
    x, y = columns / width - 0.5, rows / height - 0.5
    masks = {
        "circle": x**2 + y**2 < 0.09,
        "stripes": columns * 8 // width % 2 == 0,
        "checkerboard": (columns * 8 // width + rows * 8 // height) % 2 == 0,
    }
    inks = {"circle": _FIELDS["red"], "stripes": _BLACK, "checkerboard": _BLACK}
    fields = [np.full((height, width, 3), colour) for colour in _FIELDS.values()]
    shapes = [np.where(masks[name][..., None], inks[name], _WHITE) for name in _SHAPES]
    return np.stack([*fields, *shapes]).astype(np.uint8)


def check_captions(name: str, pictures: Vectors, captions: Vectors) -> None:
    """Raise `EmbedderBroken` where ``captions`` fit ``pictures`` no better than shuffled ones.

    Both are [n, dimension], in the same order. A permutation test of the sum of cosines, of which
    row and column means are taken first: some captions are near to every picture.
    """
    scores = pictures.astype(np.float64) @ captions.T
    scores -= scores.mean(axis=0) + scores.mean(axis=1, keepdims=True) - scores.mean()
    chance = np.random.default_rng(0)
    rows = np.arange(len(scores))
    fits = [scores[rows, chance.permutation(rows)].sum() for _ in range(ORDERS_TRIED)]
    # written so that a NaN fits no better
    as_good = ~(np.array(fits) < np.trace(scores))
    if as_good.mean() > LUCK:
        raise EmbedderBroken(
            f"the {name} model fails its self-test: captions of simple drawings fit them no better "
            "than shuffled captions do",
            remedy="its image and text files do not belong together, or are damaged: use another",
        )
