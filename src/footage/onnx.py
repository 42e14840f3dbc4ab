"""ONNX Runtime as footage uses it: telemetry off, the accelerator that is installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from footage.errors import EmbedderBroken, FootageError

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"


def runtime() -> Any:
    """ONNX Runtime, its telemetry off: newer builds report to Microsoft unless told not to."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when the library is loaded
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def providers() -> list[str]:
    """What models can run on here, best first: CUDA where onnxruntime-gpu is installed, the CPU."""
    return [name for name in (CUDA, CPU) if name in runtime().get_available_providers()]


def open_session(
    model: Path | bytes,
    *,
    threads: int,
    on: list[str] | None = None,
    broken: type[FootageError] = EmbedderBroken,
) -> Any:
    """A model, mostly a file, ready to run on the CPU, or on the first of ``on`` that works.

    ``on`` names providers. Raises ``broken`` for a file that is no model.
    """
    onnxruntime = runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # int8 products overflow on x86-64 without VNNI unless asked not to; with it nothing changes
    options.add_session_config_entry("session.x64quantprecision", "1")
    # threads that spin while they wait would take the cores that decode
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(model, options, providers=on or [CPU])
    # onnxruntime raises its own types, one for each thing that can be wrong with a file
    except Exception as error:
        name = model if isinstance(model, Path) else "a model made here"
        raise broken(f"{name} cannot be loaded ({error})") from error
    if isinstance(model, bytes):
        session._model_bytes = None  # kept to fall back to another provider, which we do not
    return session
