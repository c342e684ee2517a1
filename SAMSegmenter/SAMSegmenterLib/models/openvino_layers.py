"""Layers of a transformer as operations of OpenVINO; the weights are shared with PyTorch's tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

Node = Any
"""An operation's result in OpenVINO's graph."""


def constant(values: torch.Tensor | np.ndarray) -> Node:
    """A constant that shares the memory of its values."""
    from openvino import opset13 as ops

    array = values.detach().numpy() if isinstance(values, torch.Tensor) else values
    return ops.constant(np.require(array, requirements="C"), shared_memory=True)


def integers(*values: int) -> Node:
    """A constant list of whole numbers."""
    from openvino import opset13 as ops

    return ops.constant(np.array(values, np.int64))


def reshaped(x: Node, *shape: int) -> Node:
    """The same values in another shape."""
    from openvino import opset13 as ops

    return ops.reshape(x, integers(*shape), False)


def moved(x: Node, *order: int) -> Node:
    """The axes in another order."""
    from openvino import opset13 as ops

    return ops.transpose(x, integers(*order))


def parts(x: Node, axis: int, count: int) -> list[Node]:
    """Equal parts along an axis."""
    from openvino import opset13 as ops

    return [x] if count == 1 else ops.split(x, ops.constant(np.int64(axis)), count).outputs()


def product(x: Node, weights: Node) -> Node:
    """x times the transposed weights."""
    from openvino import opset13 as ops

    return ops.matmul(x, weights, False, True)


def linear(x: Node, layer: Any, eight_bit: bool, with_bias: bool = True) -> Node:
    """A linear layer on (1, N, inputs).

    Args:
        eight_bit: hold the weights in 8 bit, each output with the scale that its largest weight needs. The engine
            rounds the inputs, too, with scales that it finds for groups of them while it runs: a perceptron of ViT-B
            takes 0.40 of its time. Scales fixed beforehand took 0.26, but need pictures to find them on, and an input
            that is larger than any of these is cut off.
    """
    from openvino import opset13 as ops

    y = product(x, _in_eight_bit(layer.weight) if eight_bit else constant(layer.weight))
    return ops.add(y, constant(layer.bias[None, None])) if with_bias and layer.bias is not None else y


def perceptron(x: Node, mlp: Any, eight_bit: bool) -> Node:
    """SAM's two linear layers with a GELU between them."""
    from openvino import opset13 as ops

    return linear(ops.gelu(linear(x, mlp.lin1, eight_bit), "erf"), mlp.lin2, eight_bit)


def norm(x: Node, layer: Any) -> Node:
    """Layer normalisation of (1, N, C) over its channels, also for layers that PyTorch applies to (1, C, h, w)."""
    from openvino import opset13 as ops

    y = ops.mvn(x, integers(-1), True, float(layer.eps), "inside_sqrt")
    return ops.add(ops.multiply(y, constant(layer.weight[None, None])), constant(layer.bias[None, None]))


def tokens_of_patches(image: Node, projection: Any, grid: int) -> Node:
    """(1, grid * grid, C) of an image (1, 3, S, S)."""
    from openvino import opset13 as ops

    x = ops.convolution(image, constant(projection.weight), list(projection.stride), [0, 0], [0, 0], [1, 1])
    x = ops.add(x, constant(projection.bias[None, :, None, None]))
    return reshaped(moved(x, 0, 2, 3, 1), 1, grid * grid, -1)


def neck(x: Node, layers: Any, grid: int) -> Node:
    """SAM's last four layers: (1, grid * grid, C) to (1, out, grid, grid)."""
    from openvino import opset13 as ops

    narrow, first, mixing, second = layers
    x = norm(product(x, constant(narrow.weight[:, :, 0, 0])), first)
    x = moved(reshaped(x, 1, grid, grid, -1), 0, 3, 1, 2)
    x = ops.convolution(x, constant(mixing.weight), [1, 1], [1, 1], [1, 1], [1, 1])
    x = norm(reshaped(moved(x, 0, 2, 3, 1), 1, grid * grid, -1), second)
    return moved(reshaped(x, 1, grid, grid, -1), 0, 3, 1, 2)


def _in_eight_bit(weights: torch.Tensor) -> Node:
    from openvino import opset13 as ops

    values = weights.detach().numpy()
    scale = np.maximum(np.abs(values).max(1, keepdims=True), np.finfo(np.float32).tiny) / np.float32(127)
    rounded = np.rint(values / scale).astype(np.int8)
    return ops.multiply(ops.convert(ops.constant(rounded), np.float32), ops.constant(scale))
