"""The disagreement of varied prompts as a volume."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.slicing import SlicePlane, slice_grid
from SAMSegmenterLib.scene.editing_nodes import SourceReader
from SAMSegmenterLib.scene.uncertainty_volume import keep_uncertainty
from SAMSegmenterLib.scene.volumes import voxels_of
from support.editing_scenes import SHAPE, bend, move, overlapping_segments
from support.phantoms import oblique_matrix


@pytest.fixture
def case(a_scene):
    return overlapping_segments(oblique_matrix())


def keep(case, plane, value=None, segment="first"):
    """Keep numbers on a slice; returns node, how many voxels were set, and the numbers."""
    volume = SourceReader().read(case.volume_node, case.node).volume
    image = slice_grid(volume, plane)
    values = np.random.default_rng(plane.index).random(image.shape).astype(np.float32)
    values = values if value is None else np.full_like(values, value)
    node, count = keep_uncertainty(values, image, volume.ijk_to_ras, case.volume_node, case.node, case.ids[segment])
    return node, count, values


def matrix_of(node):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])


def test_the_volume_lies_on_the_sources_voxels_and_holds_the_slice(case):
    node, count, values = keep(case, SlicePlane.lattice(0, 2))
    array = voxels_of(node.GetImageData())
    assert node.GetClassName() == "vtkMRMLScalarVolumeNode" and array.dtype == np.float32 and array.shape == SHAPE
    assert np.allclose(matrix_of(node), matrix_of(case.volume_node))
    assert node.GetName() == "scan - uncertainty of first"
    assert np.array_equal(array[2], values)
    assert not array[[0, 1, 3]].any()
    assert count == array[2].size
    assert node.GetDisplayNode().GetWindow() == 1.0 and node.GetDisplayNode().GetLevel() == 0.5


def test_later_slices_go_into_the_same_volume(case):
    first, _, values = keep(case, SlicePlane.lattice(0, 2))
    again, _, others = keep(case, SlicePlane.lattice(0, 1))
    array = voxels_of(again.GetImageData())
    assert again is first
    assert np.array_equal(array[2], values) and np.array_equal(array[1], others)
    keep(case, SlicePlane.lattice(0, 2), value=0.25)
    assert (array[2] == 0.25).all() and np.array_equal(array[1], others)


def test_each_segment_has_a_volume_of_its_own(case):
    first = keep(case, SlicePlane.lattice(0, 2))[0]
    second = keep(case, SlicePlane.lattice(0, 2), segment="second")[0]
    assert first is not second and second.GetName() == "scan - uncertainty of second"


def test_the_volume_is_under_the_sources_transform(a_scene, case):
    turn = np.array([[0.0, -1, 0, 5], [1, 0, 0, 6], [0, 0, 1, 7], [0, 0, 0, 1]])
    transform = move(a_scene, case.volume_node, turn)
    node, _, values = keep(case, SlicePlane.lattice(1, 3))
    assert node.GetParentTransformNode() is transform
    assert np.array_equal(np.flatnonzero(voxels_of(node.GetImageData()).any(axis=(0, 2))), [3])
    assert values.max() > 0


def test_a_source_bent_by_its_transform_gets_the_voxels_that_the_slice_touches(a_scene, case):
    bend(a_scene, case.volume_node, 0.5)
    node, count, _ = keep(case, SlicePlane.lattice(0, 2), value=1.0)
    array = voxels_of(node.GetImageData())
    assert array.shape == SHAPE and count == array.sum() > SHAPE[1] * SHAPE[2] / 2


def test_a_source_with_other_voxels_gets_a_new_volume(case):
    first = keep(case, SlicePlane.lattice(0, 2))[0]
    case.volume_node.SetSpacing(9, 9, 9)
    assert keep(case, SlicePlane.lattice(0, 2))[0] is not first


def test_a_segment_that_is_gone_is_refused(case):
    case.node.GetSegmentation().RemoveSegment(case.ids["first"])
    with pytest.raises(InputError, match="not there any more"):
        keep(case, SlicePlane.lattice(0, 2))


def test_frames_of_a_sequence_are_kept_apart(a_scene, case):
    from SAMSegmenterLib.scene.runtime import ensure_scene

    sequence = a_scene.AddNewNodeByClass("vtkMRMLSequenceNode", "beating heart")
    for number in range(2):
        sequence.SetDataNodeAtValue(case.volume_node, str(number))
    browser = a_scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    logic, made = ensure_scene().logics["Sequences"], []
    for number in range(2):
        browser.SetSelectedItemNumber(number)
        logic.UpdateProxyNodesFromSequences(browser)
        case.volume_node = browser.GetProxyNode(sequence)
        made.append(keep(case, SlicePlane.lattice(0, 2))[0])
    assert made[0] is not made[1]
    assert ["frame 1" in made[0].GetName(), "frame 2" in made[1].GetName()] == [True, True]
    sequence.SetDataNodeAtValue(case.volume_node, "-1")  # one more frame before the others
    browser.SetSelectedItemNumber(2)
    logic.UpdateProxyNodesFromSequences(browser)
    assert keep(case, SlicePlane.lattice(0, 2))[0] is made[1]
