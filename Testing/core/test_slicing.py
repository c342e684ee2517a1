"""Slices are cut exactly and pasted back where they came from."""

import json

import numpy as np
import pytest
from scipy import ndimage

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SlicePlane, cut, extract, paste, slice_grid
from support.phantoms import matrix, oblique_matrix

SHAPE = (7, 9, 11)


def volume(ijk_to_ras=None, dtype=np.int16, **options):
    array = np.random.default_rng(0).integers(0, 200, SHAPE).astype(dtype)
    return Volume(array, matrix() if ijk_to_ras is None else ijk_to_ras, **options)


def pasted(mask, image):
    """The whole volume with the block put in."""
    result = np.zeros(image.volume_shape, np.uint8)
    (i0, i1, j0, j1, k0, k1), block = paste(mask, image)
    result[k0 : k1 + 1, j0 : j1 + 1, i0 : i1 + 1] = block
    return result


def some_mask(shape):
    mask = np.zeros(shape, bool)
    mask[2:5, 1:4] = True
    mask[3, 2] = False
    return mask


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("square_pixels", [True, False])
def test_a_layer_of_cubes_is_cut_as_it_is_and_pasted_back_exactly(axis, square_pixels):
    cube = volume(oblique_matrix())
    image = extract(cube, SlicePlane.lattice(axis, 3), square_pixels)
    assert np.array_equal(image.pixels, np.take(cube.array, 3, axis)) and image.pixels.dtype == np.int16
    assert image.spacing_yx == pytest.approx((1, 1))
    mask = some_mask(image.shape)
    expected = np.zeros(SHAPE, np.uint8)
    np.moveaxis(expected, axis, 0)[3] = mask
    assert np.array_equal(pasted(mask, image), expected)


@pytest.mark.parametrize(("axis", "spacing"), [(0, (2.0, 3.0)), (1, (1.0, 3.0)), (2, (1.0, 2.0))])
def test_uneven_pixels_stay_when_asked_for(axis, spacing):
    image = extract(volume(matrix((1, 2, 3))), SlicePlane.lattice(axis, 1), square_pixels=False)
    assert image.spacing_yx == pytest.approx(spacing)
    assert image.shape == tuple(n for other, n in enumerate(SHAPE) if other != axis)


@pytest.mark.parametrize("spacing", [(3.0, 1.0, 1.0), (0.9, 0.3, 0.1), (0.7, 0.7, 2.1)])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_square_pixels_hold_the_voxels_values_at_the_voxels(spacing, axis):
    block = volume(matrix(spacing), np.float32)
    image = extract(block, SlicePlane.lattice(axis, 2))
    side = min(s for other, s in enumerate(spacing) if other != axis)
    assert image.spacing_yx == pytest.approx((side, side))
    steps = [round(s / side) for other, s in enumerate(spacing) if other != axis]
    layer = np.take(block.array, 2, axis)
    assert image.shape == tuple((n - 1) * step + 1 for n, step in zip(layer.shape, steps, strict=True))
    assert np.allclose(image.pixels[:: steps[0], :: steps[1]], layer, atol=1e-3)


def test_square_pixels_between_voxels_are_interpolated_linearly():
    array = np.zeros((1, 3, 2), np.float32)
    array[0] = [[0, 0], [30, 60], [90, 90]]
    image = extract(Volume(array, matrix((1, 3, 1))), SlicePlane.lattice(0, 0))
    assert np.allclose(image.pixels[:, 0], [0, 10, 20, 30, 50, 70, 90])


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_mask_on_square_pixels_covers_the_voxels_whose_centre_it_holds(axis):
    block = volume(matrix((2.0, 1.0, 0.5)))
    image = extract(block, SlicePlane.lattice(axis, 4))
    layer = some_mask(tuple(n for other, n in enumerate(SHAPE) if other != axis))
    row_step, column_step = (
        np.array([s for o, s in enumerate((2.0, 1.0, 0.5)) if o != axis]) / image.spacing_yx
    ).astype(int)
    mask = np.kron(layer, np.ones((row_step, column_step), bool))
    mask = np.roll(mask, (-(row_step // 2), -(column_step // 2)), (0, 1))[: image.shape[0], : image.shape[1]]
    expected = np.zeros(SHAPE, np.uint8)
    np.moveaxis(expected, axis, 0)[4] = layer
    assert np.array_equal(pasted(mask, image), expected)


@pytest.mark.parametrize("ratio", [1.4, 1.5, 1.6, 2.7])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_last_voxels_can_be_reached_however_the_pixels_fall(ratio, axis):
    block = volume(matrix((ratio**2, ratio, 1.0)))
    image = extract(block, SlicePlane.lattice(axis, 4))
    result = pasted(np.ones(image.shape, bool), image)
    assert np.take(result, 4, axis).all() and result.sum() == np.take(result, 4, axis).sum()
    corner = np.zeros(image.shape, bool)
    corner[-1, -1] = True
    assert np.take(pasted(corner, image), 4, axis)[-1, -1] == 1


def test_a_large_slice_is_pasted_from_its_bounding_box_alone():
    flat = Volume(np.zeros((1, 3000, 3000), np.uint8), matrix((1, 0.5, 0.5)))
    image = extract(flat, SlicePlane.lattice(0, 0))
    mask = np.zeros(image.shape, bool)
    mask[1000:2500, 10:2900] = np.random.default_rng(0).random((1500, 2890)) > 0.5
    mask[1000, 10] = mask[2499, 2899] = True
    extent, block = paste(mask, image)
    assert extent == (10, 2899, 1000, 2499, 0, 0)
    assert np.array_equal(block[0], mask[1000:2500, 10:2900])


def test_colour_is_cut_with_its_channels():
    rgb = np.random.default_rng(0).integers(0, 256, (*SHAPE, 3)).astype(np.uint8)
    block = Volume(rgb, matrix((1, 2, 1)))
    assert np.array_equal(extract(block, SlicePlane.lattice(0, 5), False).pixels, rgb[5])
    square = extract(block, SlicePlane.lattice(0, 5)).pixels
    assert square.dtype == np.uint8 and np.array_equal(square[::2], rgb[5])


def test_without_spacing_pixels_are_taken_as_they_are():
    image = extract(volume(matrix((1, 2, 5)), has_spacing=False), SlicePlane.lattice(1, 0))
    assert image.spacing_yx is None and image.shape == (7, 11)


@pytest.mark.parametrize(
    "place", [matrix((1, 2, 3), (5, 6, 7)), matrix((1, 1, 2), lps=True), oblique_matrix((2, 1, 1.5))]
)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_free_plane_laid_on_a_layer_gives_that_layer(place, axis):
    block = volume(place, np.float32)
    row_axis, column_axis = (2 - other for other in range(3) if other != axis)  # as columns of the matrix
    origin = np.zeros(4)
    origin[3], origin[2 - axis] = 1, 4
    sides = np.linalg.norm(place[:3, :3], axis=0)
    x, y = place[:3, column_axis] / sides[column_axis], place[:3, row_axis] / sides[row_axis]
    size = SHAPE[2 - column_axis], SHAPE[2 - row_axis]
    plane = SlicePlane.oblique((place @ origin)[:3], x, y, (sides[column_axis], sides[row_axis]), size)
    image = extract(block, plane)
    assert np.allclose(image.pixels, np.take(block.array, 4, axis), atol=1e-3)
    assert image.spacing_yx == pytest.approx((sides[row_axis], sides[column_axis]))
    mask = some_mask(image.shape)
    expected = np.zeros(SHAPE, np.uint8)
    np.moveaxis(expected, axis, 0)[4] = mask
    assert np.array_equal(pasted(mask, image), expected)


def tilted_plane(size=(20, 20)):
    angle = np.radians(35)
    x, y = (np.cos(angle), 0, np.sin(angle)), (0, 1, 0)
    return SlicePlane.oblique((2.0, 1.0, 0.5), x, y, (0.6, 0.6), size)


def test_a_tilted_plane_samples_as_an_independent_interpolation_does():
    block = volume(matrix(), np.float32)
    image = extract(block, tilted_plane((8, 10)))
    x_axis = np.array(image.plane.x_ras)
    for row, column in ((0, 0), (9, 7), (3, 5)):
        i, j, k = np.array((2.0, 1.0, 0.5)) + 0.6 * column * x_axis + 0.6 * row * np.array((0, 1, 0))
        value = ndimage.map_coordinates(block.array, [[k], [j], [i]], order=1)[0]
        assert image.pixels[row, column] == pytest.approx(value, abs=1e-3)


def test_a_tilted_plane_is_background_outside_the_volume():
    block = Volume(np.full(SHAPE, 50, np.int16) + np.eye(11, dtype=np.int16)[:9], matrix())
    image = extract(block, SlicePlane.oblique((100, 100, 100), (1, 0, 0), (0, 1, 0), (1, 1), (4, 3)))
    assert image.shape == (3, 4) and (image.pixels == 50).all()
    assert paste(np.ones((3, 4), bool), image) is None


def test_a_mask_on_a_tilted_plane_leaves_a_closed_sheet_of_voxels():
    image = extract(volume(), tilted_plane())
    result = pasted(np.ones(image.shape, bool), image)
    assert result.any()
    for k, j, i in np.argwhere(result):  # every voxel lies at the plane
        assert abs((np.array((i, j, k)) - (2.0, 1.0, 0.5)) @ np.cross(image.plane.x_ras, (0, 1, 0))) < 0.75
    below_to_above = ndimage.label(1 - result[:, 3:6, 3:8])[1]  # the sheet parts the block without a leak
    assert below_to_above == 2


@pytest.mark.parametrize(("axis", "count"), [(0, 7), (1, 9), (2, 11)])
def test_slices_outside_the_volume_are_refused_with_its_range(axis, count):
    for index in (-1, count):
        with pytest.raises(InputError, match=rf"0 to {count - 1}"):
            extract(volume(), SlicePlane.lattice(axis, index))


def test_impossible_planes_and_masks_are_refused():
    with pytest.raises(InputError, match="axis"):
        SlicePlane.lattice(3, 0)
    with pytest.raises(InputError, match="size and spacing"):
        SlicePlane.oblique((0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1), (0, 4))
    with pytest.raises(InputError, match="mask has shape"):
        paste(np.ones((3, 3), bool), extract(volume(), SlicePlane.lattice(0, 0)))


def test_an_empty_mask_gives_nothing():
    image = extract(volume(), SlicePlane.lattice(0, 0))
    assert paste(np.zeros(image.shape, bool), image) is None


def test_the_block_is_no_larger_than_the_mask():
    image = extract(volume(), SlicePlane.lattice(2, 6))
    extent, block = paste(some_mask(image.shape), image)
    assert extent == (6, 6, 1, 3, 2, 4) and block.shape == (3, 3, 1) and block.dtype == np.uint8


@pytest.mark.parametrize("plane", [SlicePlane.lattice(1, 4), tilted_plane()])
def test_planes_survive_json(plane):
    assert SlicePlane.from_json(json.loads(json.dumps(plane.to_json()))) == plane


@pytest.mark.parametrize("plane", [SlicePlane.lattice(0, 3), SlicePlane.lattice(2, 5), tilted_plane()])
def test_a_cut_gives_the_slice_as_it_was_whatever_happens_to_the_volume(plane):
    block = volume(matrix((3, 1, 2)))
    expected = extract(block, plane)
    made = cut(block, plane)
    block.array[:] = 0
    image = made.image()
    assert np.array_equal(image.pixels, expected.pixels) and expected.pixels.any()
    assert np.array_equal(image.pixel_to_ijk, expected.pixel_to_ijk) and image.spacing_yx == expected.spacing_yx


@pytest.mark.parametrize("plane", [SlicePlane.lattice(0, 3), SlicePlane.lattice(2, 5), tilted_plane()])
@pytest.mark.parametrize("square_pixels", [True, False])
def test_the_grid_of_a_slice_is_known_before_its_intensities(plane, square_pixels):
    block = volume(matrix((3, 1, 2)))
    grid, image = slice_grid(block, plane, square_pixels), extract(block, plane, square_pixels)
    assert grid.shape == image.shape and grid.pixels.dtype == image.pixels.dtype and not grid.pixels.any()
    assert np.array_equal(grid.pixel_to_ijk, image.pixel_to_ijk)
    assert (grid.spacing_yx, grid.plane, grid.volume_shape) == (image.spacing_yx, image.plane, image.volume_shape)
