"""Array types with names, and the checks whose messages quote shapes and types."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from SAMSegmenterLib.core.errors import InputError

Mask = npt.NDArray[np.bool_]
"""Boolean mask: (H, W) in a slice, (K, J, I) in a volume."""

Rgb8 = npt.NDArray[np.uint8]
"""Image as SAM reads it: (H, W, 3), 0 to 255."""

Matrix4 = npt.NDArray[np.float64]
"""Homogeneous transform, (4, 4)."""


def as_mask(values: Any, name: str = "mask") -> Mask:
    """Two-dimensional boolean mask; any non-zero value is inside.

    Raises:
        InputError: the array does not have two dimensions.
    """
    mask = np.asarray(values)
    if mask.ndim != 2:
        raise InputError(f"{name} has shape {mask.shape}; a slice mask has two dimensions (rows, columns).")
    return mask if mask.dtype == np.bool_ else mask != 0


def unpacked(bits: np.ndarray, shape: tuple[int, int]) -> Mask:
    """A mask (H, W) from what `np.packbits` made of it, an eighth of its size."""
    return np.unpackbits(bits, count=shape[0] * shape[1]).reshape(shape).astype(np.bool_)


def same_shape(first: np.ndarray, second: np.ndarray, names: str) -> None:
    """Check that two arrays cover the same grid.

    Raises:
        InputError: the shapes differ; the message quotes both.
    """
    if first.shape != second.shape:
        raise InputError(
            f"{names} differ in shape: {first.shape} and {second.shape}.", "Resample one onto the grid of the other."
        )
