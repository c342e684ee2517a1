"""A small network that moves the edge of a mask to where the picture has one."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from SAMSegmenterLib.models.refining.appearance import CHANNELS

_LARGEST_LOGIT = 10.0
_STEP = 4.0
"""What the last layer's numbers are multiplied by, so that small weights can turn a sure pixel."""


class RefiningNetwork(nn.Module):
    """Encoder and decoder with skip connections (Ronneberger et al. 2015), whose output is added to the mask's logits.

    Args:
        widths: channels at the window's own resolution and at a half, a quarter and an eighth of it.
    """

    def __init__(self, widths: tuple[int, int, int, int] = (8, 16, 32, 64)) -> None:
        super().__init__()
        first, second, third, fourth = widths
        self.down1 = _Layer(CHANNELS, first)
        self.down2 = nn.Sequential(_Layer(first, second, 2), _Layer(second, second))
        self.down3 = nn.Sequential(_Layer(second, third, 2), _Layer(third, third))
        self.down4 = nn.Sequential(_Layer(third, fourth, 2), _Layer(fourth, fourth), _Layer(fourth, fourth))
        self.across3, self.up3 = nn.Conv2d(fourth, third, 1), _Layer(third, third)
        self.across2, self.up2 = nn.Conv2d(third, second, 1), _Layer(second, second)
        self.across1, self.up1 = nn.Conv2d(second, first, 1), _Layer(first, first)
        self.output = nn.Conv2d(first, 1, 3, padding=1)
        nn.init.zeros_(self.output.weight)  # begins as a network that changes nothing
        nn.init.zeros_(self.output.bias)

    def forward(self, described: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        """(B, S, S) logits of described windows (B, CHANNELS, S, S), whose masks had the logits (B, S, S)."""
        fine = self.down1(described)
        half = self.down2(fine)
        quarter = self.down3(half)
        eighth = self.down4(quarter)
        quarter = self.up3(quarter + _double(self.across3(eighth)))
        half = self.up2(half + _double(self.across2(quarter)))
        fine = self.up1(fine + _double(self.across1(half)))
        return logits.clamp(-_LARGEST_LOGIT, _LARGEST_LOGIT) + _STEP * self.output(fine)[:, 0]

    def fused(self) -> RefiningNetwork:
        """The same network for answers alone, changed in place: what norms do becomes a part of the convolutions."""
        for layer in [one for one in self.modules() if isinstance(one, _Layer)]:
            layer.fuse()
        return self.requires_grad_(False).to(memory_format=torch.channels_last)


class _Layer(nn.Sequential):
    """Convolution, norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        convolution = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        super().__init__(convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))

    def fuse(self) -> None:
        self[0], self[1] = fuse_conv_bn_eval(self[0], self[1]), nn.Identity()


def _double(x: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
