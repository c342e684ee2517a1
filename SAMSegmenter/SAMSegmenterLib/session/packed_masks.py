"""Masks of many slices, kept in an eighth of their size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, unpacked


@dataclass(frozen=True, eq=False)
class PackedMask:
    """A mask as bits.

    Args:
        bits: what `np.packbits` made of it.
        shape: (H, W).
    """

    bits: np.ndarray
    shape: tuple[int, int]

    @classmethod
    def of(cls, mask: Mask) -> PackedMask:
        """From a mask (H, W)."""
        return cls(np.packbits(mask), (mask.shape[0], mask.shape[1]))

    @property
    def mask(self) -> Mask:
        """(H, W) bool."""
        return unpacked(self.bits, self.shape)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PackedMask) and self.shape == other.shape and np.array_equal(self.bits, other.bits)


class PackedMasks(Mapping[str, Mask]):
    """Masks by segment that are unpacked when they are looked at."""

    def __init__(self, packed: Mapping[str, PackedMask]) -> None:
        self._packed = dict(packed)

    def __getitem__(self, segment_id: str) -> Mask:
        return self._packed[segment_id].mask

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def by_slice(masks: Mapping[str, Mapping[int, PackedMask]]) -> dict[int, Mapping[str, Mask]]:
    """Segment to slice to mask turned into slice to segment to mask, unpacked when it is looked at."""
    turned: dict[int, dict[str, PackedMask]] = {}
    for segment_id, slices in masks.items():
        for index, packed in slices.items():
            turned.setdefault(index, {})[segment_id] = packed
    return {index: PackedMasks(turned[index]) for index in sorted(turned)}
