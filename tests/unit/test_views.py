"""The views of an image that the backbone is fine-tuned on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.data import load_pixels
from training.shapes import SIZE
from training.views import view_pixels


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Black on its left half, white on its right."""
    pixels = np.zeros((90, 120, 3), np.uint8)
    pixels[:, 60:] = 255
    Image.fromarray(pixels).save(tmp_path / "halves.png")
    return tmp_path / "halves.png"


def look(picture: Path, number: int, seed: int) -> np.ndarray:
    return view_pixels(picture, number, np.random.default_rng(seed))


def test_the_first_view_is_what_the_product_sees(picture: Path) -> None:
    np.testing.assert_array_equal(look(picture, 0, 0), load_pixels(picture, SIZE))


@pytest.mark.parametrize("seed", range(8))
def test_the_second_is_mirrored(picture: Path, seed: int) -> None:
    seen = look(picture, 1, seed).astype(int)
    assert seen.shape == (SIZE, SIZE, 3)
    assert seen[:, 10].mean() > seen[:, -10].mean() + 100


def test_crops_come_by_lot_and_by_seed(picture: Path) -> None:
    np.testing.assert_array_equal(look(picture, 2, 1), look(picture, 2, 1))
    assert (look(picture, 2, 1) != look(picture, 2, 2)).any()
