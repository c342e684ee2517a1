"""The small image encoder: shapes, budget, and another image size than it was built for."""

import torch

from SAMSegmenterLib.models.small_encoder import GlobalContext, SmallImageEncoder


def test_the_embedding_has_an_eighth_of_the_image_side():
    encoder = SmallImageEncoder().eval()
    with torch.inference_mode():
        assert encoder(torch.zeros(1, 3, 256, 256)).shape == (1, 128, 32, 32)
        assert encoder(torch.zeros(2, 3, 128, 128)).shape == (2, 128, 16, 16)
    assert encoder.img_size == 256


def test_the_position_encoding_is_interpolated_to_the_size_of_the_map():
    torch.manual_seed(0)
    context = GlobalContext(width=16, size=4, depth=0)
    context.norm = torch.nn.Identity()
    context.position.data.fill_(2.0)
    assert torch.allclose(context(torch.ones(1, 16, 4, 4)), torch.full((1, 16, 4, 4), 3.0))
    assert torch.allclose(context(torch.ones(1, 16, 2, 6)), torch.full((1, 16, 2, 6), 3.0))


def test_the_context_has_a_bounded_output_whatever_its_input():
    torch.manual_seed(0)
    context = GlobalContext(width=16, size=4)
    with torch.inference_mode():
        assert context(1e4 * torch.randn(1, 16, 4, 4)).abs().max() < 16


def test_a_distant_pixel_changes_every_cell_of_the_embedding():
    torch.manual_seed(0)
    encoder = SmallImageEncoder().eval()
    image = torch.randn(1, 3, 256, 256)
    changed = image.clone()
    changed[..., :32, :32] += 3.0
    with torch.inference_mode():
        difference = (encoder(image) - encoder(changed)).abs().amax(dim=1)[0]
    assert difference[-1, -1] > 0
    assert difference[0, 0] > difference[-1, -1]
