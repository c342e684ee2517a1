"""The layers on a corner of an image do what the whole network does there; made-up pictures look like pixels."""

import pytest
import torch
from models.test_fast_encoder import an_encoder

from SAMSegmenterLib.models.small_grid import made_up_picture, on_a_small_grid, own_code


@pytest.mark.parametrize("options", [{}, {"use_abs_pos": False}])
def test_on_a_grid_of_the_networks_own_size_the_layers_are_the_network(options):
    encoder, picture = an_encoder(64, 4, 128, **options), made_up_picture(128)
    with torch.inference_mode():
        torch.testing.assert_close(own_code(on_a_small_grid(encoder, 8), picture), encoder(picture), rtol=0, atol=1e-6)


def test_a_smaller_grid_takes_smaller_pictures():
    small = on_a_small_grid(an_encoder(64, 4, 128), 4)
    with torch.inference_mode():
        assert small.img_size == 64 and own_code(small, made_up_picture(64)).shape == (1, 256, 4, 4)


def test_the_made_up_picture_looks_like_normalised_pixels_and_is_always_the_same():
    picture = made_up_picture(128)
    assert picture.shape == (1, 3, 128, 128) and picture.min() < -0.5 and picture.max() > 0.5 and picture.std() > 0.3
    torch.testing.assert_close(picture, made_up_picture(128), rtol=0, atol=0)
