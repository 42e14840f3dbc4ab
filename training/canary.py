"""The self-test that travels with the weights: orders that a sound model cannot get wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from training.features import session
from training.shapes import SIZE
from training.text import Texts

TEXT_ORDERS = (
    ("a dog runs on grass", "a puppy running in a field", "an airplane in the sky"),
    ("two people riding bicycles", "cyclists on a road", "a bowl of soup on a table"),
    ("a child plays in the water", "a boy swimming in a pool", "a train at a station"),
    ("a man climbs a rock face", "a climber on a cliff", "a cat asleep on a sofa"),
)
"""Query, what is near it, what is far from it."""

IMAGE_ORDERS = (
    ("orange sunset", "sunset", "snow"),
    ("snowy mountains", "snow", "meadow"),
    ("grass field", "meadow", "snow"),
)
"""Query, the drawing that is near it, the drawing that is far from it."""

SHARE = 0.5
"""Of the measured margin, what a healthy machine must reach: int8 kernels differ a little."""
MIN_COSINE = 0.9
"""Between a vector made here and the same made there; sound kernels agree above 0.97."""


def meadow() -> np.ndarray:
    """A blue sky with a sun over grass, uint8 [260, 260, 3]."""
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    depth = (y / SIZE)[..., None]
    sky = np.array([90, 150, 230]) + depth * np.array([120, 80, 20])
    grass = np.array([92, 183, 66]) - depth * np.array([40, 60, 30])
    picture = np.where(depth < 0.55, sky, grass)
    picture[(x - 190) ** 2 + (y - 55) ** 2 < 24**2] = (255, 240, 150)
    return picture.clip(0, 255).astype(np.uint8)


def sunset() -> np.ndarray:
    """A low sun over dark water, uint8 [260, 260, 3]."""
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    depth = (y / SIZE)[..., None]
    sky = np.array([120, 40, 90]) + depth * np.array([225, 183, -83])
    water = np.array([315, 137, 55]) - depth * np.array([275, 112, 25])
    picture = np.where(depth < 0.6, sky, water)
    picture[((x - 130) ** 2 + (y - 140) ** 2 < 30**2) & (y < 156)] = (255, 220, 120)
    return picture.clip(0, 255).astype(np.uint8)


def snow() -> np.ndarray:
    """Three peaks with white caps above a white plain, uint8 [260, 260, 3]."""
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    sky = (y < 0.4 * SIZE)[..., None]
    picture = np.where(sky, (170, 205, 240), (240, 244, 250))
    for centre, height in ((60, 110), (150, 140), (220, 90)):
        below_top = y - (0.4 * SIZE - 0.6 * height)
        aside = abs(x - centre)
        rock = (below_top > 0.9 * aside) & (y < 0.42 * SIZE)
        picture[rock] = (110, 120, 140)
        picture[rock & (below_top < 22 + 0.3 * aside)] = (245, 248, 252)
    return picture.astype(np.uint8)


DRAWINGS = {"sunset": sunset, "snow": snow, "meadow": meadow}


def write(folder: Path) -> None:
    """Measure the orders on the towers in `folder`; write `canary.json` and `canary.npz` there.

    Raises ValueError when the model gets one wrong, because such weights must not ship.
    """
    pixels = np.stack([draw() for draw in DRAWINGS.values()])
    images = session(folder / "image.onnx").run(None, {"pixels": pixels})[0]
    texts = Texts(folder)
    sentences = [query for query, _, _ in TEXT_ORDERS]
    canary = {
        "min_cosine": MIN_COSINE,
        "sentences": sentences,
        "text_orders": [_text_order(texts, *order) for order in TEXT_ORDERS],
        "image_orders": [_image_order(texts, images, *order) for order in IMAGE_ORDERS],
    }
    (folder / "canary.json").write_text(json.dumps(canary, indent=2) + "\n", encoding="utf-8")
    vectors = np.stack([texts[sentence] for sentence in sentences])
    np.savez_compressed(folder / "canary.npz", pixels=pixels, images=images, sentences=vectors)


def _text_order(texts: Texts, query: str, near: str, far: str) -> dict:
    return _order(query, near, far, texts[query] @ (texts[near] - texts[far]))


def _image_order(texts: Texts, images: np.ndarray, query: str, near: str, far: str) -> dict:
    first, second = (list(DRAWINGS).index(name) for name in (near, far))
    return _order(query, first, second, texts[query] @ (images[first] - images[second]))


def _order(query: str, near: str | int, far: str | int, measured: float) -> dict:
    if measured <= 0:
        raise ValueError(f"{query!r} is nearer {far!r} than {near!r}: train again")
    return {
        "query": query,
        "near": near,
        "far": far,
        "measured": round(float(measured), 3),
        "margin": round(SHARE * float(measured), 3),
    }
