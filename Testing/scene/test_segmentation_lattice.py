from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import extent_shape
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.scene.logic_writer import LogicSegmentWriter
from SAMSegmenterLib.scene.segment_voxels import oriented_image, segment_block
from SAMSegmenterLib.scene.segmentation_lattice import segmentation_lattice
from SAMSegmenterLib.scene.segmentations import BINARY_LABELMAP
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.editing_scenes import everything_of, move
from support.phantoms import matrix, oblique_matrix

SHAPE = (6, 8, 10)
TO_RAS = matrix((2.0, 1.0, 1.0), (5, 6, 7))


def _volume_node():
    return node_from_volume(Volume(np.zeros(SHAPE, np.int16), TO_RAS))


def _segmentation(scene, reference=None):
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "segments")
    node.CreateDefaultDisplayNodes()
    node.GetSegmentation().SetSourceRepresentationName(BINARY_LABELMAP)
    if reference is not None:
        node.SetReferenceImageGeometryParameterFromVolumeNode(reference)
    return node


def _add(node, segment_id, extent, to_ras=TO_RAS, block=None):
    """A segment with a labelmap of its own, on whatever lattice."""
    import slicer

    segment = slicer.vtkSegment()
    segment.SetName(segment_id)
    block = np.ones(extent_shape(extent), np.uint8) if block is None else block
    segment.AddRepresentation(BINARY_LABELMAP, oriented_image(extent, to_ras, block))
    node.GetSegmentation().AddSegment(segment, segment_id)


def _geometry(node, extent, to_ras):
    """Set the reference geometry as a text, as segmentation files do."""
    import slicer

    text = slicer.vtkSegmentationConverter.SerializeImageGeometry(oriented_image(extent, to_ras))
    name = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
    node.GetSegmentation().SetConversionParameter(name, text)


def _finer():
    """Half the voxel size over the same space."""
    result = TO_RAS.copy()
    result[:3, :3] /= 2
    result[:3, 3] -= np.array([0.25, 0.25, 0.5])
    return result


def test_the_reference_geometry_is_the_lattice(a_scene):
    volume_node = _volume_node()
    lattice = segmentation_lattice(_segmentation(a_scene, volume_node), None)
    assert np.allclose(lattice.ijk_to_ras, TO_RAS)
    assert lattice.extent == (0, 9, 0, 7, 0, 5)


def test_slicers_editor_has_the_same_lattice(a_scene):
    import slicer

    volume_node = _volume_node()
    node = _segmentation(a_scene, volume_node)
    _add(node, "beyond", (-2, 3, 4, 12, 1, 2))
    lattice = segmentation_lattice(node, volume_node)
    text = slicer.vtkSlicerSegmentEditorLogic.GetReferenceImageGeometryStringFromSegmentation(node.GetSegmentation())
    image = slicer.vtkOrientedImageData()
    slicer.vtkSegmentationConverter.DeserializeImageGeometry(text, image, False)
    assert lattice.extent == image.GetExtent() == (-2, 9, 0, 12, 0, 5)


def test_an_oversampled_or_cropped_reference_geometry_is_kept(a_scene):
    volume_node = _volume_node()
    for extent, to_ras in (((3, 6, 2, 4, 1, 1), TO_RAS), ((0, 19, 0, 15, 0, 11), _finer())):
        node = _segmentation(a_scene)
        _geometry(node, extent, to_ras)
        lattice = segmentation_lattice(node, volume_node)
        assert lattice.extent == extent
        assert np.allclose(lattice.ijk_to_ras, to_ras)


def test_a_segmentation_without_a_geometry_gets_the_volumes(a_scene):
    volume_node = _volume_node()
    node = _segmentation(a_scene)
    lattice = segmentation_lattice(node, volume_node)
    assert np.allclose(lattice.ijk_to_ras, TO_RAS)
    assert np.allclose(segmentation_lattice(node, None).ijk_to_ras, TO_RAS)  # it was kept


def test_under_another_transform_it_is_the_volumes_place_in_the_segmentations_space(a_scene):
    volume_node = _volume_node()
    node = _segmentation(a_scene)
    move(a_scene, node, oblique_matrix())
    lattice = segmentation_lattice(node, volume_node)
    assert np.allclose(oblique_matrix() @ lattice.ijk_to_ras, TO_RAS, atol=1e-6)


def test_without_volume_geometry_or_voxels_there_is_no_lattice(a_scene):
    with pytest.raises(InputError, match="'segments' has no voxel grid"):
        segmentation_lattice(_segmentation(a_scene), None)


def test_without_a_geometry_drawn_segments_tell_the_lattice(a_scene):
    node = _segmentation(a_scene)
    _add(node, "a", (2, 4, 2, 4, 2, 4))
    _add(node, "b", (7, 8, 0, 0, 0, 1))
    lattice = segmentation_lattice(node, _volume_node())
    assert np.allclose(lattice.ijk_to_ras, TO_RAS)
    assert lattice.extent == (2, 8, 0, 4, 0, 4)


def test_segments_finer_than_the_geometry_are_not_made_coarser(a_scene):
    """As after a conversion from surfaces with oversampling: nothing drawn may lose its resolution."""
    volume_node = _volume_node()
    node = _segmentation(a_scene, volume_node)
    block = (np.random.default_rng(0).random((6, 8, 8)) < 0.5).astype(np.uint8)
    _add(node, "fine", (4, 11, 4, 11, 2, 7), _finer(), block)
    _add(node, "also fine", (0, 3, 0, 3, 0, 3), _finer())
    before = everything_of(node)
    writer = LogicSegmentWriter(node, volume_node)
    lattice = writer.lattice()
    assert np.allclose(lattice.ijk_to_ras, _finer())
    assert lattice.extent == (0, 19, 0, 15, 0, 11)
    edit = Edit("fine", "add", (9, 14, 5, 6, 3, 3), np.ones((1, 2, 6), np.uint8))
    expected = segment_block(node, "fine", lattice, lattice.extent)
    expected[3, 5:7, 9:15] = 1
    writer.commit([edit], "test")
    assert np.array_equal(writer.segment_on("fine", lattice.extent), expected)
    assert everything_of(node)[1] == before[1]
    writer.undo()
    assert everything_of(node) == before


@pytest.mark.parametrize("offset", [(3, -2, 1), (0, 0, 5)])
def test_labelmaps_that_only_begin_elsewhere_lie_on_the_lattice(a_scene, offset):
    """The same voxels counted from another origin, as files have them; nothing is resampled."""
    volume_node = _volume_node()
    node = _segmentation(a_scene, volume_node)
    shifted = TO_RAS.copy()
    shifted[:3, 3] = TO_RAS[:3, :3] @ np.array(offset) + TO_RAS[:3, 3]
    here = tuple(np.repeat(-np.array(offset), 2) + np.array([2, 5, 2, 4, 1, 3]))
    block = (np.random.default_rng(0).random((3, 3, 4)) < 0.5).astype(np.uint8)
    _add(node, "shifted", tuple(int(n) for n in here), shifted, block)
    writer = LogicSegmentWriter(node, volume_node)
    lattice = writer.lattice()
    assert np.allclose(lattice.ijk_to_ras, TO_RAS)
    expected = np.zeros(SHAPE, np.uint8)
    expected[1:4, 2:5, 2:6] = block
    assert np.array_equal(writer.segment_on("shifted", lattice.extent), expected)
    expected[2, 2:7, 3] = 1
    writer.commit([Edit("shifted", "add", (3, 3, 2, 6, 2, 2), np.ones((1, 5, 1), np.uint8))], "test")
    assert np.array_equal(writer.segment_on("shifted", lattice.extent), expected)


def test_among_different_grids_the_reference_geometry_decides_and_nobody_is_resampled(a_scene):
    volume_node = _volume_node()
    node = _segmentation(a_scene, volume_node)
    _add(node, "fine", (4, 11, 4, 11, 2, 7), _finer())
    _add(node, "coarse", (0, 1, 0, 1, 0, 1))
    writer = LogicSegmentWriter(node, volume_node)
    assert np.allclose(writer.lattice().ijk_to_ras, TO_RAS)
    before = everything_of(node)
    apart = Edit("coarse", "add", (8, 9, 6, 7, 5, 5), np.ones((1, 2, 2), np.uint8))
    assert writer.commit([apart], "beside the fine one") == 4
    assert everything_of(node)[0] == before[0]
    writer.undo()
    for edit in (
        Edit("fine", "add", (8, 9, 6, 7, 5, 5), np.ones((1, 2, 2), np.uint8)),
        Edit("coarse", "add", (3, 4, 3, 4, 2, 2), np.ones((1, 2, 2), np.uint8)),  # the fine one would give way
    ):
        with pytest.raises(InputError, match="'fine' would be resampled"):
            writer.commit([edit], "test")
        assert everything_of(node) == before
        assert not writer.can_undo


def test_a_damaged_geometry_counts_as_none(a_scene):
    import slicer

    node = _segmentation(a_scene)
    name = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
    for text in (
        "nonsense",
        "1;0;0;0;0;0;0;0;0;0;1;0;0;0;0;1;0;9;0;7;0;5;",
        "1;0;0;0;0;1;0;0;0;0;1;0;0;0;0;1;0;-1;0;-1;0;-1;",
    ):
        node.GetSegmentation().SetConversionParameter(name, text)
        with pytest.raises(InputError, match="no voxel grid"):
            segmentation_lattice(node, None)
