"""How fast a model embeds frames on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.embedder import Vectors

ENOUGH = 1.05  # a batch this near to the fastest is preferred for its smaller memory
RUNS = 2


class Measured(NamedTuple):
    """The batch that is worth its memory, and milliseconds a frame with it."""

    batch: int
    milliseconds: float


def measure(
    embed_images: Callable[[NDArray[np.uint8]], Vectors],
    image_size: tuple[int, int],
    batches: Sequence[int],
) -> Measured:
    """Time ``embed_images`` on noise of (width, height) ``image_size``, ``batches`` rising."""
    width, height = image_size
    noise = np.random.default_rng(0).integers(0, 256, (batches[-1], height, width, 3), np.uint8)
    embed_images(noise[: batches[0]])  # the first run sets up what the others find ready
    times = {size: _milliseconds(embed_images, noise[:size]) for size in batches}
    best = min(times.values())
    batch = next(size for size in batches if times[size] <= ENOUGH * best)
    return Measured(batch, round(times[batch], 2))


def _milliseconds(
    embed_images: Callable[[NDArray[np.uint8]], Vectors], images: NDArray[np.uint8]
) -> float:
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        embed_images(images)
        took.append(time.perf_counter() - began)
    return 1e3 * min(took) / len(images)
