"""The effect on tilted views, under transforms, on other voxel grids and on colour."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.geometry import Volume
from support.editing_scenes import bend, move
from support.phantoms import matrix, oblique_matrix, two_boxes_volume


def everything(desk, segment="one"):
    """A segment's voxels on its own grid: number, and volume in mm3."""
    writer = desk.session._writers.writer()
    block = writer.segment_on(segment, writer.lattice().extent) != 0
    return block, float(abs(np.linalg.det(writer.lattice().ijk_to_ras[:3, :3]))) * block.sum()


def to_world(node, ras):
    """A place of a volume under its parent transform."""
    import vtk

    world = [0.0, 0.0, 0.0]
    transform = vtk.vtkGeneralTransform()
    node.GetParentTransformNode().GetTransformToWorld(transform)
    transform.TransformPoint(ras, world)
    return tuple(world)


def tilt(desk, ras, degrees):
    """Turn the red view about the patient's R axis, around a place."""
    node = desk.editing.views["Red"].widget.mrmlSliceNode()
    angle = np.radians(degrees)
    node.SetSliceToRASByNTP(0, -np.sin(angle), np.cos(angle), -1, 0, 0, *ras, 0)
    return node


def test_a_tilted_view_writes_every_voxel_that_its_plane_passes_inside_the_structure(start_effect):
    volume, boxes = two_boxes_volume()
    desk = start_effect(volume)
    centre = desk.editing.ras(8, 12, 12)
    tilt(desk, centre, 30)
    desk.editing.views["Red"].click(centre)
    desk.settle()
    assert desk.session.plane.axis is None
    assert desk.effect.self().onApply() > 50
    k, j, i = np.indices(volume.array.shape)
    distance = np.abs(-np.sin(np.pi / 6) * (j - 12) + np.cos(np.pi / 6) * (k - 8))
    structure = boxes.layers[0] == 1
    assert not (desk.mask() & (boxes.layers[0] == 2)).any()
    borders = ((k, 3.5), (k, 11.5), (j, 4.5), (j, 19.5), (i, 5.5), (i, 17.5))
    near_border = np.any([np.abs(places - border) < 1.6 for places, border in borders], axis=0)
    sure = structure & (distance < 0.6) & ~near_border
    assert sure.sum() > 30
    assert desk.mask()[sure].all()
    assert not desk.mask()[distance > 1.0].any()
    desk.editing.editor.undo()
    assert not desk.mask().any()


@pytest.mark.parametrize("moved", ["volume", "segmentation", "both"])
def test_parent_transforms_are_followed(start_effect, moved):
    import slicer

    volume, boxes = two_boxes_volume()
    desk = start_effect(volume)
    shift = np.eye(4)
    shift[:3, 3] = (3, 2, 1)
    editing = desk.editing
    if moved in ("volume", "both"):
        move(slicer.mrmlScene, editing.volume_node, shift)
    if moved in ("segmentation", "both"):
        move(slicer.mrmlScene, editing.segmentation_node, shift)
    desk.settle()
    offset = np.array([3, 2, 1]) if moved != "segmentation" else np.zeros(3)
    desk.click("Red", tuple(np.array(editing.ras(8, 12, 12)) + offset))
    assert desk.effect.self().onApply() > 10
    expected = np.zeros(boxes.layers[0].shape, bool)
    expected[8] = boxes.layers[0][8] == 1
    away = {"volume": (1, 2, 3), "segmentation": (-1, -2, -3), "both": (0, 0, 0)}[moved]
    writer = desk.session._writers.writer()
    k, j, i = expected.shape
    found = writer.segment_on("one", (0, i - 1, 0, j - 1, 0, k - 1)) != 0
    assert np.array_equal(found, np.roll(expected, away, (0, 1, 2)))


def test_a_transform_that_bends_space_is_followed(start_effect):
    import slicer

    volume, boxes = two_boxes_volume()
    desk = start_effect(volume)
    bend(slicer.mrmlScene, desk.editing.volume_node)
    desk.editing.segmentation_node.SetAndObserveTransformNodeID(desk.editing.volume_node.GetTransformNodeID())
    desk.settle()
    place = to_world(desk.editing.volume_node, desk.editing.ras(8, 12, 12))
    desk.click("Red", place)
    assert desk.effect.self().onApply() > 50
    block, _size = everything(desk)
    labels = boxes.layers[0]
    assert not (block & (labels == 2)).any()
    assert (block & (labels == 1)).sum() > 0.8 * block.sum()


@pytest.mark.parametrize("factor", [2, 3])
def test_a_finer_segmentation_is_written_on_its_own_voxels(start_effect, factor):
    import slicer

    volume, boxes = two_boxes_volume()
    desk = start_effect(volume)
    node = desk.editing.segmentation_node
    geometry = slicer.vtkSegmentationConverter
    image = slicer.vtkOrientedImageData()
    k, j, i = volume.array.shape
    image.SetExtent(0, factor * i - 1, 0, factor * j - 1, 0, factor * k - 1)
    image.SetSpacing(*[1 / factor] * 3)
    image.SetOrigin(*[-0.5 + 0.5 / factor] * 3)
    text = geometry.SerializeImageGeometry(image)
    node.GetSegmentation().SetConversionParameter(geometry.GetReferenceImageGeometryParameterName(), text)
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.effect.self().onApply()
    block, size = everything(desk)
    expected = np.zeros(volume.array.shape, bool)
    expected[8] = boxes.layers[0][8] == 1
    fine = expected.repeat(factor, 0).repeat(factor, 1).repeat(factor, 2)
    assert np.array_equal(block, fine)
    assert size == pytest.approx(expected.sum())


def own_lattice(desk, first_kji, last_kji, factor):
    """Give the segmentation a grid of its own: a part of the volume's (last voxels included), each voxel divided."""
    import slicer

    from SAMSegmenterLib.scene.matrices import matrix_to_vtk

    to_ras = desk.session.source.volume.ijk_to_ras @ np.diag([1 / factor] * 3 + [1])
    shift = np.eye(4)
    shift[:3, 3] = 0.5 - 0.5 * factor + factor * np.array(first_kji[::-1])  # centres of the first parts
    image = slicer.vtkOrientedImageData()
    size = (np.array(last_kji) - first_kji + 1)[::-1] * factor
    image.SetExtent(0, int(size[0]) - 1, 0, int(size[1]) - 1, 0, int(size[2]) - 1)
    image.SetGeometryFromImageToWorldMatrix(matrix_to_vtk(to_ras @ shift))
    geometry, segmentation = slicer.vtkSegmentationConverter, desk.editing.segmentation_node.GetSegmentation()
    name = geometry.GetReferenceImageGeometryParameterName()
    segmentation.SetConversionParameter(name, geometry.SerializeImageGeometry(image))


LATTICES = {
    "cropped": ((5, 7, 9), (10, 30, 44), 1),
    "cropped through the structure": ((2, 10, 3), (9, 14, 13), 1),
    "finer and cropped": ((5, 7, 3), (10, 16, 30), 2),
    "much finer and cropped through it": ((7, 9, 8), (9, 13, 14), 3),
    "larger than the volume": ((-3, -4, -5), (20, 45, 50), 1),
}


@pytest.mark.parametrize("view", ["Red", "Green", "Yellow"])
@pytest.mark.parametrize("name", LATTICES)
@pytest.mark.parametrize("to_ras", [matrix(), matrix((2.0, 1.0, 1.0), (20, 30, -8), lps=True)], ids=["RAS", "LPS"])
def test_a_cropped_or_finer_grid_gets_exactly_the_voxels_of_the_slice_clicked(start_effect, name, view, to_ras):
    volume, boxes = two_boxes_volume(ijk_to_ras=to_ras)
    desk = start_effect(volume)
    first, last, factor = LATTICES[name]
    own_lattice(desk, first, last, factor)
    voxel = (8, 12, 12)
    desk.click(view, desk.editing.ras(*voxel))
    assert desk.effect.self().onApply() > 0
    axis = desk.session.plane.axis
    expected = np.zeros(volume.array.shape, bool)
    at = [slice(None)] * 3
    at[axis] = voxel[axis]
    expected[tuple(at)] = boxes.layers[0][tuple(at)] == 1
    within = np.zeros_like(expected)
    within[tuple(slice(max(0, a), b + 1) for a, b in zip(first, last, strict=True))] = True
    expected &= within
    block, _size = everything(desk)
    assert block.sum() == expected.sum() * factor**3 > 0
    found = desk.session._writers.writer().lattice()
    inside = np.argwhere(block)[:, ::-1] + found.extent[::2]
    places = np.linalg.inv(to_ras) @ found.ijk_to_ras @ np.c_[inside, np.ones(len(inside))].T
    i, j, k = np.rint(places[:3]).astype(int)
    assert expected[k, j, i].all()
    assert not everything(desk, "two")[0].any()
    desk.editing.editor.undo()
    assert not everything(desk)[0].any()


def test_a_tilted_acquisition_is_clicked_in_a_view_turned_to_it(start_effect):
    volume, boxes = two_boxes_volume(ijk_to_ras=oblique_matrix())
    desk = start_effect(volume)
    node = desk.editing.views["Red"].widget.mrmlSliceNode()
    node.RotateToVolumePlane(desk.editing.volume_node)
    desk.settle()
    voxel = (8, 12, 12)
    hand = desk.editing.views["Red"]
    hand.show(desk.editing.ras(*voxel))
    hand.widget.fitSliceToBackground()
    hand.show(desk.editing.ras(*voxel))
    desk.click("Red", desk.editing.ras(*voxel))
    axis = desk.session.plane.axis
    assert axis is not None
    desk.effect.self().onApply()
    expected = np.zeros(volume.array.shape, bool)
    at = [slice(None)] * 3
    at[axis] = voxel[axis]
    expected[tuple(at)] = boxes.layers[0][tuple(at)] == 1
    assert np.array_equal(desk.mask(), expected)


def test_colour_pictures_of_one_slice(start_effect):
    colours = np.zeros((1, 24, 32, 3), np.uint8)
    colours[0, 5:12, 8:20] = (200, 200, 200)
    desk = start_effect(Volume(colours, matrix()))
    desk.click("Red", desk.editing.ras(0, 8, 12))
    assert desk.effect.self().onApply() == 7 * 12
    assert np.array_equal(desk.mask()[0], colours[0, ..., 0] == 200)
