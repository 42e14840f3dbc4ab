"""A model that answers nonsense is caught by its canaries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from colours import COLOURS, ColourEmbedder
from videos import flat

from footage.embedder import Vectors
from footage.embedders.canaries import LEAST_SPREAD, check_model, check_spread
from footage.errors import EmbedderBroken

GOOD = ColourEmbedder()
PICTURES = ["red", "blue", "white", "black"]
SENTENCES = ["a red car", "a blue car", "a white dog", "a black dog"]


def embed_images(pixels: Any) -> Vectors:
    return GOOD.embed_images(pixels)


def encode_texts(texts: list[str]) -> Vectors:
    return np.stack([GOOD.encode_text(text) for text in texts])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's folder with canaries that the colour embedder passes."""
    pixels = np.stack([flat(name, (16, 16)) for name in PICTURES])
    np.savez(
        tmp_path / "canary.npz",
        pixels=pixels,
        images=embed_images(pixels),
        sentences=encode_texts(SENTENCES),
    )
    red_not_blue = {"query": "red", "near": "a red car", "far": "a blue car", "margin": 0.5}
    red_picture = {"query": "red", "near": 0, "far": 1, "margin": 0.5}
    canaries = {
        "min_cosine": 0.98,
        "sentences": SENTENCES,
        "text_orders": [red_not_blue],
        "image_orders": [red_picture],
    }
    (tmp_path / "canary.json").write_text(json.dumps(canaries))
    return tmp_path


def change(folder: Path, **values: object) -> None:
    path = folder / "canary.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_good_model_passes(folder: Path) -> None:
    check_model("colours", folder, embed_images=embed_images, encode_texts=encode_texts)


def constant(items: Any) -> Vectors:
    return np.full((len(items), 4), 0.5, np.float32)


def nan(items: Any) -> Vectors:
    return np.full((len(items), 4), np.nan, np.float32)


def infinite(items: Any) -> Vectors:
    return np.full((len(items), 4), np.inf, np.float32)


def shuffled_images(pixels: Any) -> Vectors:
    return embed_images(np.roll(pixels, 1, axis=0))


def swapped_channels(pixels: Any) -> Vectors:
    return embed_images(pixels[..., ::-1])


def shuffled_texts(texts: list[str]) -> Vectors:
    return np.roll(encode_texts(texts), 1, axis=0)


@pytest.mark.parametrize("model", [constant, nan, infinite, shuffled_images, swapped_channels])
def test_a_broken_image_tower_is_refused(folder: Path, model: Callable[[Any], Vectors]) -> None:
    with pytest.raises(EmbedderBroken, match=r"the colours model fails its self-test.*reinstall"):
        check_model("colours", folder, embed_images=model, encode_texts=encode_texts)


@pytest.mark.parametrize("model", [constant, nan, infinite, shuffled_texts])
def test_a_broken_text_tower_is_refused(folder: Path, model: Callable[[Any], Vectors]) -> None:
    with pytest.raises(EmbedderBroken, match=r"the colours model fails its self-test.*reinstall"):
        check_model("colours", folder, embed_images=embed_images, encode_texts=model)


@pytest.mark.parametrize(
    "orders",
    [
        {"text_orders": [{"query": "red", "near": "blue", "far": "a red car", "margin": 0.0}]},
        {"image_orders": [{"query": "red", "near": 1, "far": 0, "margin": 0.0}]},
        {"image_orders": [{"query": "red", "near": 0, "far": 1, "margin": 5.0}]},
    ],
    ids=["texts", "pictures", "margin"],
)
def test_a_wrong_order_is_refused(folder: Path, orders: dict[str, object]) -> None:
    change(folder, **orders)
    with pytest.raises(EmbedderBroken, match="ranks 'red' wrongly"):
        check_model("colours", folder, embed_images=embed_images, encode_texts=encode_texts)


@pytest.mark.parametrize("name", ["canary.json", "canary.npz"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"not it", b"PK\x03\x04cut off"])
def test_canaries_that_cannot_be_read_are_an_error_of_the_model(
    folder: Path, name: str, content: bytes | None
) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(EmbedderBroken, match="canaries cannot be read"):
        check_model("colours", folder, embed_images=embed_images, encode_texts=encode_texts)


def test_an_all_but_constant_model_has_no_spread() -> None:
    noise = np.random.default_rng(1).normal(0, LEAST_SPREAD / 10, (5, 4))
    with pytest.raises(EmbedderBroken, match="every image the same vector"):
        check_spread("noisy", "image", (0.5 + noise).astype(np.float32))
    check_spread("colours", "text", encode_texts(list(COLOURS)))
