from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.scene.matrices import matrix_to_vtk
from SAMSegmenterLib.scene.segmentations import (
    BINARY_LABELMAP,
    colours_of,
    node_from_segmentation,
    segmentation_from_node,
    segmentation_on_volume,
)
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.phantoms import matrix, oblique_matrix, sphere_volume, two_boxes_volume


def _move(scene, node, to_parent):
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(matrix_to_vtk(to_parent))
    node.SetAndObserveTransformNodeID(transform.GetID())


def _overlapping():
    volume, boxes = two_boxes_volume(ijk_to_ras=oblique_matrix((2, 1, 1.5)))
    both = (boxes.layers[0] > 0).astype(np.uint8)
    structures = (*boxes.structures, Structure(7, "both", 1, 1), Structure(9, "nothing", 1, 5))
    return volume, Segmentation((boxes.layers[0], both), boxes.ijk_to_ras, structures)


def _masks(segmentation):
    return {structure.name: segmentation.mask(structure) for structure in segmentation.structures}


def _same_masks(first, second):
    first, second = _masks(first), _masks(second)
    return list(first) == list(second) and all(np.array_equal(first[name], second[name]) for name in first)


def test_structures_come_back_as_they_were(a_scene):
    volume, boxes = two_boxes_volume(ijk_to_ras=oblique_matrix((2, 1, 1.5)))
    volume_node = node_from_volume(volume)
    back, resampled = segmentation_on_volume(node_from_segmentation(boxes, "boxes", volume_node), volume_node)
    assert not resampled
    assert [(s.value, s.name) for s in back.structures] == [(1, "left box"), (2, "right box")]
    assert len(back.layers) == 1
    assert _same_masks(back, boxes)


def test_slicer_counts_the_same_voxels(a_scene):
    import slicer

    volume, boxes = two_boxes_volume()
    volume_node = node_from_volume(volume)
    node = node_from_segmentation(boxes, "boxes", volume_node)
    for number, structure in enumerate(boxes.structures):
        segment_id = node.GetSegmentation().GetNthSegmentID(number)
        array = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment_id, volume_node)
        assert np.array_equal(array > 0, boxes.mask(structure))


def test_segments_that_slicer_wrote_are_read(a_scene):
    import slicer

    volume, boxes = two_boxes_volume(spacing_kji=(3, 1, 2))
    volume_node = node_from_volume(volume)
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
    for structure in boxes.structures:
        segment_id = node.GetSegmentation().AddEmptySegment("", structure.name)
        mask = boxes.mask(structure).astype(np.uint8)
        slicer.util.updateSegmentBinaryLabelmapFromArray(mask, node, segment_id, volume_node)
    assert _same_masks(segmentation_from_node(node, volume_node), boxes)


def test_overlapping_structures_and_empty_ones_come_back(a_scene):
    volume, overlapping = _overlapping()
    volume_node = node_from_volume(volume)
    node = node_from_segmentation(overlapping, "overlapping", volume_node)
    back = segmentation_from_node(node, volume_node)
    assert node.GetSegmentation().GetNumberOfLayers() == 2
    assert _same_masks(back, overlapping)
    assert [structure.value for structure in back.structures] == [1, 2, 3, 4]  # the layers share label values


def test_structures_without_any_voxel_are_no_reason_to_refuse(a_scene):
    volume, boxes = two_boxes_volume()
    empty = Segmentation((np.zeros_like(boxes.layers[0]),), boxes.ijk_to_ras, boxes.structures)
    volume_node = node_from_volume(volume)
    back = segmentation_from_node(node_from_segmentation(empty, "empty", volume_node), volume_node)
    assert [mask.any() for mask in _masks(back).values()] == [False, False]


def test_labels_of_removed_segments_are_background(a_scene):
    volume, boxes = two_boxes_volume()
    volume_node = node_from_volume(volume)
    node = node_from_segmentation(boxes, "boxes", volume_node)
    image = node.GetSegmentation().GetNthSegment(0).GetRepresentation(BINARY_LABELMAP)
    node.GetSegmentation().RemoveSegment(node.GetSegmentation().GetNthSegmentID(1))
    from vtk.util.numpy_support import vtk_to_numpy

    vtk_to_numpy(image.GetPointData().GetScalars())[:1] = 99  # a value that no segment owns
    back = segmentation_from_node(node, volume_node)
    assert set(np.unique(back.layers[0])) == {0, 1}
    assert [structure.name for structure in back.structures] == ["left box"]


def test_a_common_transform_changes_nothing(a_scene):
    volume, boxes = two_boxes_volume()
    volume_node = node_from_volume(volume)
    node = node_from_segmentation(boxes, "boxes", volume_node)
    for moved in (volume_node, node):
        _move(a_scene, moved, oblique_matrix())
    back, resampled = segmentation_on_volume(node, volume_node)
    assert not resampled
    assert _same_masks(back, boxes)


def test_a_transform_of_the_segmentation_alone_moves_it(a_scene):
    volume, boxes = two_boxes_volume()
    volume_node = node_from_volume(volume)
    node = node_from_segmentation(boxes, "boxes", volume_node)
    _move(a_scene, node, matrix(origin_ras=(2, 0, -1)))
    back = segmentation_from_node(node, volume_node)
    assert np.array_equal(back.layers[0][:-1, :, 2:], boxes.layers[0][1:, :, :-2])


def test_another_lattice_is_resampled_and_says_so(a_scene):
    fine, fine_ball = sphere_volume((40, 64, 80), (1.0, 0.5, 0.5))
    coarse, _ = sphere_volume((20, 32, 40), (2.0, 1.0, 1.0), ijk_to_ras=matrix((2.0, 1.0, 1.0), (0.15, 0.2, 0.3)))
    node = node_from_segmentation(fine_ball, "ball", node_from_volume(fine))
    back, resampled = segmentation_on_volume(node, node_from_volume(coarse))
    expected, _ = fine_ball.onto(coarse)
    assert resampled
    assert _same_masks(back, expected)
    assert back.layers[0].sum() > 100


def test_surfaces_are_turned_into_voxels_and_the_node_stays_as_it_is(a_scene):
    volume, overlapping = _overlapping()
    volume_node = node_from_volume(volume)
    node = node_from_segmentation(overlapping, "overlapping", volume_node)
    segmentation = node.GetSegmentation()
    segmentation.CreateRepresentation("Closed surface")
    segmentation.SetSourceRepresentationName("Closed surface")
    segmentation.RemoveRepresentation(BINARY_LABELMAP)
    back = segmentation_from_node(node, volume_node)
    for name, mask in _masks(overlapping).items():
        found = _masks(back)[name]
        assert np.count_nonzero(found ^ mask) <= 0.12 * np.count_nonzero(mask), name  # a surface rounds the corners
    assert not segmentation.ContainsRepresentation(BINARY_LABELMAP)


def test_a_segmentation_of_another_place_is_refused(a_scene):
    volume, boxes = two_boxes_volume()
    volume_node = node_from_volume(volume)
    node = node_from_segmentation(boxes, "elsewhere", volume_node)
    _move(a_scene, node, matrix(origin_ras=(500, 0, 0)))
    with pytest.raises(InputError, match="do not overlap in space") as caught:
        segmentation_from_node(node, volume_node)
    assert "patients" in caught.value.hint


def test_no_segmentation_no_segments_and_no_volume_are_refused(a_scene):
    volume_node = node_from_volume(two_boxes_volume()[0])
    empty = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "bare")
    with pytest.raises(InputError, match="no segmentation"):
        segmentation_from_node(None, volume_node)
    with pytest.raises(InputError, match="'bare' has no segments"):
        segmentation_from_node(empty, volume_node)
    boxes = node_from_segmentation(two_boxes_volume()[1], "boxes", volume_node)
    with pytest.raises(InputError, match="no volume"):
        segmentation_from_node(boxes, None)


def _labelmap_node(scene, volume, labels):
    import slicer

    node = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "labels")
    slicer.util.updateVolumeFromArray(node, labels)
    node.SetIJKToRASMatrix(matrix_to_vtk(volume.ijk_to_ras))
    node.CreateDefaultDisplayNodes()
    return node


def test_a_labelmap_volume_is_a_reference_too(a_scene):
    volume, boxes = two_boxes_volume()
    node = _labelmap_node(a_scene, volume, boxes.layers[0])
    back = segmentation_from_node(node, node_from_volume(volume))
    assert [(s.value, s.name) for s in back.structures] == [(1, "label 1"), (2, "label 2")]
    assert np.array_equal(back.layers[0], boxes.layers[0])


def test_a_labelmaps_own_colour_table_names_the_labels(a_scene):
    volume, boxes = two_boxes_volume()
    node = _labelmap_node(a_scene, volume, boxes.layers[0])
    table = a_scene.AddNewNodeByClass("vtkMRMLColorTableNode")
    table.SetTypeToUser()
    table.SetNumberOfColors(3)
    table.SetColor(1, "liver", 1, 0, 0, 1)
    table.SetColor(2, "spleen", 0, 1, 0, 1)
    node.GetDisplayNode().SetAndObserveColorNodeID(table.GetID())
    back = segmentation_from_node(node, node_from_volume(volume))
    assert [structure.name for structure in back.structures] == ["liver", "spleen"]


def test_a_labelmap_with_fractions_or_without_labels_is_refused(a_scene):
    volume, boxes = two_boxes_volume()
    volume_node = node_from_volume(volume)
    with pytest.raises(InputError, match="fractions"):
        segmentation_from_node(_labelmap_node(a_scene, volume, boxes.layers[0] * 0.5), volume_node)
    with pytest.raises(InputError, match="no labels"):
        segmentation_from_node(_labelmap_node(a_scene, volume, boxes.layers[0] * 0), volume_node)


def test_colours_are_those_asked_for(a_scene):
    volume, boxes = two_boxes_volume()
    node = node_from_segmentation(boxes, "boxes", node_from_volume(volume), {"right box": (0.25, 0.5, 0.75)})
    assert colours_of(node)["right box"] == (0.25, 0.5, 0.75)


def test_many_labels_still_share_one_labelmap(a_scene):
    labels = np.arange(1, 301, dtype=np.int32).reshape(3, 10, 10) * 3
    many = Segmentation.from_labels(labels, np.eye(4))
    volume_node = node_from_volume(two_boxes_volume((3, 10, 10))[0])
    back = segmentation_from_node(node_from_segmentation(many, "many", volume_node), volume_node)
    assert len(back.structures) == 300
    assert _same_masks(back, many)
