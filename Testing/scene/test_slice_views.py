from __future__ import annotations

import itertools

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import extract
from SAMSegmenterLib.scene.slice_views import MAX_OBLIQUE_SIDE, SliceView, plane_shown, to_image_xy, to_view_xy
from support.phantoms import matrix, oblique_matrix
from support.slice_nodes import slice_node

SHAPE = (9, 20, 30)
ORIENTATIONS = ("Axial", "Sagittal", "Coronal")


def _sagittal_acquired(spacing=(3.0, 1.0, 0.5)):
    """k runs to the left, j down, i to the back."""
    k, j, i = spacing
    return np.array([[0, 0, -k, 9.0], [-i, 0, 0, 4.0], [0, -j, 0, 2.0], [0, 0, 0, 1]])


def _sheared():
    """Layers shifted against each other, as with a tilted CT gantry."""
    result = matrix((4.0, 1.0, 1.0), (-15, -10, -20))
    result[1, 2] = 1.5
    return result


GEOMETRIES = {
    "ras": matrix(origin_ras=(-15, -10, -4)),
    "lps anisotropic": matrix((4.0, 0.5, 0.7), (10, 5, -16), lps=True),
    "sagittal acquired": _sagittal_acquired(),
    "tilted acquisition": oblique_matrix((3.0, 1.0, 1.0), origin_ras=(-10, -10, -10)),
    "gantry tilt": _sheared(),
}


def _volume(to_ras, shape=SHAPE):
    return Volume(np.random.default_rng(4).integers(0, 2000, shape).astype(np.int16), to_ras)


def _centre(volume):
    return volume.ijk_to_ras[:3, :3] @ ((np.array(volume.shape_kji[::-1]) - 1) / 2) + volume.ijk_to_ras[:3, 3]


def _layer_view(scene, volume, axis, index, turned_degrees=0.0, **options):
    """A view that lies in a layer of voxels, turned in its own plane, its middle at the layer's."""
    ijk = (np.array(volume.shape_kji[::-1]) - 1) / 2
    ijk[2 - axis] = index
    columns = [volume.ijk_to_ras[:3, n] for n in range(3) if n != 2 - axis]
    x = columns[0] / np.linalg.norm(columns[0])
    normal = np.cross(columns[0], columns[1])
    normal /= np.linalg.norm(normal)
    y = np.cross(normal, x)
    angle = np.radians(turned_degrees)
    to_ras = np.eye(4)
    to_ras[:3, 0], to_ras[:3, 1] = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    to_ras[:3, 2] = normal
    to_ras[:3, 3] = volume.ijk_to_ras[:3, :3] @ ijk + volume.ijk_to_ras[:3, 3]
    return SliceView.of(slice_node(scene, slice_to_ras=to_ras, **options))


@pytest.mark.parametrize("name", GEOMETRIES)
def test_a_view_along_a_layer_shows_that_layer(a_scene, name):
    volume = _volume(GEOMETRIES[name])
    for axis, turned in itertools.product(range(3), (0.0, 33.0, 180.0)):
        for index in (0, SHAPE[axis] // 2, SHAPE[axis] - 1):
            plane = plane_shown(_layer_view(a_scene, volume, axis, index, turned), volume)
            assert (plane.axis, plane.index) == (axis, index)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("name", ["ras", "lps anisotropic", "sagittal acquired"])
def test_slicers_own_orientations_show_the_layers_that_slicer_names(a_scene, name, orientation):
    import slicer

    from SAMSegmenterLib.scene.volumes import node_from_volume

    volume = _volume(GEOMETRIES[name])
    node = node_from_volume(volume)
    logic = slicer.vtkMRMLSliceLogic()
    logic.SetMRMLScene(a_scene)
    view_node = slice_node(a_scene, orientation)
    logic.SetSliceNode(view_node)
    low, high = sorted(_centre(volume)[{"Axial": 2, "Sagittal": 0, "Coronal": 1}[orientation]] + np.array([-9.0, 9.0]))
    for offset in np.arange(low, high, 0.77):
        view_node.SetSliceOffset(offset)
        plane = plane_shown(SliceView.of(view_node), volume)
        expected = logic.GetSliceIndexFromOffset(offset, node)  # from 1; 0 or less means outside
        assert (plane.index + 1 if plane is not None else 0) == max(expected, 0)


def test_the_layer_begins_and_ends_half_way_to_the_next(a_scene):
    volume = _volume(matrix((4.0, 1.0, 1.0)))
    for offset, index in ((-1.99, 0), (1.99, 0), (2.01, 1), (33.99, 8)):
        assert plane_shown(SliceView.of(slice_node(a_scene, "Axial", offset)), volume).index == index
    for offset in (-2.01, 34.01, 1000.0):
        assert plane_shown(SliceView.of(slice_node(a_scene, "Axial", offset)), volume) is None


def test_a_view_counts_as_aligned_up_to_a_thousandth_of_a_radian(a_scene):
    volume = _volume(matrix())
    for tilt, aligned in ((0.0009, True), (0.0011, False)):
        to_ras = np.eye(4)
        to_ras[1:3, 1:3] = [[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]]
        to_ras[:3, 3] = _centre(volume)
        plane = plane_shown(SliceView.of(slice_node(a_scene, slice_to_ras=to_ras)), volume)
        assert (plane.axis is not None) == aligned


@pytest.mark.parametrize("name", GEOMETRIES)
def test_zoom_and_pan_change_nothing_of_an_oblique_slice(a_scene, name):
    volume = _volume(GEOMETRIES[name])
    tilted = oblique_matrix(angles_degrees=(31.0, 17.0, -9.0))
    tilted[:3, 3] = _centre(volume) + 1.3 * tilted[:3, 2]
    first = plane_shown(SliceView.of(slice_node(a_scene, slice_to_ras=tilted)), volume)
    assert first.axis is None
    panned = tilted.copy()
    panned[:3, 3] += 7.7 * tilted[:3, 0] - 12.1 * tilted[:3, 1]
    view = slice_node(a_scene, slice_to_ras=panned, field_of_view_mm=11.0, size=(700, 100))
    second = plane_shown(SliceView.of(view), volume)
    assert first.size == second.size
    assert np.allclose(first.origin_ras, second.origin_ras, atol=1e-9)
    assert first.spacing_mm == (min(volume.spacing_kji),) * 2


@pytest.mark.parametrize("name", GEOMETRIES)
def test_an_oblique_slice_holds_every_voxel_that_the_plane_cuts_and_little_more(a_scene, name):
    volume = _volume(GEOMETRIES[name])
    tilted = oblique_matrix(angles_degrees=(31.0, 17.0, -9.0))
    tilted[:3, 3] = _centre(volume)
    plane = plane_shown(SliceView.of(slice_node(a_scene, slice_to_ras=tilted)), volume)
    to_plane = np.linalg.inv(tilted)
    ijk = np.stack(np.meshgrid(*map(np.arange, volume.shape_kji[::-1]), indexing="ij"), axis=-1).reshape(-1, 3)
    world = ijk @ volume.ijk_to_ras[:3, :3].T + volume.ijk_to_ras[:3, 3]
    on_plane = world[np.abs(world @ to_plane[2, :3] + to_plane[2, 3]) < 0.05] - plane.origin_ras
    pixels = np.stack([on_plane @ plane.x_ras, on_plane @ plane.y_ras], axis=-1) / plane.spacing_mm
    assert len(pixels) > 10
    assert (pixels > -0.6).all()
    assert (pixels < np.array(plane.size) - 0.4).all()
    diagonal = np.linalg.norm(volume.ijk_to_ras[:3, :3] @ volume.shape_kji[::-1])
    assert max(plane.size) * plane.spacing_mm[0] < 1.5 * diagonal


def test_an_oblique_slice_is_upright_as_in_the_view(a_scene):
    volume = _volume(matrix())
    tilted = oblique_matrix(angles_degrees=(31.0, 17.0, -9.0))
    tilted[:3, 3] = _centre(volume)
    view = SliceView.of(slice_node(a_scene, slice_to_ras=tilted))
    plane = plane_shown(view, volume)
    assert np.allclose(plane.x_ras, tilted[:3, 0])
    assert np.allclose(plane.y_ras, -tilted[:3, 1])


def test_an_oblique_plane_beside_the_volume_shows_nothing(a_scene):
    volume = _volume(matrix())
    tilted = oblique_matrix(angles_degrees=(31.0, 17.0, -9.0))
    tilted[:3, 3] = _centre(volume) + 100 * tilted[:3, 2]
    assert plane_shown(SliceView.of(slice_node(a_scene, slice_to_ras=tilted)), volume) is None


def test_oblique_slices_of_huge_volumes_stay_within_bounds(a_scene):
    volume = Volume(np.broadcast_to(np.int16(0), (300, 10_000, 10_000)), matrix((1.0, 0.05, 0.05)))
    tilted = oblique_matrix(angles_degrees=(31.0, 17.0, -9.0))
    tilted[:3, 3] = _centre(volume)
    plane = plane_shown(SliceView.of(slice_node(a_scene, slice_to_ras=tilted)), volume)
    assert MAX_OBLIQUE_SIDE - 4 < max(plane.size) <= MAX_OBLIQUE_SIDE


def _views(scene, volume):
    for axis, turned in itertools.product(range(3), (0.0, 33.0)):
        yield _layer_view(scene, volume, axis, SHAPE[axis] // 2, turned)
    tilted = oblique_matrix(angles_degrees=(31.0, 17.0, -9.0))
    tilted[:3, 3] = _centre(volume) + 0.4 * tilted[:3, 2]
    yield SliceView.of(slice_node(scene, slice_to_ras=tilted, field_of_view_mm=25.0))


@pytest.mark.parametrize("name", GEOMETRIES)
def test_a_click_finds_the_pixel_under_the_mouse(a_scene, name):
    """Against the way through the world, point by point: view, world, voxel."""
    volume = _volume(GEOMETRIES[name])
    found_inside = 0
    for view in _views(a_scene, volume):
        image = extract(volume, plane_shown(view, volume))
        for xy in itertools.product(range(0, view.size[0], 23), range(0, view.size[1], 19)):
            world = view.xy_to_ras @ [*xy, 0, 1]
            ijk = np.linalg.solve(volume.ijk_to_ras, world)[:3]
            within = (ijk >= -0.5) & (ijk < np.array(volume.shape_kji[::-1]) - 0.5)
            if image.plane.axis is not None:
                within[2 - image.plane.axis] = True
            found = to_image_xy(view, image, volume.ijk_to_ras, xy)
            assert (found is not None) == bool(within.all())
            if found is None:
                continue
            found_inside += 1
            back = (image.pixel_to_ijk @ [*found, 0, 1])[:3]
            step = np.abs(image.pixel_to_ijk[:3, :2]).max()
            reaches = np.array(image.shape[::-1]) - 0.5
            clipped = np.isclose(found, -0.5).any() or np.isclose(found, reaches).any()
            assert np.abs(back - ijk).max() < (step if clipped else 1e-6)
    assert found_inside > 200


def test_a_click_on_a_known_voxel_of_an_anisotropic_volume(a_scene):
    volume = _volume(matrix((4.0, 2.0, 1.0), (100.0, 50.0, 20.0), lps=True))
    view_node = slice_node(a_scene, "Axial", 28.0, centre_ras=(90.0, 40.0, 28.0))
    view = SliceView.of(view_node)
    plane = plane_shown(view, volume)
    assert (plane.axis, plane.index) == (0, 2)
    image = extract(volume, plane)
    # voxel (i, j) = (13, 4) lies at R 100 - 13 = 87, A 50 - 8 = 42; the view's x runs to the left, 0.2 mm a pixel
    xy = (150 + (90 - 87) / 0.2, 100 + (42 - 40) / 0.2)
    found = to_image_xy(view, image, volume.ijk_to_ras, xy)
    assert np.allclose(found, (13, 8))  # rows of 2 mm were made square: row 8 is voxel row 4
    assert np.allclose(to_view_xy(view, image, volume.ijk_to_ras, np.array([found])), [xy])


def test_the_borders_of_the_volume_are_exact(a_scene):
    """Just inside and just outside all four borders; whole numbers would let 1.5 voxels beyond pass for the first."""
    volume = _volume(matrix())
    view = SliceView.of(slice_node(a_scene, "Axial", 4.0, centre_ras=(14.5, 9.5, 4.0)))
    image = extract(volume, plane_shown(view, volume))
    to_xy = np.linalg.inv(view.xy_to_ras)
    for i, j, inside in (
        (-0.499, 5, True), (-0.501, 5, False), (-1.4, 5, False), (29.499, 5, True), (29.501, 5, False),
        (5, -0.499, True), (5, -0.501, False), (5, 19.499, True), (5, 19.501, False), (5, 20.4, False),
    ):  # fmt: skip
        xy = (to_xy @ [i, j, 4.0, 1])[:2]
        assert (to_image_xy(view, image, volume.ijk_to_ras, tuple(xy)) is not None) == inside


@pytest.mark.parametrize("name", GEOMETRIES)
def test_what_is_drawn_comes_back_to_where_it_was_clicked(a_scene, name):
    volume = _volume(GEOMETRIES[name])
    for view in _views(a_scene, volume):
        image = extract(volume, plane_shown(view, volume))
        points = np.random.default_rng(1).uniform(0, 5, (20, 2))
        drawn = to_view_xy(view, image, volume.ijk_to_ras, points)
        for point, xy in zip(points, drawn, strict=True):
            found = to_image_xy(view, image, volume.ijk_to_ras, tuple(xy))
            if found is not None:
                assert np.allclose(found, point, atol=1e-6)


def test_a_picture_of_one_slice_is_found(a_scene):
    volume = Volume(np.zeros((1, 40, 50, 3), np.uint8), matrix(), has_spacing=False)
    view = SliceView.of(slice_node(a_scene, "Axial", 0.2, centre_ras=(25.0, 20.0, 0.2)))
    plane = plane_shown(view, volume)
    assert (plane.axis, plane.index) == (0, 0)
    xy = (np.linalg.inv(view.xy_to_ras) @ [31, 7, 0.2, 1])[:2]
    assert np.allclose(to_image_xy(view, extract(volume, plane), volume.ijk_to_ras, tuple(xy)), (31, 7))


def test_of_a_picture_of_one_slice_other_views_show_no_more_than_a_line(a_scene):
    volume = Volume(np.zeros((1, 40, 50), np.uint8), matrix())
    for orientation in ("Sagittal", "Coronal"):
        assert plane_shown(SliceView.of(slice_node(a_scene, orientation, 20.0)), volume) is None
    tilted = oblique_matrix(angles_degrees=(31.0, 17.0, -9.0))
    tilted[:3, 3] = _centre(volume)
    assert plane_shown(SliceView.of(slice_node(a_scene, slice_to_ras=tilted)), volume) is None
    assert plane_shown(SliceView.of(slice_node(a_scene, "Axial", 0.6)), volume) is None
    standing = Volume(np.zeros((40, 1, 50), np.uint8), matrix())
    assert plane_shown(SliceView.of(slice_node(a_scene, "Coronal", 0.0)), standing).axis == 1
    assert plane_shown(SliceView.of(slice_node(a_scene, "Axial", 9.0)), standing) is None


def test_a_view_without_a_size_is_refused_by_name(a_scene):
    node = slice_node(a_scene)
    node.SetDimensions(0, 0, 1)
    with pytest.raises(InputError, match="'Red' has no size"):
        SliceView.of(node)
