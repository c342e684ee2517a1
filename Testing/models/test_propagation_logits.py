"""Logits that propagation reads off the model's small answer are those that the large masks are cut from."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.core.predictor import Candidates, Embedding
from SAMSegmenterLib.core.propagation.answers import logits_on
from SAMSegmenterLib.core.propagation.views import SliceView
from SAMSegmenterLib.core.propagation.zoom import whole

TOLERANCE = 0.35
"""The model's own way takes two steps, by way of its image size; propagation takes one. For logits that change by about
1 from cell to cell the two differ by less than this, far from the outline's own uncertainty."""


@pytest.mark.parametrize(
    ("input_size", "original_size"),
    [((256, 256), (512, 512)), ((256, 180), (300, 211)), ((97, 256), (617, 1625)), ((256, 256), (100, 100))],
)
def test_logits_on_a_region_are_those_of_the_two_interpolations(
    a_small_network, a_small_predictor, input_size, original_size
):
    assert a_small_network.image_encoder.img_size == 256
    noise = torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(3))
    low = torch.nn.functional.avg_pool2d(noise, 5, stride=1, padding=2) * 5
    with torch.inference_mode():
        large = a_small_network.postprocess_masks(low, input_size, original_size)[0, 0].numpy()
    view = SliceView(
        np.zeros(original_size, np.uint8),
        Embedding("k", original_size, input_size, np.zeros((1, 1, 1), np.float16)),
        whole(original_size),
    )
    region = (slice(7, original_size[0] - 20), slice(0, original_size[1] - 3))
    candidates = Candidates(np.zeros((1, *original_size), bool), np.ones(1, np.float32), low[0].numpy())
    found = logits_on(candidates, 0, view, a_small_predictor.spec, region)
    expected = np.clip(large[region] - a_small_predictor.spec.mask_threshold, -6, 6)
    assert np.abs(found - expected).max() < TOLERANCE and np.abs(found - expected).mean() < 0.03
    assert ((found > 0) == (expected > 0)).mean() > 0.99
