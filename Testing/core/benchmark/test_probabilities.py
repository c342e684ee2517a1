import numpy as np
import pytest

from SAMBenchmarkLib.core.probabilities import probability_map


@pytest.mark.parametrize("shape", [(32, 32), (48, 64), (100, 25), (10, 80)])
def test_probabilities_are_those_of_the_bilinear_enlargement_of_torch(shape):
    torch = pytest.importorskip("torch")
    logits = np.random.default_rng(0).normal(0, 3, (16, 16))
    height, width = (max(1, round(16 * n / max(shape))) for n in shape)
    cut = torch.from_numpy(logits[None, None, :height, :width])
    large = torch.nn.functional.interpolate(cut, shape, mode="bilinear", align_corners=False)
    np.testing.assert_allclose(probability_map(logits, shape), torch.sigmoid(large)[0, 0].numpy(), atol=1e-12)


def test_padding_says_nothing_and_the_threshold_stands_for_one_half():
    logits = np.full((8, 8), 2.0)
    logits[:, 5:] = 100.0  # beyond a slice that is 40 wide and 64 high
    found = probability_map(logits, (64, 40), threshold=2.0)
    np.testing.assert_allclose(found, 0.5)


def test_a_slice_of_one_row_has_probabilities():
    assert probability_map(np.zeros((8, 8)), (1, 50)).shape == (1, 50)
