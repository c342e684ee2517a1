from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.session.brightness_predictor import BrightnessPredictor


def test_every_prompt_is_answered_with_the_brighter_half_of_the_grey_scale():
    predictor = BrightnessPredictor()
    image = np.repeat(np.array([[0, 127, 128, 255]], np.uint8)[..., None], 3, axis=2)
    (embedding,) = predictor.encode([image])
    answers = predictor.decode(embedding, [Prompts(np.zeros((1, 2)), np.ones(1))] * 2)
    assert [answer.masks[0, 0].tolist() for answer in answers] == [[False, False, True, True]] * 2
    assert np.array_equal(predictor.everything(embedding, EverythingParameters()).masks, answers[0].masks)
