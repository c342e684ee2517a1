"""Gaps are filled with background, and what spoils min-max is told with a window that helps."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.windowing import parse_window
from SAMSegmenterLib.files.intensity_checks import intensity_notes, without_gaps


def noise(low, high, shape=(10, 20, 20), dtype=np.int16):
    return np.random.default_rng(0).integers(low, high, shape).astype(dtype)


def test_values_that_are_not_finite_become_the_smallest_and_are_counted():
    array = np.array([[[1.5, np.nan, -2.0, np.inf]]], np.float32)
    filled, notes = without_gaps(array, nan_as_background=True)
    assert filled.tolist() == [[[1.5, -2.0, -2.0, -2.0]]] and filled.dtype == np.float32
    assert notes == ["2 of 4 voxels (50 %) are NaN or infinite; they are treated as background."]
    assert np.isnan(array[0, 0, 1])  # the input stays


def test_finite_and_integer_arrays_pass_as_they_are():
    for array in (np.ones((1, 2, 2), np.float32), np.ones((1, 2, 2), np.int16)):
        passed, notes = without_gaps(array, nan_as_background=False)
        assert passed is array and notes == []


def test_nothing_but_nan_is_an_error():
    with pytest.raises(InputError, match="All voxels"):
        without_gaps(np.full((2, 2, 2), np.nan), nan_as_background=True)


def test_a_constant_volume_is_told():
    assert intensity_notes(Volume(np.full((2, 3, 4), 7))) == ["The volume is constant: all voxels are 7."]


def test_a_few_very_bright_voxels_are_told_with_both_ranges():
    array = noise(0, 100)
    array[0, 0, :3] = 30000
    (note,) = intensity_notes(Volume(array))
    assert "0 to 30000" in note and "percentile:0.5,99.5" in note
    assert parse_window("percentile:0.5,99.5").high == 99.5


def test_the_same_values_without_the_bright_ones_need_no_note():
    assert intensity_notes(Volume(noise(0, 100))) == []


@pytest.mark.parametrize("padding", [-1024, -2000, -3024])
def test_padded_ct_is_told_with_names_of_windows_that_exist(padding):
    array = noise(-60, 90)
    array[:, :4] = padding
    array[0, 10, 10] = 1500
    (note,) = intensity_notes(Volume(array))
    assert f"{padding} HU" in note
    named = note.split("window: ")[1].rstrip(".").replace(" or ", ", ").split(", ")
    assert len(named) == 5 and all(parse_window(name) for name in named)


def test_colour_is_not_judged():
    assert intensity_notes(Volume(np.zeros((1, 4, 4, 3), np.uint8))) == []


def test_normalised_mr_with_a_background_of_zeros_is_not_taken_for_ct():
    array = np.random.default_rng(0).normal(0, 1500, (10, 20, 20)).astype(np.int16)
    array[:, :10] = 0
    assert array.min() < -1024 and intensity_notes(Volume(array)) == []
