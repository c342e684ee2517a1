"""Awkward seeds, structures, volumes, models and moments: propagation ends in order, or says what is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.propagation import (
    StopReason,
    VolumeStack,
    latest,
)
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from support.carried_phantoms import (
    INSIDE,
    PART,
    SHAPE,
    assert_apart,
    found,
    one_box,
    overlap,
    phantom,
    run,
    told,
    two_boxes,
    volume_of,
)
from support.fake_predictor import ThresholdPredictor
from support.phantoms import FIRST, SECOND, matrix, sphere_volume

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
