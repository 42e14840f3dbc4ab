"""Copies of films: re-encoded, scaled, letterboxed, sped up, cut; by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance

from benchmarks.films import write_film

Change = Callable[[Image.Image], Image.Image]
FPS = 12


@dataclass(frozen=True)
class Copy:
    """How a copy differs from what it was made of."""

    name: str
    change: Change = lambda picture: picture
    crf: int = 23
    speed: float = 1.0
    """How many seconds of the film go by in one of the copy."""


def letterboxed(picture: Image.Image) -> Image.Image:
    bar = picture.height // 8
    framed = Image.new("RGB", picture.size)
    framed.paste(picture.resize((picture.width, picture.height - 2 * bar)), (0, bar))
    return framed


def cropped(picture: Image.Image) -> Image.Image:
    x, y = picture.width // 20, picture.height // 20
    return picture.crop((x, y, picture.width - x, picture.height - y)).resize(picture.size)


def branded(picture: Image.Image) -> Image.Image:
    marked = picture.copy()
    draw = ImageDraw.Draw(marked)
    width, height = picture.size
    draw.rectangle((0, height * 0.86, width, height), fill=(20, 30, 90))
    draw.text((10, height * 0.89), "NEWS AT TEN: this is what was filmed", fill=(255, 255, 255))
    return marked


def brighter(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Color(ImageEnhance.Brightness(picture).enhance(1.2)).enhance(0.7)


COPIES = (
    Copy("re-encoded (CRF 38)", crf=38),
    Copy("scaled to half", lambda picture: picture.resize((160, 120)), crf=30),
    Copy("letterbox", letterboxed),
    Copy("edges cropped by 5 %", cropped),
    Copy("caption bar", branded),
    Copy("brighter, paler", brighter),
    Copy("4 % faster", speed=1.04),
    Copy("4 % slower", speed=0.96),
    Copy("mirrored", lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
)


def copied(source: Path, target: Path, start: float, seconds: float, copy: Copy) -> Path:
    """A copy of a stretch of a film, as a file; made once. ``seconds`` are of the film."""
    if not target.exists():
        write_film(target, _pictures(source, start, seconds, copy), fps=FPS, crf=copy.crf)
    return target


def _pictures(
    source: Path, start: float, seconds: float, copy: Copy
) -> Iterator[NDArray[np.uint8]]:
    shown = 0
    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        container.seek(int(start * av.time_base))
        for frame in container.decode(stream):
            time = float(frame.time or 0) - start
            if time >= seconds:
                return
            picture = None
            if time < 0:
                continue
            while shown * copy.speed / FPS <= time:
                picture = picture or frame.to_image().resize((320, 240))
                yield np.asarray(copy.change(picture), dtype=np.uint8)
                shown += 1
