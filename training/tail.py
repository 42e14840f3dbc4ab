"""The end of the image tower: pooled features to the vector that is searched, as ONNX."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import compose, numpy_helper, parser

from training.shapes import FEATURES, OPSET

IR_VERSION = 9
"""The newest that ONNX Runtime 1.19 is sure to read."""


@dataclass(frozen=True)
class Tail:
    """Everything after pooling; every matrix is applied from the right.

    head [1280, d] and head_bias [d] act on raw features; classifier [1280, 1000] and
    classifier_bias [1000] are ImageNet's; classes [1000, d] are its class names in the text
    space; conse_weight scales the unit ConSE vector before the two are added.
    """

    head: np.ndarray
    head_bias: np.ndarray
    classifier: np.ndarray
    classifier_bias: np.ndarray
    classes: np.ndarray
    conse_weight: float
    top: int


_GRAPH = """
tail (float[n, {features}] features) => (float[n, {dimension}] embedding) {{
  logits_flat = MatMul (features, classifier)
  logits = Add (logits_flat, classifier_bias)
  seen = Softmax <axis = -1> (logits)
  kept, places = TopK <axis = -1, largest = 1, sorted = 1> (seen, top)
  least = ReduceMin <axes = [1], keepdims = 1> (kept)
  weak = Less (seen, least)
  strong = Where (weak, zero, seen)
  named = MatMul (strong, classes)
  named_norm = ReduceL2 <axes = [1], keepdims = 1> (named)
  named_unit = Div (named, named_norm)
  named_term = Mul (named_unit, conse_weight)
  learned_flat = MatMul (features, head)
  learned = Add (learned_flat, head_bias)
  both = Add (learned, named_term)
  norm = ReduceL2 <axes = [1], keepdims = 1> (both)
  embedding = Div (both, norm)
}}
"""


def tail_model(tail: Tail, *, compact: bool) -> onnx.ModelProto:
    """ONNX of `tail`; `compact` stores the matrices as int8 with a scale per column.

    The arithmetic is float either way: ONNX Runtime widens the matrices once, when it loads.
    """
    graph = parser.parse_graph(
        _GRAPH.format(features=FEATURES, dimension=tail.head.shape[1]).strip()
    )
    constants = {
        "classifier_bias": tail.classifier_bias.astype(np.float32),
        "head_bias": tail.head_bias.astype(np.float32),
        "conse_weight": np.float32(tail.conse_weight),
        "zero": np.float32(0.0),
        "top": np.array([tail.top], dtype=np.int64),
    }
    for name, value in constants.items():
        graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
    for name in ("classes", "head", "classifier"):
        _add_matrix(graph, name, getattr(tail, name).astype(np.float32), compact=compact)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return model


def _add_matrix(graph: onnx.GraphProto, name: str, matrix: np.ndarray, *, compact: bool) -> None:
    if not compact:
        graph.initializer.append(numpy_helper.from_array(matrix, name))
        return
    scale = np.abs(matrix).max(axis=0, keepdims=True) / 127.0
    small = np.round(matrix / scale).astype(np.int8)
    graph.initializer.append(numpy_helper.from_array(small, f"{name}_int8"))
    graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
    widen = onnx.helper.make_node("Cast", [f"{name}_int8"], [f"{name}_wide"], to=1)
    scaled = onnx.helper.make_node("Mul", [f"{name}_wide", f"{name}_scale"], [name])
    graph.node.insert(0, scaled)
    graph.node.insert(0, widen)


def join_tail(backbone: Path, tail: Tail, target: Path, *, compact: bool) -> None:
    """Write `target`: `backbone` (pixels to features) followed by `tail`."""
    front = onnx.load(backbone)
    front.ir_version = IR_VERSION
    end = tail_model(tail, compact=compact)
    joined = compose.merge_models(front, end, io_map=[("features", "features")])
    del joined.opset_import[:]  # the quantiser lists domains of which no operator is used
    joined.opset_import.append(onnx.helper.make_opsetid("", OPSET))
    onnx.checker.check_model(joined)
    onnx.save(joined, target)
