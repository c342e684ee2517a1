"""Figures of one method on one structure."""

import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.metrics import dice
from SAMBenchmarkLib.propagation.scoring import (
    end_figures,
    flagged_is_among_worst,
    rank_correlation,
    slice_dice,
    volume_dice,
    worst_slices,
)
from support.masks import blob, rectangle

FULL = np.ones((4, 4), bool)


def test_volume_dice_is_that_of_the_whole_arrays():
    rng = np.random.default_rng(3)
    reference, found = blob(rng, (6, 12, 14)), blob(rng, (6, 12, 14))
    found[[0, 4]] = False
    masks = {index: found[index] for index in (1, 2, 3, 5)}
    assert volume_dice(masks, reference) == pytest.approx(dice(found, reference))
    assert volume_dice({}, reference) == 0


def test_slices_beyond_the_ends_are_counted_per_end(a_part):
    masks = dict.fromkeys(range(3, 19), FULL) | {9: ~FULL}
    figures = end_figures(masks, a_part(4, 15))
    assert (figures.overrun_low, figures.overrun_high, figures.missed) == (1, 3, 1)


def test_ends_where_the_volume_ends_have_no_overrun(a_part):
    figures = end_figures(dict.fromkeys(range(10), FULL), a_part(0, 7, touches=(True, False)))
    assert math.isnan(figures.overrun_low) and figures.overrun_high == 2 and figures.missed == 0


def test_the_worst_slices_come_first_and_the_start_is_none_of_them(a_part):
    reference = np.zeros((10, 6, 8), bool)
    reference[2:7] = rectangle((6, 8), 1, 1, 4, 4)
    masks = {2: reference[2], 4: reference[3] & rectangle((6, 8), 1, 1, 4, 2), 5: reference[5]}
    assert worst_slices(masks, reference, a_part(2, 6, start=3), 2) == [6, 4]
    assert slice_dice(masks, reference, 4) == pytest.approx(2 * 8 / 24) and slice_dice(masks, reference, 6) == 0


def test_rank_correlation_is_undefined_without_variation():
    assert rank_correlation([0.1, 0.5, 0.9], [0.2, 0.3, 0.9]) == pytest.approx(1)
    assert math.isnan(rank_correlation([0.5, 0.5, 0.5], [0.1, 0.2, 0.3]))
    assert math.isnan(rank_correlation([0.1, 0.2], [0.1, 0.2]))


def test_the_flagged_slice_is_looked_for_in_the_worst_fifth():
    quality = [0.9, 0.8, 0.1, 0.7, 0.6, 0.95, 0.2]  # a fifth of seven, rounded up, is two
    assert flagged_is_among_worst([9, 8, 7, 6, 5, 4, 0], quality) == 1
    assert flagged_is_among_worst([9, 0, 7, 6, 5, 4, 3], quality) == 0
    assert math.isnan(flagged_is_among_worst([], []))
