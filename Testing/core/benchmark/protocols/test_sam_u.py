import math
from dataclasses import replace

import numpy as np
import pytest

from SAMBenchmarkLib.core.protocols import sam_u
from SAMBenchmarkLib.core.protocols.sam_u import error_auc, mean_answer
from support.fake_predictor import ThresholdPredictor
from support.slice_models import ScriptedPredictor, protocol_options, slice_model, square, target_of

SHAPE = (40, 60)
OBJECT = square(SHAPE, 10, 20, 19, 39)


class WithoutLogits(ScriptedPredictor):
    """A model that gives masks and scores alone."""

    def decode(self, *arguments, **more):
        return [replace(answer, low_res=None) for answer in super().decode(*arguments, **more)]


def answers_in_turn(masks):
    """A model that answers with one mask after the other, each as all three candidates."""
    waiting = iter(masks)
    return WithoutLogits(lambda said: [next(waiting)] * 3)


def test_a_worked_case_of_four_answers():
    left, right = square(SHAPE, 10, 20, 19, 29), square(SHAPE, 10, 20, 19, 39)
    model = slice_model(answers_in_turn([left, left, left, right]), SHAPE)
    found = mean_answer(model, (20, 10, 39, 19), 4, 0.1, np.random.default_rng(0))
    np.testing.assert_array_equal(found.mask, left)
    np.testing.assert_array_equal(found.touched, right)
    quarter = -(0.25 * math.log2(0.25) + 0.75 * math.log2(0.75))
    np.testing.assert_allclose(found.entropy, np.where(right & ~left, quarter, 0), atol=1e-6)
    assert found.uncertainty == pytest.approx(quarter / 2)  # half of the pixels that any answer touches
    assert error_auc(found.entropy, found.mask, right) == 1  # where they disagree is where the mean is wrong
    assert math.isnan(error_auc(found.entropy, found.mask, left))  # no error to find


def test_the_area_is_taken_around_the_object_and_not_over_the_empty_slice():
    entropy = np.zeros(SHAPE)
    entropy[12:15, 22:30] = 1.0
    wrong = OBJECT.copy()
    wrong[12:15, 22:30] = False
    around = square(SHAPE, 5, 10, 24, 49)  # half of 10 rows and of 20 columns on either side
    assert error_auc(entropy, wrong, OBJECT) == 1
    entropy[~around] = 5.0
    assert error_auc(entropy, wrong, OBJECT) == 1


def test_boxes_are_moved_by_up_to_a_tenth_of_their_sides_in_one_call():
    predictor = WithoutLogits(lambda said: [OBJECT] * 3)
    [(_target, answer)] = sam_u.evaluate(slice_model(predictor, SHAPE), [target_of(OBJECT)], protocol_options("sam-u"))
    boxes = np.array([said.box for said in predictor.said])
    assert len(boxes) == 8 and len(np.unique(boxes, axis=0)) == 8
    assert (np.abs(boxes - [20, 10, 39, 19]) <= np.array([2, 1, 2, 1]) + 1e-9).all()
    assert (answer.strategy, answer.variant, answer.rules) == ("S5", "sam-u", {"predicted_iou": "first"})
    assert answer.prompts.box.tolist() == [20, 10, 39, 19] and answer.figures["uncertainty"] == 0
    assert math.isnan(answer.figures["uncertainty_auc"])


def test_the_same_object_draws_the_same_boxes_whatever_else_is_evaluated():
    found = []
    for _ in range(2):
        predictor = WithoutLogits(lambda said: [OBJECT] * 3)
        [*_] = sam_u.evaluate(slice_model(predictor, SHAPE), [target_of(OBJECT)], protocol_options("sam-u"))
        found.append([said.box.tolist() for said in predictor.said])
    assert found[0] == found[1]


def test_probabilities_of_the_model_count_where_it_gives_logits():
    model = slice_model(ThresholdPredictor(), 50 + 150 * OBJECT)
    [(_target, answer)] = sam_u.evaluate(model, [target_of(OBJECT)], protocol_options("sam-u"))
    agreement = (answer.candidates.masks[0] & OBJECT).sum() / (answer.candidates.masks[0] | OBJECT).sum()
    assert agreement > 0.85 and 0 < answer.figures["uncertainty"] < 0.5


@pytest.mark.parametrize(
    "mask",
    [np.ones((12, 14), bool), square(SHAPE, 0, 0, 8, 9), square(SHAPE, 5, 4, 5, 40)],
    ids=["fills the slice", "touches the edge", "one row"],
)
def test_objects_at_the_limits_are_answered(mask):
    predictor = WithoutLogits(lambda said: [mask] * 3)
    [(_target, answer)] = sam_u.evaluate(
        slice_model(predictor, mask.shape), [target_of(mask)], protocol_options("sam-u")
    )
    assert answer.candidates.masks[0].sum() == mask.sum()


def test_when_all_answers_are_empty_the_uncertainty_is_undefined():
    empty = np.zeros(SHAPE, bool)
    predictor = WithoutLogits(lambda said: [empty] * 3)
    [(_target, answer)] = sam_u.evaluate(slice_model(predictor, SHAPE), [target_of(OBJECT)], protocol_options("sam-u"))
    assert not answer.candidates.masks.any() and math.isnan(answer.figures["uncertainty"])
    assert answer.figures["uncertainty_auc"] == 0.5  # errors, and nothing that tells them
