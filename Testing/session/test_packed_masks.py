"""Masks are packed and come back."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.session.packed_masks import PackedMask, PackedMasks, by_slice


def a_mask(pixels: int = 3) -> np.ndarray:
    mask = np.zeros((5, 7), bool)
    mask.reshape(-1)[:pixels] = True
    return mask


def test_a_mask_takes_an_eighth_and_comes_back():
    packed = PackedMask.of(a_mask())
    assert packed.bits.nbytes == 5 and packed == PackedMask.of(a_mask()) and packed != PackedMask.of(a_mask(4))
    np.testing.assert_array_equal(packed.mask, a_mask())


def test_masks_by_segment_are_unpacked_when_they_are_looked_at():
    masks = PackedMasks({"one": PackedMask.of(a_mask())})
    assert list(masks) == ["one"] and len(masks) == 1 and masks["one"].dtype == bool


def test_masks_of_segments_are_turned_into_masks_of_slices():
    one, two = {4: PackedMask.of(a_mask(1)), 2: PackedMask.of(a_mask(2))}, {4: PackedMask.of(a_mask(5))}
    turned = by_slice({"one": one, "two": two})
    assert list(turned) == [2, 4] and sorted(turned[4]) == ["one", "two"]
    assert turned[2]["one"].sum() == 2 and turned[4]["two"].sum() == 5
