"""Large masks are SAM's own, bit for bit, whatever the sizes are."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.models.enlarging import large_mask

SIZES = [
    ((256, 256), (1000, 1000)),
    ((256, 180), (1500, 1055)),
    ((97, 256), (617, 1625)),
    ((256, 256), (100, 100)),
    ((256, 3), (2999, 31)),
]


@pytest.mark.parametrize("threshold", [0.0, 0.7, -0.4])
@pytest.mark.parametrize(("input_size", "original_size"), SIZES)
@pytest.mark.parametrize("part", [np.s_[:, :], np.s_[3:20, 5:9], np.s_[40:, 50:], np.s_[:2, :2], np.s_[63:, 63:]])
def test_masks_are_those_of_the_whole_image(a_small_network, input_size, original_size, threshold, part):
    logits = np.full((1, 1, 64, 64), threshold - 1, np.float32)
    noise = np.random.default_rng(7).normal(threshold, 1, (64, 64)).astype(np.float32)
    logits[0, 0][part] = noise[part]
    logits = torch.from_numpy(logits)
    image_size = a_small_network.image_encoder.img_size
    assert image_size == 256
    with torch.inference_mode():
        expected = a_small_network.postprocess_masks(logits, input_size, original_size)[0] > threshold
        found = large_mask(logits, image_size, input_size, original_size, threshold)
    assert found.shape == (1, *original_size) and found.dtype == bool
    assert np.array_equal(found, expected.numpy())


@pytest.mark.parametrize("value", [0.7, 0.7 - 1e-6, -5.0])
def test_what_is_nowhere_above_the_threshold_is_empty(value):
    logits = torch.full((1, 1, 64, 64), value)
    assert not large_mask(logits, 256, (256, 200), (999, 777), 0.7).any()
