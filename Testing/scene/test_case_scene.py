"""The scene file of a case holds its voxels, names and colours."""

import numpy as np
import pytest

from SAMSegmenterLib.scene.case_scene import write_case_scene
from SAMSegmenterLib.scene.runtime import private_scene
from SAMSegmenterLib.scene.segmentations import colours_of, segmentation_from_node
from SAMSegmenterLib.scene.volumes import volume_from_node
from support.phantoms import oblique_matrix, two_boxes_volume

COLOURS = {"left box": (1.0, 0.5, 0.0), "right box": (0.0, 0.25, 1.0)}


@pytest.fixture
def loaded(a_scene, tmp_path):
    """The case, and the scene that its file gives."""
    volume, segmentation = two_boxes_volume(ijk_to_ras=oblique_matrix((2, 1, 1.5)))
    path = tmp_path / "case.mrb"
    write_case_scene(path, volume, segmentation, COLOURS)
    handle = private_scene()
    assert handle.application_logic.OpenSlicerDataBundle(str(path), str(tmp_path))
    return volume, segmentation, handle


def test_voxels_places_names_and_colours_come_back(loaded):
    volume, segmentation, handle = loaded
    volume_node = handle.scene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
    node = handle.scene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
    read, segments = volume_from_node(volume_node), segmentation_from_node(node, volume_node)
    assert np.array_equal(read.array, volume.array) and np.allclose(read.ijk_to_ras, volume.ijk_to_ras)
    assert [one.name for one in segments.structures] == ["left box", "right box"]
    for mine, theirs in zip(segmentation.structures, segments.structures, strict=True):
        assert np.array_equal(segmentation.mask(mine), segments.mask(theirs)) and segmentation.mask(mine).any()
    for name, colour in COLOURS.items():
        assert colours_of(node)[name] == pytest.approx(colour, abs=0.01)


def test_slicer_shows_the_volume_at_once(loaded):
    _volume, _segmentation, handle = loaded
    volume_node = handle.scene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
    composite = handle.scene.GetFirstNodeByClass("vtkMRMLSliceCompositeNode")
    assert composite.GetBackgroundVolumeID() == volume_node.GetID()
