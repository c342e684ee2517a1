"""Test structures: connected parts that are long and large enough."""

import numpy as np

from SAMBenchmarkLib.propagation.structures import find_parts, part_stack
from SAMSegmenterLib.core.reference import Segmentation


def segmentation(labels):
    return Segmentation.from_labels(labels, np.eye(4))


def test_a_part_tells_its_ends_its_largest_slice_and_its_voxels():
    labels = np.zeros((20, 16, 16), np.uint8)
    labels[4:14, 2:10, 2:10] = 3
    labels[9, 2:11, 2:11] = 3
    (part,) = find_parts(segmentation(labels), 0)
    assert (part.label_value, part.first, part.last, part.start, part.slices) == (3, 4, 13, 9, 10)
    assert part.voxels == 9 * 64 + 81 and not part.touches_first and not part.touches_last


def test_parts_of_seven_slices_are_too_short_and_those_of_eight_are_not():
    labels = np.zeros((20, 30, 16), np.uint8)
    labels[2:9, 2:10, 2:10] = 1
    labels[2:10, 20:28, 2:10] = 2
    assert [part.label_value for part in find_parts(segmentation(labels), 0)] == [2]


def test_voxels_that_meet_at_a_corner_belong_together():
    labels = np.zeros((8, 20, 20), np.uint8)
    for k in range(8):
        labels[k, 2 * (k % 2) : 2 * (k % 2) + 8, 2:10] = 1
    labels[4:, 10:18, 10:18] = 1  # touches the others along edges alone
    assert len(find_parts(segmentation(labels), 0)) == 1


def test_small_parts_are_left_out_unless_they_are_asked_for():
    labels = np.zeros((10, 20, 20), np.uint8)
    labels[:, 2:9, 2:9] = 1  # 49 pixels
    assert find_parts(segmentation(labels), 0) == []
    (part,) = find_parts(segmentation(labels), 0, least_pixels=0)
    assert part.touches_first and part.touches_last


def test_parts_are_found_along_any_axis_and_given_back_slice_by_slice():
    labels = np.zeros((12, 14, 30), np.uint8)
    labels[1:11, 2:12, 5:25] = 1
    (part,) = find_parts(segmentation(labels), 2)
    assert (part.first, part.last) == (5, 24)
    stack = part_stack(segmentation(labels), part, 2)
    assert stack.shape == (30, 12, 14) and stack[5, 1:11, 2:12].all() and np.count_nonzero(stack) == part.voxels


def test_two_parts_of_a_label_are_two_structures():
    labels = np.zeros((12, 40, 20), np.uint8)
    labels[:, 2:12, 2:12] = labels[1:11, 25:35, 2:12] = 5
    parts = find_parts(segmentation(labels), 0)
    assert [(part.number, part.first) for part in parts] == [(1, 0), (2, 1)]
    stacks = [part_stack(segmentation(labels), part, 0) for part in parts]
    assert not (stacks[0] & stacks[1]).any() and (stacks[0] | stacks[1]).sum() == np.count_nonzero(labels)
