"""Slices as propagation sees them."""

import numpy as np
import pytest

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.propagation import VolumeStack, views
from SAMSegmenterLib.core.propagation.views import SliceViews
from SAMSegmenterLib.core.propagation.zoom import whole
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windowing import Limits
from support.fake_predictor import ThresholdPredictor

SHAPE = (30, 64, 80)
SMALL, LARGE = (slice(30, 36), slice(40, 48)), (slice(5, 60), slice(5, 70))


def some(zoom=0.0, shape=SHAPE, colour=False):
    array = np.random.default_rng(0).integers(0, 256, (*shape, 3) if colour else shape).astype(np.uint8)
    predictor = ThresholdPredictor()
    stack = VolumeStack(Volume(array), SlicePlane.lattice(0, 0))
    return SliceViews(stack, predictor, Limits(0, 255), zoom), predictor, array


def test_a_slice_is_encoded_once():
    made, predictor, array = some()
    first = made.view(3, SMALL)
    assert made.view(3, LARGE) is first and predictor.encoded_images == 1
    assert np.array_equal(first.grey, array[3]) and first.part == whole(SHAPE[1:])


def test_memory_is_bounded_and_the_latest_slices_are_kept(monkeypatch):
    made, predictor, _array = some()
    one = made.view(0, LARGE).nbytes
    monkeypatch.setattr(views, "_MOST_BYTES", 3 * one)
    for index in range(10):
        made.view(index, LARGE)
        assert sum(view.nbytes for view in made._kept.values()) <= 3 * one
    assert predictor.encoded_images == 10
    for index in (9, 8, 7):
        made.view(index, LARGE)
    assert predictor.encoded_images == 10


def test_a_slice_larger_than_the_bound_is_used_all_the_same(monkeypatch):
    made, predictor, _array = some()
    monkeypatch.setattr(views, "_MOST_BYTES", 1)
    made.view(0, LARGE)
    made.view(0, LARGE)
    assert len(made._kept) == 1 and predictor.encoded_images == 1


@pytest.mark.parametrize("colour", [False, True])
def test_what_a_view_holds_is_what_it_counts(colour):
    made, _predictor, _array = some(colour=colour)
    grey = made.view(0, LARGE).grey
    assert grey.shape == SHAPE[1:] and (grey if grey.base is None else grey.base).nbytes == grey.nbytes


def test_keyframes_are_seen_without_being_encoded_and_few_are_kept():
    made, predictor, array = some()
    for index in range(SHAPE[0]):
        assert np.array_equal(made.grey(index), array[index])
    assert predictor.encode_calls == 0 and len(made._greys) <= 8
    assert made.grey(29) is made.grey(29)


def test_a_small_structure_is_shown_enlarged_and_a_new_part_is_encoded_anew():
    made, predictor, array = some(zoom=2.0)
    view = made.view(0, SMALL)
    assert view.part != whole(SHAPE[1:]) and np.array_equal(view.grey, array[0])
    assert np.array_equal(view.embedding.features[0], array[0][view.part])
    assert made.view(0, LARGE).part == whole(SHAPE[1:]) and predictor.encoded_images == 2


def test_a_new_way_does_not_depend_on_the_one_before():
    made, _predictor, _array = some(zoom=2.0)
    near = tuple(slice(axis.start + 6, axis.stop + 6) for axis in SMALL)
    fresh = some(zoom=2.0)[0].view(1, near).part
    made.view(0, SMALL)
    assert made.view(1, near).part != fresh
    made.begin()
    assert made.view(1, near).part == fresh


class Recorder(ThresholdPredictor):
    def decode(self, embedding, prompts, multimask=True, previous=None):
        self.asked = prompts[0]
        mask = np.ones((1, *embedding.original_size), bool)
        return [Candidates(mask, np.ones(1, np.float32), np.ones((1, 4, 4), np.float32))]


def test_prompts_are_told_on_the_parts_own_pixels_and_masks_come_back_on_the_slices():
    made, _predictor, _array = some(zoom=2.0)
    view, recorder = made.view(0, SMALL), Recorder()
    top, left = view.part[0].start, view.part[1].start
    last = [view.part[1].stop - left - 1, view.part[0].stop - top - 1]
    prior = np.arange(64 * 80, dtype=np.float32).reshape(64, 80)
    prompts = Prompts.of([(44, 33)], [(0, 63)], box=(left + 2, top + 1, 79, 63), mask_prior=prior)
    found = view.ask(recorder, prompts, False)
    assert recorder.asked.points.tolist() == [[44 - left, 33 - top], [0, last[1]]]
    assert recorder.asked.labels.tolist() == [1, 0]
    assert recorder.asked.box.tolist() == [2, 1, *last]
    assert np.array_equal(recorder.asked.mask_prior, prior[view.part])
    expected = np.zeros(SHAPE[1:], bool)
    expected[view.part] = True
    assert np.array_equal(found.masks, expected[None])


def test_whole_slices_are_asked_as_they_are():
    made, _predictor, _array = some()
    recorder, prompts = Recorder(), Prompts.of([(44, 33)])
    made.view(0, SMALL).ask(recorder, prompts, False)
    assert recorder.asked is prompts
