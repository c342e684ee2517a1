"""Smooth random fields."""

import numpy as np
import torch
from torch.nn import functional

from SAMSegmenterLib.models.training.smooth_noise import rough_field, smooth_field


def test_smooth_fields_have_no_jumps_and_rough_ones_have_finer_structure():
    smooth = smooth_field(64, 3, np.random.default_rng(0))[0]
    rough = rough_field(64, 3, np.random.default_rng(0))
    assert smooth.shape == rough.shape == (64, 64)
    assert np.abs(np.diff(smooth, axis=0)).max() < 0.25
    assert np.abs(np.diff(rough, 2, axis=0)).mean() > np.abs(np.diff(smooth, 2, axis=0)).mean()


def test_fields_are_bicubic_interpolations_of_their_nodes():
    nodes = np.random.default_rng(4).standard_normal((2, 5, 5)).astype(np.float32)
    expected = functional.interpolate(torch.from_numpy(nodes)[None], (40, 40), mode="bicubic", align_corners=True)[0]
    field = smooth_field(40, 5, np.random.default_rng(4), channels=2)
    assert field.dtype == np.float32 and field.shape == (2, 40, 40)
    assert np.allclose(field, expected.numpy(), atol=1e-5)


def test_a_rough_field_is_the_sum_of_ever_finer_and_weaker_fields():
    rng = np.random.default_rng(9)
    falloff = rng.uniform(0.25, 0.6)
    expected = sum(falloff**level * smooth_field(48, 3 * 2**level, rng)[0] for level in range(3))
    assert np.allclose(rough_field(48, 3, np.random.default_rng(9)), expected, atol=1e-5)


def test_a_field_too_fine_for_the_image_is_zero():
    assert not rough_field(64, 40, np.random.default_rng(0)).any()
