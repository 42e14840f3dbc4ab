"""Pooled features of every image, computed once and cached."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from training.backbone import SIZE
from training.data import pixel_batches

BATCH = 16


def session(model: Path, *, threads: int = 0) -> onnxruntime.InferenceSession:
    """Open an ONNX model on the CPU; 0 threads means all cores."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def image_features(
    model: Path, images: Sequence[Path], cache: Path, *, flip: bool = False
) -> np.ndarray:
    """Output of `model` for each image, float32 [n, d], read from `cache` when it is there."""
    if cache.exists():
        return np.load(cache)
    backbone = session(model)
    batches = pixel_batches(images, SIZE, BATCH, flip=flip)
    features = np.concatenate([backbone.run(None, {"pixels": batch})[0] for batch in batches])
    np.save(cache, features)
    return features
