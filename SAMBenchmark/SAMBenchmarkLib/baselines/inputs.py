"""What the classical methods share: images on one scale, and prompts as pixels of the image."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in a grey value. Source: ITU-R BT.601."""

Pixels = npt.NDArray[np.int64]
"""(N, 2) pixel positions, (x, y)."""


def channels(image: Any) -> npt.NDArray[np.float32]:
    """An image as (H, W, C) float32 from 0 (its smallest value) to 1 (its largest); C is 1 or 3.

    Colour whose three channels are equal is grey. Values that are not finite count as the smallest one; an image of
    one value is all 0.

    Args:
        image: (H, W), (H, W, 1) or (H, W, 3) of any real type.

    Raises:
        InputError: another shape, no pixels, or no finite value.
    """
    values = np.asarray(image)
    values = values[..., None] if values.ndim == 2 else values
    if values.ndim != 3 or values.shape[2] not in (1, 3) or 0 in values.shape:
        raise InputError(f"An image is (H, W) or (H, W, 3) with at least one pixel; got shape {np.shape(image)}.")
    if values.shape[2] == 3 and (values[..., :1] == values[..., 1:]).all():
        values = values[..., :1]
    values = values.astype(np.float32)
    finite = np.isfinite(values)
    if not finite.any():
        raise InputError("The image holds no finite value.")
    low, high = values[finite].min(), values[finite].max()
    if not high > low:
        return np.zeros_like(values)
    return (np.where(finite, values, low) - low) / (high - low)


def grey(image: Any) -> npt.NDArray[np.float32]:
    """An image as (H, W) float32 from 0 to 1; see `channels`. Colour becomes its luma."""
    values = channels(image)
    return values[..., 0] if values.shape[2] == 1 else channels(values @ np.array(LUMA, np.float32))[..., 0]


def box_edges(prompts: Prompts, shape: tuple[int, int]) -> tuple[float, float, float, float]:
    """The box between the outer edges of its pixels, clipped to the image.

    Args:
        prompts: with a box.
        shape: (H, W) of the image.

    Returns:
        (left, top, right, bottom) where pixel (x, y) covers x - 0.5 to x + 0.5.

    Raises:
        InputError: there is no box, or it lies outside the image.
    """
    if prompts.box is None:
        raise InputError("This method starts from a box, and none was given.")
    last = np.array([shape[1] - 1, shape[0] - 1] * 2, np.float64)
    if (prompts.box[2:] < -0.5).any() or (prompts.box[:2] > last[:2] + 0.5).any():
        raise InputError(f"The box {prompts.box.tolist()} lies outside the image of {shape[1]} x {shape[0]} pixels.")
    x0, y0, x1, y1 = np.clip(prompts.box, 0, last).tolist()
    return x0 - 0.5, y0 - 0.5, x1 + 0.5, y1 + 0.5


def box_region(prompts: Prompts, shape: tuple[int, int]) -> tuple[slice, slice]:
    """The pixels of the box as slices (rows, columns): those whose centre lies in it, at least one each way.

    Raises:
        InputError: see `box_edges`.
    """
    left, top, right, bottom = box_edges(prompts, shape)
    return _pixels(top, bottom), _pixels(left, right)


def enlarged(region: tuple[slice, slice], share: float, shape: tuple[int, int], least: int = 1) -> tuple[slice, slice]:
    """A region with a margin on every side, clipped to the image.

    Args:
        region: slices of rows and columns.
        share: margin as a share of the region's side.
        shape: (H, W) of the image.
        least: smallest margin, pixels.
    """
    grown = []
    for part, length in zip(region, shape, strict=True):
        margin = max(least, round(share * (part.stop - part.start)))
        grown.append(slice(max(0, part.start - margin), min(length, part.stop + margin)))
    return grown[0], grown[1]


def pixels_at(prompts: Prompts, label: int, shape: tuple[int, int]) -> Pixels:
    """The pixels that points of one label lie on, each once; points outside the image move to its nearest pixel.

    Args:
        prompts: with any points.
        label: 1 inside, 0 outside the structure.
        shape: (H, W) of the image.

    Returns:
        (N, 2), in the order of the points; empty when there are none.
    """
    points = np.floor(prompts.points[prompts.labels == label] + 0.5).astype(np.int64)
    points = np.clip(points, 0, (shape[1] - 1, shape[0] - 1))
    _, first = np.unique(points, axis=0, return_index=True)
    return points[np.sort(first)]


def positive_pixels(prompts: Prompts, shape: tuple[int, int]) -> Pixels:
    """The pixels of the positive points.

    Raises:
        InputError: there are none.
    """
    pixels = pixels_at(prompts, 1, shape)
    if not len(pixels):
        raise InputError("This method starts from a point inside the structure, and none was given.")
    return pixels


def _pixels(start: float, stop: float) -> slice:
    first, last = int(np.ceil(start)), int(np.floor(stop))
    last = last - 1 if last == stop else last
    return slice(first, max(first, last) + 1)
