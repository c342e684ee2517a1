"""Human correction effort: cases worked by hand, and figures of the public program on random masks.

Those were computed once with OpenCV 5.0; numbers of corners differ by up to two between its releases.
"""

import numpy as np
import pytest
from scipy import ndimage

from SAMBenchmarkLib.imaging.correction_effort import CorrectionEffort, correction_effort, effort_of
from SAMSegmenterLib.core.errors import InputError
from support.masks import disk, rectangle

pytest.importorskip("cv2")
pytest.importorskip("skimage")

SHAPE = (90, 110)
OBJECT = rectangle(SHAPE, 20, 20, 80, 70)


def random_pair(seed):
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=SHAPE), 9)
    other = field + ndimage.gaussian_filter(rng.normal(size=SHAPE), 6) * rng.uniform(0.1, 0.7)
    reference, prediction = field > 0.01, other > 0.012
    if seed % 3 == 0:
        prediction = ndimage.binary_dilation(prediction, iterations=int(rng.integers(1, 8)))
    return prediction, reference


PUBLISHED = [
    (26, 0, 3, 0), (0, 0, 10, 0), (2, 0, 5, 0), (12, 0, 0, 1), (5, 0, 4, 0), (0, 0, 7, 0),
    (16, 0, 9, 0), (2, 0, 17, 0), (16, 1, 11, 0), (15, 0, 1, 0), (14, 0, 10, 1), (4, 0, 4, 0),
]  # fmt: skip


@pytest.mark.parametrize(("seed", "expected"), list(enumerate(PUBLISHED)))
def test_random_masks_score_as_with_the_public_program(seed, expected):
    found = correction_effort(*random_pair(seed))
    assert (found.superfluous_regions, found.missed_regions) == (expected[1], expected[3])
    assert found.superfluous_points == pytest.approx(expected[0], abs=2)
    assert found.missed_points == pytest.approx(expected[2], abs=2)


def test_a_perfect_mask_takes_nothing():
    assert correction_effort(OBJECT, OBJECT) == CorrectionEffort()
    assert effort_of(np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)) == 0


def test_an_outline_three_pixels_too_far_out_is_forgiven():
    assert effort_of(rectangle(SHAPE, 17, 17, 83, 73), OBJECT) == 0


def test_a_hole_in_the_mask_is_filled_with_one_click():
    holed = OBJECT & ~disk(SHAPE, (50, 45), 12)
    assert correction_effort(holed, OBJECT) == CorrectionEffort(missed_regions=1)


def test_an_island_beside_the_object_is_removed_with_one_click():
    island = disk(SHAPE, (97, 45), 9)
    assert correction_effort(OBJECT | island, OBJECT) == CorrectionEffort(superfluous_regions=1)


def test_a_thin_island_is_forgiven():
    assert effort_of(OBJECT | rectangle(SHAPE, 90, 20, 94, 70), OBJECT) == 0


def test_a_missed_object_is_drawn_along_its_corners():
    found = correction_effort(np.zeros(SHAPE, bool), OBJECT)
    assert found.superfluous_points == found.superfluous_regions == found.missed_regions == 0
    assert found.missed_points == pytest.approx(9, abs=2)  # erosion cuts four corners into eight; start and end


def test_a_missed_thin_structure_counts_by_its_skeleton():
    thin = rectangle(SHAPE, 20, 40, 80, 42)
    assert effort_of(np.zeros(SHAPE, bool), thin) > 0


def test_an_object_at_the_edge_is_measured_like_one_inside():
    whole = np.ones((40, 50), bool)
    assert effort_of(whole, whole) == 0
    half = whole.copy()
    half[:, 25:] = False
    assert effort_of(half, whole) > 0
    assert correction_effort(whole, half).superfluous_points > 0


def test_masks_of_different_sizes_are_refused():
    with pytest.raises(InputError):
        correction_effort(np.ones((4, 5), bool), np.ones((5, 4), bool))
