"""What the packaged towers compute on the way: pooled features, ConSE, and MiniLM's sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from footage.embedders.lite import WORD_IN_SENTENCE
from footage.index.unit import unit

BATCH = 16
_FEATURES, _NAMED, _SENTENCE = "features", "named", "/Div_1_output_0"


class Pictures(NamedTuple):
    """Of n pictures: features float32 [n, 1280], and what they are named by, unit [n, 384]."""

    features: np.ndarray
    conse: np.ndarray


class Towers:
    """The towers of a package folder, opened up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sentences: dict[str, np.ndarray] = {}

    @cached_property
    def adapter(self) -> np.ndarray:
        """The matrix [384, 384] that the shipped text tower ends with."""
        graph = onnx.load(self._folder / "text.onnx").graph
        stored = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
        zero = stored["adapter_zero_point"].astype(np.float32)
        whole = stored["adapter_quantized"].astype(np.float32)
        return (whole - zero) * stored["adapter_scale"]

    def pictures(self, pixels: Iterable[np.ndarray]) -> Pictures:
        """Of uint8 pictures [260, 260, 3]."""
        found = [
            self._image.run([_FEATURES, _NAMED], {"pixels": np.stack(batch)})
            for batch in _batches(pixels)
        ]
        features, named = (
            np.concatenate([part[at].reshape(len(part[at]), -1) for part in found]) for at in (0, 1)
        )
        return Pictures(features, unit(named @ np.linalg.pinv(self.adapter)).astype(np.float32))

    def sentence(self, text: str) -> np.ndarray:
        """The unit vector [384] of a sentence before the adapter."""
        if text not in self._sentences:
            ids = self._tokens.encode(text).ids
            feed = {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), int)}
            self._sentences[text] = self._text.run([_SENTENCE], feed)[0][0]
        return self._sentences[text]

    def encode(self, text: str, adapter: np.ndarray) -> np.ndarray:
        """The unit vector [384] of a query, as the embedder encodes it, through an adapter."""
        forms = [text, WORD_IN_SENTENCE.format(text)] if len(text.split()) == 1 else [text]
        each = unit(np.stack([self.sentence(form) for form in forms]) @ adapter)
        return unit(each.mean(axis=0, keepdims=True))[0]

    @cached_property
    def _image(self) -> onnxruntime.InferenceSession:
        return _opened(self._folder / "image.onnx", [_FEATURES, _NAMED])

    @cached_property
    def _text(self) -> onnxruntime.InferenceSession:
        return _opened(self._folder / "text.onnx", [_SENTENCE])

    @cached_property
    def _tokens(self) -> Tokenizer:
        tokens = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokens.no_padding()
        return tokens


def _opened(path: Path, outputs: Sequence[str]) -> onnxruntime.InferenceSession:
    """A model that gives some of its inner values too."""
    model = onnx.load(path)
    for name in outputs:
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _batches(pixels: Iterable[np.ndarray]) -> Iterator[list[np.ndarray]]:
    batch: list[np.ndarray] = []
    for one in pixels:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
