"""Everything mode on the fast decoder finds the masks of SAM's own generator."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.models.fast_everything import Proposal
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.predictor import TorchPredictor

THRESHOLDS = {
    "points_per_side": 5,
    "pred_iou_thresh": 0.8,
    "stability_score_thresh": 0.3,
    "stability_score_offset": 0.2,
    "box_nms_thresh": 1.0,
}


@pytest.fixture(scope="module")
def a_fast_predictor(a_small_network):
    """A fast predictor on the random network."""
    return TorchPredictor(a_small_network, blank_spec("random", "small", "0" * 64), engine="fast")


def both(slow, fast, image, **changed):
    parameters = EverythingParameters(**{**THRESHOLDS, **changed})
    (embedding,) = slow.encode([image])
    return slow.everything(embedding, parameters), fast.everything(embedding, parameters)


@pytest.mark.parametrize("shape", [(70, 131), (140, 64), (128, 128), (300, 401), (9, 40)])
def test_masks_are_those_of_sams_own_generator(a_small_predictor, a_fast_predictor, an_image, shape):
    expected, found = both(a_small_predictor, a_fast_predictor, an_image(*shape))
    assert 5 <= len(expected) < 75 and found.masks.shape == expected.masks.shape
    assert found.masks.dtype == bool and found.scores.dtype == np.float32 and found.low_res is None
    np.testing.assert_allclose(found.scores, expected.scores, rtol=0, atol=1e-5)
    np.testing.assert_allclose(found.stability, expected.stability, rtol=0, atol=2e-3)
    for one, other in zip(found.masks, expected.masks, strict=True):
        assert np.count_nonzero(one & other) >= 0.99 * np.count_nonzero(one | other)
    assert np.mean(found.masks != expected.masks) < 1e-4


@pytest.mark.parametrize(
    "changed",
    [
        {"pred_iou_thresh": 0.0},
        {"stability_score_thresh": 0.0},
        {"box_nms_thresh": 0.7},
        {"stability_score_offset": -0.2},
        {"pred_iou_thresh": 99.0},
        {"stability_score_thresh": 2.0},
    ],
)
def test_each_filter_is_the_generators(a_small_predictor, a_fast_predictor, an_image, changed):
    expected, found = both(a_small_predictor, a_fast_predictor, an_image(70, 131), points_per_side=4, **changed)
    assert found.masks.shape == expected.masks.shape
    assert np.count_nonzero(found.masks != expected.masks) <= 1e-4 * expected.masks.size


def test_masks_that_fail_by_their_predicted_iou_are_never_made(a_fast_predictor, an_image, monkeypatch):
    (embedding,) = a_fast_predictor.encode([an_image(40, 60)])
    monkeypatch.setattr(a_fast_predictor._engine._decoder, "logits", lambda *_: pytest.fail("a mask was made"))
    found = a_fast_predictor.everything(embedding, EverythingParameters(points_per_side=2, pred_iou_thresh=99.0))
    assert found.masks.shape == (0, 40, 60) and found.scores.shape == (0,)


def test_the_user_can_stop_between_prompts(a_fast_predictor, an_image):
    (embedding,) = a_fast_predictor.encode([an_image(40, 60)])
    seen = []

    def step(done, total):
        seen.append((done, total))
        if len(seen) == 3:
            raise Cancelled

    a_fast_predictor.on_step = step
    try:
        with pytest.raises(Cancelled):
            a_fast_predictor.everything(embedding, EverythingParameters(points_per_side=3))
    finally:
        a_fast_predictor.on_step = lambda done, total: None
    assert seen == [(0, 0)] * 3


def test_bits_become_the_mask_that_they_were_made_of():
    mask = np.zeros((20, 30), bool)
    mask[3:12, 5:18] = np.random.default_rng(1).random((9, 13)) > 0.5
    mask[3, 5] = mask[11, 17] = True
    drawn = np.zeros((20, 30), bool)
    Proposal(torch.tensor(1.0), (5, 3, 17, 11), np.packbits(mask[3:12, 5:18])).paste(drawn)
    np.testing.assert_array_equal(drawn, mask)


def test_more_threads_find_the_same_masks(a_fast_predictor, an_image):
    (embedding,) = a_fast_predictor.encode([an_image(70, 131)])
    found, before = [], torch.get_num_threads()
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            found.append(a_fast_predictor.everything(embedding, EverythingParameters(**THRESHOLDS)))
    finally:
        torch.set_num_threads(before)
    assert len(found[0]) >= 5
    np.testing.assert_array_equal(found[0].masks, found[1].masks)
    np.testing.assert_allclose(found[0].scores, found[1].scores, rtol=0, atol=1e-6)
