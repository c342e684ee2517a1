"""Carrying a mask through phantoms whose extent is known."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.propagation import (
    CARRIED,
    FUSED,
    KEYFRAME,
    PropagationParameters,
    StopReason,
    latest,
    propagate,
)
from support.fake_predictor import ThresholdPredictor
from support.phantoms import sphere_volume


def box_volume(slices=range(4, 12)):
    array = np.full((20, 30, 30), 50, np.uint8)
    for k in slices:
        array[k, 8:20, 10:22] = 200
    return Volume(array), array == 200


def carried(volume, truth, start, **parameters):
    results = propagate(
        volume, {start: {"box": truth[start]}}, ThresholdPredictor(), PropagationParameters(**parameters)
    )
    return list(results)


def test_a_box_is_followed_to_both_ends_exactly():
    volume, truth = box_volume()
    results = carried(volume, truth, 7)
    found = {r.plane.index: r.mask for r in results if r.final}
    assert set(found) == set(range(4, 12))
    assert all(np.array_equal(mask, truth[index]) for index, mask in found.items())


def test_each_direction_ends_with_a_reason_on_a_slice_that_does_not_count():
    volume, truth = box_volume()
    ends = [r for r in carried(volume, truth, 7) if r.stop_reason]
    assert [(r.plane.index, r.final) for r in ends] == [(12, False), (3, False)]
    assert {r.stop_reason for r in ends} == {StopReason.EMPTY}


def test_the_volume_end_counts_and_says_so():
    volume, truth = box_volume(range(0, 20))
    ends = [r for r in carried(volume, truth, 7) if r.stop_reason]
    assert [(r.plane.index, r.final, r.stop_reason) for r in ends] == [
        (19, True, StopReason.VOLUME),
        (0, True, StopReason.VOLUME),
    ]


def test_a_range_is_not_left():
    volume, truth = box_volume()
    results = carried(volume, truth, 7, first=6, last=8)
    assert sorted(r.plane.index for r in results) == [6, 7, 8]


def test_a_sphere_is_followed_along_every_axis():
    volume, segmentation = sphere_volume(shape_kji=(24, 24, 24), spacing_kji=(1, 1, 1), radius_mm=8)
    truth = segmentation.layers[0] == 1
    for axis in (0, 1, 2):
        start = np.take(truth, 12, axis=axis)
        parameters = PropagationParameters(axis=axis)
        results = propagate(volume, {12: {"ball": start}}, ThresholdPredictor(), parameters)
        found = {r.plane.index for r in results if r.final}
        assert found >= set(range(6, 18))


def test_two_segments_travel_and_keep_their_names():
    volume, truth = box_volume()
    keyframes = {7: {"one": truth[7], "two": truth[7]}}
    results = list(propagate(volume, keyframes, ThresholdPredictor(), PropagationParameters()))
    assert {r.segment for r in results} == {"one", "two"}


def test_keyframes_come_back_unchanged_with_full_confidence():
    volume, truth = box_volume()
    seed = truth[7].copy()
    first = carried(volume, truth, 7)[0]
    assert np.array_equal(first.mask, seed) and first.slice_confidence == 1 and first.prompts is None


def test_stopping_raises_cancelled_after_what_was_found():
    volume, truth = box_volume()
    asked = iter([False, False, True])
    found = []
    with pytest.raises(Cancelled):
        for result in propagate(
            volume, {7: {"box": truth[7]}}, ThresholdPredictor(), PropagationParameters(), lambda: next(asked)
        ):
            found.append(result)
    assert len(found) == 3  # the keyframe and two slices


@pytest.mark.parametrize(
    "keyframes",
    [
        {},
        {7: {"box": np.zeros((30, 30), bool)}},
        {99: {"box": np.ones((30, 30), bool)}},
        {7: {"box": np.ones((3, 3), bool)}},
    ],
)
def test_unusable_keyframes_are_input_errors(keyframes):
    volume, _truth = box_volume()
    with pytest.raises(InputError):
        list(propagate(volume, keyframes, ThresholdPredictor(), PropagationParameters()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"axis": 3},
        {"margin": -1},
        {"min_evidence": 2},
        {"patience": 0},
        {"first": 5, "last": 4},
        {"point": False, "logits": False},
    ],
)
def test_parameters_out_of_range_are_input_errors(wrong):
    with pytest.raises(InputError):
        PropagationParameters(**wrong)


def test_between_keyframes_every_slice_of_both_passes_is_reported_at_once():
    volume, truth = box_volume()
    predictor = ThresholdPredictor()
    keyframes = {index: {"box": truth[index]} for index in (4, 11)}
    parameters = PropagationParameters(first=4, last=11)
    told = [
        (result.index, result.origin, predictor.decode_calls)
        for result in propagate(volume, keyframes, predictor, parameters)
        if result.origin != KEYFRAME
    ]
    assert [index for index, _, _ in told] == [5, 6, 7, 8, 9, 10, 10, 9, 8, 7, 6, 5]
    assert [origin for _, origin, _ in told] == [CARRIED] * 6 + [FUSED] * 6
    assert [calls for _, _, calls in told] == list(range(1, 13)), "nobody waits longer than for one slice"


@pytest.mark.parametrize("names", [("one",), ("one", "two")])
def test_each_slice_is_encoded_once_and_each_segment_asked_once(names):
    volume, truth = box_volume()
    predictor = ThresholdPredictor()
    parameters = PropagationParameters(first=4, last=11)
    results = list(propagate(volume, {7: dict.fromkeys(names, truth[7])}, predictor, parameters))
    visited = {r.index for r in results} - {7}
    assert visited == {4, 5, 6, 8, 9, 10, 11}
    assert predictor.encoded_images == 7 and predictor.decoded_prompts <= 7 * len(names)


@pytest.mark.parametrize("around", [4, 8, 11])
def test_around_a_keyframe_the_same_is_found_as_in_a_full_run(around):
    rng = np.random.default_rng(2)
    volume, truth = box_volume(range(2, 14))
    volume = Volume(np.clip(volume.array + rng.normal(0, 9, volume.array.shape), 0, 255).astype(np.uint8))
    keyframes = {k: {"box": truth[k]} for k in (4, 8, 11)}
    predictor, parameters = ThresholdPredictor(tolerance=60), PropagationParameters(first=2, last=13)
    full = latest(propagate(volume, keyframes, predictor, parameters))["box"]
    settled = {k: {"box": r.mask} for k, r in full.items()}
    part = latest(propagate(volume, keyframes, predictor, parameters, around=around, settled=settled))["box"]
    touched = {4: {2, 3, 5, 6, 7}, 8: {5, 6, 7, 9, 10}, 11: {9, 10, 12, 13}}[around]
    assert set(part) == touched | {4, 8, 11}
    for k, one in part.items():
        assert np.array_equal(one.mask, full[k].mask) and one.slice_confidence == full[k].slice_confidence


def test_very_large_slices_are_looked_at_where_the_structure_is():
    array = np.full((3, 1400, 1500), 50, np.uint8)
    array[:, 300:700, 400:900] = 200
    truth = array == 200
    results = latest(
        propagate(Volume(array), {1: {"a": truth[1]}}, ThresholdPredictor(mask_size=256), PropagationParameters())
    )["a"]
    for k in (0, 2):
        assert results[k].final and np.count_nonzero(results[k].mask ^ truth[k]) < 0.02 * np.count_nonzero(truth[k])
