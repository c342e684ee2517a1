"""Masks as run lengths in plain numbers: the uncompressed form of COCO, which other tools read, too."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, as_mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.mask_box import box_of

MAX_PIXELS = 2**28
"""Largest mask that is read, pixels; a damaged size must not claim all memory."""


def encode_rle(mask: Mask) -> dict[str, Any]:
    """Size and run lengths of a mask (H, W), column after column, the first run outside.

    Source: COCO's uncompressed RLE, as SAM's own mask generator writes it.
    """
    mask = as_mask(mask)
    height, width = mask.shape
    left, top, right, bottom = box_of(mask)
    if left == right:
        return {"size": [height, width], "counts": [mask.size] if mask.size else []}
    places = _changes(mask[top:bottom, left:right], height, top, left)
    starts, stops = places[::2], places[1::2]
    joined = starts[1:] == stops[:-1]  # down to the bottom of one column, on from the top of the next
    starts, stops = starts[np.append(True, ~joined)], stops[np.append(~joined, True)]
    counts = np.diff(np.concatenate([[0], np.stack([starts, stops], axis=1).ravel(), [mask.size]]))
    return {"size": [height, width], "counts": (counts if counts[-1] else counts[:-1]).tolist()}


def decode_rle(size: list[int], counts: list[int]) -> Mask:
    """Inverse of `encode_rle`: (H, W) bool.

    Args:
        size: height and width.
        counts: run lengths, whole numbers from 0 up.

    Raises:
        InputError: the runs do not fill the size, or it is too large.
    """
    height, width = size
    if height < 1 or width < 1 or height * width > MAX_PIXELS:
        raise InputError(f"a mask of {height} x {width} pixels cannot be read")
    if any(count < 0 for count in counts) or sum(counts) != height * width:
        raise InputError(f"the run lengths do not fill {height} x {width} pixels")
    values = np.arange(len(counts)) % 2 == 1
    return np.ascontiguousarray(np.repeat(values, counts).reshape(width, height).T)


def _changes(part: Mask, height: int, top: int, left: int) -> np.ndarray:
    """Where runs begin and end in turns, counted down the columns of the mask that a part was cut from.

    The few changes are put into that order, not the many pixels.
    """
    edges = np.empty((part.shape[0] + 1, part.shape[1]), np.bool_)
    edges[0], edges[-1] = part[0], part[-1]
    np.not_equal(part[1:], part[:-1], out=edges[1:-1])
    rows, columns = np.divmod(np.flatnonzero(edges), part.shape[1])
    order = np.argsort(columns.astype(np.min_scalar_type(part.shape[1])), kind="stable")
    return (columns[order] + left) * height + rows[order] + top
