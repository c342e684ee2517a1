"""The attention of SAM's vision transformers without the matrix of all tokens against all tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

_QUERIES = 256
"""Queries whose scores are held at once; 64 to 512 take alike, and give the same bits."""
_TOKENS = 1024
"""Tokens that a perceptron works on at once."""


class FastAttention:
    """One attention layer, with the weights of `segment_anything`'s; its relative positions are looked up once.

    Args:
        attention: the layer whose weights are used.
        grid: (rows, columns) of the image's tokens.
        window: side of the windows that see only themselves, in tokens; 0 where all tokens see each other.
    """

    def __init__(self, attention: Any, grid: tuple[int, int], window: int) -> None:
        self._layer, self._grid, self._window = attention, grid, window
        self._heads = attention.num_heads
        rows, columns = (window, window) if window else grid
        self._relative: tuple[torch.Tensor, torch.Tensor] | None = None
        if attention.use_rel_pos:
            get = load_segment_anything().modeling.image_encoder.get_rel_pos
            with torch.inference_mode():
                self._relative = get(rows, rows, attention.rel_pos_h), get(columns, columns, attention.rel_pos_w)

    def __call__(self, tokens: torch.Tensor, room: torch.Tensor) -> torch.Tensor:
        """Attended and projected tokens.

        Args:
            tokens: (rows * columns, C), normalised.
            room: at least 3 * rows * columns * C values that are written over.

        Returns:
            Like the tokens.
        """
        qkv = linear_into(room, tokens, self._layer.qkv).view(*self._grid, -1)
        attended = torch.empty(*self._grid, qkv.shape[-1] // 3, dtype=qkv.dtype, device=qkv.device)
        if self._window:
            self._attend_in_windows(qkv, attended)
        else:
            self._attend_everywhere(qkv, attended)
        return self._layer.proj(attended.view(len(tokens), -1))

    def _attend_everywhere(self, qkv: torch.Tensor, attended: torch.Tensor) -> None:
        rows, columns = self._grid
        at_once = max(1, _QUERIES // columns)
        parts = qkv.view(rows * columns, 3, self._heads, -1)
        by_head = attended.view(rows, columns, self._heads, -1)
        room = qkv.new_empty(at_once * columns, rows * columns)
        for head in range(self._heads):
            queries, keys, values = parts[:, :, head].transpose(0, 1).contiguous()
            above, beside = self._terms(queries.view(1, rows, columns, -1))
            scaled, keys = (queries * self._layer.scale).view(rows, columns, -1), keys.t()
            for start in range(0, rows, at_once):
                part = slice(start, min(rows, start + at_once))
                asked = scaled[part].flatten(0, 1)
                scores = room[: len(asked)]
                if above is None:
                    torch.mm(asked, keys, out=scores)
                else:
                    torch.add(above[0, part], beside[0, part], out=scores.view(-1, columns, rows, columns))
                    scores.addmm_(asked, keys)
                torch.softmax(scores, -1, out=scores)
                by_head[part, :, head] = torch.mm(scores, values).view(-1, columns, values.shape[-1])

    def _attend_in_windows(self, qkv: torch.Tensor, attended: torch.Tensor) -> None:
        """One row of windows at a time, in which only the image's own tokens ask; padding is asked, as in the original.

        Padding is zero before the projection, so that it becomes the projection's bias.
        """
        side, bias = self._window, self._layer.qkv.bias
        columns = self._grid[1]
        padded = qkv.new_empty(side, -(-columns // side) * side, qkv.shape[-1])
        across = padded.shape[1] // side
        for band, out in self._bands(qkv, attended):
            padded.copy_(bias if bias is not None else padded.new_zeros(()))
            padded[: len(band), :columns] = band
            by_head = padded.view(side, across, side, 3, self._heads, -1).permute(3, 1, 4, 0, 2, 5)
            q, k, v = by_head.flatten(3, 4)
            answer = self._attend_in_window(q[:, :, : len(band) * side], k, v)
            answer = answer.view(across, self._heads, len(band), side, -1).permute(2, 0, 3, 1, 4)
            out.view(len(band), columns, self._heads, -1).copy_(answer.flatten(1, 2)[:, :columns])

    def _bands(self, qkv: torch.Tensor, attended: torch.Tensor) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        for start in range(0, len(qkv), self._window):
            yield qkv[start : start + self._window], attended[start : start + self._window]

    def _attend_in_window(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        """(N, heads, queries, d) of q in the first rows of a window and k, v in all of it.

        `scaled_dot_product_attention` with these terms as its mask takes as long, and differs in the last bits.
        """
        side = self._window
        count, heads, queries, width = q.shape
        above, beside = self._terms(q.reshape(count * heads, queries // side, side, width))
        scores = torch.bmm((q * self._layer.scale).flatten(0, 1), k.flatten(0, 1).transpose(1, 2))
        if above is not None:
            scores.view(count * heads, -1, side, side, side).add_(above).add_(beside)
        torch.softmax(scores, -1, out=scores)
        return torch.bmm(scores, v.flatten(0, 1)).view(count, heads, queries, width)

    def _terms(self, q: torch.Tensor) -> tuple[torch.Tensor | None, torch.Tensor | None]:
        """What the relative positions add to the scores.

        Args:
            q: (N, h, w, d), the first h rows of the grid.

        Returns:
            (N, h, w, rows, 1) and (N, h, w, 1, columns), or None twice.

        Source: Li et al. 2022, arXiv:2112.01526, equation 4.
        """
        if self._relative is None:
            return None, None
        above, beside = (table.to(q.dtype) for table in self._relative)
        vertical = torch.einsum("bhwc,hkc->bhwk", q, above[: q.shape[1]])
        horizontal = torch.einsum("bhwc,wkc->bhwk", q, beside)
        return vertical[..., None], horizontal[..., None, :]


def feed_forward(x: torch.Tensor, norm: Any, mlp: Any, room: torch.Tensor) -> None:
    """Add the block's two-layer perceptron to x (N, C) in place, some tokens at a time; room holds its inner layer."""
    at_once = min(_TOKENS, room.numel() // len(mlp.lin1.weight))
    exact = isinstance(mlp.act, torch.nn.GELU) and mlp.act.approximate == "none"
    for start in range(0, len(x), at_once):
        part = x[start : start + at_once]
        hidden = linear_into(room, norm(part), mlp.lin1)
        hidden = torch.ops.aten.gelu_(hidden) if exact else mlp.act(hidden)
        part.add_(mlp.lin2(hidden))


def linear_into(room: torch.Tensor, x: torch.Tensor, layer: Any) -> torch.Tensor:
    """What a linear layer makes of x (N, inputs), in memory that is there: to get it anew takes a sixth of the time."""
    found = room[: len(x) * len(layer.weight)].view(len(x), -1)
    if layer.bias is None:
        return torch.mm(x, layer.weight.t(), out=found)
    return torch.addmm(layer.bias, x, layer.weight.t(), out=found)
