"""The same images and sentences give the same vectors here as in open_clip, to a cosine of 0.999."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from exported import Exported, clip, siglip
from PIL import Image, ImageDraw
from videos import make_video

from footage.embedders.clip_model import ClipModel
from footage.media.frames import RGBScaler
from footage.media.probe import probe
from footage.media.sampling import VideoSampler

COSINE = 0.999
SENTENCES = [
    "a photo of the dog that jumps into the lake",
    "Red car, on a SNOWY mountain!",
    "it's 2 o'clock; isn't it?",
    "naïve café — 東京 🎬",
    "don't_look_back &amp; run",
    "  spaces \t and\nlines ",
    "",
    "long " * 200,
]
SIZES = [(64, 64), (320, 180), (181, 333), (65, 64), (1001, 67), (30, 20)]


@pytest.fixture(scope="module", params=[clip, siglip], ids=["clip", "siglip"])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    make: Callable[[Path], Exported] = request.param
    return make(tmp_path_factory.mktemp("exported") / "model")


@pytest.fixture(scope="module")
def model(exported: Exported) -> ClipModel:
    return ClipModel(exported.folder)


def picture(size: tuple[int, int], seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    image = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)).resize(size)
    draw = ImageDraw.Draw(image)
    for _ in range(5):
        x, y = rng.integers(0, size[0]), rng.integers(0, size[1])
        draw.ellipse((x, y, x + 20, y + 15), fill=tuple(rng.integers(0, 256, 3).tolist()))
    return image


def worst(ours: Any, theirs: Any) -> float:
    return float((np.asarray(ours) * np.asarray(theirs)).sum(axis=1).min())


def test_images(exported: Exported, model: ClipModel) -> None:
    images = [picture(size, seed) for seed, size in enumerate(SIZES)]
    images.append(images[1].convert("L"))
    ours = model.embed_images(np.stack([model.prepare(image) for image in images]))
    assert worst(ours, exported.images(images)) >= COSINE


def test_texts(exported: Exported, model: ClipModel) -> None:
    assert worst(model.encode_texts(SENTENCES), exported.texts(SENTENCES)) >= COSINE


def test_different_things_get_different_vectors(exported: Exported, model: ClipModel) -> None:
    """Else the tests above could not fail."""
    vectors = model.encode_texts(SENTENCES[:3])
    assert worst(vectors, np.roll(exported.texts(SENTENCES[:3]), 1, axis=0)) < COSINE
    images = [picture((200, 100), seed) for seed in range(3)]
    vectors = model.embed_images(np.stack([model.prepare(image) for image in images]))
    assert worst(vectors, np.roll(exported.images(images), 1, axis=0)) < COSINE


def test_frames_of_a_video(exported: Exported, model: ClipModel, tmp_path: Path) -> None:
    """Scaled by FFmpeg instead of Pillow, a frame still gives the same vector."""
    shots = [np.asarray(picture((640, 360), seed)) for seed in range(3)]
    path = make_video(tmp_path / "film.mp4", shots=shots, seconds=6, size=(640, 360))
    info = probe(path)
    whole = RGBScaler(info.width, info.height)
    with VideoSampler(
        path,
        info,
        image_size=model.image_size,
        render=lambda frame: model.prepare(Image.fromarray(whole(frame))),
    ) as sampler:
        samples = list(sampler)
    with av.open(str(path)) as container:
        frames = {round(frame.time, 3): frame for frame in container.decode(video=0)}
    images = [frames[round(sample.time, 3)].to_image() for sample in samples]
    ours = model.embed_images(np.stack([sample.image for sample in samples]))
    assert len(samples) >= 6
    assert worst(ours, exported.images(images)) >= COSINE
