"""The model that ships: sound on this processor, refused when it is not what was made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from footage.embedders.lite import MODEL_FOLDER, LiteEmbedder
from footage.errors import EmbedderBroken
from footage.settings import Sampling


@pytest.fixture(scope="module")
def lite() -> LiteEmbedder:
    return LiteEmbedder(Sampling())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The model's folder, to be damaged."""
    return Path(shutil.copytree(MODEL_FOLDER, tmp_path / "lite_model"))


def pictures(number: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (number, 260, 260, 3), dtype=np.uint8)


def test_the_shipped_model_passes_its_self_test(lite: LiteEmbedder) -> None:
    lite.self_test(full=True)


def test_vectors_are_of_unit_length(lite: LiteEmbedder) -> None:
    images = lite.embed_images(pictures(2))
    assert images.shape == (2, lite.fingerprint.dimension)
    np.testing.assert_allclose(np.linalg.norm(images, axis=1), 1.0, atol=1e-5)
    text = lite.encode_text("a dog on a beach")
    assert text.shape == (lite.fingerprint.dimension,)
    assert np.linalg.norm(text) == pytest.approx(1.0, abs=1e-5)


def test_an_image_has_one_vector_whatever_it_is_embedded_with(lite: LiteEmbedder) -> None:
    together = lite.embed_images(pictures(3))
    alone = np.concatenate([lite.embed_images(pictures(3)[i : i + 1]) for i in range(3)])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_a_paraphrase_is_nearer_than_another_subject(lite: LiteEmbedder) -> None:
    query = lite.encode_text("a man rides a bicycle")
    near, far = lite.encode_text("a cyclist on a bike"), lite.encode_text("a bowl of soup")
    assert query @ near > query @ far + 0.2


def test_a_word_alone_is_meant_as_in_a_sentence(lite: LiteEmbedder) -> None:
    word, sentence = lite.encode_text("skiing"), lite.encode_text("there is skiing in the picture")
    assert 0.8 < word @ sentence < 0.999
    assert word @ lite.encode_text("a man is skiing") > 0.3


def test_a_long_query_is_cut_and_not_refused(lite: LiteEmbedder) -> None:
    long = lite.encode_text("a dog " * 400)
    np.testing.assert_allclose(long, lite.encode_text("a dog " * 500), atol=1e-5)


@pytest.mark.parametrize("name", ["image.onnx", "text.onnx", "tokenizer.json"])
def test_a_damaged_file_is_refused(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(EmbedderBroken, match=f"{name} is damaged"):
        LiteEmbedder(Sampling(), folder=copy).self_test(full=True)


def test_towers_of_another_training_are_refused_without_checksums(copy: Path) -> None:
    """The quick self-test of each start sees text vectors that are not those of the canaries."""
    with np.load(copy / "canary.npz") as known:
        turned = {**known, "sentences": np.roll(known["sentences"], 1, axis=0)}
    np.savez(copy / "canary.npz", **turned)
    with pytest.raises(EmbedderBroken, match="self-test"):
        LiteEmbedder(Sampling(), folder=copy).self_test(full=False)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbedderBroken, match="cannot be read"):
        LiteEmbedder(Sampling(), folder=tmp_path)


def test_the_description_names_every_file_that_ships() -> None:
    described = json.loads((MODEL_FOLDER / "model.json").read_text("utf-8"))["sha256"]
    ships = {path.name for path in MODEL_FOLDER.iterdir()} - {"model.json", "MODEL_CARD.md"}
    assert set(described) == ships
