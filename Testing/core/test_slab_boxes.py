"""A box in space becomes the box of its section on every slice that it spans."""

from itertools import product

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slab_boxes import box_on_image, extreme_point_boxes, roi_boxes
from SAMSegmenterLib.core.slicing import SlicePlane, extract, paste
from support.phantoms import matrix, oblique_matrix

SHAPE = (12, 20, 30)
PLACES = [matrix((2, 1, 0.5), (3, 4, 5)), matrix((2, 1, 1), lps=True), oblique_matrix((3, 1, 1))]


def to_ras(place, ijk):
    ijk = np.atleast_2d(np.asarray(ijk, float))
    return ijk @ place[:3, :3].T + place[:3, 3]


def corners_of(low, high):
    return np.array(list(product(*zip(low, high, strict=True))), float)


@pytest.mark.parametrize("place", PLACES)
def test_a_region_around_whole_voxels_gives_their_box_on_their_slices(place):
    corners = to_ras(place, corners_of((4.5, 7.5, 2.5), (12.5, 15.5, 6.5)))  # edges of voxels 5 to 12, 8 to 15, 3 to 6
    np.random.default_rng(0).shuffle(corners)
    boxes = roi_boxes(corners, place, SHAPE, 0)
    assert sorted(boxes) == [3, 4, 5, 6]
    assert all(np.allclose(box, (5, 8, 12, 15)) for box in boxes.values())
    boxes = roi_boxes(corners, place, SHAPE, 1)
    assert sorted(boxes) == list(range(8, 16)) and np.allclose(boxes[8], (5, 3, 12, 6))
    boxes = roi_boxes(corners, place, SHAPE, 2)
    assert sorted(boxes) == list(range(5, 13)) and np.allclose(boxes[5], (8, 3, 15, 6))


def test_a_turned_region_has_on_each_slice_the_box_of_its_own_section():
    turn = oblique_matrix((1, 1, 1), (25, -15, 30), (15, 10, 6))
    corners = to_ras(turn, corners_of((-5, -4, -3), (5, 4, 3)))
    boxes = roi_boxes(corners, np.eye(4), SHAPE, 0)
    grid = np.stack(np.meshgrid(*[np.linspace(-s, s, 121) for s in (5, 4, 3)], indexing="ij"), -1).reshape(-1, 3)
    filled = to_ras(turn, grid)
    assert len(boxes) > 6
    for index, box in boxes.items():
        section = filled[np.abs(filled[:, 2] - index) < 0.06][:, :2]
        expected = np.concatenate([section.min(axis=0) + 0.5, section.max(axis=0) - 0.5])
        assert np.allclose(box, expected, atol=0.2)
    sizes = [np.prod(box[2:] - box[:2]) for box in boxes.values()]
    assert max(sizes) > 2 * min(sizes)


def test_a_region_over_the_border_is_cut_off_at_it():
    boxes = roi_boxes(corners_of((-50, -50, -50), (10.5, 5.5, 2.5)), np.eye(4), SHAPE, 0)
    assert sorted(boxes) == [0, 1, 2] and boxes[0].tolist() == [0, 0, 10, 5]
    whole = roi_boxes(corners_of((-50, -50, -50), (90, 90, 90)), np.eye(4), SHAPE, 0)
    assert sorted(whole) == list(range(12)) and whole[5].tolist() == [0, 0, 29, 19]


def test_a_region_between_two_slices_counts_for_the_nearer_one():
    boxes = roi_boxes(corners_of((4.5, 7.5, 5.6), (12.5, 15.5, 5.8)), np.eye(4), SHAPE, 0)
    assert list(boxes) == [6] and boxes[6].tolist() == [5, 8, 12, 15]


def test_a_region_narrower_than_a_pixel_is_the_point_in_its_middle():
    boxes = roi_boxes(corners_of((4.2, 7.5, 3), (4.6, 15.5, 3)), np.eye(4), SHAPE, 0)
    assert np.allclose(boxes[3], (4.4, 8, 4.4, 15))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_six_extreme_points_give_one_box_for_the_slices_between_them(place, axis):
    points = [(3, 9, 5), (20, 8, 6), (10, 4, 4), (11, 15, 7), (9, 8, 2), (12, 10, 9)]
    boxes = extreme_point_boxes(to_ras(place, points), place, SHAPE, axis)
    spans = {0: range(2, 10), 1: range(4, 16), 2: range(3, 21)}[axis]
    expected = {0: (3, 4, 20, 15), 1: (3, 2, 20, 9), 2: (4, 2, 15, 9)}[axis]
    assert sorted(boxes) == list(spans)
    assert all(np.allclose(box, expected) for box in boxes.values())
    wider = extreme_point_boxes(to_ras(place, points), place, SHAPE, axis, margin=2)
    assert np.allclose(wider[5], np.add(expected, (-2, -2, 2, 2))) and sorted(wider) == list(spans)


@pytest.mark.parametrize(
    "points",
    [np.zeros((1, 3)), np.full((6, 3), np.nan), np.zeros((0, 3)), corners_of((100, 0, 0), (110, 5, 5)),
     corners_of((0, 0, -9), (5, 5, -4)), corners_of((0, 0, 50), (5, 5, 60))],
)  # fmt: skip
@pytest.mark.parametrize("find", [roi_boxes, extreme_point_boxes])
def test_points_that_make_no_box_in_the_volume_are_refused(points, find):
    with pytest.raises(InputError, match=r"two points|outside the volume"):
        find(points, np.eye(4), SHAPE, 0)


def test_wrong_axes_and_margins_are_refused():
    with pytest.raises(InputError, match="axis"):
        roi_boxes(corners_of((0, 0, 0), (5, 5, 5)), np.eye(4), SHAPE, 3)
    with pytest.raises(InputError, match="margin"):
        extreme_point_boxes(corners_of((0, 0, 0), (5, 5, 5)), np.eye(4), SHAPE, 0, margin=-1)


@pytest.mark.parametrize("spacing", [(1, 1, 1), (4, 2, 1), (1, 3, 1), (1, 1, 3), (2.3, 1.7, 1)])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_on_square_pixels_the_box_holds_just_the_pixels_of_its_voxels(spacing, axis):
    volume = Volume(np.zeros(SHAPE, np.uint8), matrix(spacing))
    image = extract(volume, SlicePlane.lattice(axis, 4))
    x0, y0, x1, y1 = box_on_image((3, 2, 6, 8), image)
    rows, columns = np.indices(image.shape)
    inside = (columns >= x0) & (columns <= x1) & (rows >= y0) & (rows <= y1)
    (i0, i1, j0, j1, k0, k1), block = paste(inside, image)
    ends = {0: (i0, j0, i1, j1), 1: (i0, k0, i1, k1), 2: (j0, k0, j1, k1)}[axis]
    assert ends == (3, 2, 6, 8) and block.all()


def test_a_box_of_the_whole_slice_is_the_whole_image():
    image = extract(Volume(np.zeros(SHAPE, np.uint8), matrix((4, 2, 1))), SlicePlane.lattice(0, 0))
    assert box_on_image((0, 0, 29, 19), image).tolist() == [0, 0, image.shape[1] - 1, image.shape[0] - 1]


def test_a_free_plane_has_no_voxels_of_its_own():
    volume = Volume(np.zeros(SHAPE, np.uint8), np.eye(4))
    image = extract(volume, SlicePlane.oblique((0, 0, 0), (1, 0, 0), (0, 0.6, 0.8), (1, 1), (9, 9)))
    with pytest.raises(InputError, match="laid freely"):
        box_on_image((1, 1, 2, 2), image)
