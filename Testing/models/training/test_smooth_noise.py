"""Smooth random fields."""

import numpy as np

from SAMSegmenterLib.models.training.smooth_noise import rough_field, smooth_field


def test_smooth_fields_have_no_jumps_and_rough_ones_have_finer_structure():
    smooth = smooth_field(64, 3, np.random.default_rng(0))[0]
    rough = rough_field(64, 3, np.random.default_rng(0))
    assert smooth.shape == rough.shape == (64, 64)
    assert np.abs(np.diff(smooth, axis=0)).max() < 0.25
    assert np.abs(np.diff(rough, 2, axis=0)).mean() > np.abs(np.diff(smooth, 2, axis=0)).mean()
