"""Masks as run lengths in plain numbers: the uncompressed form of COCO, which other tools read, too."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, as_mask
from SAMSegmenterLib.core.errors import InputError

MAX_PIXELS = 2**28
"""Largest mask that is read, pixels; a damaged size must not claim all memory."""


def encode_rle(mask: Mask) -> dict[str, Any]:
    """Size and run lengths of a mask (H, W), column after column, the first run outside.

    Source: COCO's uncompressed RLE, as SAM's own mask generator writes it.
    """
    mask = as_mask(mask)
    line = mask.T.reshape(-1)
    ends = np.flatnonzero(np.diff(line)) + 1
    counts = np.diff(np.concatenate([[0], ends, [line.size]]))
    leading = [0] if line.size and line[0] else []
    return {"size": list(mask.shape), "counts": leading + counts.tolist()}


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
