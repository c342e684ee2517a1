"""Awkward seeds, structures, volumes, models and moments: propagation ends in order, or says what is wrong."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import Cancelled, InputError, ModelError, SAMError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.propagation import (
    KEYFRAME,
    REPAIRED,
    PropagationParameters,
    StopReason,
    VolumeStack,
    latest,
    propagate,
)
from SAMSegmenterLib.core.propagation.journey import Journey
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import RoughPredictor
from support.phantoms import BACKGROUND, FIRST, SECOND, matrix, sphere_volume, two_boxes_volume

SHAPE = (14, 32, 36)
PART = (slice(8, 20), slice(10, 24))
"""Rows and columns of a box in a slice."""

INSIDE = {"first": 3, "last": 10}
"""The range of slices that show the structure, for tests that ask nothing about its ends."""


def phantom(*parts, shape=SHAPE, **more):
    """A volume with structures (slices, rows, columns, intensity), later ones over earlier ones."""
    array = np.full(shape, BACKGROUND, np.uint8)
    for slices, rows, columns, value in parts:
        for k in slices:
            array[k, rows, columns] = value
    return Volume(array, **more)


def run(volume, keyframes, predictor=None, should_stop=lambda: False, around=None, settled=None, **parameters):
    """All results of a propagation."""
    told = PropagationParameters(**{"square_pixels": False, **parameters})
    return list(propagate(volume, keyframes, predictor or ThresholdPredictor(), told, should_stop, around, settled))


def one_box(slices=range(3, 11), **more):
    volume = phantom((slices, *PART, FIRST), **more)
    return volume, volume.array == FIRST


def found(results, segment="a"):
    """Slices that count and are not empty: index -> mask."""
    held = latest(results).get(segment, {})
    return {index: one.mask for index, one in held.items() if one.final and one.mask.any()}


def volume_of(results, shape, segment="a"):
    mask = np.zeros(shape, bool)
    for index, one in found(results, segment).items():
        mask[index] = one
    return mask


def overlap(first, second):
    return 2 * np.count_nonzero(first & second) / max(1, np.count_nonzero(first) + np.count_nonzero(second))


def told(results):
    """Everything that results say, so that two runs can be compared to the last bit."""

    def prompts(one):
        if one is None:
            return None
        prior = None if one.mask_prior is None else one.mask_prior.tobytes()
        return one.points.tobytes(), one.labels.tobytes(), None if one.box is None else one.box.tobytes(), prior

    return [
        (
            r.segment, r.index, r.plane, r.mask.tobytes(), prompts(r.prompts), r.slice_confidence, r.final,
            r.stop_reason, r.origin, r.direction,
        )
        for r in results
    ]  # fmt: skip


# Seeds


@pytest.mark.parametrize(
    ("keyframes", "parameters"),
    [
        ({}, {}),
        ({6: {}}, {}),
        ({6: {"a": np.zeros(SHAPE[1:], bool)}}, {}),
        ({6: {"a": np.ones(SHAPE[1:], bool)}}, {}),
        ({14: {"a": np.eye(32, 36, dtype=bool)}}, {}),
        ({-1: {"a": np.eye(32, 36, dtype=bool)}}, {}),
        ({6: {"a": np.eye(36, 32, dtype=bool)}}, {}),
        ({6: {"a": np.eye(32, 36, dtype=bool)}}, {"first": 8}),
        ({6: {"a": np.eye(32, 36, dtype=bool)}}, {"last": 5}),
    ],
)
def test_seeds_that_cannot_be_are_refused_before_the_model_is_asked(keyframes, parameters):
    volume, _truth = one_box()
    predictor = ThresholdPredictor()
    with pytest.raises(InputError) as caught:
        run(volume, keyframes, predictor, **parameters)
    assert caught.value.message and predictor.encode_calls == 0


def test_a_bad_seed_beside_a_good_one_is_refused_too():
    volume, truth = one_box()
    with pytest.raises(InputError):
        run(volume, {6: {"a": truth[6]}, 7: {"b": np.zeros(SHAPE[1:], bool)}})


def test_a_seed_of_one_pixel_does_no_harm():
    volume, truth = one_box()
    seed = np.zeros(SHAPE[1:], bool)
    seed[12, 15] = True
    results = run(volume, {6: {"a": seed}})
    assert np.array_equal(found(results)[6], seed)
    assert all((mask & ~truth[index]).sum() == 0 for index, mask in found(results).items())


def test_a_seed_beside_the_structure_is_kept_and_does_not_spread_over_the_slices():
    volume, _truth = one_box()
    seed = np.zeros(SHAPE[1:], bool)
    seed[24:30, 2:8] = True
    results = run(volume, {6: {"a": seed}})
    assert np.array_equal(found(results)[6], seed)
    assert all(mask.mean() < 0.5 for mask in found(results).values())


def test_keyframes_may_come_in_any_order_and_as_numbers():
    volume, truth = one_box()
    forwards = run(volume, {4: {"a": truth[4]}, 9: {"a": truth[9]}})
    backwards = run(volume, {9: {"a": truth[9].astype(np.uint8)}, 4: {"a": truth[4].astype(np.uint8)}})
    assert told(forwards) == told(backwards)


# Volumes


def test_a_volume_of_one_slice_gives_its_keyframe():
    volume, truth = one_box(range(1), shape=(1, 32, 36))
    results = run(volume, {0: {"a": truth[0]}})
    assert {r.index for r in results} == {0}
    assert np.array_equal(found(results)[0], truth[0])


def test_a_range_of_one_slice_gives_its_keyframe():
    volume, truth = one_box()
    results = run(volume, {6: {"a": truth[6]}}, first=6, last=6)
    assert {r.index for r in results} == {6} and np.array_equal(found(results)[6], truth[6])


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("degrees", [10, 30])
def test_a_gantry_tilt_changes_nothing_in_the_slices(axis, degrees):
    sheared = matrix((2.0, 1.0, 1.0))
    sheared[1, 2] = 2.0 * np.tan(np.radians(degrees))
    volume, truth = one_box(ijk_to_ras=sheared)
    start = (6, 14, 16)[axis]
    shown = np.flatnonzero(truth.any(axis=tuple(other for other in range(3) if other != axis)))
    seeds = {start: {"a": np.take(truth, start, axis)}}
    results = run(volume, seeds, axis=axis, first=int(shown[0]), last=int(shown[-1]))
    covered = np.moveaxis(volume_of(results, np.moveaxis(truth, axis, 0).shape), 0, axis)
    assert overlap(covered, truth) > 0.95


@pytest.mark.parametrize("spacing", [(8.0, 0.5, 0.5), (0.4, 1.0, 1.0), (1.0, 3.0, 0.7)])
@pytest.mark.parametrize("square", [False, True])
def test_unequal_spacing_does_no_harm(spacing, square):
    volume, truth = one_box(ijk_to_ras=matrix(spacing))
    plane = SlicePlane.lattice(0, 6)
    seed = extract(replace(volume, array=truth.astype(np.uint8)), plane, square).pixels > 0.5
    results = run(volume, {6: {"a": seed}}, ThresholdPredictor(tolerance=70), square_pixels=square, **INSIDE)
    assert set(found(results)) == set(range(3, 11))
    assert all(overlap(mask, seed) > 0.8 for mask in found(results).values())


def test_without_spacing_the_same_is_found_as_with_one_millimetre():
    volume, truth = one_box()
    plain = replace(volume, has_spacing=False)
    with_mm, without = (run(one, {6: {"a": truth[6]}}, **INSIDE) for one in (volume, plain))
    assert overlap(volume_of(without, SHAPE), truth) == 1
    assert np.array_equal(volume_of(with_mm, SHAPE), volume_of(without, SHAPE))


NORMALS = [(1.0, 0.0, 0.0), (0.6, 0.0, 0.8), (0.48, 0.6, 0.64), (-0.577350269, 0.577350269, 0.577350269)]


@pytest.mark.parametrize("normal", NORMALS)
def test_tilted_stacks_along_several_normals_follow_a_ball(normal):
    volume, segmentation = sphere_volume((36, 40, 44), (1.0, 1.0, 1.0), radius_mm=11)
    labels = Volume((segmentation.layers[0] * 200).astype(np.uint8), volume.ijk_to_ras)
    x = np.cross((0.0, 1.0, 0.0), normal)
    x /= np.linalg.norm(x)
    y = np.cross(normal, x)
    centre = np.array([21.5, 19.5, 17.5])
    plane = SlicePlane.oblique(centre - 20 * x - 20 * y, x, y, (1.0, 1.0), (41, 41))
    stack = VolumeStack(volume, plane, 1.0)
    truth = {k: extract(labels, stack.plane(k)).pixels > 100 for k in range(stack.first, stack.last + 1)}
    results = run(volume, {0: {"a": truth[0]}}, ThresholdPredictor(tolerance=60), plane=plane, step_mm=1.0)
    masks = found(results)
    assert all(r.plane == stack.plane(r.index) for r in results)
    assert set(range(-8, 9)) <= set(masks) <= set(range(-13, 14))
    assert np.mean([overlap(masks[k], truth[k]) for k in range(-8, 9)]) > 0.9


@pytest.mark.parametrize("kind", [np.int16, np.uint16, np.float32, np.float64])
def test_the_number_type_of_the_voxels_changes_nothing_and_voxels_are_not_changed(kind):
    volume, truth = one_box()
    other = replace(volume, array=volume.array.astype(kind))
    before = other.array.copy()
    assert told(run(other, {6: {"a": truth[6]}})) == told(run(volume, {6: {"a": truth[6]}}))
    assert np.array_equal(other.array, before)


def test_colour_is_followed():
    volume, truth = one_box()
    colour = replace(volume, array=np.stack([volume.array] * 3, axis=-1))
    assert np.array_equal(volume_of(run(colour, {6: {"a": truth[6]}}, **INSIDE), SHAPE), truth)


def test_constant_slices_end_a_direction():
    volume, truth = one_box(range(3, 11))
    volume.array[9:] = 77
    results = run(volume, {6: {"a": truth[6]}})
    assert set(found(results)) >= {3, 4, 5, 6, 7, 8} and not {11, 12, 13} & set(found(results))


def test_a_constant_volume_gives_no_slice_that_is_filled():
    volume = Volume(np.full(SHAPE, 9, np.int16))
    seed = np.zeros(SHAPE[1:], bool)
    seed[PART] = True
    results = run(volume, {6: {"a": seed}})
    assert np.array_equal(found(results)[6], seed)
    assert not any(mask.all() for mask in found(results).values())


def test_slices_without_any_number_are_told_or_end_a_direction():
    volume, truth = one_box()
    array = volume.array.astype(np.float32)
    array[9] = np.nan
    try:
        results = run(replace(volume, array=array), {6: {"a": truth[6]}})
    except SAMError as error:
        assert error.message  # noqa: PT017 - either way is in order
    else:
        assert set(found(results)) >= {5, 6, 7} and np.isfinite([r.slice_confidence for r in results]).all()


# Structures


def test_a_structure_that_branches_is_followed_into_both_branches():
    halves = [(range(7, 11), PART[0], columns, FIRST) for columns in (slice(10, 15), slice(19, 24))]
    volume = phantom((range(3, 7), *PART, FIRST), *halves)
    truth = volume.array == FIRST
    masks = volume_of(run(volume, {5: {"a": truth[5]}}, **INSIDE), SHAPE)
    assert np.array_equal(masks[3:7], truth[3:7]) and overlap(masks[7], truth[7]) > 0.8
    assert all(overlap(masks[k], truth[k]) > 0.97 and not (masks[k] & ~truth[k]).any() for k in (8, 9, 10))


def test_parts_that_are_apart_are_followed_together():
    parts = [(range(3, 11), PART[0], columns, FIRST) for columns in (slice(6, 14), slice(20, 28))]
    volume = phantom(*parts)
    truth = volume.array == FIRST
    assert np.array_equal(volume_of(run(volume, {6: {"a": truth[6]}}, **INSIDE), SHAPE), truth)


def test_structures_that_merge_do_not_overlap():
    left, right = slice(6, 14), slice(18, 26)
    volume = phantom(
        (range(2, 12), PART[0], left, FIRST),
        (range(2, 12), PART[0], right, FIRST),
        (range(7, 12), PART[0], slice(6, 26), FIRST),
    )
    truth = volume.array == FIRST
    seeds = {name: np.where(np.isin(np.arange(36), np.r_[columns]), truth[4], False) for name, columns in
             (("a", left), ("b", right))}  # fmt: skip
    results = run(volume, {4: seeds})
    assert_apart(results)
    assert np.array_equal(found(results, "a")[5], seeds["a"]) and np.array_equal(found(results, "b")[5], seeds["b"])


@pytest.mark.parametrize(
    "part", [(slice(0, 9), slice(0, 12)), (slice(20, 32), slice(20, 36)), (slice(0, 32), slice(0, 9))]
)
def test_a_structure_at_the_edge_of_the_image_is_followed(part):
    volume = phantom((range(3, 11), *part, FIRST))
    truth = volume.array == FIRST
    assert np.array_equal(volume_of(run(volume, {6: {"a": truth[6]}}, **INSIDE), SHAPE), truth)


def test_a_structure_that_reappears_is_not_looked_for_far_beyond_its_end():
    volume = phantom((range(2, 6), *PART, FIRST), (range(11, 14), *PART, FIRST))
    truth = volume.array == FIRST
    assert {2, 3, 4, 5} <= set(found(run(volume, {3: {"a": truth[3]}}))) <= {1, 2, 3, 4, 5, 6}


def test_a_structure_that_reappears_is_found_from_a_keyframe_of_each_part():
    volume = phantom((range(1, 4), *PART, FIRST), (range(10, 13), *PART, FIRST))
    truth = volume.array == FIRST
    masks = found(run(volume, {2: {"a": truth[2]}, 11: {"a": truth[11]}}))
    assert {1, 2, 3, 10, 11, 12} <= set(masks)
    assert np.array_equal(masks[3], truth[3]) and np.array_equal(masks[10], truth[10])


def test_a_hole_stays_a_hole():
    volume = phantom((range(3, 11), *PART, FIRST), (range(3, 11), slice(11, 16), slice(14, 20), SECOND))
    truth = volume.array == FIRST
    assert np.array_equal(volume_of(run(volume, {6: {"a": truth[6]}}, **INSIDE), SHAPE), truth)


@pytest.mark.parametrize("step", [1, 3])
def test_a_structure_that_moves_is_followed(step):
    volume = phantom(
        *((range(k, k + 1), slice(8, 20), slice(2 + step * (k - 3), 14 + step * (k - 3)), FIRST) for k in range(3, 10))
    )
    truth = volume.array == FIRST
    assert np.array_equal(volume_of(run(volume, {6: {"a": truth[6]}}, first=3, last=9), SHAPE), truth)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_box_is_left_at_most_a_slice_after_its_ends(axis):
    volume, truth = one_box(shape=(14, 32, 36))
    shown = np.flatnonzero(truth.any(axis=tuple(other for other in range(3) if other != axis)))
    start = int(shown[len(shown) // 2])
    masks = found(run(volume, {start: {"a": np.take(truth, start, axis)}}, axis=axis))
    assert set(range(shown[0], shown[-1] + 1)) <= set(masks) <= set(range(shown[0] - 1, shown[-1] + 2))


def test_the_ends_of_the_volume_end_a_direction():
    volume, truth = one_box(range(14))
    results = run(volume, {6: {"a": truth[6]}})
    assert np.array_equal(volume_of(results, SHAPE), truth)
    assert {r.index: r.stop_reason for r in latest(results)["a"].values() if r.stop_reason} == {
        0: StopReason.VOLUME,
        13: StopReason.VOLUME,
    }


def test_a_stop_mark_holds_beside_a_keyframe_and_for_its_segment_alone():
    volume, truth = two_boxes()
    marks = {"a": frozenset({7, 4})}
    results = run(volume, {6: {"a": truth == 1, "b": truth == 2}}, stop_marks=marks, **INSIDE)
    assert set(found(results, "a")) == {5, 6} and set(found(results, "b")) == set(range(3, 11))
    reasons = {r.stop_reason for r in latest(results)["a"].values() if r.stop_reason}
    assert reasons == {StopReason.MARK}


def two_boxes():
    """A volume with two boxes, and labels of the slices that show them."""
    volume = phantom((range(3, 11), PART[0], slice(4, 16), FIRST), (range(3, 11), PART[0], slice(16, 30), SECOND))
    labels = np.where(volume.array[6] == FIRST, 1, np.where(volume.array[6] == SECOND, 2, 0))
    return volume, labels


# What always holds


def assert_apart(results):
    """No pixel belongs to two segments."""
    held = latest(results)
    for index in {index for by_index in held.values() for index in by_index}:
        masks = [by_index[index].mask for by_index in held.values() if index in by_index and by_index[index].final]
        assert np.sum(masks, axis=0).max(initial=0) <= 1, f"slice {index}"


def test_a_slice_that_is_repaired_does_not_cover_another_segment(monkeypatch):
    volume, labels = two_boxes()
    volume.array[7][PART[0], 10:30] = SECOND
    judge, seen = Journey._objection, []

    def rejects_the_first_slice(journey, mask, step):
        if journey.span.segment == "a" and journey not in seen:
            seen.append(journey)
            return StopReason.EVIDENCE
        return judge(journey, mask, step)

    monkeypatch.setattr(Journey, "_objection", rejects_the_first_slice)
    results = run(volume, {6: {"a": labels == 1, "b": labels == 2}}, first=6, last=9)
    assert latest(results)["a"][7].origin == REPAIRED
    assert_apart(results)


def test_a_segment_that_grows_over_the_keyframe_of_another_gives_way():
    volume, labels = two_boxes()
    volume.array[8][PART[0], 4:30] = FIRST
    results = run(volume, {6: {"a": labels == 1}, 8: {"b": labels == 2}})
    assert_apart(results)
    assert np.array_equal(found(results, "b")[8], labels == 2)


def scenes():
    volume, labels = two_boxes()
    one = {6: {"a": labels == 1, "b": labels == 2}}
    two = {4: {"a": labels == 1, "b": labels == 2}, 9: {"a": labels == 1}}
    return [
        pytest.param(volume, keyframes, predictor, id=f"{name} {len(keyframes)}")
        for name, predictor in (("exact", ThresholdPredictor), ("rough", RoughPredictor))
        for keyframes in (one, two)
    ]


@pytest.mark.parametrize(("volume", "keyframes", "predictor"), scenes())
def test_keyframes_never_change(volume, keyframes, predictor):
    given = {(s, k): mask.copy() for k, masks in keyframes.items() for s, mask in masks.items()}
    held = latest(run(volume, keyframes, predictor()))
    for (segment, index), mask in given.items():
        assert np.array_equal(keyframes[index][segment], mask)
        one = held[segment][index]
        assert np.array_equal(one.mask, mask) and one.origin == KEYFRAME and one.final and one.slice_confidence == 1


@pytest.mark.parametrize(("volume", "keyframes", "predictor"), scenes())
def test_segments_never_overlap(volume, keyframes, predictor):
    assert_apart(run(volume, keyframes, predictor()))


@pytest.mark.parametrize(("volume", "keyframes", "predictor"), scenes())
def test_two_runs_say_the_same(volume, keyframes, predictor):
    assert told(run(volume, keyframes, predictor())) == told(run(volume, keyframes, predictor()))


@pytest.mark.parametrize(("volume", "keyframes", "predictor"), scenes())
def test_every_result_is_whole_and_every_direction_ends_with_a_reason(volume, keyframes, predictor):
    results = run(volume, keyframes, predictor())
    for r in results:
        assert r.mask.shape == SHAPE[1:] and r.mask.dtype == bool and r.plane == SlicePlane.lattice(0, r.index)
        assert 0 <= r.slice_confidence <= 1 and r.direction in (-1, 0, 1)
        if r.prompts is not None and r.prompts.box is not None:
            x0, y0, x1, y1 = r.prompts.box
            assert 0 <= x0 <= x1 <= SHAPE[2] - 1 and 0 <= y0 <= y1 <= SHAPE[1] - 1
    for segment, by_index in latest(results).items():
        outermost = [k for k, masks in keyframes.items() if segment in masks]
        up = [r for k, r in by_index.items() if r.stop_reason and k >= max(outermost)]
        down = [r for k, r in by_index.items() if r.stop_reason and k <= min(outermost)]
        assert up and down, segment
        indices = sorted(by_index)
        assert indices == list(range(indices[0], indices[-1] + 1))


@pytest.mark.parametrize(("volume", "keyframes", "predictor"), scenes())
def test_stopping_at_any_question_leaves_what_came_before_as_it_was(volume, keyframes, predictor):
    asked = 0

    def count():
        nonlocal asked
        asked += 1
        return False

    whole = told(run(volume, keyframes, predictor(), count))
    assert asked >= 4
    parameters = PropagationParameters(square_pixels=False)
    for stop_at in range(asked):
        questions = itertools.count()
        got = []
        with pytest.raises(Cancelled):
            for result in propagate(volume, keyframes, predictor(), parameters, lambda: next(questions) >= stop_at):  # noqa: B023
                got.append(result)
        assert told(got) == whole[: len(got)] and len(got) < len(whole)


@pytest.mark.parametrize(("volume", "keyframes", "predictor"), scenes())
def test_a_reader_that_goes_away_ends_it(volume, keyframes, predictor):
    asked = predictor()
    results = propagate(volume, keyframes, asked, PropagationParameters(square_pixels=False))
    next(results)
    results.close()
    calls = asked.encode_calls
    assert list(results) == [] and asked.encode_calls == calls


# After a correction


def test_a_new_keyframe_runs_its_span_alone():
    volume, truth = one_box()
    keyframes = {4: {"a": truth[4]}, 7: {"a": truth[7]}, 10: {"a": truth[10]}}
    results = [r for r in run(volume, keyframes, around=7) if r.origin != KEYFRAME]
    assert results and {r.index for r in results} <= {5, 6, 8, 9}
    assert all(np.array_equal(r.mask, truth[r.index]) for r in results if r.final)


def test_what_is_settled_is_not_grown_over():
    volume, truth = one_box()
    half = truth[8].copy()
    half[:, 17:] = False
    settled = {k: {"b": half} for k in (5, 7, 8)}
    masks = found(run(volume, {6: {"a": truth[6]}}, settled=settled))
    for index in settled:
        assert index not in masks or not (masks[index] & half).any()


# Models


class Odd(ThresholdPredictor):
    """Changes its answers from the third decoding on."""

    def __init__(self, change):
        super().__init__()
        self._change = change

    def decode(self, *arguments, **named):
        answers = super().decode(*arguments, **named)
        return answers if self.decode_calls < 3 else [self._change(answer) for answer in answers]


def _fail(answer):
    raise ModelError("The model broke.", "Try again.")


CHANGES = {
    "scores without a number": lambda a: replace(a, scores=np.full_like(a.scores, np.nan)),
    "scores above one": lambda a: replace(a, scores=a.scores + 7),
    "scores below zero": lambda a: replace(a, scores=a.scores - 7),
    "empty masks": lambda a: replace(a, masks=np.zeros_like(a.masks)),
    "full masks": lambda a: replace(a, masks=np.ones_like(a.masks)),
    "no logits": lambda a: Candidates(a.masks, a.scores),
    "one candidate": lambda a: Candidates(a.masks[:1], a.scores[:1], None if a.low_res is None else a.low_res[:1]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_odd_answers_end_in_order(change):
    volume, truth = one_box()
    results = run(volume, {6: {"a": truth[6]}}, Odd(change))
    assert np.array_equal(found(results)[6], truth[6])
    assert all(0 <= r.slice_confidence <= 1 for r in results)
    assert not any(mask.all() for mask in found(results).values())


def test_a_model_that_fails_is_told_after_what_was_found():
    volume, truth = one_box()
    results = propagate(volume, {6: {"a": truth[6]}}, Odd(_fail), PropagationParameters(square_pixels=False))
    got = []
    with pytest.raises(ModelError, match="The model broke"):
        for result in results:
            got.append(result)
    assert got and all(np.array_equal(r.mask, truth[r.index]) for r in got if r.final)


def test_encoding_and_decoding_stay_within_what_was_promised():
    volume, truth = one_box()
    predictor = ThresholdPredictor()
    results = run(volume, {6: {"a": truth[6]}}, predictor)
    visited = len({r.index for r in results})
    assert predictor.encoded_images <= visited and predictor.decoded_prompts <= 2 * visited


def test_both_boxes_of_the_usual_phantom_are_found_along_every_axis():
    volume, segmentation = two_boxes_volume()
    labels = segmentation.layers[0]
    for axis, start in ((0, 8), (1, 14)):
        seeds = {name: np.take(labels, start, axis) == value for name, value in (("a", 1), ("b", 2))}
        shown = np.flatnonzero(labels.any(axis=tuple(other for other in range(3) if other != axis)))
        results = run(volume, {start: seeds}, axis=axis, first=int(shown[0]), last=int(shown[-1]))
        for name, value in (("a", 1), ("b", 2)):
            truth = np.moveaxis(labels == value, axis, 0)
            there = truth.any(axis=(1, 2))
            assert np.array_equal(volume_of(results, truth.shape, name)[there], truth[there])
        assert_apart(results)
