"""Engines keep what the prompts of an image share, also when several threads ask about several images."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.engines import FastEngine
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.predictor import TorchPredictor, no_step


@pytest.fixture
def two_images():
    """Two embeddings as they come from a cache."""
    random = np.random.default_rng(5)
    return [random.normal(size=(128, 32, 32)).astype(np.float16) for _ in range(2)]


def answer(engine, features):
    points = torch.tensor([[[90.0, 120.0]]]), torch.ones(1, 1, dtype=torch.int)
    with torch.inference_mode():
        return engine.answer(features, (points, None), None, True)[0].numpy()


def test_images_in_turn_get_answers_of_their_own(a_small_network, two_images):
    alone = [answer(FastEngine(a_small_network, no_step), features) for features in two_images]
    engine = FastEngine(a_small_network, no_step)
    for number in (0, 1, 0, 0, 1):
        np.testing.assert_array_equal(answer(engine, two_images[number]), alone[number])
    assert np.abs(alone[0] - alone[1]).max() > 0.1


class Interrupted(FastEngine):
    """An engine in which another thread asks about another image as soon as one image is kept."""

    other = None

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if name == "_last" and value is not None and self.other is not None:
            other, self.other = self.other, None
            answer(self, other)


def test_a_thread_that_comes_between_does_not_change_the_image(a_small_network, two_images):
    alone = answer(FastEngine(a_small_network, no_step), two_images[0])
    engine = Interrupted(a_small_network, no_step)
    engine.other = two_images[1]
    np.testing.assert_array_equal(answer(engine, two_images[0]), alone)


def test_one_image_is_shared_once_and_only_the_last_is_kept(a_small_network, two_images, monkeypatch):
    engine, shared = FastEngine(a_small_network, no_step), []
    share = engine._decoder.share
    monkeypatch.setattr(engine._decoder, "share", lambda *given: shared.append(given) or share(*given))
    for number in (0, 0, 1, 1, 0):
        answer(engine, two_images[number])
    assert len(shared) == 3 and engine._last[0] is two_images[0]


def test_the_last_bits_do_not_depend_on_the_prompts_before(a_small_network, an_image):
    predictors = [TorchPredictor(a_small_network, blank_spec("random", "small"), engine="fast") for _ in range(2)]
    embedding = predictors[0].encode([an_image(60, 91)])[0]
    prompts = [Prompts.of([[40, 30]]), Prompts.of(box=[10, 12, 70, 50])]
    together = predictors[0].decode(embedding, prompts)
    alone = predictors[1].decode(embedding, prompts[1:])
    np.testing.assert_array_equal(together[1].low_res, alone[0].low_res)
