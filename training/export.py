"""A PyTorch module to ONNX, quietly."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from torch import nn

from training.shapes import OPSET


def export(
    module: nn.Module,
    inputs: dict[str, torch.Tensor],
    output: str,
    path: Path,
    *,
    dynamic: tuple[str, ...] = ("n",),
) -> None:
    """Write `module` with named inputs and one output; the leading axes named here are dynamic.

    The older exporter is used, because the newer one needs a further package.
    """
    axes = {name: dict(enumerate(dynamic)) for name in inputs}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=[output],
            dynamic_axes={**axes, output: {0: dynamic[0]}},
        )
