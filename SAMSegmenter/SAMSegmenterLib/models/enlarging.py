"""Masks enlarged to the image's own grid, only as far as they reach."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

_SPARE = 3
"""Rows and columns of the smaller image that are computed beyond those needed, whatever rounding does."""


def large_mask(
    logits: torch.Tensor, image_size: int, input_size: tuple[int, int], original_size: tuple[int, int], threshold: float
) -> np.ndarray:
    """What `Sam.postprocess_masks` makes of one mask's logits, above the threshold, bit for bit.

    Bilinear numbers lie between those around them. So only what reaches from the image's origin to the last logit above
    the threshold is computed; it must begin there, where the numbers begin that the interpolation counts.

    Args:
        logits: (1, 1, h, w) on the CPU.
        image_size: longest side that the model reads.
        input_size: (h, w) of the image as the model reads it, without padding.
        original_size: (H, W) of the image.

    Returns:
        (1, H, W) bool.
    """
    inside = functional.interpolate(logits, (image_size, image_size), mode="bilinear", align_corners=False)
    inside = inside[..., : input_size[0], : input_size[1]]
    mask = np.zeros((1, *original_size), np.bool_)
    above = inside[0, 0] > threshold - 1e-3 * abs(threshold)
    ends = []
    for axis in (0, 1):
        used = torch.nonzero(above.any(dim=1 - axis))
        if not len(used):
            return mask
        last = int(used[-1]) + 1 + _SPARE
        ends.append(min(original_size[axis], math.ceil(last * original_size[axis] / input_size[axis])))
    scales = [large / small for large, small in zip(original_size, input_size, strict=True)]
    part = torch.ops.aten.upsample_bilinear2d(inside, ends, False, *scales)
    mask[:, : ends[0], : ends[1]] = (part[0] > threshold).numpy()
    return mask


class Enlarging:
    """The two bilinear steps of `Sam.postprocess_masks` as one product of matrices, made once for an image.

    Args:
        image_size: longest side that the model reads.
        input_size: (h, w) of the image as the model reads it, without padding.
        original_size: (H, W) of the image.
    """

    def __init__(self, image_size: int, input_size: tuple[int, int], original_size: tuple[int, int]) -> None:
        self.original_size = original_size
        self._sizes = image_size, input_size, original_size
        self._steps: tuple[_AxisStep, _AxisStep] | None = None

    def part_above(self, logits: torch.Tensor, floor: float) -> tuple[torch.Tensor, tuple[int, int]]:
        """The part of the enlarged logits that holds everything above a value.

        Args:
            logits: (h, w).
            floor: bilinear numbers lie between those around them, so that nothing beyond the part is above it.

        Returns:
            Logits (H', W') of the part, and the row and column where it begins; (0, 0) pixels where nothing is above.
        """
        rows, columns = self._steps_for(logits)
        above = logits > floor - 1e-3 * max(1.0, abs(floor))  # rounding differs a little on the way
        across, down = rows.reach(above.any(1)), columns.reach(above.any(0))
        if across is None or down is None:
            return logits.new_zeros(0, 0), (0, 0)
        part = logits[across.small, down.small]
        large = rows.weights[across.large, across.small] @ part @ columns.weights[down.large, down.small].t()
        return large, (across.large.start, down.large.start)

    def _steps_for(self, logits: torch.Tensor) -> tuple[_AxisStep, _AxisStep]:
        steps = self._steps  # looked at once: another thread may have logits of another kind
        if steps is None or any(not step.takes(logits, axis) for axis, step in enumerate(steps)):
            image_size, inputs, originals = self._sizes
            rows, columns = (
                _AxisStep(small, image_size, middle, large, logits.device)
                for small, middle, large in zip(logits.shape, inputs, originals, strict=True)
            )
            self._steps = steps = rows, columns
        return steps


@functools.lru_cache(maxsize=4)
def enlarging_for(image_size: int, input_size: tuple[int, int], original_size: tuple[int, int]) -> Enlarging:
    """One for all images of the same sizes."""
    return Enlarging(image_size, input_size, original_size)


def enlarged_masks(logits: torch.Tensor, enlarging: Enlarging, threshold: float) -> np.ndarray:
    """(N, H, W) bool of logits (N, h, w), above the threshold as `Sam.postprocess_masks` has them, but for ties."""
    masks = np.zeros((len(logits), *enlarging.original_size), np.bool_)
    for mask, one in zip(masks, logits, strict=True):
        part, (row, column) = enlarging.part_above(one, threshold)
        mask[row : row + part.shape[0], column : column + part.shape[1]] = (part > threshold).cpu().numpy()
    return masks


@dataclass(frozen=True)
class _Reach:
    """Which of the large image's lines some of the small one's contribute to, and all that these are made of."""

    large: slice
    small: slice


class _AxisStep:
    """Weights (large, small) of an axis, and where they are not zero."""

    def __init__(self, small: int, image_size: int, middle: int, large: int, device: torch.device) -> None:
        lines = torch.eye(small, device=device)[None]
        lines = functional.interpolate(lines, image_size, mode="linear", align_corners=False)[..., :middle]
        lines = functional.interpolate(lines, large, mode="linear", align_corners=False)
        self.weights = lines[0].t().contiguous()
        used = self.weights.cpu().numpy() != 0
        self._first, self._last = used.argmax(1), small - 1 - used[:, ::-1].argmax(1)

    def takes(self, logits: torch.Tensor, axis: int) -> bool:
        """Whether the weights suit an axis of logits (h, w), and lie where these do."""
        return self.weights.device == logits.device and self.weights.shape[1] == logits.shape[axis]

    def reach(self, above: torch.Tensor) -> _Reach | None:
        """Of the lines (small,) bool that matter; None where there are none."""
        lines = np.flatnonzero(above.cpu().numpy())
        if not len(lines):
            return None
        touched = np.flatnonzero((self._last >= lines[0]) & (self._first <= lines[-1]))
        if not len(touched):
            return None
        start, stop = int(touched[0]), int(touched[-1]) + 1
        small = slice(int(self._first[start:stop].min()), int(self._last[start:stop].max()) + 1)
        return _Reach(slice(start, stop), small)
