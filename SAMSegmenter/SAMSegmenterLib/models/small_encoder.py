"""The image encoder of the bundled model: a small residual network with a feature pyramid, stride 8.

It is fully convolutional apart from two attention layers at stride 32 whose position encoding is interpolated,
so it can be trained at 128 px and used at 256 px.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

STRIDE = 8
COARSEST_STRIDE = 32


class ConvNorm(nn.Sequential):
    """A 3 x 3 convolution with batch normalisation and, unless it ends a residual branch, a ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, activation: bool = True) -> None:
        layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)]
        if activation:
            layers.append(nn.ReLU(inplace=True))
        super().__init__(*layers)


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions around a skip connection (He et al. 2016, fig. 2)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = ConvNorm(width, width)
        self.second = ConvNorm(width, width, activation=False)
        nn.init.zeros_(self.second[1].weight)  # starts as the identity, which trains faster

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.relu(x + self.second(self.first(x)))


class AttentionLayer(nn.Module):
    """A pre-norm transformer layer over all positions of a coarse feature map."""

    def __init__(self, width: int, heads: int, expansion: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, expansion * width), nn.ReLU(), nn.Linear(expansion * width, width))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        batch, count, width = tokens.shape
        qkv = self.qkv(self.norm1(tokens)).view(batch, count, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(query, key, value)
        tokens = tokens + self.projection(attended.transpose(1, 2).reshape(batch, count, width))
        return tokens + self.mlp(self.norm2(tokens))


class GlobalContext(nn.Module):
    """Attention layers on a feature map with a learned position encoding that is interpolated to the map's size."""

    def __init__(self, width: int, size: int, depth: int = 2, heads: int = 8, expansion: int = 3) -> None:
        super().__init__()
        self.position = nn.Parameter(0.02 * torch.randn(1, width, size, size))
        self.layers = nn.ModuleList(AttentionLayer(width, heads, expansion) for _ in range(depth))
        self.norm = nn.LayerNorm(width)  # else the sums grow without bound and drown the finer maps they are added to

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        position = self.position
        if position.shape[-2:] != x.shape[-2:]:
            position = functional.interpolate(position, x.shape[-2:], mode="bilinear", align_corners=False)
        tokens = (x + position).flatten(2).transpose(1, 2)
        for layer in self.layers:
            tokens = layer(tokens)
        return self.norm(tokens).transpose(1, 2).reshape(x.shape)


class SmallImageEncoder(nn.Module):
    """Encode normalised images into a feature map at an eighth of their size.

    Args:
        img_size: side of the square input in pixels at which the model is used, a multiple of 32.
        out_chans: channels of the embedding.
        widths: channels at strides 2, 4, 8, 16 and 32.
        depths: residual blocks at strides 4, 8 and 16.
    """

    def __init__(
        self,
        img_size: int = 256,
        out_chans: int = 128,
        widths: tuple[int, int, int, int, int] = (24, 48, 96, 192, 256),
        depths: tuple[int, int, int] = (1, 2, 2),
    ) -> None:
        super().__init__()
        self.img_size = img_size
        self.stem = ConvNorm(3, widths[0], stride=2)
        self.stage4 = _stage(widths[0], widths[1], depths[0])
        self.stage8 = _stage(widths[1], widths[2], depths[1])
        self.stage16 = _stage(widths[2], widths[3], depths[2])
        self.stage32 = _stage(widths[3], widths[4], 0)
        self.context = GlobalContext(widths[4], img_size // COARSEST_STRIDE)
        self.lateral4 = nn.Conv2d(widths[1], out_chans, 2, stride=2)
        self.lateral8 = nn.Conv2d(widths[2], out_chans, 1)
        self.lateral16 = nn.Conv2d(widths[3], out_chans, 1)
        self.lateral32 = nn.Conv2d(widths[4], out_chans, 1)
        self.fuse16 = ConvNorm(out_chans, out_chans)
        self.fuse8 = nn.Sequential(ConvNorm(out_chans, out_chans), ResidualBlock(out_chans))
        self.output = nn.Sequential(nn.Conv2d(out_chans, out_chans, 1, bias=False), nn.BatchNorm2d(out_chans))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Compute the embedding.

        Args:
            images: (B, 3, S, S) normalised and padded, S a multiple of 32.

        Returns:
            (B, out_chans, S / 8, S / 8).
        """
        stride4 = self.stage4(self.stem(images))
        stride8 = self.stage8(stride4)
        stride16 = self.stage16(stride8)
        stride32 = self.context(self.stage32(stride16))
        top = self.fuse16(self.lateral16(stride16) + _double(self.lateral32(stride32)))
        fused = self.lateral8(stride8) + self.lateral4(stride4) + _double(top)
        return self.output(self.fuse8(fused))


def _stage(inputs: int, outputs: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(ConvNorm(inputs, outputs, stride=2), *(ResidualBlock(outputs) for _ in range(blocks)))


def _double(x: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
