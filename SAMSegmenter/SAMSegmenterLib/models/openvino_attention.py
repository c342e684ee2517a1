"""One attention layer of SAM's vision transformers as a graph of OpenVINO."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from SAMSegmenterLib.models.openvino_layers import Node, constant, integers, linear, moved, parts, product, reshaped
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything


class AttentionGraph:
    """Builds what `FastAttention` computes.

    OpenVINO joins a product, a softmax and the product with the values into one kernel. In windows the relative
    positions come with the queries: a channel for each row and column of keys, and in the keys a one that picks the
    key's own. Where all tokens see each other that would triple the product, so that the positions are added to it.

    Args:
        attention: `segment_anything`'s layer, whose weights are shared.
        grid: rows, and columns, of the image's tokens.
        window: side of the windows that see only themselves, in tokens; 0 where all tokens see each other.
        eight_bit: as in `linear`.
    """

    def __init__(self, attention: Any, grid: int, window: int, eight_bit: bool) -> None:
        self._layer, self._grid, self._window, self._eight_bit = attention, grid, window, eight_bit
        self._side = window or grid
        self._across = -(-grid // self._side)
        self._count, self._heads = self._across**2, attention.num_heads
        self._width = attention.qkv.weight.shape[1]

    def __call__(self, x: Node) -> Node:
        """Attended and projected tokens, (1, grid * grid, C) like those given."""
        from openvino import opset13 as ops

        qkv = self._windows(x) if self._window else linear(x, self._layer.qkv, self._eight_bit)
        tokens, depth = self._side**2, self._width // self._heads
        by_head = reshaped(qkv, self._count, tokens, 3 * self._heads, depth)
        q, k, v = (moved(part, 0, 2, 1, 3) for part in parts(by_head, 2, 3))
        scaled = ops.multiply(q, constant(np.full((1, 1, 1, 1), self._layer.scale, np.float32)))
        if not self._layer.use_rel_pos:
            answer = _attended(product(scaled, k), v)
        elif self._window:
            answer = self._in_windows(scaled, k, v, *self._terms(q, depth))
        else:
            answer = self._everywhere(scaled, k, v, *self._terms(q, depth))
        joined = reshaped(moved(answer, 0, 2, 1, 3), self._count, tokens, self._width)
        return linear(self._image(joined) if self._window else joined, self._layer.proj, self._eight_bit)

    def _windows(self, x: Node) -> Node:
        """Projected windows; padding is zero before the projection, so that it becomes the projection's bias."""
        from openvino import opset13 as ops

        grid, side, across, bias = self._grid, self._side, self._across, self._layer.qkv.bias
        y = reshaped(linear(x, self._layer.qkv, self._eight_bit, with_bias=False), 1, grid, grid, -1)
        missing = across * side - grid
        if missing:
            zero = ops.constant(np.float32(0))
            y = ops.pad(y, integers(0, 0, 0, 0), integers(0, missing, missing, 0), "constant", zero)
        if bias is not None:
            y = ops.add(y, constant(bias[None, None, None]))
        return moved(reshaped(y, across, side, across, side, -1), 0, 2, 1, 3, 4)

    def _image(self, windows: Node) -> Node:
        """(1, grid * grid, C) of windows, without the padding."""
        from openvino import opset13 as ops

        grid, side, across = self._grid, self._side, self._across
        y = moved(reshaped(windows, across, across, side, side, self._width), 0, 2, 1, 3, 4)
        y = reshaped(y, 1, across * side, across * side, self._width)
        if across * side > grid:
            y = ops.slice(y, integers(0, 0), integers(grid, grid), integers(1, 1), integers(1, 2))
        return reshaped(y, 1, grid * grid, self._width)

    def _terms(self, q: Node, depth: int) -> tuple[Node, Node]:
        """What relative positions add to the scores: (N * heads, h, w, rows) and (N * heads, h, w, columns).

        Source: Li et al. 2022, arXiv:2112.01526, equation 4.
        """
        side = self._side
        get = load_segment_anything().modeling.image_encoder.get_rel_pos
        with torch.inference_mode():
            tables = [get(side, side, table)[None] for table in (self._layer.rel_pos_h, self._layer.rel_pos_w)]
        vertical, horizontal = (constant(table.numpy()) for table in tables)
        by_row = reshaped(q, self._count * self._heads, side, side, depth)
        beside = moved(product(moved(by_row, 0, 2, 1, 3), horizontal), 0, 2, 1, 3)
        return product(by_row, vertical), beside

    def _in_windows(self, q: Node, k: Node, v: Node, above: Node, beside: Node) -> Node:
        from openvino import opset13 as ops

        side, tokens = self._side, self._side**2
        shape = self._count, self._heads, tokens, side
        picks = np.zeros((1, 1, tokens, 2 * side), np.float32)
        each = np.arange(tokens)
        picks[0, 0, each, each // side] = picks[0, 0, each, side + each % side] = 1
        q = ops.concat([q, reshaped(above, *shape), reshaped(beside, *shape)], 3)
        k = ops.concat([k, ops.broadcast(constant(picks), integers(*shape[:3], 2 * side))], 3)
        return _attended(product(q, k), v)

    def _everywhere(self, q: Node, k: Node, v: Node, above: Node, beside: Node) -> Node:
        """One head at a time: the kernel prepares keys and values once for all queries, and positions take 67 MB."""
        from openvino import opset13 as ops

        side, heads, answers = self._side, self._heads, []
        for asked, keys, values, up, left in zip(
            *(parts(x, 1, heads) for x in (q, k, v)), *(parts(x, 0, heads) for x in (above, beside)), strict=True
        ):
            added = ops.add(reshaped(up, side**2, side, 1), reshaped(left, side**2, 1, side))
            scores = ops.add(product(asked, keys), reshaped(added, 1, 1, side**2, side**2))
            answers.append(_attended(scores, values))
        return ops.concat(answers, 1)


def _attended(scores: Node, v: Node) -> Node:
    from openvino import opset13 as ops

    return ops.matmul(ops.softmax(scores, -1), v, False, False)
