"""Masks become run lengths and come back unchanged; damaged ones are refused before they cost memory."""

import json

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.mask_rle import decode_rle, encode_rle


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (5, 9), (40, 30)])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 1.1])
def test_masks_survive_as_plain_numbers(shape, share):
    mask = np.random.default_rng(0).random(shape) < share
    encoded = json.loads(json.dumps(encode_rle(mask)))
    decoded = decode_rle(encoded["size"], encoded["counts"])
    assert decoded.dtype == bool and decoded.flags.c_contiguous and np.array_equal(decoded, mask)


def test_runs_go_down_the_columns_and_begin_outside():
    assert encode_rle(np.array([[1, 0, 0], [1, 0, 1]], bool)) == {"size": [2, 3], "counts": [0, 2, 3, 1]}
    assert encode_rle(np.zeros((2, 2), bool)) == {"size": [2, 2], "counts": [4]}


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
@pytest.mark.parametrize("part", [np.s_[:, :], np.s_[:, 3:5], np.s_[2:9, :], np.s_[3:7, 4:20], np.s_[11:, 29:]])
def test_runs_are_those_of_the_whole_mask_read_column_by_column(part, share):
    mask = np.zeros((12, 30), bool)
    mask[part] = np.random.default_rng(1).random(mask[part].shape) < share
    line, counts, inside = mask.T.ravel().tolist(), [], False
    while line:
        length = next((n for n, value in enumerate(line) if value != inside), len(line))
        counts.append(length)
        line, inside = line[length:], not inside
    assert encode_rle(mask)["counts"] == counts


@pytest.mark.parametrize(
    ("size", "counts"),
    [([2, 2], [3]), ([2, 2], [5]), ([2, 2], [5, -1]), ([2, 2], []), ([0, 5], []), ([10**9, 10**9], [10**18])],
)
def test_runs_that_do_not_fill_the_mask_and_masks_that_are_too_large_are_refused(size, counts):
    with pytest.raises(InputError):
        decode_rle(size, counts)
