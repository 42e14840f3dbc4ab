"""The backbone in two pieces, and views of the images run once through the first.

The front stays frozen; the back is what learns. What passes between them is kept as the int8 tower
computes it, so nothing is decoded or convolved twice: uint8, with one scale and zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from PIL import Image, ImageEnhance, ImageOps

from training.features import BATCH, session
from training.shapes import SIZE

FIRST_TRAINED = 18
"""The first block that learns, of 21."""
_EDGE = f"/_blocks.{FIRST_TRAINED - 1}/Add_output_0"
_CODES = f"{_EDGE}_QuantizeLinear_Output"
_CODES_SHAPE = (9, 9, 208)


@dataclass(frozen=True)
class Edge:
    """What the back is given: `codes` uint8 [n, 9, 9, 208] stand for (codes - zero) * scale."""

    codes: np.ndarray
    scale: float
    zero: int

    def of(self, rows: np.ndarray) -> Edge:
        """Of some of the images, read into memory."""
        return replace(self, codes=np.asarray(self.codes[rows]))


def write_front(backbone: Path, front: Path) -> None:
    """Cut the int8 `backbone`: pixels to codes [n, 208, 9, 9]."""
    onnx.utils.extract_model(str(backbone), str(front), ["pixels"], [_CODES])


def write_back(backbone: Path, back: Path) -> None:
    """Cut the int8 `backbone`: codes [n, 208, 9, 9] to pooled features [n, 1280]."""
    onnx.utils.extract_model(str(backbone), str(back), [_CODES], ["features"])


def cached_edge(front: Path, images: Sequence[Path], number: int, cache: Path) -> Edge:
    """View `number` of each image through `front`, or what `cache` holds of it."""
    if not cache.exists():
        _run_view(front, images, number, cache)
    scale, zero = _scale_and_zero(front)
    return Edge(np.load(cache, mmap_mode="r"), scale, zero)


def _scale_and_zero(model: Path) -> tuple[float, int]:
    constants = {c.name: numpy_helper.to_array(c) for c in onnx.load(model).graph.initializer}
    return float(constants[f"{_EDGE}_scale"]), int(constants[f"{_EDGE}_zero_point"])


def _run_view(front: Path, images: Sequence[Path], number: int, cache: Path) -> None:
    network = session(front)
    chance = np.random.default_rng(number)
    partial = cache.with_suffix(".partial")
    codes = np.lib.format.open_memmap(
        partial, mode="w+", dtype=np.uint8, shape=(len(images), *_CODES_SHAPE)
    )
    for start in range(0, len(images), BATCH):
        group = images[start : start + BATCH]
        pixels = np.stack([view_pixels(image, number, chance) for image in group])
        found = network.run(None, {"pixels": pixels})[0]
        codes[start : start + BATCH] = found.transpose(0, 2, 3, 1)
    codes.flush()
    partial.rename(cache)


def edge_features(back: Path, edge: Edge) -> np.ndarray:
    """Pooled features float32 [n, 1280] of what passed the edge.

    Raises ValueError where `back` was cut from a backbone whose front rounds otherwise.
    """
    if not np.allclose(_scale_and_zero(back), (edge.scale, edge.zero), rtol=1e-3):
        raise ValueError(f"{back} does not fit the cached views: empty the work folder")
    network = session(back)
    parts = [
        network.run(None, {_CODES: edge.codes[start : start + BATCH].transpose(0, 3, 1, 2)})[0]
        for start in range(0, len(edge.codes), BATCH)
    ]
    return np.concatenate(parts)


def view_pixels(image: Path, number: int, chance: np.random.Generator) -> np.ndarray:
    """RGB uint8 [260, 260, 3]: view 0 is the image as the product sees it; others are crops of at
    least 60 % of it, mirrored where the number is odd, brightness and contrast varied.
    """
    with Image.open(image) as opened:
        picture = opened.convert("RGB")
    if number > 0:
        picture = picture.crop(_box(picture.size, chance))
        for change in (ImageEnhance.Brightness, ImageEnhance.Contrast):
            picture = change(picture).enhance(chance.uniform(0.8, 1.2))
    squashed = picture.resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    return np.asarray(ImageOps.mirror(squashed) if number % 2 else squashed)


def _box(size: tuple[int, int], chance: np.random.Generator) -> tuple[int, int, int, int]:
    share, stretch = chance.uniform(0.6, 1.0), np.exp(chance.uniform(-0.2, 0.2))
    width, height = (
        round(side * min(1.0, np.sqrt(share * factor)))
        for side, factor in zip(size, (stretch, 1 / stretch), strict=True)
    )
    left = int(chance.integers(size[0] - width + 1))
    top = int(chance.integers(size[1] - height + 1))
    return left, top, left + width, top + height
