"""Masks as a few bytes: the bounding box and the packed bits inside it, compressed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, as_mask
from SAMSegmenterLib.core.errors import StoreError


@dataclass(frozen=True)
class EncodedMask:
    """A mask as it is stored.

    Args:
        height, width: of the whole slice.
        y0, x0, y1, x1: bounding box, upper ends excluded; all 0 for an empty mask.
        bits: zlib-compressed bits of the box, row after row, eight to a byte, first pixel in the highest bit.
    """

    height: int
    width: int
    y0: int
    x0: int
    y1: int
    x1: int
    bits: bytes


def encode_mask(mask: Mask) -> EncodedMask:
    """A mask (H, W) in its stored form; equal masks give equal bytes."""
    mask = as_mask(mask)
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return EncodedMask(height, width, 0, 0, 0, 0, b"")
    y0, y1, x0, x1 = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    packed = np.packbits(mask[y0:y1, x0:x1], axis=None)
    return EncodedMask(height, width, y0, x0, y1, x1, zlib.compress(packed.tobytes(), 6))


def decode_mask(encoded: EncodedMask) -> Mask:
    """Inverse of `encode_mask`: (H, W) bool.

    Raises:
        StoreError: the bytes are damaged.
    """
    mask = np.zeros((encoded.height, encoded.width), np.bool_)
    height, width = encoded.y1 - encoded.y0, encoded.x1 - encoded.x0
    if not height * width:
        return mask
    size = (height * width + 7) // 8
    mask[encoded.y0 : encoded.y1, encoded.x0 : encoded.x1] = np.unpackbits(
        _inflated(encoded.bits, size), count=height * width
    ).reshape(height, width)
    return mask


def _inflated(bits: bytes, size: int) -> np.ndarray:
    """Exactly `size` bytes; never more, whatever the compressed bytes claim."""
    try:
        inflated = zlib.decompressobj().decompress(bits, size)
    except zlib.error:
        inflated = b""
    if len(inflated) != size:
        raise StoreError(
            "A stored mask is damaged.", "Run the evaluation again into a new folder; the file cannot be repaired."
        )
    return np.frombuffer(inflated, np.uint8)
