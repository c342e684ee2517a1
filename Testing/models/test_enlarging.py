"""Large masks are SAM's own, bit for bit, whatever the sizes are."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.models.enlarging import Enlarging, enlarged_masks, enlarging_for, large_mask

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


@pytest.mark.parametrize(("input_size", "original_size"), SIZES)
@pytest.mark.parametrize("part", [np.s_[:, :], np.s_[3:20, 5:9], np.s_[40:, 50:], np.s_[:2, :2], np.s_[0:1, 30:31]])
def test_a_part_holds_what_the_whole_has_above_the_value(a_small_network, input_size, original_size, part):
    logits = torch.full((64, 64), -9.0)
    logits[part] = torch.randn(logits[part].shape, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        whole = a_small_network.postprocess_masks(logits[None, None], input_size, original_size)[0, 0]
        found, (row, column) = Enlarging(256, input_size, original_size).part_above(logits, -1.0)
    height, width = found.shape
    whole = whole.clone()  # an inference tensor cannot be changed
    torch.testing.assert_close(found, whole[row : row + height, column : column + width], rtol=0, atol=1e-4)
    whole[row : row + height, column : column + width] = -9
    assert not (whole > -1.0).any()


def test_nothing_above_the_value_is_a_part_without_pixels():
    found, start = Enlarging(256, (256, 200), (99, 77)).part_above(torch.full((64, 64), -2.0), -1.0)
    assert found.numel() == 0 and start == (0, 0)


@pytest.mark.parametrize(("input_size", "original_size"), SIZES)
def test_masks_by_a_product_are_those_of_two_interpolations(a_small_network, input_size, original_size):
    logits = torch.randn(3, 64, 64, generator=torch.Generator().manual_seed(9))
    logits[1] = -4.0
    logits[2, 10:, :] = -4.0
    with torch.inference_mode():
        expected = (a_small_network.postprocess_masks(logits[None], input_size, original_size)[0] > 0.2).numpy()
        found = enlarged_masks(logits, enlarging_for(256, input_size, original_size), 0.2)
    assert found.shape == expected.shape and found[0].any() and not found[1].any()
    assert np.count_nonzero(found != expected) <= 1e-4 * expected.size


def test_one_enlarging_takes_logits_of_several_sizes(a_small_network):
    sizes = (256, 180), (300, 211)
    for side in (64, 128, 64):
        logits = torch.randn(1, side, side, generator=torch.Generator().manual_seed(side))
        with torch.inference_mode():
            expected = a_small_network.postprocess_masks(logits[None], *sizes)[0] > 0
            found = enlarged_masks(logits, enlarging_for(256, *sizes), 0.0)
        assert np.count_nonzero(found != expected.numpy()) <= 1e-4 * found.size
