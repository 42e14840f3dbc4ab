"""What happens within a shot that detectors take for a transition."""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray

SIZE = (320, 180)

Picture = NDArray[np.float32]


def blend(under: Picture, over: Picture, share: float) -> Picture:
    return under + share * (over - under)


def _flashed(frames: list[Picture], fps: int, dice: random.Random) -> list[Picture]:
    """Photographers: up to three flashes of up to a fifth of a second."""
    for _ in range(dice.randint(1, 3)):
        at, strength = dice.randrange(len(frames)), dice.uniform(0.5, 0.9)
        for frame in range(at, min(at + dice.randint(1, fps // 5), len(frames))):
            frames[frame] = blend(frames[frame], np.full_like(frames[frame], 255), strength)
    return frames


def _passed(frames: list[Picture], fps: int, dice: random.Random) -> list[Picture]:
    """Somebody walks by close to the camera, a third to two thirds of the picture wide."""
    width, height = SIZE
    wide, length = dice.randint(width // 3, 2 * width // 3), fps * dice.uniform(0.5, 1.5)
    colour = np.array([dice.randrange(160) for _ in range(3)], dtype=np.float32)
    starts = dice.uniform(0.2, 0.6) * len(frames)
    for at, frame in enumerate(frames):
        left = round((at - starts) / length * (width + wide)) - wide
        frames[at] = frame.copy()
        frames[at][height // 8 :, max(left, 0) : max(left + wide, 0)] = colour
    return frames


def _exposed(frames: list[Picture], fps: int, dice: random.Random) -> list[Picture]:
    """The camera adapts to the light within a second."""
    gain = dice.choice((0.5, 0.65, 1.4, 1.8))
    starts, length = dice.uniform(0.2, 0.7) * len(frames), fps * dice.uniform(0.3, 1.2)
    for at, frame in enumerate(frames):
        share = min(max((at - starts) / length, 0), 1)
        frames[at] = np.clip(frame * (1 + share * (gain - 1)), 0, 255)
    return frames


DISTURBANCES = {"flash": _flashed, "passer-by": _passed, "exposure": _exposed}
"""What is done to a shot's frames."""

DISTURBED = (*DISTURBANCES, "whip", "shake")
"""These, and a whip pan and shaking hands, which are in the camera's path."""
