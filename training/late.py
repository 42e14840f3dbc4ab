"""The last stages of the backbone as they are trained: what is frozen hands over, they pool."""

from __future__ import annotations

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from training.views import FIRST_TRAINED, Edge


class LateStages(nn.Module):
    """Codes uint8 [n, 9, 9, 208] of an `Edge` to pooled features float [n, 1280].

    Batch normalisation is folded into the convolutions, which is all that it is once trained.
    """

    def __init__(self, net: EfficientNet, edge: Edge) -> None:
        super().__init__()
        fold(net)
        for block in net._blocks:
            block._swish = nn.ReLU6(inplace=True)
        self.blocks = nn.ModuleList(net._blocks[FIRST_TRAINED:])
        self.last = net._conv_head
        self.edge_scale, self.edge_zero = edge.scale, edge.zero
        self.to(memory_format=torch.channels_last)

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        """Widen the codes, convolve, pool."""
        x = ((codes.float() - self.edge_zero) * self.edge_scale).permute(0, 3, 1, 2)
        for block in self.blocks:
            x = block(x)
        return nn.functional.relu6(self.last(x)).mean((2, 3))


def fold(net: EfficientNet) -> None:
    """Fold every batch normalisation of `net` into the convolution before it, in place."""
    for block in net._blocks:
        for convolution, norm in (
            ("_expand_conv", "_bn0"),
            ("_depthwise_conv", "_bn1"),
            ("_project_conv", "_bn2"),
        ):
            if hasattr(block, convolution):
                _fold(block, convolution, norm)
    _fold(net, "_conv_stem", "_bn0")
    _fold(net, "_conv_head", "_bn1")


def _fold(owner: nn.Module, convolution: str, norm: str) -> None:
    fused = fuse_conv_bn_eval(getattr(owner, convolution), getattr(owner, norm))
    setattr(owner, convolution, fused)
    setattr(owner, norm, nn.Identity())
