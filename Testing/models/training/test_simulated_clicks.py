"""Simulated prompts lie where a user would put them."""

import numpy as np
import pytest

from SAMSegmenterLib.models.training.simulated_clicks import (
    corrective_clicks,
    first_point,
    jittered_box,
    spread_points,
)


@pytest.fixture
def disk():
    rows, columns = np.ogrid[:60, :80]
    return (rows - 30) ** 2 + (columns - 50) ** 2 <= 15**2


def inside(mask, point):
    return mask[int(point[1]), int(point[0])]


def test_an_exact_box_has_inclusive_maxima(disk):
    assert jittered_box(disk, np.random.default_rng(0), exact_probability=1.0).tolist() == [35, 15, 65, 45]


def test_a_jittered_box_stays_in_the_image_and_near_the_object(disk):
    rng = np.random.default_rng(1)
    boxes = np.stack([jittered_box(disk, rng, exact_probability=0.0) for _ in range(200)])
    assert np.abs(boxes - [35, 15, 65, 45]).max() <= 0.15 * 31 + 1.001
    assert np.abs(boxes - [35, 15, 65, 45]).mean() > 0.5
    corner = np.zeros((20, 20), dtype=bool)
    corner[:2, 18:] = True
    for _ in range(50):
        x0, y0, x1, y1 = jittered_box(corner, rng, exact_probability=0.0)
        assert 0 <= x0 < x1 <= 19 and 0 <= y0 < y1 <= 19


def test_the_first_point_is_inside_even_of_a_ring(disk):
    rng = np.random.default_rng(2)
    ring = disk.copy()
    ring[20:41, 40:61] = False
    assert all(inside(ring, first_point(ring, rng)) for _ in range(100))


def test_spread_points_are_positive_inside_and_negative_outside(disk):
    points, labels = spread_points(disk, 5, 5, np.random.default_rng(3))
    assert labels.tolist() == [1] * 5 + [0] * 5
    assert [bool(inside(disk, point)) for point in points] == [True] * 5 + [False] * 5
    assert points[:, 0].min() >= 35 - 16 and points[:, 0].max() <= 65 + 16


def test_an_object_that_fills_the_image_gets_no_negatives():
    points, labels = spread_points(np.ones((8, 8), dtype=bool), 3, 4, np.random.default_rng(0))
    assert len(points) == 3 and labels.tolist() == [1, 1, 1]


def test_corrective_clicks_land_in_the_error_region_with_its_sign(disk):
    rng = np.random.default_rng(4)
    shifted = np.roll(disk, 10, axis=1)
    points, labels = corrective_clicks(disk, shifted, 4, rng)
    missed, false = disk & ~shifted, shifted & ~disk
    for point, label in zip(points, labels, strict=True):
        assert inside(missed if label == 1 else false, point)
    assert set(labels.tolist()) == {0.0, 1.0}


def test_the_first_correction_is_the_deepest_pixel_of_the_larger_error():
    mask = np.zeros((40, 40), dtype=bool)
    mask[5:16, 5:16] = True
    prediction = np.zeros_like(mask)
    prediction[30:33, 30:33] = True
    points, labels = corrective_clicks(mask, prediction, 1, np.random.default_rng(0))
    assert points.tolist() == [[10, 10]] and labels.tolist() == [1.0]


def test_corrections_do_not_change_the_masks_they_are_given(disk):
    shifted = np.roll(disk, 10, axis=1)
    before = disk.copy(), shifted.copy()
    corrective_clicks(disk, shifted, 3, np.random.default_rng(0))
    assert np.array_equal(disk, before[0]) and np.array_equal(shifted, before[1])


def test_without_an_error_corrections_confirm_the_object(disk):
    points, labels = corrective_clicks(disk, disk, 3, np.random.default_rng(5))
    assert labels.tolist() == [1, 1, 1]
    assert all(inside(disk, point) for point in points)
