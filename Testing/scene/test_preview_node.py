from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.scene.preview_node import SegmentationPreview, remove_previews
from SAMSegmenterLib.scene.segment_voxels import image_to_ras, layer_of, values_of
from support.editing_scenes import everything_of, move, overlapping_segments
from support.phantoms import matrix, oblique_matrix

RED = (1.0, 0.0, 0.0)


def _shown(preview):
    segment = preview.node.GetSegmentation().GetNthSegment(0)
    return layer_of(segment)


def _points(preview):
    """World positions of all voxels shown, sorted."""
    image, matrix_to_ras = _shown(preview), image_to_ras(_shown(preview))
    extent = image.GetExtent()
    ijk = np.argwhere(values_of(image))[:, ::-1] + np.array(extent[::2])
    world = ijk @ matrix_to_ras[:3, :3].T + matrix_to_ras[:3, 3]
    return world[np.lexsort(np.round(world, 6).T)]


def _slice_points(mask, image, to_world):
    rows, columns = np.nonzero(mask)
    pixels = np.stack([columns, rows, np.zeros_like(rows), np.ones_like(rows)], axis=-1)
    world = (pixels @ (to_world @ image.pixel_to_ijk).T)[:, :3]
    return world[np.lexsort(np.round(world, 6).T)]


def test_a_mask_is_shown_pixel_by_pixel_where_it_lies(a_scene):
    case = overlapping_segments()
    to_world = oblique_matrix((3.0, 1.0, 0.5))
    volume = Volume(np.zeros((4, 6, 7)), to_world)
    centre = to_world[:3, :3] @ [3, 3, 2] + to_world[:3, 3]
    planes = [SlicePlane.lattice(axis, 2) for axis in range(3)]
    planes.append(SlicePlane.oblique(centre, (0.6, 0.8, 0), (0, 0, -1.0), (0.4, 0.4), (9, 12)))
    preview = SegmentationPreview(case.node)
    for plane in planes:
        image = extract(volume, plane)
        mask = np.random.default_rng(2).random(image.shape) < 0.4
        preview.show_slice(mask, image, to_world, RED)
        assert np.allclose(_points(preview), _slice_points(mask, image, to_world), atol=1e-5)
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 2


def test_blocks_are_shown_together_under_the_segmentations_transform(a_scene):
    case = overlapping_segments()
    transform = move(a_scene, case.node, oblique_matrix())
    preview = SegmentationPreview(case.node)
    first, second = ((0, 1, 0, 1, 0, 0), np.eye(2)[None]), ((1, 2, 1, 1, 0, 2), np.ones((3, 1, 2), np.uint8))
    preview.show_blocks([first, second], Lattice(matrix((2, 1, 1)), (0, 9, 0, 9, 0, 9)), RED)
    image = _shown(preview)
    expected = np.zeros((3, 2, 3), np.uint8)
    expected[0, 0, 0] = expected[0, 1, 1] = 1
    expected[:, 1, 1:3] = 1
    assert image.GetExtent() == (0, 2, 0, 1, 0, 2)
    assert np.array_equal(values_of(image), expected)
    assert np.allclose(image_to_ras(image), matrix((2, 1, 1)))
    assert preview.node.GetParentTransformNode() is transform
    preview.show_slice(
        np.ones((1, 1), bool), extract(Volume(np.zeros((1, 1, 1))), SlicePlane.lattice(0, 0)), np.eye(4), RED
    )
    assert preview.node.GetParentTransformNode() is None


def test_the_segmentation_itself_is_not_touched(a_scene):
    case = overlapping_segments()
    before, time = everything_of(case.node), case.node.GetMTime()
    preview = SegmentationPreview(case.node)
    preview.show_blocks([((0, 1, 0, 1, 0, 1), np.ones((2, 2, 2)))], Lattice(np.eye(4), (0, 6, 0, 5, 0, 3)), RED, True)
    preview.clear()
    assert everything_of(case.node) == before
    assert case.node.GetMTime() == time


def test_a_surface_is_made_for_3d_views_on_request(a_scene):
    case = overlapping_segments()
    preview = SegmentationPreview(case.node)
    preview.show_blocks([((1, 4, 1, 4, 0, 3), np.ones((4, 4, 4)))], Lattice(np.eye(4), (0, 6, 0, 5, 0, 3)), RED, True)
    surface = preview.node.GetSegmentation().GetNthSegment(0).GetRepresentation("Closed surface")
    assert np.allclose(surface.GetBounds(), (1, 4, 1, 4, 0, 3), atol=1)


def test_colour_and_visibility_are_those_asked_for(a_scene):
    case = overlapping_segments()
    preview = SegmentationPreview(case.node)
    for colour in (RED, (0.0, 0.5, 1.0)):
        preview.show_blocks([((0, 0, 0, 0, 0, 0), np.ones((1, 1, 1)))], Lattice(np.eye(4), (0, 6, 0, 5, 0, 3)), colour)
        assert preview.node.GetSegmentation().GetNthSegment(0).GetColor() == colour
    assert preview.node.GetDisplayNode().GetVisibility()
    assert preview.node.GetSegmentation().GetNumberOfSegments() == 1


def test_nothing_to_show_leaves_nothing_in_the_scene(a_scene):
    case = overlapping_segments()
    nodes = a_scene.GetNumberOfNodes()
    preview = SegmentationPreview(case.node)
    lattice = Lattice(np.eye(4), (0, 6, 0, 5, 0, 3))
    preview.show_blocks([((0, 1, 0, 1, 0, 1), np.ones((2, 2, 2)))], lattice, RED)
    assert a_scene.GetNumberOfNodes() > nodes
    preview.show_blocks([((0, 1, 0, 1, 0, 1), np.zeros((2, 2, 2)))], lattice, RED)
    assert preview.node is None
    assert a_scene.GetNumberOfNodes() == nodes
    preview.show_blocks([], lattice, RED)
    preview.clear()
    assert a_scene.GetNumberOfNodes() == nodes


def test_previews_are_hidden_and_never_saved(a_scene, tmp_path):
    case = overlapping_segments()
    preview = SegmentationPreview(case.node)
    preview.show_blocks([((0, 0, 0, 0, 0, 0), np.ones((1, 1, 1)))], Lattice(np.eye(4), (0, 6, 0, 5, 0, 3)), RED)
    assert preview.node.GetHideFromEditors()
    path = str(tmp_path / "scene.mrb")
    a_scene.SetRootDirectory(str(tmp_path))
    assert a_scene.WriteToMRB(path)
    a_scene.Clear(0)
    assert a_scene.ReadFromMRB(path, True)
    names = [a_scene.GetNthNodeByClass(n, "vtkMRMLSegmentationNode").GetName() for n in range(1)]
    assert names == ["segments"]
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 1
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSegmentationDisplayNode") == 1


def test_a_preview_survives_that_the_scene_is_closed(a_scene):
    case = overlapping_segments()
    preview = SegmentationPreview(case.node)
    block, lattice = [((0, 0, 0, 0, 0, 0), np.ones((1, 1, 1)))], Lattice(np.eye(4), (0, 6, 0, 5, 0, 3))
    preview.show_blocks(block, lattice, RED)
    a_scene.Clear(0)
    assert preview.node is None
    preview.clear()
    other = SegmentationPreview(overlapping_segments().node)
    other.show_blocks(block, lattice, RED)
    assert other.node is not None


def test_all_previews_can_be_removed_at_once(a_scene):
    case = overlapping_segments()
    nodes = a_scene.GetNumberOfNodes()
    block, lattice = [((0, 0, 0, 0, 0, 0), np.ones((1, 1, 1)))], Lattice(np.eye(4), (0, 6, 0, 5, 0, 3))
    previews = [SegmentationPreview(case.node) for _ in range(2)]
    for preview in previews:
        preview.show_blocks(block, lattice, RED)
    assert remove_previews(a_scene) == 2
    assert a_scene.GetNumberOfNodes() == nodes
    assert [preview.node for preview in previews] == [None, None]
