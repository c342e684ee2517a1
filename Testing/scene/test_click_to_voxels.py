"""From a click in a slice view to the voxels written, on volumes whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import rasterise, transformed
from SAMSegmenterLib.core.slicing import extract
from SAMSegmenterLib.scene.editing_nodes import SourceReader
from SAMSegmenterLib.scene.logic_writer import LogicSegmentWriter
from SAMSegmenterLib.scene.segment_voxels import oriented_image
from SAMSegmenterLib.scene.segmentations import BINARY_LABELMAP
from SAMSegmenterLib.scene.slice_views import SliceView, plane_shown, to_image_xy
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.editing_scenes import bend, everything_of, move
from support.phantoms import FIRST, matrix, oblique_matrix, two_boxes_volume
from support.slice_nodes import slice_node

SHAPE = (12, 16, 20)
GEOMETRIES = {
    "RAS": matrix(origin_ras=(-10, -8, -6)),
    "LPS": matrix((1.0, 1.0, 1.0), (10, 8, -6), lps=True),
    "thick slices": matrix((3.0, 1.0, 1.0), (-10, -8, -18)),
    "sagittal acquired": np.array([[0, 0, -2.0, 12], [-1, 0, 0, 10], [0, -1, 0, 8], [0, 0, 0, 1]]),
    "tilted": oblique_matrix((2.0, 1.0, 1.0), origin_ras=(-8, -8, -8)),
}


def _nothing(scene, volume_node, segmentation):
    """No transform."""


def _both_moved(scene, volume_node, segmentation):
    transform = move(scene, volume_node, oblique_matrix(angles_degrees=(10, 25, -40)))
    segmentation.SetAndObserveTransformNodeID(transform.GetID())


def _volume_moved(scene, volume_node, segmentation):
    move(scene, volume_node, oblique_matrix(angles_degrees=(10, 25, -40), origin_ras=(0.7, 1.2, -0.6)))


def _segmentation_moved(scene, volume_node, segmentation):
    move(scene, segmentation, oblique_matrix(angles_degrees=(3, -5, 8), origin_ras=(1.1, 0.2, -0.3)))


def _segmentation_bent(scene, volume_node, segmentation):
    bend(scene, segmentation, 1.5)


ARRANGEMENTS = (_nothing, _both_moved, _volume_moved, _segmentation_moved, _segmentation_bent)


def _segmentation(scene, volume_node, extent=None, factor=1):
    """A segmentation with two empty segments, and cropped or finer voxels where asked for."""
    import slicer

    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
    for name in ("target", "neighbour"):
        node.GetSegmentation().AddEmptySegment(name, name)
    assert node.GetSegmentation().GetSourceRepresentationName() == BINARY_LABELMAP
    if extent is not None or factor != 1:
        lattice = LogicSegmentWriter(node, volume_node).lattice()
        to_ras = lattice.ijk_to_ras @ np.diag([1 / factor] * 3 + [1])
        to_ras[:3, 3] += lattice.ijk_to_ras[:3, :3] @ np.full(3, 0.5 / factor - 0.5)
        whole = tuple(np.array(SHAPE[::-1]).repeat(2) * factor * np.array([0, 1] * 3) - np.array([0, 1] * 3))
        geometry = oriented_image(extent or tuple(int(n) for n in whole), to_ras)
        name = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
        text = slicer.vtkSegmentationConverter.SerializeImageGeometry(geometry)
        node.GetSegmentation().SetConversionParameter(name, text)
    return node


def _view_along(scene, source, axis, index, turned=20.0):
    """A view of one layer as the world shows it, its middle at the layer's."""
    to_world = source.volume.ijk_to_ras
    ijk = (np.array(source.volume.shape_kji[::-1]) - 1) / 2
    ijk[2 - axis] = index + 0.3  # views need not meet the middle of a layer
    columns = [to_world[:3, n] / np.linalg.norm(to_world[:3, n]) for n in range(3) if n != 2 - axis]
    angle, result = np.radians(turned), np.eye(4)
    result[:3, 0] = np.cos(angle) * columns[0] + np.sin(angle) * columns[1]
    result[:3, 1] = np.cos(angle) * columns[1] - np.sin(angle) * columns[0]
    result[:3, 2] = np.cross(result[:3, 0], result[:3, 1])
    result[:3, 3] = to_world[:3, :3] @ ijk + to_world[:3, 3]
    return SliceView.of(slice_node(scene, slice_to_ras=result, field_of_view_mm=45.0))


def _click_at(view, world):
    return tuple((np.linalg.inv(view.xy_to_ras) @ [*world, 1])[:2])


def _mask_under(image, xy):
    """What a perfect model answers: the pixels of the intensity clicked that hang together with it."""
    from scipy import ndimage

    column, row = (int(np.floor(value + 0.5)) for value in xy)
    labels, _count = ndimage.label(image.pixels == image.pixels[row, column])
    return labels == labels[row, column]


def _expected(source, writer, labels, axis, index):
    """Voxel by voxel: its centre lies in a voxel of the structure, at most half a layer from the layer's middle, or
    half the way to its neighbour across the layers where that is more.

    Returns:
        (k, j, i) bool, and which of them lie too near to a border for the answer to be told.
    """
    lattice = writer.lattice()
    i0, i1, j0, j1, k0, k1 = lattice.extent
    kji = np.stack(np.meshgrid(*map(np.arange, (k0, j0, i0), (k1 + 1, j1 + 1, i1 + 1)), indexing="ij"), axis=-1)
    shape = kji.shape[:3]
    local = transformed(lattice.ijk_to_ras, kji.reshape(-1, 3)[:, ::-1].astype(float))
    onward = source.segmentation_to_volume
    world = local if onward is None else transformed(onward, local)
    place = transformed(np.linalg.inv(source.volume.ijk_to_ras), world)[:, ::-1]
    reach = 0.5 if callable(onward) else max(0.5, _steps_across(source, lattice, onward, axis) / 2)
    from_layer = place[:, axis] - index
    place[:, axis] = index
    in_plane = [n for n in range(3) if n != axis]
    spacing = np.array(source.volume.spacing_kji)
    finer = spacing > spacing[in_plane].min() * 1.01  # along these axes the slice has pixels between the voxels
    to_border = np.abs(place - np.floor(place) - 0.5)
    doubtful = (to_border < np.where(finer, 0.26, 3e-3))[:, in_plane].any(axis=1)
    doubtful |= np.abs(np.abs(from_layer) - reach) < 3e-3
    voxel = np.floor(place + 0.5).astype(int)
    inside = np.all((voxel >= 0) & (voxel < np.array(SHAPE)), axis=1) & (np.abs(from_layer) < reach)
    found = np.zeros(len(voxel), bool)
    found[inside] = labels[tuple(voxel[inside].T)] == 1
    return found.reshape(shape), doubtful.reshape(shape)


def _steps_across(source, lattice, onward, axis):
    """How many layers a step along an axis of the segmentation's lattice crosses at most."""
    to_volume = np.linalg.inv(source.volume.ijk_to_ras) @ (np.eye(4) if onward is None else onward)
    return np.abs((to_volume @ lattice.ijk_to_ras)[2 - axis, :3]).max()


def _write(source, writer, image, mask, mode="set"):
    lattice, onward = writer.lattice(), source.segmentation_to_volume
    covered = rasterise(mask, image, source.volume.ijk_to_ras, lattice, onward)
    slab = rasterise(np.ones(image.shape, bool), image, source.volume.ijk_to_ras, lattice, onward)
    if covered is None:
        return 0
    edit = Edit("target", "set_on_slice", *covered, slab) if mode == "set" else Edit("target", mode, *covered)
    return writer.commit([edit], "Accept")


@pytest.mark.parametrize("arrange", ARRANGEMENTS)
@pytest.mark.parametrize("name", GEOMETRIES)
def test_the_voxels_of_the_structure_clicked_are_written_and_no_others(a_scene, name, arrange):
    volume, boxes = two_boxes_volume(SHAPE, ijk_to_ras=GEOMETRIES[name])
    volume_node = node_from_volume(volume)
    segmentation = _segmentation(a_scene, volume_node)
    arrange(a_scene, volume_node, segmentation)
    source = SourceReader().read(volume_node, segmentation)
    writer = LogicSegmentWriter(segmentation, volume_node)
    neighbour = (0, 19, 0, 15, 0, 2)
    writer.commit([Edit("neighbour", "add", neighbour, np.ones((3, 16, 20), np.uint8))], "neighbour")
    before = everything_of(segmentation)
    labels, whole = boxes.layers[0], writer.lattice().extent
    for axis in range(3):
        inside = np.argwhere(labels == 1)
        index = int(inside[:, axis].min() + 1)
        view = _view_along(a_scene, source, axis, index)
        image = extract(source.volume, plane_shown(view, source.volume))
        assert (image.plane.axis, image.plane.index) == (axis, index)
        voxel = np.append(inside[inside[:, axis] == index][3][::-1], 1)
        xy = to_image_xy(view, image, source.volume.ijk_to_ras, _click_at(view, (source.volume.ijk_to_ras @ voxel)[:3]))
        expected, doubtful = _expected(source, writer, labels, axis, index)
        changed = _write(source, writer, image, _threshold(image, xy))
        found = writer.segment_on("target", whole) != 0
        assert changed == found.sum() > 20
        assert np.array_equal(found[~doubtful], expected[~doubtful])
        assert doubtful.mean() < (0.6 if arrange not in (_nothing, _both_moved) else 1e-9)
        writer.undo()
        assert everything_of(segmentation) == before


def _threshold(image, xy):
    """Pixels of the clicked structure; square pixels between two voxels belong to the nearer one."""
    column, row = (int(np.floor(value + 0.5)) for value in xy)
    assert abs(float(image.pixels[row, column]) - FIRST) < 1
    return image.pixels >= FIRST / 2 + 25  # half way between background (50) and structure (200)


@pytest.mark.parametrize(
    ("extent", "factor"), [((6, 12, 3, 9, 2, 8), 1), (None, 2), ((9, 25, 4, 21, 5, 17), 2), (None, 3)]
)
@pytest.mark.parametrize("arrange", [_nothing, _both_moved])
def test_cropped_and_finer_segmentations_are_written_on_their_own_voxels(a_scene, arrange, extent, factor):
    volume, boxes = two_boxes_volume(SHAPE, ijk_to_ras=GEOMETRIES["LPS"])
    volume_node = node_from_volume(volume)
    segmentation = _segmentation(a_scene, volume_node, extent, factor)
    arrange(a_scene, volume_node, segmentation)
    source = SourceReader().read(volume_node, segmentation)
    writer = LogicSegmentWriter(segmentation, volume_node)
    for axis, index in ((0, 5), (1, 6), (2, 6)):
        view = _view_along(a_scene, source, axis, index)
        image = extract(source.volume, plane_shown(view, source.volume))
        expected, doubtful = _expected(source, writer, boxes.layers[0], axis, index)
        changed = _write(source, writer, image, image.pixels == FIRST)
        found = writer.segment_on("target", writer.lattice().extent) != 0
        assert changed == found.sum() > 0
        assert np.array_equal(found[~doubtful], expected[~doubtful])
        assert doubtful.mean() < 0.5
        writer.undo()


@pytest.mark.parametrize("name", GEOMETRIES)
def test_an_oblique_slice_is_written_without_holes(a_scene, name):
    """Every voxel that the tilted plane passes through, and whose centre is nearest to a pixel inside, is written."""
    volume, boxes = two_boxes_volume(SHAPE, ijk_to_ras=GEOMETRIES[name])
    volume_node = node_from_volume(volume)
    segmentation = _segmentation(a_scene, volume_node)
    source, writer = SourceReader().read(volume_node, segmentation), LogicSegmentWriter(segmentation, volume_node)
    tilted = oblique_matrix(angles_degrees=(35.0, 20.0, 10.0))
    centre = volume.ijk_to_ras @ [*(np.argwhere(boxes.layers[0] == 1).mean(axis=0)[::-1]), 1]
    tilted[:3, 3] = centre[:3]
    view = SliceView.of(slice_node(a_scene, slice_to_ras=tilted, field_of_view_mm=50.0))
    image = extract(source.volume, plane_shown(view, source.volume))
    xy = to_image_xy(view, image, source.volume.ijk_to_ras, _click_at(view, centre[:3]))
    _write(source, writer, image, _mask_under(image, xy))
    found = writer.segment_on("target", writer.lattice().extent) != 0
    to_pixel = np.linalg.inv(image.pixel_to_ijk)
    mask = _mask_under(image, xy)
    for kji in np.argwhere(boxes.layers[0] == 1):
        x, y, z = (to_pixel @ [*kji[::-1], 1])[:3]
        column, row = int(np.floor(x + 0.5)), int(np.floor(y + 0.5))
        reach = np.abs(to_pixel[2, :3]).sum() / 2
        on_mask = 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1] and mask[row, column]
        if on_mask and abs(z) < 0.999 * reach:
            assert found[tuple(kji)]
    assert np.count_nonzero(found & (boxes.layers[0] == 2)) == 0
    assert found.sum() > 20


def test_colour_pictures_of_one_slice_are_written(a_scene):
    colours = np.zeros((1, 24, 32, 3), np.uint8)
    colours[0, 5:12, 8:20] = (200, 30, 30)
    volume_node = node_from_volume(Volume(colours, has_spacing=False))
    segmentation = _segmentation(a_scene, volume_node)
    source, writer = SourceReader().read(volume_node, segmentation), LogicSegmentWriter(segmentation, volume_node)
    view = SliceView.of(slice_node(a_scene, "Axial", 0.0, centre_ras=(16.0, 12.0, 0.0)))
    image = extract(source.volume, plane_shown(view, source.volume))
    xy = to_image_xy(view, image, source.volume.ijk_to_ras, _click_at(view, (10, 7, 0)))
    assert np.allclose(xy, (10, 7))
    assert _write(source, writer, image, image.pixels[..., 0] == 200) == 7 * 12
    assert np.array_equal(writer.segment_on("target", (0, 31, 0, 23, 0, 0))[0] != 0, colours[0, ..., 0] == 200)


def test_slices_of_a_huge_picture_cost_what_their_masks_do(a_scene):
    """10 000 x 10 000 pixels: a small mask allocates blocks of its own size, whatever the size of the picture."""
    import tracemalloc

    import slicer
    import vtk

    image = vtk.vtkImageData()
    image.SetDimensions(10_000, 10_000, 1)
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    volume_node = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "slide")
    volume_node.SetAndObserveImageData(image)
    slicer.util.arrayFromVolume(volume_node)[...] = 9
    segmentation = _segmentation(a_scene, volume_node)
    writer = LogicSegmentWriter(segmentation, volume_node)
    blocks = [(n, n + 299, n, n + 199, 0, 0) for n in (1000, 1100, 1300)]
    tracemalloc.start()
    for extent in blocks:
        block = np.ones((1, 200, 300), np.uint8)
        slab = ((0, 9999, 0, 9999, 0, 0), np.broadcast_to(np.uint8(1), (1, 10_000, 10_000)))
        assert writer.commit([Edit("neighbour", "add", extent, block)], "test") > 0
        assert writer.commit([Edit("target", "set_on_slice", extent, block, slab)], "test") > 0
        writer.undo()
        writer.redo()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10e6  # the segments lie within 600 x 500 pixels; the picture has 100 million
    assert writer.segment_on("target", (0, 9999, 0, 9999, 0, 0)).sum() == 60_000
