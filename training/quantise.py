"""int8 copies of the two backbones: static for images, dynamic for text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from training.data import pixel_batches
from training.shapes import SIZE


class _Images(CalibrationDataReader):
    def __init__(self, images: Sequence[Path]) -> None:
        self.batches = pixel_batches(images, SIZE, batch=8)

    def get_next(self) -> dict[str, np.ndarray] | None:
        batch = next(self.batches, None)
        return None if batch is None else {"pixels": batch}


def quantise_backbone(source: Path, target: Path, images: Sequence[Path]) -> None:
    """Static int8: convolutions and sums, a scale per channel; pooling stays in float."""
    prepared = target.with_suffix(".prepared.onnx")
    quant_pre_process(str(source), str(prepared))
    quantize_static(
        prepared,
        target,
        _Images(images),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv", "Add", "Clip"],
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
    )
    prepared.unlink()


def quantise_text(source: Path, target: Path) -> None:
    """Dynamic int8: weights per channel, activations at run time.

    Weights have 7 bits, because processors without VNNI add two products in 16 bits, which 8 bits
    overflow. That costs at most 0.2 points of recall; on images it would cost more than it saves.
    """
    quantize_dynamic(
        source, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
    )
