"""A quick look at many vectors: their products with another, to two decimals.

Reading the vectors is what takes the time, so they are kept in eight bits beside, which ONNX
Runtime multiplies as it does the weights of language models (its operator `MatMulNBits`).
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footage.embedder import Vector, Vectors
from footage.onnx import open_session

IS_QUICK = platform.machine().lower() in ("x86_64", "amd64")
"""Whether it is: elsewhere ONNX Runtime may have no code of its own for it."""
ROWS = 8_192

_GROUP = 128  # numbers with a scale in common: with fewer, scales are a good part of what is read
_ZERO = 128  # what stands for 0
_MOST = 127  # what stands for the largest of a group
_SURE = 5.0  # standard deviations: one in two million is off by more


class CoarseBlock:
    """A number of vectors. Safe for several threads."""

    def __init__(self, vectors: Vectors) -> None:
        """``vectors`` are float32 [n, dimension], n and dimension at least 1."""
        self._padding = -vectors.shape[1] % _GROUP
        self._largest = float(np.abs(vectors).max())
        self._session = open_session(
            _model(np.pad(vectors, ((0, 0), (0, self._padding)))), threads=1
        )

    def products(self, vector: Vector) -> Vectors:
        """The inner product of each with a vector, float32 [n], about."""
        padded = np.pad(np.asarray(vector, np.float32), (0, self._padding))
        found: Vectors = self._session.run(None, {"query": padded[None]})[0][0]
        return found

    def off_by(self, vector: Vector) -> float:
        """How far off `products` may be, of unit vectors.

        Each number is rounded to a step of its group, by an error that is spread evenly over the
        step (variance: its square over 12). That of a product of unit vectors sums to no more than
        that of the largest steps of both.
        """
        steps = np.array([self._largest, np.abs(vector).max()]) / _MOST
        return _SURE * float(np.sqrt((steps**2).sum() / 12))


def _model(vectors: Vectors) -> bytes:
    """The product of a ``query`` [1, dimension] with vectors [n, dimension], as an ONNX model.

    Written as in onnx.proto of ONNX and in the encoding of protocol buffers; the operator is
    described in ContribOperators.md of ONNX Runtime.
    """
    count, dimension = vectors.shape
    groups = vectors.reshape(count, dimension // _GROUP, _GROUP)
    scales = np.maximum(np.abs(groups).max(axis=2), np.float32(1e-9)) / _MOST
    steps = groups / scales[..., None]
    np.rint(steps, out=steps)
    steps += _ZERO
    bits = steps.astype(np.uint8)
    settings = {
        "K": dimension,
        "N": count,
        "bits": 8,
        "block_size": _GROUP,
        "accuracy_level": 4,  # the query in eight bits, too
    }
    node = _message(
        *((1, name) for name in ("query", "vectors", "scales")),
        (2, "products"),
        (4, "MatMulNBits"),
        *((5, _message((1, name), (3, value), (20, _INT))) for name, value in settings.items()),
        (7, _CONTRIB),
    )
    graph = _message(
        (1, node),
        (2, "coarse"),
        (5, _tensor("vectors", bits, _UINT8)),
        (5, _tensor("scales", scales.ravel(), _FLOAT)),
        (11, _value("query", (1, dimension))),
        (12, _value("products", (1, count))),
    )
    versions = (("", 17), (_CONTRIB, 1))
    opsets = [(8, _message((1, name), (2, version))) for name, version in versions]
    return _message((1, _FORMAT), (7, graph), *opsets)


_FORMAT = 8  # ModelProto.ir_version
_CONTRIB = "com.microsoft"
_FLOAT, _UINT8 = 1, 2  # TensorProto.DataType
_INT = 2  # AttributeProto.AttributeType


def _tensor(name: str, values: NDArray[Any], kind: int) -> bytes:
    sizes = [(1, size) for size in values.shape]
    return _message(*sizes, (2, kind), (8, name), (9, values.tobytes()))


def _value(name: str, shape: Iterable[int]) -> bytes:
    sizes = _message(*((1, _message((1, size))) for size in shape))
    return _message((1, name), (2, _message((1, _message((1, _FLOAT), (2, sizes))))))


def _message(*fields: tuple[int, int | str | bytes]) -> bytes:
    """Fields of a protocol buffer, by number: numbers, texts, and bytes or other messages."""
    parts = []
    for number, value in fields:
        if isinstance(value, int):
            parts.append(_varint(number << 3) + _varint(value))
        else:
            data = value.encode() if isinstance(value, str) else value
            parts += [_varint(number << 3 | 2) + _varint(len(data)), data]
    return b"".join(parts)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
