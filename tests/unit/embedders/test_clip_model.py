"""Pictures and sentences reach a model as open_clip would prepare them, and come back as unit vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_clip import CONTEXT, DIMENSION, SIZE, write_clip
from onnx import TensorProto
from PIL import Image
from videos import flat

from footage.embedders.clip_model import ClipModel, filling_size
from footage.errors import EmbedderBroken, EmbedderUnavailable

COLOURS = ("red", "green", "blue", "white")


@pytest.fixture
def model(tmp_path: Path) -> ClipModel:
    return ClipModel(write_clip(tmp_path / "little"))


def change(model_folder: Path, name: str, **values: Any) -> None:
    path = model_folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def pictures() -> np.ndarray[Any, Any]:
    return np.stack([flat(name, (SIZE, SIZE)) for name in COLOURS])


def test_a_picture_is_nearest_to_its_colour(model: ClipModel) -> None:
    scores = model.embed_images(pictures()) @ model.encode_texts(list(COLOURS)).T
    assert scores.argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_vectors_are_of_unit_length(model: ClipModel) -> None:
    for vectors in (model.embed_images(pictures()), model.encode_texts(["red", "nothing known"])):
        assert vectors.dtype == np.float32
        assert vectors.shape[1] == DIMENSION
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "made",
    [
        {"batch": 1},
        {"pixels": TensorProto.UINT8},
        {"text_inputs": {"input_ids": TensorProto.INT64, "attention_mask": TensorProto.INT64}},
        {"text_inputs": {"text": TensorProto.INT64}},
    ],
    ids=["one at a time", "normalises itself", "with a mask", "wide ids"],
)
def test_other_ways_to_export_give_the_same(
    made: dict[str, Any], model: ClipModel, tmp_path: Path
) -> None:
    other = ClipModel(write_clip(tmp_path / "other", **made))
    assert other.fixed_batch == made.get("batch")
    np.testing.assert_allclose(
        other.embed_images(pictures()), model.embed_images(pictures()), atol=1e-5
    )
    np.testing.assert_allclose(
        other.encode_texts(list(COLOURS)), model.encode_texts(list(COLOURS)), atol=1e-6
    )


@pytest.mark.parametrize(
    ("clean", "text", "tokens"),
    [
        ("whitespace", "  a   red\n circle ", ["a", "red", "circle"]),
        ("whitespace", "red &amp;lt; blue", ["red", "[UNK]", "blue"]),
        ("canonicalize", "A red_circle, plain!", ["a", "red", "circle", "plain"]),
        ("lower", "RED Circle", ["red", "circle"]),
    ],
)
def test_text_is_cleaned_as_the_model_wants_it(
    clean: str, text: str, tokens: list[str], tmp_path: Path
) -> None:
    model = ClipModel(write_clip(tmp_path / "little", clean=clean))
    encoding = model._tokenizer.encode(model._cleaned(text))
    assert encoding.tokens == tokens + ["[PAD]"] * (CONTEXT - len(tokens))


def test_long_text_is_cut(model: ClipModel) -> None:
    long = model.encode_texts(["red " * 1000])
    np.testing.assert_allclose(long, model.encode_texts(["red " * CONTEXT]), atol=1e-6)


def test_separators_can_be_taken_out(tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "little", clean="whitespace")
    kept = ClipModel(folder)._tokenizer.encode("red .").ids
    kwargs = {"clean": "whitespace", "strip_sep_token": True}
    change(folder, "config.json", text_cfg={"context_length": CONTEXT, "tokenizer_kwargs": kwargs})
    stripped = ClipModel(folder)
    assert kept[1] != 0
    np.testing.assert_allclose(
        stripped.encode_texts(["red ."]), stripped.encode_texts(["red"]), atol=1e-6
    )


@pytest.mark.parametrize("size", [(64, 64), (100, 40), (40, 100), (33, 32), (7, 300)])
def test_squashing_keeps_all_of_a_picture(model: ClipModel, size: tuple[int, int]) -> None:
    image = Image.effect_noise(size, 80).convert("RGB")
    expected = np.asarray(image.resize((SIZE, SIZE), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(model.prepare(image), expected)


def test_cropping_keeps_the_middle(tmp_path: Path) -> None:
    model = ClipModel(write_clip(tmp_path / "little", resize_mode="shortest"))
    wide = np.zeros((SIZE, 3 * SIZE, 3), np.uint8)
    wide[:, SIZE : 2 * SIZE] = 200
    np.testing.assert_array_equal(model.prepare(Image.fromarray(wide)), 200)
    tall = wide.transpose(1, 0, 2)
    np.testing.assert_array_equal(model.prepare(Image.fromarray(tall)), 200)
    odd = np.arange(SIZE + 3, dtype=np.uint8).repeat(SIZE).reshape(SIZE + 3, SIZE, 1).repeat(3, 2)
    assert model.prepare(Image.fromarray(odd))[0, 0, 0] == 2  # of 1.5, as torchvision rounds it


def test_other_modes_of_images_become_colour(model: ClipModel) -> None:
    for mode in ("L", "RGBA", "P", "CMYK"):
        assert model.prepare(Image.new(mode, (50, 20))).shape == (SIZE, SIZE, 3)


@given(
    width=st.integers(1, 5000),
    height=st.integers(1, 5000),
    size=st.tuples(*[st.integers(1, 600)] * 2),
)
def test_the_filling_size_covers_and_just_so(
    width: int, height: int, size: tuple[int, int]
) -> None:
    columns, rows = filling_size(width, height, size)
    assert columns >= size[0]
    assert rows >= size[1]
    assert columns == size[0] or rows == size[1]
    # the aspect is kept to within a pixel, but for pictures so thin that a side would vanish
    if columns > size[0]:
        assert columns == max(size[0], int(rows * width / height))
    if rows > size[1]:
        assert rows == max(size[1], int(columns * height / width))


@pytest.mark.parametrize("missing", ["config.json", "visual/model.onnx", "textual/tokenizer.json"])
def test_a_folder_that_lacks_a_file_is_no_model(missing: str, tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "little")
    (folder / missing).unlink()
    with pytest.raises(EmbedderBroken, match=f"is not a CLIP model: {missing} is missing"):
        ClipModel(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("visual/preprocess_cfg.json", "{"),
        ("visual/preprocess_cfg.json", "[]"),
        ("config.json", "\udcff"),
    ],
)
def test_a_description_that_cannot_be_read_is_one_sentence(
    name: str, content: str, tmp_path: Path
) -> None:
    folder = write_clip(tmp_path / "little")
    (folder / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(EmbedderBroken, match=name):
        ClipModel(folder)


@pytest.mark.parametrize(
    ("name", "values", "where"),
    [
        ("visual/preprocess_cfg.json", {"resize_mode": "longest"}, "resize_mode"),
        ("visual/preprocess_cfg.json", {"size": "large"}, "size"),
        ("config.json", {"text_cfg": {"context_length": 0}}, "context_length"),
    ],
)
def test_a_model_of_another_kind_is_named(
    name: str, values: dict[str, Any], where: str, tmp_path: Path
) -> None:
    folder = write_clip(tmp_path / "little")
    change(folder, name, **values)
    with pytest.raises(EmbedderUnavailable, match=rf"another kind: .*{where}.*choose another"):
        ClipModel(folder)


def test_a_text_tower_that_wants_something_else_is_named(tmp_path: Path) -> None:
    inputs = {"text": TensorProto.INT32, "language": TensorProto.INT32}
    model = ClipModel(write_clip(tmp_path / "little", text_inputs=inputs))
    with pytest.raises(EmbedderUnavailable, match="wants 'language'"):
        model.encode_texts(["red"])


@pytest.mark.parametrize(
    "name", ["visual/model.onnx", "textual/model.onnx", "textual/tokenizer.json"]
)
def test_a_damaged_file_is_one_sentence(name: str, tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "little")
    (folder / name).write_bytes(b"damaged")
    model = ClipModel(folder)
    use = model.embed_images if name.startswith("visual") else model.encode_texts
    with pytest.raises(EmbedderBroken, match=name):
        use(pictures() if name.startswith("visual") else ["red"])  # type: ignore[operator]


def test_a_tokenizer_without_padding_is_named(tmp_path: Path) -> None:
    folder = write_clip(tmp_path / "little")
    change(folder, "textual/tokenizer_config.json", pad_token=None)
    with pytest.raises(EmbedderBroken, match="names no pad_token"):
        ClipModel(folder).encode_texts(["red"])
