"""Interpolation of signed distances between keyframes."""

import numpy as np

from SAMBenchmarkLib.propagation.signed_distance import interpolate, signed_distance
from support.masks import disk


def test_half_way_between_two_disks_lies_the_disk_of_the_mean_radius():
    small, large = disk((61, 61), (30, 30), 8), disk((61, 61), (30, 30), 20)
    found = interpolate({2: small, 6: large})
    assert list(found) == [2, 3, 4, 5, 6] and found[2] is small and found[6] is large
    assert abs(np.count_nonzero(found[4][30]) - 29) <= 2  # 2 * 14 + 1 pixels across
    areas = [np.count_nonzero(mask) for mask in found.values()]
    assert areas == sorted(areas)


def test_equal_keyframes_stay_and_nothing_lies_beyond_them():
    mask = disk((40, 50), (20, 20), 9)
    found = interpolate({3: mask, 1: mask})
    assert list(found) == [1, 2, 3] and np.array_equal(found[2], mask)


def test_distances_are_positive_inside_and_negative_outside():
    mask = np.zeros((5, 7), bool)
    mask[1:4, 2:5] = True
    assert signed_distance(mask)[2].tolist() == [-2, -1, 1, 2, 1, -1, -2]
    assert (signed_distance(np.ones((4, 6), bool)) == 6).all()
