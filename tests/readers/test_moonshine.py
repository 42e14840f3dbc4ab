"""The model as ONNX Runtime runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from readers.speeches import BECKETT, samples_of, words

from footage.errors import ReaderBroken
from footage.readers.moonshine import FILES, Moonshine
from footage.readers.speech import _model_folder


@pytest.fixture(scope="module")
def model() -> Moonshine:
    return Moonshine(_model_folder())


def test_the_text_is_its_tokens_joined(model: Moonshine) -> None:
    tokens = model.transcribe(samples_of("beckett.wav"))
    assert words("".join(token.text for token in tokens)) == words(BECKETT)
    assert tokens[0].text == tokens[0].text.lstrip()
    assert all(0 < token.probability <= 1 for token in tokens)


def test_the_same_sound_is_the_same_text(model: Moonshine) -> None:
    sound = samples_of("beckett.wav")[:48_000]
    assert model.transcribe(sound) == model.transcribe(sound)


@pytest.mark.parametrize("count", [0, 1, 500, 5_000])
def test_short_sounds(count: int, model: Moonshine) -> None:
    assert len(model.transcribe(np.zeros(count, np.float32))) <= 4


def test_a_decoder_in_a_loop_is_stopped(model: Moonshine) -> None:
    hum = np.sin(np.arange(160_000) / 20).astype(np.float32)
    assert len(model.transcribe(hum)) <= 67


@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_damaged_file_is_said(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(_model_folder(), folder)
    (folder / name).unlink()
    with pytest.raises(ReaderBroken, match=name):
        Moonshine(folder)
    (folder / name).write_bytes(b"no model")
    with pytest.raises(ReaderBroken, match=name):
        Moonshine(folder)
