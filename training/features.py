"""Images through a network in ONNX; one row for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from training.data import pixel_batches
from training.shapes import SIZE

BATCH = 16


def session(model: Path, *, threads: int = 0) -> onnxruntime.InferenceSession:
    """Open an ONNX model on the CPU; 0 threads means all cores."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that spin while they wait starve each other on a busy machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # As the product does: without it, processors without VNNI saturate 8-bit products.
    options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def run_images(model: Path, images: Sequence[Path]) -> np.ndarray:
    """Output of `model` for each image, float32 [n, d]."""
    network = session(model)
    batches = pixel_batches(images, SIZE, BATCH)
    return np.concatenate([network.run(None, {"pixels": batch})[0] for batch in batches])
