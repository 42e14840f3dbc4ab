"""A CLIP model of a few kilobytes, in the layout of immich's hub models: it knows colours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from colours import COLOURS
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

SIZE = 32
CONTEXT = 16
DIMENSION = 4
OPSET = 17


def write_clip(
    folder: Path,
    *,
    resize_mode: str = "squash",
    clean: str = "canonicalize",
    batch: int | None = None,
    pixels: int = TensorProto.FLOAT,
    text_inputs: dict[str, int] | None = None,
    constant: bool = False,
    shuffled: bool = False,
) -> Path:
    """Write a model to ``folder`` and return that.

    ``batch`` fixes how many images it takes at once; ``constant`` and ``shuffled`` make its image
    tower see nothing, or other colours than there are.
    """
    config = {
        "embed_dim": DIMENSION,
        "text_cfg": {"context_length": CONTEXT, "tokenizer_kwargs": {"clean": clean}},
    }
    preprocessing = {
        "size": [SIZE, SIZE],
        "mode": "RGB",
        "mean": [0.5] * 3,
        "std": [0.5] * 3,
        "interpolation": "bicubic",
        "resize_mode": resize_mode,
    }
    for name, content in (
        ("config.json", config),
        ("visual/preprocess_cfg.json", preprocessing),
        ("textual/tokenizer_config.json", {"pad_token": {"content": "[PAD]"}, "sep_token": "."}),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    tokenizer = _tokenizer()
    tokenizer.save(str(folder / "textual/tokenizer.json"))
    onnx.save(_image_tower(batch, pixels, constant, shuffled), folder / "visual/model.onnx")
    inputs = {"text": TensorProto.INT32} if text_inputs is None else text_inputs
    onnx.save(_text_tower(tokenizer, inputs), folder / "textual/model.onnx")
    return folder


def _tokenizer() -> Tokenizer:
    words = ["[PAD]", "[UNK]", ".", *COLOURS, "circle", "stripes", "checkerboard", "plain", "a"]
    vocabulary = {word: at for at, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def _spread() -> np.ndarray[Any, Any]:
    """Red, green, blue, each -1 to 1, and nothing, to the four dimensions of a vector."""
    return np.eye(3, DIMENSION, dtype=np.float32)


OWN = np.array([0, 0, 0, 0.2], dtype=np.float32)


def _image_tower(batch: int | None, pixels: int, constant: bool, shuffled: bool) -> onnx.ModelProto:
    turned = np.roll(_spread(), 1, axis=0) if shuffled else _spread()
    weight = np.zeros_like(turned) if constant else turned
    raw = pixels == TensorProto.UINT8
    shape = [batch or "n", SIZE, SIZE, 3] if raw else [batch or "n", 3, SIZE, SIZE]
    nodes = [
        helper.make_node("Cast", ["image"], ["wide"], to=TensorProto.FLOAT),
        helper.make_node(
            "ReduceMean", ["wide"], ["mean"], axes=[1, 2] if raw else [2, 3], keepdims=0
        ),
        helper.make_node("MatMul", ["mean", "weight"], ["colour"]),
        helper.make_node("Add", ["colour", "own"], ["embedding"]),
    ]
    own = OWN
    if raw:  # it normalises by itself: 0 to 255 becomes -1 to 1
        own = OWN - weight.sum(axis=0)
        weight = weight / 127.5
    return _model(
        nodes,
        [helper.make_tensor_value_info("image", pixels, shape)],
        {"weight": weight.astype(np.float32), "own": own.astype(np.float32)},
    )


def _text_tower(tokenizer: Tokenizer, inputs: dict[str, int]) -> onnx.ModelProto:
    table = np.zeros((tokenizer.get_vocab_size(), 3), dtype=np.float32)
    for word, colour in COLOURS.items():
        table[tokenizer.token_to_id(word)] = np.array(colour) / 127.5 - 1.0
    first = next(iter(inputs))
    nodes = [
        helper.make_node("Gather", ["table", first], ["words"]),
        helper.make_node("ReduceMean", ["words"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("Mul", ["mean", "many"], ["sum"]),
        helper.make_node("MatMul", ["sum", "weight"], ["colour"]),
        helper.make_node("Add", ["colour", "own"], ["embedding"]),
    ]
    return _model(
        nodes,
        [
            helper.make_tensor_value_info(name, kind, ["n", CONTEXT])
            for name, kind in inputs.items()
        ],
        {
            "table": table,
            "weight": _spread(),
            "own": OWN,
            "many": np.array(CONTEXT, dtype=np.float32),
        },
    )


def _model(nodes: Any, inputs: Any, constants: dict[str, Any]) -> onnx.ModelProto:
    out = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", DIMENSION])
    stored = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "tower", inputs, [out], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model
