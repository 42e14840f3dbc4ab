"""Small picture files for tests, of every odd kind that people have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from videos import flat, red_left_blue_right

TURNED_BY_90 = 6  # what EXIF says of a camera that was held upright


def make_picture(path: Path, colour: str = "red", size: tuple[int, int] = (160, 120)) -> Path:
    Image.fromarray(flat(colour, size)).save(path)
    return path


def turned(path: Path) -> Path:
    """Red left and blue right as stored; red above and blue below as shown."""
    exif = Image.Exif()
    exif[0x112] = TURNED_BY_90
    Image.fromarray(red_left_blue_right()).save(path, exif=exif)
    return path


def transparent(path: Path) -> Path:
    """Red that cannot be seen."""
    Image.new("RGBA", (40, 30), (255, 0, 0, 0)).save(path)
    return path


def deep_grey(path: Path, level: int) -> Path:
    """16 bits a pixel, all of one level."""
    Image.fromarray(np.full((30, 40), level, np.uint16)).save(path)
    return path


def animated(path: Path) -> Path:
    first, second = (Image.fromarray(flat(colour, (40, 30))) for colour in ("red", "blue"))
    first.save(path, save_all=True, append_images=[second])
    return path


def noise(path: Path, seed: int = 0) -> Path:
    """A picture that compresses badly, so that cutting it off loses some of it."""
    pixels = np.random.default_rng(seed).integers(0, 256, (120, 160, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return path
