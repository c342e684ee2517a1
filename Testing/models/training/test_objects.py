"""Objects drawn from label maps."""

import numpy as np
from scipy import ndimage

from SAMSegmenterLib.models.training.objects import grey_level_regions, largest_or_any_part, pick_objects


def two_part_labels():
    labels = np.zeros((40, 40), dtype=np.int32)
    labels[2:12, 2:12] = 1
    labels[20:36, 20:36] = 1
    labels[2:12, 20:30] = 2
    labels[38, 38] = 3
    return labels


def test_instances_are_whole_values_and_small_ones_are_left_out():
    labels = two_part_labels()
    for seed in range(20):
        first, last = pick_objects(labels, True, 2, 10, np.random.default_rng(seed))
        assert any(np.array_equal(first, labels == value) for value in (1, 2))
        assert any(np.array_equal(last, wanted) for wanted in (labels == 1, labels == 2, labels > 0))


def test_now_and_then_all_instances_together_are_one_object():
    labels = two_part_labels()
    draws = [pick_objects(labels, True, 2, 10, np.random.default_rng(seed)) for seed in range(400)]
    joined = sum(np.array_equal(masks[-1], labels > 0) for masks in draws)
    assert 0.05 < joined / len(draws) < 0.15
    alone = np.where(labels == 1, 1, 0)
    for seed in range(50):
        assert np.array_equal(pick_objects(alone, True, 1, 10, np.random.default_rng(seed))[0], alone == 1)


def test_semantic_objects_are_values_parts_or_unions():
    labels = two_part_labels()
    sizes = set()
    for seed in range(200):
        sizes |= {int(mask.sum()) for mask in pick_objects(labels, False, 2, 10, np.random.default_rng(seed))}
    assert sizes == {100, 256, 356, 456}


def test_nothing_large_enough_gives_no_object():
    assert pick_objects(two_part_labels(), True, 2, 1000, np.random.default_rng(0)) == []
    assert pick_objects(np.zeros((5, 5), dtype=np.int32), False, 2, 1, np.random.default_rng(0)) == []


def test_parts_that_touch_at_corners_are_one():
    mask = np.eye(6, dtype=bool)
    assert np.array_equal(largest_or_any_part(mask, 2, np.random.default_rng(0)), mask)


def test_grey_level_regions_follow_the_edges_of_the_image():
    grey = np.full((60, 60), 40.0, dtype=np.float32)
    grey[20:40, 20:40] = 200.0
    regions = grey_level_regions(grey, np.random.default_rng(1))
    square = np.zeros((60, 60), dtype=bool)
    square[20:40, 20:40] = True
    inner, outer = ndimage.binary_erosion(square, iterations=3), ~ndimage.binary_dilation(square, iterations=3)
    assert len(np.unique(regions[inner])) == 1 and len(np.unique(regions[outer])) == 1
    assert regions[inner][0] > regions[outer][0] >= 1


def test_brightness_is_divided_into_three_to_five_regions():
    ramp = np.tile(np.linspace(0, 255, 64, dtype=np.float32), (64, 1))
    counts = {len(np.unique(grey_level_regions(ramp, np.random.default_rng(seed)))) for seed in range(30)}
    assert counts == {3, 4, 5}


def test_more_objects_are_asked_for_than_there_are_values():
    masks = pick_objects(two_part_labels(), True, 5, 50, np.random.default_rng(0))
    assert len(masks) == 5 and all(mask.sum() in (100, 356) for mask in masks[:-1])


def test_large_and_negative_values_are_values_like_any_other():
    labels = np.where(two_part_labels() == 2, 2_000_000_000, 0).astype(np.int32)
    labels[20:36, 20:36] = -4
    sizes = {
        int(mask.sum()) for seed in range(20) for mask in pick_objects(labels, True, 1, 50, np.random.default_rng(seed))
    }
    assert sizes == {100, 256}


def test_the_smallest_object_is_that_of_the_given_size():
    labels = np.zeros((20, 20), dtype=np.int32)
    labels[:4, :4] = 1
    assert len(pick_objects(labels, True, 1, 16, np.random.default_rng(0))) == 1
    assert pick_objects(labels, True, 1, 17, np.random.default_rng(0)) == []
