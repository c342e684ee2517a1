from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice, rasterise, transformed
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.core.windowing import LevelWidth
from SAMSegmenterLib.scene.editing_nodes import EditorSource, SourceReader
from SAMSegmenterLib.scene.matrices import matrix_to_vtk
from SAMSegmenterLib.scene.transforms import from_world
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.editing_scenes import bend, editor_node_with, move, overlapping_segments
from support.phantoms import matrix, oblique_matrix, sphere_volume


def test_what_an_editing_session_asks_of_a_source_is_there(a_scene):
    from SAMSegmenterLib.session.source_provider import Source, SourceProvider

    source = SourceReader().read(node_from_volume(sphere_volume()[0]))
    asked = [name for name in vars(Source) if not name.startswith("_")]
    assert len(asked) > 5
    assert all(hasattr(source, name) for name in asked)
    assert [name for name in vars(SourceProvider) if not name.startswith("_")] == ["source"]


def _sequence(a_scene, count=3):
    """A sequence of volumes of 0, 1, 2, ... and the node that shows one of them."""
    from SAMSegmenterLib.scene.runtime import ensure_scene

    logic = ensure_scene().logics["Sequences"]
    sequence = a_scene.AddNewNodeByClass("vtkMRMLSequenceNode", "beating heart")
    sequence.SetIndexUnit("s")
    for number in range(count):
        frame = node_from_volume(Volume(np.full((2, 3, 4), number, np.int16)))
        sequence.SetDataNodeAtValue(frame, str(number * 2.5))
        a_scene.RemoveNode(frame)
    browser = a_scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    logic.UpdateProxyNodesFromSequences(browser)

    def select(number):
        browser.SetSelectedItemNumber(number)
        logic.UpdateProxyNodesFromSequences(browser)

    return browser.GetProxyNode(sequence), select


def test_the_volume_is_the_nodes_own_memory_in_world_space(a_scene):
    import slicer

    volume, _ = sphere_volume()
    node = node_from_volume(volume)
    move(a_scene, node, oblique_matrix())
    source = SourceReader().read(node)
    assert np.shares_memory(source.volume.array, slicer.util.arrayFromVolume(node))
    assert np.allclose(source.volume.ijk_to_ras, oblique_matrix() @ volume.ijk_to_ras)


def test_nothing_is_read_again_while_nothing_changes(a_scene):
    node = node_from_volume(sphere_volume()[0])
    segmentation = overlapping_segments().node
    reader = SourceReader()
    first = reader.read(node, segmentation)
    assert reader.read(node, segmentation) is first


def test_voxels_place_and_transforms_change_the_token(a_scene):
    import slicer

    node = node_from_volume(sphere_volume()[0])
    segmentation = overlapping_segments().node
    reader, transform = SourceReader(), move(a_scene, segmentation, np.eye(4))
    bent = a_scene.AddNewNodeByClass("vtkMRMLTransformNode")

    def turn():
        transform.SetMatrixTransformToParent(matrix_to_vtk(oblique_matrix()))

    for change in (
        lambda: slicer.util.arrayFromVolumeModified(node),
        lambda: node.SetOrigin(3, 2, 1),
        turn,
        lambda: node.SetAndObserveTransformNodeID(bent.GetID()),
        lambda: segmentation.SetAndObserveTransformNodeID(None),
    ):
        before = reader.read(node, segmentation)
        change()
        after = reader.read(node, segmentation)
        assert after.token != before.token
        assert after.volume_id == before.volume_id


def test_a_new_window_renews_the_source_but_not_its_token(a_scene):
    node = node_from_volume(sphere_volume()[0])
    reader = SourceReader()
    first = reader.read(node)
    node.GetDisplayNode().SetWindowLevel(300, 55)
    second = reader.read(node)
    assert second.displayed == LevelWidth(55, 300)
    assert second.token == first.token
    assert second.volume is first.volume


def test_the_current_frame_of_a_sequence_is_read(a_scene):
    node, select = _sequence(a_scene)
    reader, seen = SourceReader(), {}
    for number in (0, 2, 1, 0):
        select(number)
        source = reader.read(node)
        assert source.volume.array.min() == source.volume.array.max() == number
        assert source.volume_id == f"{node.GetID()} frame {number * 2.5}"
        assert source.token not in seen
        seen[source.token] = number
    assert "frame 1 of 3 (0.00 s)" in source.remarks[0]


def test_without_transforms_world_and_segmentation_are_one(a_scene):
    source = SourceReader().read(node_from_volume(sphere_volume()[0]), overlapping_segments().node)
    assert source.segmentation_to_volume is None
    assert source.volume_to_segmentation is None


@pytest.mark.parametrize("transform", [lambda scene, node: move(scene, node, oblique_matrix()), bend])
def test_both_ways_between_segmentation_and_world_belong_together(a_scene, transform):
    case = overlapping_segments()
    transform(a_scene, case.node)
    source = SourceReader().read(case.volume_node, case.node)
    points = np.random.default_rng(0).uniform(-10, 10, (50, 3))
    world = transformed(source.segmentation_to_volume, points)
    assert np.abs(world - points).max() > 0.5
    assert np.allclose(transformed(source.volume_to_segmentation, world), points, atol=1e-3)
    expected = np.array([_through_slicer(case.node, point) for point in points])
    assert np.allclose(world, expected, atol=1e-6)


def _through_slicer(node, point):
    world = [0.0, 0.0, 0.0]
    node.TransformPointToWorld(point, world)
    return world


def test_a_bent_volume_is_read_as_slicer_shows_it(a_scene):
    """Every voxel of the volume read holds what the volume has at the place that the transform brings there."""
    from scipy import ndimage

    ramp = np.add.outer(np.add.outer(np.arange(12) * 90, np.arange(20) * 11), np.arange(24) * 2).astype(np.float32)
    node = node_from_volume(Volume(ramp, matrix((2.0, 1.0, 1.0), (-10, -8, -9))))
    bend(a_scene, node)
    reader = SourceReader()
    source = reader.read(node)
    shape = source.volume.shape_kji
    kji = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).reshape(-1, 3)
    world = transformed(source.volume.ijk_to_ras, kji[:, ::-1].astype(float))
    local = transformed(np.linalg.inv(matrix((2.0, 1.0, 1.0), (-10, -8, -9))), from_world(node)(world))
    inside = np.all((local > 0) & (local < np.array(ramp.shape[::-1]) - 1), axis=1)
    expected = ndimage.map_coordinates(ramp, local[inside][:, ::-1].T, order=1)
    assert inside.sum() > 0.5 * ramp.size
    assert np.abs(source.volume.array.ravel()[inside] - expected).max() < 0.2
    assert reader.read(node) is source
    assert np.array_equal(np.unique(node.GetImageData().GetDimensions()), [12, 20, 24])


def test_a_bent_volume_changes_with_its_transform(a_scene):
    node = node_from_volume(sphere_volume()[0])
    transform = bend(a_scene, node)
    reader = SourceReader()
    first = reader.read(node)
    transform.GetTransformToParent().GetTargetLandmarks().SetPoint(13, 9.0, 9.0, 9.0)
    transform.GetTransformToParent().GetTargetLandmarks().Modified()
    transform.GetTransformToParent().Modified()
    second = reader.read(node)
    assert second.token != first.token
    assert not np.array_equal(second.volume.ijk_to_ras, first.volume.ijk_to_ras) or not np.array_equal(
        second.volume.array, first.volume.array
    )


def test_the_editors_volume_is_given_and_none_when_it_is_gone(a_scene):
    from SAMSegmenterLib.scene.edit_rules import EditRules

    case = overlapping_segments()
    editor = editor_node_with(a_scene, EditRules())
    source = EditorSource(editor)
    assert source.source() is None
    editor.SetAndObserveSegmentationNode(case.node)
    editor.SetAndObserveSourceVolumeNode(case.volume_node)
    first = source.source()
    assert first.volume.name == "scan"
    assert source.source() is first
    a_scene.RemoveNode(case.volume_node)
    assert source.source() is None
    assert not first.state.exists


def test_an_empty_volume_is_refused(a_scene):
    with pytest.raises(InputError, match="'hollow' is empty"):
        SourceReader().read(a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "hollow"))
    with pytest.raises(InputError, match="no volume"):
        SourceReader().read(None)


def test_a_slice_of_a_bent_volume_is_written_where_it_is_seen(a_scene):
    """The segmentation bends with the volume: what is outlined in the world lands on the same voxels."""
    volume, labels = sphere_volume((16, 24, 24), (1.0, 1.0, 1.0), 7.0, ijk_to_ras=matrix(origin_ras=(-12, -12, -8)))
    node = node_from_volume(volume)
    transform = bend(a_scene, node)
    segmentation = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    segmentation.SetAndObserveTransformNodeID(transform.GetID())
    source = SourceReader().read(node, segmentation)
    lattice = Lattice(volume.ijk_to_ras, (0, 23, 0, 23, 0, 15))
    covered = np.zeros((16, 24, 24), np.uint8)
    for index in range(source.volume.shape_kji[0]):
        image = extract(source.volume, SlicePlane.lattice(0, index))
        found = rasterise(image.pixels > 125, image, source.volume.ijk_to_ras, lattice, source.segmentation_to_volume)
        if found is not None:
            (i0, i1, j0, j1, k0, k1), block = found
            covered[k0 : k1 + 1, j0 : j1 + 1, i0 : i1 + 1] |= block
    truth = labels.layers[0]
    overlap = 2 * np.count_nonzero(covered & truth) / (np.count_nonzero(covered) + np.count_nonzero(truth))
    assert overlap > 0.9
