"""A pass is advanced one result at a time, holds no model in between, and begins anew after a failure."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import Cancelled, InputError, ModelError
from SAMSegmenterLib.core.progress import ignore_progress, never_stop
from SAMSegmenterLib.core.propagation import PropagationParameters
from SAMSegmenterLib.core.slicing import SlicePlane, cut
from SAMSegmenterLib.session.propagation_run import PropagationRun
from SAMSegmenterLib.session.supplied_stack import SuppliedStack, stack_of
from support.fake_predictor import ThresholdPredictor
from support.phantoms import two_boxes_volume


class Owner:
    def __init__(self):
        self.volume = two_boxes_volume()[0]
        self.places = stack_of(self.volume, SlicePlane.lattice(0, 0))

    def cut_slice(self, index):
        return cut(self.volume, self.places.plane(index))


@pytest.fixture
def owner():
    return Owner()


def a_run(owner, cleanup=None, mask=None, reach=(6, 10)):
    seed = owner.volume.array[8] == 200 if mask is None else mask
    keep = range(reach[0], reach[1] + 1)
    parameters = PropagationParameters(first=reach[0], last=reach[1])
    stack = SuppliedStack(owner.places, owner.cut_slice)
    return PropagationRun(3, stack, {8: {"one": seed}}, parameters, cleanup or CleanUp(), keep, {"one": keep})


def step(run, predictor, should_stop=never_stop):
    return run.step(predictor, ignore_progress, should_stop)


def all_of(run, predictor):
    found = []
    while (visited := step(run, predictor)).held is not None:
        found.append(visited)
    return found


def test_each_step_gives_the_result_of_one_slice_and_the_last_one_says_that_it_is_over(owner):
    run = a_run(owner)
    found = all_of(run, ThresholdPredictor())
    assert sorted(visited.held.index for visited in found) == [6, 7, 9, 10]
    assert all(visited.held.run == 3 and not visited.is_fresh_start for visited in found)
    assert all(visited.held.mask.sum() == 180 for visited in found)
    assert run.segments == {"one"} and run.given == 1
    assert step(run, ThresholdPredictor()).held is None


def test_no_model_is_held_between_two_steps(owner):
    run, predictor = a_run(owner), ThresholdPredictor()
    step(run, predictor)
    watched = weakref.ref(predictor)
    del predictor
    gc.collect()
    assert watched() is None
    assert step(run, ThresholdPredictor()).held is not None


def test_after_a_failure_the_pass_begins_anew_with_the_same_results(owner):
    class Failing(ThresholdPredictor):
        def decode(self, *arguments, **options):
            raise ModelError("No.")

    run = a_run(owner)
    first = step(run, ThresholdPredictor())
    with pytest.raises(ModelError):
        step(run, Failing())
    again = step(run, ThresholdPredictor())
    assert again.is_fresh_start and again.held.index == first.held.index
    np.testing.assert_array_equal(again.held.mask, first.held.mask)
    assert len(all_of(run, ThresholdPredictor())) == 3


def test_a_stopped_job_stops_the_pass(owner):
    run = a_run(owner)
    with pytest.raises(Cancelled):
        step(run, ThresholdPredictor(), lambda: True)


def test_an_empty_keyframe_is_refused(owner):
    with pytest.raises(InputError):
        step(a_run(owner, mask=np.zeros((40, 48), bool)), ThresholdPredictor())


def test_results_are_cleaned_up_without_taking_anything_from_other_segments(owner):
    owner.volume.array[:, 10:12, 9:11] = 50
    hole = owner.volume.array[8] == 50
    hole[:8], hole[14:], hole[:, :8], hole[:, 12:] = False, False, False, False
    whole = a_run(owner, CleanUp(fill_holes=True), mask=owner.volume.array[8] == 200)
    assert {visited.held.mask.sum() for visited in all_of(whole, ThresholdPredictor())} == {180}
    kept = a_run(owner, CleanUp(fill_holes=True), mask=owner.volume.array[8] == 200)
    kept._settled = {index: {"two": hole} for index in range(16)}
    assert {visited.held.mask.sum() for visited in all_of(kept, ThresholdPredictor())} == {176}


def nested_run(owner):
    """A pass of a segment with a hole, of which another segment fills a part."""
    owner.volume.array[:, 8:18, 8:12] = 90
    owner.volume.array[:, 11:15, 9:11] = 50
    outer, inner = owner.volume.array[8] == 200, np.zeros((40, 48), bool)
    inner[8:18, 8:12] = owner.volume.array[8, 8:18, 8:12] == 90
    keep, parameters = range(7, 10), PropagationParameters(first=7, last=9)
    stack = SuppliedStack(owner.places, owner.cut_slice)
    keyframes = {8: {"outer": outer, "inner": inner}}
    run = PropagationRun(
        1, stack, keyframes, parameters, CleanUp(fill_holes=True), keep, {"outer": keep, "inner": keep}
    )
    return run, inner


def masks_of(found):
    held = [one for visited in found for one in (visited.held, *visited.trimmed)]
    return {(one.segment, one.index): one.mask for one in held}


def test_clean_up_leaves_what_another_segment_has_inside_to_it(owner):
    run, inner = nested_run(owner)
    masks = masks_of(all_of(run, ThresholdPredictor()))
    for index in (7, 9):
        assert masks["inner", index][inner].all(), "a hole of one segment that is another one is not filled"
        assert not (masks["outer", index] & masks["inner", index]).any()


def test_beginning_anew_gives_the_same_masks_of_several_segments(owner):
    run, _inner = nested_run(owner)
    first = masks_of(all_of(run, ThresholdPredictor()))
    run._results = None
    again = masks_of(all_of(run, ThresholdPredictor()))
    assert first.keys() == again.keys()
    assert all(np.array_equal(first[one], again[one]) for one in first)


def test_a_slice_of_which_clean_up_leaves_nothing_does_not_count(owner):
    run = a_run(owner, CleanUp(minimum_px=1000))
    assert not any(visited.held.final for visited in all_of(run, ThresholdPredictor()))
