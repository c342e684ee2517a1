import math

import numpy as np

from SAMBenchmarkLib.core.statistics.dice_levels import LEVELS, dice_levels, level_range


def test_levels_hold_their_upper_end_and_level_1_holds_0():
    assert dice_levels([0, 1e-6, 0.1, 0.1 + 1e-6, 0.95, 1]).tolist() == [1, 1, 1, 2, 10, 10]


def test_every_tenth_belongs_to_its_own_level_whatever_its_bits():
    tenths = [2 * k / 20 for k in range(1, 11)] + [0.1 * k for k in range(1, 11)]
    assert dice_levels(tenths).tolist() == [*range(1, LEVELS + 1)] * 2


def test_undefined_values_have_level_0():
    assert dice_levels([math.nan, 0.5]).tolist() == [0, 5] and dice_levels(np.empty(0)).tolist() == []


def test_ranges_in_words():
    assert (level_range(1), level_range(10)) == ("0 to 10 %", "90 to 100 %")
