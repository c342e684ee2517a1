"""The voxels written are those that an answer voxel by voxel gives, however the lattice lies."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice, mask_on_slice, rasterise
from SAMSegmenterLib.core.slicing import SlicePlane, extract, paste
from support.covered_voxels_oracle import covered_voxels, voxels_of
from support.masks import blob
from support.phantoms import matrix, oblique_matrix

SHAPE = (7, 9, 11)
SAGITTAL = np.array(
    [[0, 0, 3.0, -20], [-0.8, 0, 0, 30], [0, -0.8, 0, 40], [0, 0, 0, 1]]
)  # slices run from left to right
PLACES = {
    "RAS": matrix((1, 1, 1), (3, 4, 5)),
    "LPS": matrix((2.5, 0.7, 0.7), (30, 40, -50), lps=True),
    "sagittal": SAGITTAL,
    "oblique": oblique_matrix((3.0, 0.9, 0.9)),
    "anisotropic": matrix((1.7, 0.6, 1.1), (-3, 2, 1)),
    "mirrored": np.diag([-1.0, 1.0, 1.0, 1.0]),
}
WHOLE = (0, SHAPE[2] - 1, 0, SHAPE[1] - 1, 0, SHAPE[0] - 1)


def volume(place):
    return Volume(np.zeros(SHAPE, np.int16), place)


def planes(place):
    """Slices of every axis, and a free plane through the middle."""
    yield from (SlicePlane.lattice(axis, index) for axis, index in ((0, 3), (1, 0), (2, 10)))
    yield free_plane(place)


def free_plane(place, angles=(0.5, 0.3), size=(17, 15)):
    """Tilted against the volume's axes, wide enough to leave the volume."""
    i, j, k = (place[:3, axis] / np.linalg.norm(place[:3, axis]) for axis in range(3))
    x = i * np.cos(angles[0]) + k * np.sin(angles[0])
    y = j * np.cos(angles[1]) + np.cross(x, j) * np.sin(angles[1])
    y = y - x * (x @ y)
    centre = (place @ np.array([5, 4, 3, 1]))[:3]
    return SlicePlane.oblique(centre - 8 * 0.9 * x - 7 * 0.9 * y, x, y / np.linalg.norm(y), (0.9, 0.9), size)


def some_mask(shape, seed=0):
    return blob(np.random.default_rng(seed), shape, 0.45, 1.0)


def oversampled(place, factor, shape=SHAPE):
    """A lattice whose voxels are `factor` times smaller and fill the same box."""
    scale = np.diag([1 / factor] * 3 + [1.0])
    scale[:3, 3] = (1 / factor - 1) / 2
    sizes = [int(n * factor) - 1 for n in shape[::-1]]
    return Lattice(place @ scale, (0, sizes[0], 0, sizes[1], 0, sizes[2]))


def rotated(place):
    """A lattice of its own: other directions, spacing and origin."""
    turned = oblique_matrix((1.3, 1.0, 0.8), (12, 25, -8), (0, 0, 0))
    turned[:3, 3] = (place @ np.array([5, 4, 3, 1]))[:3] - turned[:3, :3] @ np.array([9, 9, 9])
    return Lattice(turned, (-2, 20, 1, 19, 0, 18))


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("square", [True, False])
def test_on_the_volumes_own_lattice_the_voxels_are_those_that_paste_gives(name, number, square):
    place = PLACES[name]
    image = extract(volume(place), list(planes(place))[number], square)
    mask = some_mask(image.shape)
    expected, got = paste(mask, image), rasterise(mask, image, place, Lattice(place, WHOLE))
    assert got[0] == expected[0] and np.array_equal(got[1], expected[1]) and got[1].dtype == np.uint8
    assert voxels_of(got) == covered_voxels(mask, image, place, place, WHOLE)


LATTICES = {
    "twice as fine": lambda place: oversampled(place, 2),
    "three times as fine": lambda place: oversampled(place, 3),
    "one and a half as fine": lambda place: oversampled(place, 1.5),
    "half as fine": lambda place: oversampled(place, 0.5),
    "cropped": lambda place: Lattice(place, (3, 8, 2, 7, 1, 5)),
    "begun elsewhere": lambda place: Lattice(
        place @ np.array([[1.0, 0, 0, -4], [0, 1, 0, 2], [0, 0, 1, -1], [0, 0, 0, 1]]), (2, 14, -2, 8, -1, 9)
    ),
    "axes swapped": lambda place: Lattice(
        place @ np.array([[0, 0, -1.0, 10], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]), (0, 8, 0, 6, 0, 10)
    ),
    "turned": rotated,
}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("kind", LATTICES)
def test_on_any_lattice_the_voxels_are_those_of_the_definition(name, kind):
    place, lattice = PLACES[name], LATTICES[kind](PLACES[name])
    for number, plane in enumerate(planes(place)):
        image = extract(volume(place), plane, square_pixels=number != 1)
        mask = some_mask(image.shape, number)
        got = rasterise(mask, image, place, lattice)
        expected = covered_voxels(mask, image, place, lattice.ijk_to_ras, lattice.extent)
        assert voxels_of(got) == expected
        assert expected or got is None


def test_the_block_is_no_larger_than_what_is_covered():
    place = PLACES["oblique"]
    image = extract(volume(place), free_plane(place))
    (i0, i1, j0, j1, k0, k1), block = rasterise(some_mask(image.shape), image, place, oversampled(place, 2))
    assert block.shape == (k1 - k0 + 1, j1 - j0 + 1, i1 - i0 + 1)
    for axis in range(3):
        ends = np.take(block, [0, -1], axis)
        assert np.take(ends, 0, axis).any() and np.take(ends, 1, axis).any()


PARENT = oblique_matrix((1.1, 0.9, 1.0), (8, 5, -20), (4, -3, 2))


@pytest.mark.parametrize("name", PLACES)
def test_a_linear_parent_transform_is_taken_into_account(name):
    place = PLACES[name]
    lattice = Lattice(np.linalg.inv(PARENT) @ rotated(place).ijk_to_ras, rotated(place).extent)
    for plane in planes(place):
        image = extract(volume(place), plane)
        mask = some_mask(image.shape)
        got = voxels_of(rasterise(mask, image, place, lattice, PARENT))
        assert got == voxels_of(rasterise(mask, image, place, rotated(place)))
        function = lambda ras: ras @ PARENT[:3, :3].T + PARENT[:3, 3]  # noqa: E731
        assert voxels_of(rasterise(mask, image, place, lattice, function)) == got
        assert got == covered_voxels(mask, image, place, lattice.ijk_to_ras, lattice.extent, function)


def bent(ras):
    """A transform that bends space by a few millimetres."""
    r, a, s = ras.T
    return np.stack([r + 1.5 * np.sin(a / 9), a + 1.2 * np.cos(s / 8), s + 1.4 * np.sin((r + a) / 11)], axis=-1)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("kind", ["twice as fine", "half as fine", "turned"])
def test_a_transform_that_is_not_linear_is_taken_into_account(name, kind):
    place, lattice = PLACES[name], LATTICES[kind](PLACES[name])
    for plane in planes(place):
        image = extract(volume(place), plane)
        mask = some_mask(image.shape)
        got = rasterise(mask, image, place, lattice, bent)
        assert voxels_of(got) == covered_voxels(mask, image, place, lattice.ijk_to_ras, lattice.extent, bent)


def test_where_a_transform_is_not_defined_nothing_is_written():
    place = PLACES["RAS"]
    image = extract(volume(place), SlicePlane.lattice(0, 3))
    half = lambda ras: np.where(ras[:, :1] > 8, np.nan, ras)  # noqa: E731
    got = voxels_of(rasterise(np.ones(image.shape, bool), image, place, Lattice(place, WHOLE), half))
    assert got == {(i, j, 3) for i in range(6) for j in range(9)}  # i = 6 lies at 9 mm


@pytest.mark.parametrize("factor", [1, 2, 3, 1.5, 0.5])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_slices_of_a_volume_share_no_voxel_and_leave_none_out(factor, axis):
    place = PLACES["anisotropic"]
    lattice = oversampled(place, factor)
    counts = np.zeros([n + 1 for n in lattice.extent[5::-2]], int)
    for index in range(SHAPE[axis]):
        image = extract(volume(place), SlicePlane.lattice(axis, index))
        for i, j, k in voxels_of(rasterise(np.ones(image.shape, bool), image, place, lattice)):
            counts[k, j, i] += 1
    if factor >= 1:
        assert (counts == 1).all()
    else:  # coarser than the slices: the nearest centre belongs to several of them
        assert counts.min() >= 1


def test_slices_turned_against_the_lattice_share_no_voxel_either():
    place, lattice = PLACES["oblique"], rotated(PLACES["oblique"])
    seen = []
    for index in range(SHAPE[0]):
        image = extract(volume(place), SlicePlane.lattice(0, index))
        seen += voxels_of(rasterise(np.ones(image.shape, bool), image, place, lattice))
    assert len(seen) == len(set(seen)) > 500


def test_every_point_of_a_free_plane_lies_in_a_voxel_that_is_covered():
    place = PLACES["RAS"]
    image = extract(volume(place), free_plane(place))
    origin = np.array(image.plane.origin_ras)
    for lattice in (oversampled(place, 2), rotated(place)):
        covered = voxels_of(rasterise(np.ones(image.shape, bool), image, place, lattice))
        to_lattice = np.linalg.inv(lattice.ijk_to_ras)
        points = np.random.default_rng(1).uniform((0.5, 0.5), np.array(image.plane.size) - 1.5, (4000, 2)) * 0.9
        ras = origin + points @ np.array([image.plane.x_ras, image.plane.y_ras])
        ijk = ras @ to_lattice[:3, :3].T + to_lattice[:3, 3]
        in_volume = np.all((ras - place[:3, 3] > 0.5) & (ras - place[:3, 3] < np.array(SHAPE[::-1]) - 1.5), axis=1)
        held = in_volume & np.all(
            (ijk > np.array(lattice.extent[::2])) & (ijk < np.array(lattice.extent[1::2])), axis=1
        )
        assert held.sum() > 300
        assert all(tuple(voxel) in covered for voxel in np.rint(ijk[held]).astype(int).tolist())


def test_a_mask_of_one_pixel_in_a_slice_of_one_pixel_is_one_voxel():
    place = matrix((2, 1, 1))
    image = extract(Volume(np.zeros((1, 1, 1), np.int16), place), SlicePlane.lattice(0, 0))
    assert voxels_of(rasterise(np.ones((1, 1), bool), image, place, Lattice(place, (0, 0, 0, 0, 0, 0)))) == {(0, 0, 0)}
    fine = oversampled(place, 2, (1, 1, 1))
    assert len(voxels_of(rasterise(np.ones((1, 1), bool), image, place, fine))) == 8


def test_outside_the_lattice_or_without_a_mask_nothing_is_written():
    place = PLACES["LPS"]
    image = extract(volume(place), SlicePlane.lattice(0, 3))
    everywhere = np.ones(image.shape, bool)
    assert rasterise(everywhere, image, place, Lattice(place, (0, 10, 0, 8, 4, 6))) is None
    assert rasterise(everywhere, image, place, Lattice(place, (0, -1, 0, -1, 0, -1))) is None
    assert rasterise(everywhere, image, place, Lattice(place, (0, -1, 0, -1, 0, -1)), bent) is None
    assert rasterise(~everywhere, image, place, Lattice(place, WHOLE)) is None
    assert rasterise(~everywhere, image, place, Lattice(place, WHOLE), bent) is None


def test_impossible_lattices_and_masks_are_refused():
    place = PLACES["RAS"]
    image = extract(volume(place), SlicePlane.lattice(0, 3))
    with pytest.raises(InputError, match="mask has shape"):
        rasterise(np.ones((2, 2), bool), image, place, Lattice(place, WHOLE))
    for wrong in (np.zeros((4, 4)), np.full((4, 4), np.nan), np.eye(3)):
        with pytest.raises(InputError, match="singular"):
            Lattice(wrong, WHOLE)
    for flat in (np.diag([1.0, 1, 0, 1]), np.full((4, 4), np.nan)):
        with pytest.raises(InputError, match="cannot be inverted"):
            rasterise(np.ones(image.shape, bool), image, place, Lattice(place, WHOLE), flat)
    with pytest.raises(InputError, match="does not fill"):
        mask_on_slice(np.ones((2, 2, 2)), (0, 1, 0, 1, 0, 0), Lattice(place, WHOLE), image, place)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("kind", ["twice as fine", "three times as fine", "begun elsewhere", "axes swapped"])
def test_what_was_written_is_what_the_slice_shows(name, kind):
    place, lattice = PLACES[name], LATTICES[kind](PLACES[name])
    for axis in (0, 1, 2):
        image = extract(volume(place), SlicePlane.lattice(axis, 2), square_pixels=False)
        mask = some_mask(image.shape, axis)
        extent, block = rasterise(mask, image, place, lattice)
        shown = mask_on_slice(block, extent, lattice, image, place)
        reachable = mask_on_slice(np.ones(lattice.shape_kji), lattice.extent, lattice, image, place)
        assert np.array_equal(shown, mask & reachable) and shown.any()


def test_what_a_slice_shows_is_found_through_a_transform_pixel_by_pixel():
    place, lattice = PLACES["oblique"], rotated(PLACES["oblique"])
    image = extract(volume(place), free_plane(place))
    voxels = np.random.default_rng(0).random(lattice.shape_kji) > 0.5
    for transform in (None, PARENT, bent):
        shown = mask_on_slice(voxels, lattice.extent, lattice, image, place, transform)
        for y, x in np.ndindex(image.shape):
            ras = (place @ image.pixel_to_ijk @ np.array([x, y, 0, 1.0]))[None, :3]
            if transform is not None:
                ras = bent(ras) if transform is bent else ras @ PARENT[:3, :3].T + PARENT[:3, 3]
            ijk = (np.linalg.inv(lattice.ijk_to_ras) @ [*ras[0], 1])[:3] - lattice.extent[::2]
            i, j, k = np.floor(ijk + 0.501).astype(int)
            inside = all(0 <= v < n for v, n in zip((k, j, i), voxels.shape, strict=True)) and bool(voxels[k, j, i])
            assert shown[y, x] == inside


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("kind", ["twice as fine", "three times as fine", "begun elsewhere", "axes swapped"])
@pytest.mark.parametrize("square", [True, False])
def test_rows_and_columns_along_the_voxels_show_the_same_as_pixel_by_pixel(name, kind, square):
    place, lattice = PLACES[name], LATTICES[kind](PLACES[name])
    voxels = np.random.default_rng(1).random(lattice.shape_kji) > 0.5
    for axis in (0, 1, 2):
        image = extract(volume(place), SlicePlane.lattice(axis, 2), square)
        along = mask_on_slice(voxels, lattice.extent, lattice, image, place)
        one_by_one = mask_on_slice(voxels, lattice.extent, lattice, image, place, lambda points: points)
        assert along.shape == image.shape and along.dtype == bool
        assert np.array_equal(along, one_by_one) and along.any()


def test_an_empty_segment_shows_nothing():
    place = PLACES["RAS"]
    image = extract(volume(place), SlicePlane.lattice(0, 3))
    empty = np.zeros((0, 0, 0))
    assert not mask_on_slice(empty, (0, -1, 0, -1, 0, -1), Lattice(place, WHOLE), image, place).any()
