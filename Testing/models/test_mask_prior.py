"""A prior on the slice's grid reaches SAM's mask input at the right place."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.mask_prior import low_resolution_prior


@pytest.mark.parametrize(
    ("shape", "input_size"), [((60, 120), (128, 256)), ((300, 150), (256, 128)), ((512, 512), (256, 256))]
)
def test_a_rectangle_lies_where_the_resized_image_has_it(shape, input_size):
    height, width = shape
    prior = np.full(shape, -8, np.float32)
    prior[height // 4 : height // 2, width // 4 : 3 * width // 4] = 8
    low = low_resolution_prior(prior, shape, input_size, 256, 128)[0, 0].numpy()
    h, w = input_size[0] // 2, input_size[1] // 2
    expected = np.zeros((128, 128), bool)
    expected[h // 4 : h // 2, w // 4 : 3 * w // 4] = True
    np.testing.assert_array_equal(low > 0, expected)
    assert low.max() == pytest.approx(8) and low.min() == pytest.approx(-8)


def test_the_padding_is_as_surely_outside_as_the_lowest_logit():
    low = low_resolution_prior(np.linspace(-3, 5, 50 * 100).reshape(50, 100), (50, 100), (128, 256), 256, 128)[0, 0]
    assert low.shape == (128, 128) and (low[66:] == -3).all()
    positive = low_resolution_prior(np.full((50, 100), 4.0), (50, 100), (128, 256), 256, 128)[0, 0]
    assert (positive[66:] == 0).all() and (positive[:62] == 4).all()


def test_sams_own_logits_survive_the_way_to_the_slice_and_back(a_small_network):
    import torch

    torch.manual_seed(1)
    smooth = torch.nn.functional.interpolate(torch.randn(1, 1, 8, 8) * 5, (128, 128), mode="bicubic")
    on_slice = a_small_network.postprocess_masks(smooth, (256, 256), (512, 512))[0, 0].numpy()
    back = low_resolution_prior(on_slice, (512, 512), (256, 256), 256, 128)
    assert (back - smooth).abs().mean() < 0.05


@pytest.mark.parametrize("prior", [np.zeros((5, 6), np.float32), np.full((6, 5), np.nan, np.float32)])
def test_a_prior_of_another_shape_or_not_finite_is_refused(prior):
    with pytest.raises(InputError, match=r"\(6, 5\)"):
        low_resolution_prior(prior, (6, 5), (256, 213), 256, 128)
