"""One window for all slices of a volume."""

import numpy as np

from SAMBenchmarkLib.propagation.windows import usual_window, with_one_window
from SAMSegmenterLib.core.propagation import PropagationParameters
from SAMSegmenterLib.core.windowing import CT_PRESETS, Limits, Percentile


def test_ct_numbers_are_seen_in_the_soft_tissue_window():
    assert usual_window(np.array([[[-1000, 0, 40, 1200]]], np.int16)) == CT_PRESETS["abdomen"]


def test_other_volumes_are_seen_without_their_outermost_intensities():
    array = np.arange(1001, dtype=np.float32).reshape(7, 11, 13)
    assert usual_window(array) == Limits(5.0, 995.0)


def test_colour_keeps_its_range():
    array = np.zeros((2, 3, 4, 3), np.uint16)
    array[0, 0, 0, 0] = 700
    assert usual_window(array) == Limits(0.0, 700.0)


def test_a_chosen_window_stays_and_the_default_becomes_one_for_the_volume():
    array = np.arange(1001, dtype=np.float32).reshape(7, 11, 13)
    chosen = PropagationParameters(window=Percentile(1, 99))
    assert with_one_window(chosen, array) is chosen
    assert with_one_window(PropagationParameters(), array).window == Limits(5.0, 995.0)
