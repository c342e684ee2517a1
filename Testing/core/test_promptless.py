"""Models without prompts: what they answer, and what may be asked of which model."""

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import EverythingParameters, embedding_key
from SAMSegmenterLib.core.promptless import check_prompts, check_takes_prompts, segment_slice
from SAMSegmenterLib.core.prompts import Prompts
from support.fake_predictor import SCORES, PromptlessPredictor, ThresholdPredictor

IMAGE = np.zeros((20, 30, 3), np.uint8)
IMAGE[4:9, 6:20] = 200
SPEC = ThresholdPredictor().spec
PROMPTLESS = replace(SPEC, promptless=True, name="vessels")
SAID = [
    Prompts.of([[1, 1]]),
    Prompts.of([], [[1, 1]]),
    Prompts.of(box=(0, 0, 3, 3)),
    Prompts.of(mask_prior=np.zeros((20, 30), np.float32)),
]


def test_a_slice_has_one_answer_with_its_predicted_iou():
    predictor = PromptlessPredictor()
    candidates = segment_slice(predictor, predictor.encode([IMAGE])[0])
    assert len(candidates) == 1 and candidates.best == 0
    np.testing.assert_array_equal(candidates.masks[0], IMAGE[..., 0] == 200)
    assert candidates.scores.tolist() == pytest.approx([SCORES[0]])
    assert candidates.low_res.shape == (1, 64, 64)
    assert predictor.decoded_prompts == 1


def test_a_model_that_needs_prompts_is_not_asked_for_a_slice():
    predictor = ThresholdPredictor()
    embedding = predictor.encode([IMAGE])[0]
    with pytest.raises(InputError, match="'threshold' was asked without a prompt") as caught:
        segment_slice(predictor, embedding)
    assert "point, a box or a mask" in caught.value.hint and "without prompts" in caught.value.hint
    assert predictor.decode_calls == 0


@pytest.mark.parametrize("prompts", SAID)
def test_a_prompt_suits_every_model_but_a_promptless_one(prompts):
    check_prompts(SPEC, [prompts])
    with pytest.raises(InputError, match="'vessels' takes no prompts") as caught:
        check_prompts(PROMPTLESS, [Prompts(), prompts])
    assert "choose another model" in caught.value.hint


def test_nothing_said_suits_a_promptless_model_alone():
    check_prompts(PROMPTLESS, [Prompts(), Prompts()])
    check_prompts(PROMPTLESS, [Prompts()], [None])
    with pytest.raises(InputError, match="without a prompt"):
        check_prompts(SPEC, [SAID[0], Prompts()])


def test_an_earlier_answer_is_a_prompt():
    earlier = np.zeros((64, 64), np.float32)
    check_prompts(SPEC, [Prompts()], [earlier])
    with pytest.raises(InputError, match="takes no prompts"):
        check_prompts(PROMPTLESS, [Prompts()], [earlier])


def test_no_prompts_at_all_suit_every_model():
    check_prompts(SPEC, [])
    check_prompts(PROMPTLESS, [])


def test_everything_mode_is_made_of_prompts():
    check_takes_prompts(SPEC)
    with pytest.raises(InputError, match="'vessels' takes no prompts"):
        check_takes_prompts(PROMPTLESS)
    predictor = PromptlessPredictor()
    with pytest.raises(InputError, match="takes no prompts"):
        predictor.everything(predictor.encode([IMAGE])[0], EverythingParameters())


def test_models_take_prompts_unless_they_say_otherwise():
    assert SPEC.promptless is False


def test_embeddings_are_those_of_the_same_weights_with_prompts():
    asked, silent = ThresholdPredictor(), ThresholdPredictor()
    silent.spec = PROMPTLESS
    assert embedding_key(IMAGE, asked) == embedding_key(IMAGE, silent)
