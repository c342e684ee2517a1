"""Results by slice: what counts, what is fixed, what depends on what, where it ended."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.propagation import CARRIED, KEYFRAME, SliceResult, StopReason
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.packed_masks import PackedMask
from SAMSegmenterLib.session.propagation_results import HeldSlice, Keyframe, PropagationResults
from SAMSegmenterLib.session.slice_prediction import MadeWith
from support.fake_predictor import ThresholdPredictor

MADE = MadeWith.of(ThresholdPredictor())


def a_mask(pixels: int = 3) -> np.ndarray:
    mask = np.zeros((5, 7), bool)
    mask.reshape(-1)[:pixels] = True
    return mask


def held(index, confidence=0.9, final=True, reason=None, direction=1, run=1, segment="one", prompts=None):
    plane = SlicePlane.lattice(0, index)
    result = SliceResult(segment, plane, index, a_mask(), prompts, confidence, final, reason, CARRIED, direction)
    return replace(HeldSlice.of(result, MADE), run=run)


def keyframe(index, in_segment=True, segment="one"):
    plane = SlicePlane.lattice(0, index)
    return Keyframe(segment, plane, index, PackedMask.of(a_mask(9)), SlicePromptRecord(plane), in_segment)


@pytest.fixture
def results():
    """A keyframe on slice 5; slices 3, 4, 6 and 7 were found, 8 was rejected."""
    results = PropagationResults()
    results.put_keyframe(keyframe(5))
    for index, confidence in ((6, 0.8), (7, 0.7), (4, 0.7), (3, 0.9)):
        results.put(held(index, confidence, direction=1 if index > 5 else -1))
    results.put(held(8, 0.1, final=False, reason=StopReason.AREA))
    return results


def test_a_carried_mask_is_kept_as_bits_beside_the_prompts():
    logits = np.where(a_mask(), 4, -4).astype(np.float32)
    one = held(3, prompts=Prompts.of([(1, 2)], box=(0, 0, 3, 3), mask_prior=logits))
    assert one.prompts.mask_prior is None and one.prompts.box.tolist() == [0, 0, 3, 3]
    np.testing.assert_array_equal(one.prior.mask, a_mask())
    assert held(3).prior is None and held(3).prompts is None


def test_what_counts_comes_in_order_and_the_least_certain_slice_is_found(results):
    assert list(results.held("one")) == [3, 4, 6, 7]
    assert results.worst("one") == 4, "the lower one on ties"
    assert results.worst("two") is None and results.held("two") == {}


def test_the_strip_shows_everything(results):
    results.accept(results.pending["one"][6], SlicePromptRecord(SlicePlane.lattice(0, 6)))
    strip = results.strip("one")
    assert [one.index for one in strip] == [3, 4, 5, 6, 7, 8]
    assert [one.is_accepted for one in strip] == [False, False, True, True, False, False]
    assert [one.final for one in strip] == [True] * 5 + [False]
    assert strip[2].origin == KEYFRAME and results.strip("two") == ()


def test_keyframes_and_accepted_slices_are_not_replaced(results):
    results.accept(results.pending["one"][6], SlicePromptRecord(SlicePlane.lattice(0, 6)))
    results.put(held(5, 0.1))
    results.put(held(6, 0.1))
    assert sorted(results.pending["one"]) == [3, 4, 7, 8]
    assert list(results.fixed("one")) == [5, 6]
    assert sorted(results.known("one")) == [3, 4, 5, 6, 7]


def test_a_new_keyframe_replaces_what_was_found(results):
    results.put_keyframe(keyframe(7))
    assert list(results.held("one")) == [3, 4, 6] and results.span_around("one", 7)[0] == 6
    assert 1000 in results.span_around("one", 7) and 5 not in results.span_around("one", 7)
    assert list(results.span_around("one", 6)) == [6]


def test_a_stop_mark_reaches_outwards_from_the_keyframes(results):
    results.put_keyframe(keyframe(9))
    assert 12 in results.beyond("one", 10) and 9 not in results.beyond("one", 10)
    assert -3 in results.beyond("one", 4) and 5 not in results.beyond("one", 4)
    assert list(results.beyond("one", 7)) == [7]
    assert list(results.beyond("two", 7)) == [7]


def test_what_an_earlier_pass_found_is_dropped(results):
    results.put(held(7, run=2))
    results.drop_pending("one", range(6, 100), 2)
    assert sorted(results.pending["one"]) == [3, 4, 7]
    results.drop_run(2)
    assert sorted(results.pending["one"]) == [3, 4]
    results.drop_pending("two", range(100))


def test_an_acceptance_writes_results_and_keyframes_that_are_not_written(results):
    results.put_keyframe(keyframe(2, in_segment=False))
    assert [one.index for one in results.waiting(None, None)] == [2, 3, 4, 6, 7]
    assert [one.index for one in results.waiting(3, 6)] == [3, 4, 6]
    record = SlicePromptRecord(SlicePlane.lattice(0, 2))
    results.accept(results.keyframes["one"][2], record)
    assert [one.index for one in results.waiting(None, 3)] == [3]


def test_undone_acceptances_wait_again_until_they_are_done_again(results):
    record = SlicePromptRecord(SlicePlane.lattice(0, 6))
    results.accept(results.pending["one"][6], record)
    standing = {id(record), id(results.keyframes["one"][5].record)}
    assert not results.follow(lambda one: id(one) in standing)
    assert results.follow(lambda one: False)
    assert [one.index for one in results.waiting(None, None)] == [3, 4, 5, 6, 7]
    assert results.follow(lambda one: id(one) in standing)
    assert [one.index for one in results.waiting(None, None)] == [3, 4, 7]


def test_ends_carry_their_reasons_and_say_what_was_cut_short(results):
    assert [(end.direction, end.index, end.reason) for end in results.ends()] == [(1, 8, StopReason.AREA)]
    results.is_cancelled = True
    assert [(end.direction, end.index, end.reason) for end in results.ends()] == [
        (1, 8, StopReason.AREA),
        (-1, 3, StopReason.CANCELLED),
    ]


def test_a_segment_is_forgotten_altogether(results):
    results.put_keyframe(keyframe(1, segment="two"))
    results.drop_segment("one")
    assert results.segments == ("two",)
