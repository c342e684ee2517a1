"""Refined masks follow the picture inside their windows; everything else stays as the model gave it."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.core.predictor import Embedding
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.refining import refiner as module
from SAMSegmenterLib.models.refining.marks import kept_picture
from SAMSegmenterLib.models.refining.refiner import MaskRefiner, refined_scores

SIZE, INPUT = (180, 240), (192, 256)
INSIDE = Prompts(np.array([[90.0, 80.0]]), np.array([1]))


class Brighter(torch.nn.Module):
    """Takes what is brighter than the window's mean for the object; counts the windows."""

    def __init__(self):
        super().__init__()
        self.windows = 0

    def forward(self, described, logits):
        self.windows += len(logits)
        return described[:, 0] * 10


@pytest.fixture
def network():
    return Brighter()


@pytest.fixture
def disc():
    rows, columns = np.indices(SIZE)
    return (rows - 80) ** 2 + (columns - 90) ** 2 < 25**2


@pytest.fixture
def embedding(disc):
    image = np.repeat(np.where(disc, 200, 50).astype(np.uint8)[..., None], 3, axis=2)
    return Embedding("k", SIZE, INPUT, np.zeros((1, 1, 1), np.float16), kept_picture(image, INPUT))


def logits_of(row, column, radius):
    """Of a disc on the padded square, in pixels of the slice."""
    at = (torch.arange(128) + 0.5) * 240 / 128 - 0.5
    return radius - ((at[:, None] - row) ** 2 + (at[None] - column) ** 2).sqrt()


def test_a_rough_mask_becomes_what_the_picture_shows(network, embedding, disc):
    masks = np.zeros((1, *SIZE), bool)
    MaskRefiner(network, 256).refine(masks, embedding, INSIDE, logits_of(84, 86, 22)[None])
    assert np.count_nonzero(masks[0] ^ disc) < 0.05 * np.count_nonzero(disc)


def test_candidates_are_drawn_each_in_its_window(network, embedding, disc):
    masks = np.zeros((3, *SIZE), bool)
    masks[1] = True
    logits = torch.stack([logits_of(80, 90, 20), logits_of(80, 90, 500), logits_of(80, 90, 30)])
    MaskRefiner(network, 256).refine(masks, embedding, INSIDE, logits)
    assert network.windows == 2, "a window of nearly the whole picture is left alone"
    assert masks[1].all()
    for number in (0, 2):
        assert np.count_nonzero(masks[number] ^ disc) < 0.05 * np.count_nonzero(disc)


def test_the_box_bounds_what_is_drawn(network, embedding, disc):
    masks = np.zeros((1, *SIZE), bool)
    masks[0, 170:, 230:] = True
    box = Prompts(box=np.array([70.0, 60.0, 110.0, 100.0]))
    MaskRefiner(network, 256).refine(masks, embedding, box, logits_of(80, 90, 20)[None])
    assert masks[0, 170:, 230:].all() and masks[0, 80, 90] and not masks[0, 20:40].any()


def test_the_more_points_the_surer_the_scores_in_the_same_order():
    scores = np.array([0.2, 0.9, 0.55], np.float32)
    for few in (0, 1):
        np.testing.assert_array_equal(refined_scores(scores, few), scores)
    five, ten = refined_scores(scores, 5), refined_scores(scores, 10)
    assert (scores < five).all() and (five < ten).all() and (ten < 1).all() and ten.dtype == np.float32
    assert np.argsort(ten).tolist() == np.argsort(scores).tolist()


def test_planes_are_made_once_for_a_picture(monkeypatch, network, embedding):
    made = []
    monkeypatch.setattr(module, "planes_of", lambda *given: made.append(given) or planes_of(*given))
    from SAMSegmenterLib.models.refining.marks import planes_of

    refiner = MaskRefiner(network, 256)
    for _ in range(3):
        refiner.refine(np.zeros((1, *SIZE), bool), embedding, INSIDE, logits_of(80, 90, 20)[None])
    assert len(made) == 1
