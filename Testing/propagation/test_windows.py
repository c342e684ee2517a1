"""One window for all slices of a volume."""

import numpy as np

from SAMBenchmarkLib.propagation.windows import usual_window, with_one_window
from SAMSegmenterLib.core.propagation import PropagationParameters
from SAMSegmenterLib.core.windowing import CT_PRESETS, Limits, Percentile

ARRAY = np.arange(1001, dtype=np.float32).reshape(7, 11, 13)


def test_ct_numbers_are_seen_in_the_soft_tissue_window():
    array = np.array([[[-1000, 0, 40, 1200]]], np.int16)
    assert usual_window(array, array[0]) == CT_PRESETS["abdomen"]


def test_what_is_known_about_a_volume_goes_before_what_its_values_look_like():
    array = np.array([[[-1000, 0, 40, 1200]]], np.int16)
    assert usual_window(array, array[0], "MR") == Limits(-1000.0, 1200.0)
    assert usual_window(ARRAY, ARRAY[2], "CT") == CT_PRESETS["abdomen"]


def test_other_volumes_are_seen_in_the_range_of_the_slice_that_is_started_from():
    assert usual_window(ARRAY, ARRAY[2]) == Limits(286.0, 428.0)


def test_colour_keeps_its_range():
    array = np.zeros((2, 3, 4, 3), np.uint16)
    array[0, 0, 0, 0] = 700
    assert usual_window(array, array[0]) == Limits(0.0, 700.0)


def test_a_chosen_window_stays_and_the_default_becomes_one_for_all_slices():
    chosen = PropagationParameters(window=Percentile(1, 99))
    assert with_one_window(chosen, ARRAY, ARRAY[2]) is chosen
    assert with_one_window(PropagationParameters(), ARRAY, ARRAY[2]).window == Limits(286.0, 428.0)
