from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from SAMBenchmarkLib.core.mask_codec import decode_mask, encode_mask
from SAMSegmenterLib.core.errors import StoreError


def random_mask(height: int, width: int, share: float) -> np.ndarray:
    return np.random.default_rng(7).random((height, width)) < share


@pytest.mark.parametrize("shape", [(1, 1), (7, 9), (64, 48), (1, 33), (33, 1)])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_a_mask_comes_back_as_it_was(shape, share):
    mask = random_mask(*shape, share)
    decoded = decode_mask(encode_mask(mask))
    assert decoded.dtype == np.bool_
    np.testing.assert_array_equal(decoded, mask)


def test_only_the_bounding_box_is_stored():
    mask = np.zeros((200, 300), bool)
    mask[20:30, 40:56] = True
    encoded = encode_mask(mask)
    assert (encoded.height, encoded.width) == (200, 300)
    assert (encoded.y0, encoded.x0, encoded.y1, encoded.x1) == (20, 40, 30, 56)
    assert len(encoded.bits) < 20


def test_an_empty_mask_needs_no_bits():
    encoded = encode_mask(np.zeros((5, 6), bool))
    assert encoded.bits == b""
    assert (encoded.y1, encoded.x1) == (0, 0)


def test_a_mask_touching_the_far_corner_keeps_its_last_pixel():
    mask = np.zeros((9, 11), bool)
    mask[8, 10] = True
    np.testing.assert_array_equal(decode_mask(encode_mask(mask)), mask)


@pytest.mark.parametrize("bits", [b"", b"not zlib", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_damaged_bits_are_an_error_in_words(bits):
    encoded = encode_mask(random_mask(20, 20, 0.5))
    with pytest.raises(StoreError, match="damaged"):
        decode_mask(replace(encoded, bits=bits))
