"""A segment on its way, slice by slice."""

import numpy as np
import pytest

from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.propagation import PropagationParameters
from SAMSegmenterLib.core.propagation.evidence import Evidence
from SAMSegmenterLib.core.propagation.shape import centroid
from SAMSegmenterLib.core.propagation.tracker import Step, Tracker, without_overlaps
from SAMSegmenterLib.core.propagation.views import SliceView
from SAMSegmenterLib.core.propagation.zoom import whole
from support.fake_predictor import ThresholdPredictor
from support.masks import disk, rectangle

SHAPE = (48, 56)


def grey_of(mask, inside=200, beside=50):
    return np.where(mask, inside, beside).astype(np.uint8)


def view_of(grey):
    embedding = ThresholdPredictor().encode([np.repeat(grey[..., None], 3, axis=2)])[0]
    return SliceView(grey, embedding, whole(grey.shape))


def tracker_on(mask, drift=(0.0, 0.0), grey=None, **parameters):
    return Tracker(grey_of(mask) if grey is None else grey, mask, PropagationParameters(**parameters), 2.0, drift)


def finite(step):
    numbers = [getattr(step.evidence, name) for name in Evidence.__dataclass_fields__]
    return np.isfinite([*numbers, step.probability, step.slice_confidence]).all() and np.isfinite(step.support).all()


SEEDS = {
    "disc": disk(SHAPE, (25, 22), 9),
    "pixel": rectangle(SHAPE, 25, 22, 25, 22),
    "corner": rectangle(SHAPE, 0, 0, 6, 5),
    "last pixel": rectangle(SHAPE, 55, 47, 55, 47),
    "row": rectangle(SHAPE, 0, 20, 55, 20),
    "column": rectangle(SHAPE, 30, 0, 30, 47),
    "stairs": (np.eye(*SHAPE) + np.eye(*SHAPE, k=1)) > 0,
    "nearly all": ~rectangle(SHAPE, 0, 0, 1, 1),
    "two parts": disk(SHAPE, (12, 12), 5) | disk(SHAPE, (40, 30), 7),
}


@pytest.mark.parametrize("mask", SEEDS.values(), ids=SEEDS.keys())
def test_the_same_slice_again_gives_the_same_mask_without_warnings(mask):
    tracker, view = tracker_on(mask), view_of(grey_of(mask))
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        step = tracker.step(view, ThresholdPredictor())
        tracker.take(view, step.mask, step)
        again = tracker.step(view, ThresholdPredictor())
    assert np.count_nonzero(step.mask ^ mask) <= 0.1 * np.count_nonzero(mask) + 4
    assert finite(step) and finite(again)
    assert 0 <= step.slice_confidence <= step.probability <= 1


@pytest.mark.parametrize("shape", [(1, 9), (9, 1), (3, 3), (5, 6)])
def test_images_smaller_than_the_search_are_no_trouble(shape):
    mask = np.zeros(shape, bool)
    mask[shape[0] // 2, shape[1] // 2] = True
    step = tracker_on(mask, search_px=7).step(view_of(grey_of(mask)), ThresholdPredictor())
    assert finite(step) and step.mask[shape[0] // 2, shape[1] // 2]


def test_a_step_alone_changes_nothing():
    mask = SEEDS["disc"]
    tracker, view = tracker_on(mask), view_of(grey_of(np.roll(mask, 2, 1)))
    first, second = (tracker.step(view, ThresholdPredictor()) for _ in range(2))
    assert np.array_equal(first.mask, second.mask) and first.slice_confidence == second.slice_confidence
    assert np.array_equal(first.support, second.support) and tracker.steps == 0 and tracker.mask is mask


def test_trackers_of_one_keyframe_know_nothing_of_each_other():
    mask = SEEDS["disc"]
    here, there, alone = tracker_on(mask), tracker_on(mask), tracker_on(mask)
    for shift in (1, 2, 3):
        moved = np.roll(mask, 2 * shift, 1)
        step = here.step(view_of(grey_of(moved)), ThresholdPredictor())
        here.take(view_of(grey_of(moved)), step.mask, step)
    view = view_of(grey_of(np.roll(mask, -2, 1)))
    first, second = (one.step(view, ThresholdPredictor()) for one in (there, alone))
    assert np.array_equal(first.mask, second.mask) and first.slice_confidence == second.slice_confidence


def moves(steps, **parameters):
    """Where the positive point is carried after a disc moved by so many columns per slice."""
    mask = SEEDS["disc"]
    tracker = tracker_on(mask, negative=False, **parameters)
    for shift in steps:
        mask = np.roll(mask, shift, 1)
        step = tracker.step(view_of(grey_of(mask)), ThresholdPredictor())
        tracker.take(view_of(grey_of(mask)), mask, step)
    return tracker.step(view_of(grey_of(mask)), ThresholdPredictor()).prompts.points[0] - centroid(mask)[::-1]


def test_the_motion_of_the_last_slices_is_expected_again():
    assert moves([2, 2, 2, 2])[0] == pytest.approx(2, abs=1)
    assert moves([2], motion=1.0)[0] == pytest.approx(2, abs=1)
    assert moves([2, 2, 2, 2], motion=0)[0] == 0


def test_the_drift_of_a_slanted_stack_is_expected_from_the_first_slice_on():
    assert moves([], drift=(0.0, 3.0)).tolist() == [3, 0]
    assert moves([0, 0, 0], drift=(0.0, 3.0), motion=0).tolist() == [3, 0]


def test_a_jump_is_followed_only_so_far():
    at = moves([20], motion=1.0)
    assert 0 < at[0] <= 0.3 * 9.1 + 2


def test_a_drift_beyond_the_slice_leaves_the_structure_where_it_was():
    step = tracker_on(SEEDS["disc"], drift=(500.0, 500.0)).step(view_of(grey_of(SEEDS["disc"])), ThresholdPredictor())
    assert np.array_equal(step.mask, SEEDS["disc"])


def test_an_empty_slice_is_a_step_after_which_the_last_mask_holds():
    mask = SEEDS["disc"]
    tracker, view = tracker_on(mask), view_of(np.full(SHAPE, 80, np.uint8))
    step = tracker.step(view, ThresholdPredictor())
    tracker.take(view, step.mask, step)
    assert not step.mask.any() and not step.is_answered and step.probability == step.slice_confidence == 0
    assert tracker.steps == 1 and tracker.mask is mask


def test_the_mask_lies_in_the_region_and_is_what_the_support_says():
    step = tracker_on(SEEDS["disc"]).step(view_of(grey_of(SEEDS["disc"])), ThresholdPredictor())
    assert np.array_equal(step.mask[step.region], step.support > 0)
    assert np.count_nonzero(step.mask) == np.count_nonzero(step.mask[step.region])
    everywhere = step.support_at(np.ones(SHAPE, bool)).reshape(SHAPE)
    assert np.array_equal(everywhere > 0, step.mask) and np.isneginf(everywhere[-1, -1])


class NoNumbers(ThresholdPredictor):
    def decode(self, *arguments, **named):
        (one,) = super().decode(*arguments, **named)
        return [Candidates(one.masks, np.full_like(one.scores, np.nan), np.full_like(one.low_res, np.nan))]


def test_a_model_without_numbers_gives_finite_ones():
    step = tracker_on(SEEDS["disc"]).step(view_of(grey_of(SEEDS["disc"])), NoNumbers())
    assert finite(step) and np.array_equal(step.mask, SEEDS["disc"])


def a_step(mask, support):
    everything = whole(mask.shape)
    return Step(mask, everything, np.full(mask.shape, support, np.float32), Prompts(), Evidence(), 1.0, 1.0)


def test_a_pixel_goes_where_its_support_is_highest_and_to_the_first_on_ties():
    left, right, high = rectangle((1, 9), 0, 0, 5, 0), rectangle((1, 9), 3, 0, 8, 0), rectangle((1, 9), 4, 0, 4, 0)
    nothing = np.zeros((1, 9), bool)
    equal = without_overlaps({"a": a_step(left, 1), "b": a_step(right, 1)}, nothing)
    assert np.array_equal(equal["a"], left) and np.array_equal(equal["b"], right & ~left)
    three = without_overlaps({"a": a_step(left, 1), "b": a_step(right, 2), "c": a_step(high, 3)}, nothing)
    assert np.array_equal(three["c"], high)
    assert np.array_equal(three["b"], right & ~high) and np.array_equal(three["a"], left & ~right)


def test_what_is_taken_belongs_to_nobody_else():
    mask, taken = rectangle((1, 9), 0, 0, 5, 0), rectangle((1, 9), 0, 0, 2, 0)
    found = without_overlaps({"a": a_step(mask, 9)}, taken)["a"]
    assert np.array_equal(found, rectangle((1, 9), 3, 0, 5, 0))
