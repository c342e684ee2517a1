"""Prompts are drawn from the reference, and clicks go where the answer is wrong."""

import numpy as np
import pytest

from SAMBenchmarkLib.validation.prompting import PROMPTS, answers
from SAMSegmenterLib.core.predictor import Candidates
from support.masks import disk, ring

SHAPE = (60, 70)
REFERENCE = disk(SHAPE, (30, 26), 14)


class Stubborn:
    """Always gives the same masks, and remembers what it was asked."""

    def __init__(self, *masks):
        self.masks, self.asked = np.stack(masks), []

    def decode(self, embedding, prompts, multimask=True, previous=None):
        assert previous is None and multimask
        self.asked += prompts
        return [Candidates(self.masks, np.array([0.1, 0.9, 0.5])) for _ in prompts]


def test_the_box_is_tight_and_the_point_is_in_the_middle():
    found = answers(Stubborn(REFERENCE, REFERENCE, ~REFERENCE), None, REFERENCE)
    assert tuple(found) == PROMPTS
    assert found["box"].prompts.box.tolist() == [16, 12, 44, 40] and not len(found["box"].prompts.points)
    assert found["point"].prompts.points.tolist() == [[30, 26]]
    assert found["point"].prompts.labels.tolist() == [1]


def test_the_point_of_a_ring_is_on_it():
    hollow = ring(SHAPE, (30, 26), 6, 12)
    x, y = answers(Stubborn(hollow, hollow, hollow), None, hollow)["point"].prompts.points[0].astype(int)
    assert hollow[y, x] and (x, y) != (30, 26)


def test_clicks_are_added_one_by_one_where_the_chosen_mask_is_wrong():
    predictor = Stubborn(REFERENCE, np.zeros(SHAPE, bool), REFERENCE)  # the second has the highest predicted IoU
    found = answers(predictor, None, REFERENCE)
    assert [len(prompts.points) for prompts in predictor.asked[1:]] == list(range(1, 11))
    assert [len(found[prompt].prompts.points) for prompt in PROMPTS] == [0, 1, 5, 10]
    points = found["10 clicks"].prompts.points.astype(int)
    assert all(REFERENCE[y, x] for x, y in points) and len({tuple(point) for point in points}) == 10
    assert found["10 clicks"].prompts.labels.tolist() == [1] * 10


def test_what_is_too_much_is_clicked_as_background():
    everything = np.ones(SHAPE, bool)
    found = answers(Stubborn(everything, everything, everything), None, REFERENCE)
    labels = found["5 clicks"].prompts.labels
    assert labels.tolist() == [1, 0, 0, 0, 0]
    assert not any(REFERENCE[y, x] for x, y in found["5 clicks"].prompts.points[1:].astype(int))


def test_a_perfect_answer_is_not_clicked_on_and_counts_for_the_later_prompts():
    predictor = Stubborn(~REFERENCE, REFERENCE, ~REFERENCE)
    found = answers(predictor, None, REFERENCE)
    assert len(predictor.asked) == 2
    assert all(np.array_equal(answer.mask, REFERENCE) for answer in found.values())
    assert [len(found[prompt].prompts.points) for prompt in PROMPTS] == [0, 1, 1, 1]


@pytest.mark.parametrize("perfect_after", [3, 5, 7])
def test_clicking_ends_when_nothing_is_left_to_correct(perfect_after):
    class Learning(Stubborn):
        def decode(self, embedding, prompts, multimask=True, previous=None):
            right = len(prompts[0].points) >= perfect_after
            self.masks = np.stack([REFERENCE if right else np.zeros(SHAPE, bool)] * 3)
            return super().decode(embedding, prompts)

    predictor = Learning(REFERENCE, REFERENCE, REFERENCE)
    found = answers(predictor, None, REFERENCE)
    assert len(predictor.asked) == 1 + perfect_after
    assert len(found["10 clicks"].prompts.points) == perfect_after
    assert len(found["5 clicks"].prompts.points) == min(5, perfect_after)
