from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import extent_shape, window
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.scene.edit_rules import INSIDE_SINGLE, EditRules, editable_block, overwritable, removable_block
from SAMSegmenterLib.scene.segment_voxels import oriented_image, values_of
from SAMSegmenterLib.scene.segmentation_lattice import segmentation_lattice
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.editing_scenes import SHAPE, bend, editor_node_with, move, overlapping_segments
from support.phantoms import matrix, oblique_matrix

PART = (2, 5, 1, 4, 1, 2)


@pytest.mark.parametrize("mode", range(6))
@pytest.mark.parametrize("name", ["first", "hidden"])
def test_the_area_is_the_one_that_slicer_makes_for_the_whole_volume(a_scene, mode, name):
    import slicer

    case = overlapping_segments(oblique_matrix((2, 1, 1)))
    lattice = segmentation_lattice(case.node)
    mask = slicer.vtkOrientedImageData()
    reference = oriented_image(lattice.extent, lattice.ijk_to_ras)
    assert case.node.GenerateEditMask(mask, mode, reference, case.ids[name], case.ids["second"])
    expected = values_of(mask) == 0
    rules = EditRules(mode, case.ids["second"])
    found = editable_block(case.node, case.volume_node, rules, case.ids[name], lattice, PART)
    assert np.array_equal(found, expected[window(PART, lattice.extent)])
    assert found.shape == extent_shape(PART)


def _aligned_source(a_scene, case, rules):
    """Slicer's own resampling of the source volume onto the whole lattice."""
    import slicer

    logic = slicer.vtkSlicerSegmentEditorLogic()
    logic.SetMRMLScene(a_scene)
    logic.SetSegmentEditorNode(editor_node_with(a_scene, rules))
    logic.SetSegmentationNode(case.node)
    logic.SetSourceVolumeNode(case.volume_node)
    assert logic.UpdateAlignedSourceVolume()
    return values_of(logic.GetAlignedSourceVolume()).reshape(extent_shape(logic.GetAlignedSourceVolume().GetExtent()))


def _other_volume(to_ras=None, shape=(5, 8, 9)):
    rng = np.random.default_rng(6)
    return node_from_volume(
        Volume(rng.integers(0, 100, shape).astype(np.int16), np.eye(4) if to_ras is None else to_ras)
    )


@pytest.mark.parametrize(
    "arrange",
    {
        "as it is": lambda scene, case: None,
        "volume moved": lambda scene, case: move(scene, case.volume_node, matrix(origin_ras=(0.4, 0.3, 0.2))),
        "segmentation moved": lambda scene, case: move(scene, case.node, oblique_matrix(origin_ras=(1, 0, 0))),
        "both moved": lambda scene, case: [move(scene, n, oblique_matrix()) for n in (case.node, case.volume_node)],
        "volume bent": lambda scene, case: bend(scene, case.volume_node, 1.0),
        "segmentation bent": lambda scene, case: bend(scene, case.node, 1.0),
    }.values(),
)
def test_intensities_are_those_that_slicer_lays_under_the_lattice(a_scene, arrange):
    case = overlapping_segments()
    lattice = segmentation_lattice(case.node)
    case.volume_node = _other_volume(oblique_matrix((1.2, 0.9, 1.1), (5, 3, -4), (-1, -1, 0)))
    arrange(a_scene, case)
    rules = EditRules(intensity_range=(30.0, 60.0))
    aligned = _aligned_source(a_scene, case, rules)
    expected = (aligned >= 30) & (aligned <= 60)
    assert 0.05 < expected.mean() < 0.95
    found = editable_block(case.node, case.volume_node, rules, case.ids["first"], lattice, PART)
    assert np.array_equal(found, expected[window(PART, lattice.extent)])
    whole = editable_block(case.node, case.volume_node, rules, case.ids["first"], lattice, lattice.extent)
    assert np.array_equal(whole, expected)


def test_of_colour_the_first_component_counts(a_scene):
    case = overlapping_segments()
    colours = np.random.default_rng(2).integers(0, 256, (*SHAPE, 3)).astype(np.uint8)
    case.volume_node = node_from_volume(Volume(colours))
    rules, lattice = EditRules(intensity_range=(80.0, 200.0)), segmentation_lattice(case.node)
    found = editable_block(case.node, case.volume_node, rules, case.ids["first"], lattice, PART)
    red = colours[window(PART, lattice.extent)][..., 0]
    assert np.array_equal(found, (red >= 80) & (red <= 200))


def test_limits_are_compared_as_slicer_compares_them(a_scene):
    """Whole numbers meet limits cut to whole numbers; values that are not numbers are never within."""
    case = overlapping_segments()
    lattice = segmentation_lattice(case.node)
    for dtype, limits, expected in (
        (np.int16, (2.9, 4.9), [False, True, True, True, False]),
        (np.float32, (2.9, 4.9), [False, False, True, True, False]),
        (np.float32, (-np.inf, np.inf), [True] * 5),
    ):
        values = np.zeros(SHAPE, dtype)
        values[0, 0, :5] = [1, 2, 3, 4, 5]
        case.volume_node = node_from_volume(Volume(values))
        rules = EditRules(intensity_range=limits)
        found = editable_block(case.node, case.volume_node, rules, "x", lattice, (0, 4, 0, 0, 0, 0))
        assert found.ravel().tolist() == expected
        assert np.array_equal(_aligned_source(a_scene, case, rules)[0, 0, :5], values[0, 0, :5])


def test_area_and_range_hold_together(a_scene):
    import slicer

    case = overlapping_segments()
    lattice = segmentation_lattice(case.node)
    rules = EditRules(INSIDE_SINGLE, case.ids["second"], intensity_range=(30.0, 60.0))
    found = editable_block(case.node, case.volume_node, rules, case.ids["first"], lattice, lattice.extent)
    values = slicer.util.arrayFromVolume(case.volume_node)
    second = slicer.util.arrayFromSegmentBinaryLabelmap(case.node, case.ids["second"], case.volume_node) != 0
    assert np.array_equal(found, second & (values >= 30) & (values <= 60))


def test_an_intensity_range_needs_a_volume_with_voxels(a_scene):
    case = overlapping_segments()
    rules, lattice = EditRules(intensity_range=(0.0, 1.0)), Lattice(np.eye(4), (0, 6, 0, 5, 0, 3))
    for volume_node in (None, a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")):
        with pytest.raises(InputError, match=r"no volume|empty"):
            editable_block(case.node, volume_node, rules, "x", lattice, PART)


def test_inside_a_single_segment_all_of_the_edited_one_can_be_taken_away():
    editable, segment = np.array([True, True, False, False]), np.array([0, 1, 0, 1], np.uint8)
    assert removable_block(editable, segment, EditRules(INSIDE_SINGLE, "x")).tolist() == [True, True, False, True]
    assert removable_block(editable, segment, EditRules()).tolist() == editable.tolist()


def test_who_gives_way_follows_the_overwrite_mode(a_scene):
    case = overlapping_segments()
    ids, first = case.ids, case.ids["first"]
    everyone = {ids[name] for name in ("second", "overlapping", "hidden", "empty")}
    assert set(overwritable(case.node, EditRules(overwrite_mode=0), first)) == everyone
    assert set(overwritable(case.node, EditRules(overwrite_mode=1), first)) == everyone - {ids["hidden"]}
    assert overwritable(case.node, EditRules(overwrite_mode=2), first) == []


def test_settings_are_read_from_the_editor(a_scene):
    rules = EditRules(4, "segment", 2, (-3.5, 9.0))
    assert EditRules.of(editor_node_with(a_scene, rules)) == rules
    editor = editor_node_with(a_scene, rules)
    editor.SetSourceVolumeIntensityMask(False)
    assert EditRules.of(editor) == EditRules(4, "segment", 2, None)
    assert EditRules.of(a_scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")) == EditRules.of(None) == EditRules()


def test_modes_are_numbered_as_in_slicer(a_scene):
    import slicer

    node, editor = slicer.vtkMRMLSegmentationNode, slicer.vtkMRMLSegmentEditorNode
    names = ("Everywhere", "InsideAllSegments", "InsideVisibleSegments", "OutsideAllSegments", "OutsideVisibleSegments")
    assert [getattr(node, f"EditAllowed{name}") for name in (*names, "InsideSingleSegment")] == list(range(6))
    assert [getattr(editor, f"Overwrite{n}") for n in ("AllSegments", "VisibleSegments", "None")] == list(range(3))


def test_modes_of_a_newer_slicer_are_refused_rather_than_guessed():
    for mask, overwrite in ((6, 0), (0, 3)):
        with pytest.raises(InputError, match="not known"):
            EditRules(mask, overwrite_mode=overwrite)
