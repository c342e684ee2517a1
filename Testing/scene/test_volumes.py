from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.scene.matrices import matrix_from_vtk, matrix_to_vtk
from SAMSegmenterLib.scene.volumes import node_from_volume, volume_from_node
from support.phantoms import matrix, oblique_matrix, two_boxes_volume


def _transform_node(scene, to_parent):
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    node.SetMatrixTransformToParent(matrix_to_vtk(to_parent))
    return node


def test_an_oblique_anisotropic_volume_comes_back_as_it_was(a_scene):
    volume, _ = two_boxes_volume(ijk_to_ras=oblique_matrix((2.5, 1.0, 0.7)))
    back = volume_from_node(node_from_volume(volume, "CT"))
    assert np.array_equal(back.array, volume.array)
    assert back.array.dtype == volume.array.dtype
    assert np.allclose(back.ijk_to_ras, volume.ijk_to_ras, atol=1e-9)
    assert back.name == "CT"


def test_slicer_sees_the_same_voxels_at_the_same_places(a_scene):
    import slicer

    volume = Volume(np.arange(24, dtype=np.int16).reshape(2, 3, 4), oblique_matrix((2, 1, 3)))
    node = node_from_volume(volume)
    assert node.GetImageData().GetScalarComponentAsDouble(3, 1, 1, 0) == volume.array[1, 1, 3]
    assert np.array_equal(slicer.util.arrayFromVolume(node), volume.array)
    assert np.allclose(node.GetSpacing(), volume.spacing_kji[::-1])


def test_colour_comes_back_as_it_was(a_scene):
    colours = np.random.default_rng(1).integers(0, 256, (1, 6, 5, 3)).astype(np.uint8)
    node = node_from_volume(Volume(colours))
    assert node.IsA("vtkMRMLVectorVolumeNode")
    assert np.array_equal(volume_from_node(node).array, colours)


@pytest.mark.parametrize(
    ("given", "stored"),
    [("bool", "uint8"), ("float16", "float32"), ("int64", "int32"), (">i2", "int16"), ("float64", "float64")],
)
def test_number_types_that_vtk_lacks_keep_their_values(a_scene, given, stored):
    array = np.array([[[0, 1], [1, 0]]]).astype(given)
    back = volume_from_node(node_from_volume(Volume(array))).array
    assert back.dtype == np.dtype(stored)
    assert np.array_equal(back, array)


def test_integers_beyond_32_bits_become_floating_point(a_scene):
    array = np.array([[[0, 2**40]]], np.int64)
    assert volume_from_node(node_from_volume(Volume(array))).array.tolist() == [[[0.0, float(2**40)]]]


def test_the_copy_does_not_follow_the_node(a_scene):
    import slicer

    node = node_from_volume(Volume(np.zeros((2, 2, 2), np.int16)))
    volume = volume_from_node(node)
    slicer.util.arrayFromVolume(node)[:] = 7
    assert volume.array.max() == 0


def test_linear_parent_transforms_are_part_of_the_place(a_scene):
    volume, _ = two_boxes_volume()
    node = node_from_volume(volume)
    outer = _transform_node(a_scene, matrix(origin_ras=(0, 0, 5)))
    inner = _transform_node(a_scene, oblique_matrix())
    inner.SetAndObserveTransformNodeID(outer.GetID())
    node.SetAndObserveTransformNodeID(inner.GetID())
    expected = matrix(origin_ras=(0, 0, 5)) @ oblique_matrix() @ volume.ijk_to_ras
    assert np.allclose(volume_from_node(node).ijk_to_ras, expected)


def test_a_transform_that_bends_space_is_refused_with_the_advice_to_harden_it(a_scene):
    import vtk

    points = vtk.vtkPoints()
    for corner in np.ndindex(2, 2, 2):
        points.InsertNextPoint(corner)
    moved = vtk.vtkPoints()
    moved.DeepCopy(points)
    moved.SetPoint(7, 1.5, 1.2, 1.0)
    spline = vtk.vtkThinPlateSplineTransform()
    spline.SetSourceLandmarks(points)
    spline.SetTargetLandmarks(moved)
    bend = a_scene.AddNewNodeByClass("vtkMRMLTransformNode")
    bend.SetAndObserveTransformToParent(spline)
    node = node_from_volume(two_boxes_volume()[0], "bent")
    node.SetAndObserveTransformNodeID(bend.GetID())
    with pytest.raises(InputError, match="bent") as caught:
        volume_from_node(node)
    assert "Harden" in caught.value.hint


def test_no_volume_and_an_empty_volume_are_refused(a_scene):
    with pytest.raises(InputError, match="no volume"):
        volume_from_node(None)
    empty = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "hollow")
    with pytest.raises(InputError, match="'hollow' is empty"):
        volume_from_node(empty)


def test_four_values_per_voxel_are_refused(a_scene):
    import vtk

    image = vtk.vtkImageData()
    image.SetDimensions(2, 2, 1)
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 4)
    node = a_scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode")
    node.SetAndObserveImageData(image)
    with pytest.raises(InputError, match="4 values per voxel"):
        volume_from_node(node)


def test_the_display_window_spans_the_middle_99_percent(a_scene):
    array = np.zeros((10, 100, 100), np.int16)
    array[5:] = 1000
    array[0, 0, 0] = 30000  # one hot voxel must not crush the window
    display = node_from_volume(Volume(array)).GetDisplayNode()
    assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == (0.0, 1000.0)
    assert display.GetAutoWindowLevel() == 0


def test_an_image_without_spacing_stays_one(a_scene):
    node = node_from_volume(Volume(np.zeros((1, 3, 3), np.uint8), has_spacing=False))
    assert volume_from_node(node).has_spacing is False
    assert volume_from_node(node_from_volume(Volume(np.zeros((1, 3, 3), np.uint8)))).has_spacing is True


def test_a_picture_file_that_slicer_loaded_has_no_spacing(a_scene):
    node = node_from_volume(Volume(np.zeros((1, 3, 3), np.uint8)))
    node.RemoveAttribute("SAMSegmenter.HasSpacing")
    storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(Path("somewhere", "photo.PNG")))
    node.SetAndObserveStorageNodeID(storage.GetID())
    assert volume_from_node(node).has_spacing is False
    node.SetSpacing(0.5, 0.5, 1.0)
    assert volume_from_node(node).has_spacing is True


def test_a_node_of_another_scene_is_made_there(a_scene):
    from SAMSegmenterLib.scene.runtime import private_scene

    private = private_scene()
    node = node_from_volume(two_boxes_volume()[0], "apart", scene=private.scene)
    assert node.GetScene() is private.scene
    assert a_scene.GetFirstNodeByName("apart") is None


def test_the_stored_matrix_is_the_nodes_own(a_scene):
    import vtk

    volume, _ = two_boxes_volume(ijk_to_ras=matrix((3, 2, 1), (4, 5, 6), lps=True))
    stored = vtk.vtkMatrix4x4()
    node_from_volume(volume).GetIJKToRASMatrix(stored)
    assert np.allclose(matrix_from_vtk(stored), volume.ijk_to_ras)
