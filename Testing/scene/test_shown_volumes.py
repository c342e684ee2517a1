from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.windowing import LevelWidth
from SAMSegmenterLib.scene.shown_volumes import (
    displayed_window,
    in_hounsfield_units,
    is_shown_in,
    remarks_on,
    shown_frame,
)
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.slice_nodes import composite_node, slice_node


def _node(name="scan", colour=False):
    shape = (2, 3, 4, 3) if colour else (2, 3, 4)
    return node_from_volume(Volume(np.arange(np.prod(shape)).reshape(shape).astype(np.uint8), name=name))


def _colours(scene, kind):
    table = scene.AddNewNodeByClass("vtkMRMLColorTableNode")
    getattr(table, f"SetTypeTo{kind}")()
    return table.GetID()


def test_the_displayed_window_is_level_and_width(a_scene):
    node = _node()
    node.GetDisplayNode().SetWindowLevel(400, 40)
    assert displayed_window(node) == LevelWidth(40, 400)
    node.GetDisplayNode().SetWindowLevel(-400, 40)
    assert displayed_window(node) == LevelWidth(40, 400)


def test_slicers_automatic_window_is_the_displayed_one(a_scene):
    node = _node()
    node.GetDisplayNode().SetAutoWindowLevel(True)
    window = displayed_window(node)
    assert (window.level, window.width) == (node.GetDisplayNode().GetLevel(), node.GetDisplayNode().GetWindow())


def test_without_a_grey_display_there_is_no_window(a_scene):
    node = _node()
    node.GetDisplayNode().SetWindowLevel(0, 40)
    assert displayed_window(node) is None
    node.SetAndObserveDisplayNodeID(None)
    assert displayed_window(node) is None
    assert remarks_on(node) == ()
    assert displayed_window(_node(colour=True)) is None


def test_a_view_that_shows_the_source_volume_alone_needs_no_remark(a_scene):
    node, view = _node(), slice_node(a_scene)
    assert remarks_on(node, slice_node(a_scene, name="Unknown")) == ()
    composite_node(a_scene, node)
    assert remarks_on(node, view) == ()
    assert remarks_on(node) == ()


def test_another_volume_in_the_view_is_named(a_scene):
    node, other, view = _node("scan"), _node("atlas"), slice_node(a_scene)
    composite = composite_node(a_scene, other)
    assert remarks_on(node, view) == ("This view shows 'atlas'; the model gets the source volume 'scan'.",)
    composite.SetBackgroundVolumeID(None)
    assert remarks_on(node, view) == ("This view shows no volume; the model gets the source volume 'scan'.",)


@pytest.mark.parametrize("source_below", [True, False])
def test_a_volume_over_the_other_is_named_unless_it_cannot_be_seen(a_scene, source_below):
    node, other, view = _node("scan"), _node("PET"), slice_node(a_scene)
    layers = (node, other) if source_below else (other, node)
    composite = composite_node(a_scene, *layers, opacity=0.4)
    upper, lower = ("PET", "scan") if source_below else ("scan", "PET")
    assert remarks_on(node, view) == (f"'{upper}' lies over '{lower}' in this view; the model gets 'scan' alone.",)
    composite.SetForegroundOpacity(0.0)
    hidden = () if source_below else ("This view shows 'PET'; the model gets the source volume 'scan'.",)
    assert remarks_on(node, view) == hidden


def test_a_view_shows_the_volumes_of_its_visible_layers(a_scene):
    node, other, view = _node("scan"), _node("PET"), slice_node(a_scene)
    assert is_shown_in(node, slice_node(a_scene, name="Unknown")), "nothing is known of a view without layers"
    composite = composite_node(a_scene, other)
    assert is_shown_in(other, view) and not is_shown_in(node, view)
    composite.SetForegroundVolumeID(node.GetID())
    composite.SetForegroundOpacity(0.5)
    assert is_shown_in(other, view) and is_shown_in(node, view)
    composite.SetForegroundOpacity(0.0)
    assert not is_shown_in(node, view)
    composite.SetBackgroundVolumeID(None)
    assert is_shown_in(node, view), "alone it is seen at every opacity"


def test_remarks_are_about_the_view_asked_for(a_scene):
    node, other = _node("scan"), _node("atlas")
    composite_node(a_scene, node, name="Red")
    composite_node(a_scene, other, name="Green")
    assert remarks_on(node, slice_node(a_scene, name="Red")) == ()
    assert "'atlas'" in remarks_on(node, slice_node(a_scene, name="Green"))[0]


@pytest.mark.parametrize(
    ("table", "flag", "width", "said"),
    [
        ("Grey", False, 100, ""),
        ("InvGrey", False, 100, "inverted"),
        ("Grey", True, 100, "inverted"),
        ("InvGrey", True, 100, ""),
        ("Grey", False, -100, "inverted"),
        ("Grey", True, -100, ""),
        ("Rainbow", False, 100, "in colours"),
    ],
)
def test_inverted_and_coloured_displays_are_told(a_scene, table, flag, width, said):
    node = _node()
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID(_colours(a_scene, table))
    display.SetInvertDisplayScalarRange(flag)
    display.SetWindowLevel(width, 50)
    remarks = remarks_on(node)
    assert len(remarks) == bool(said)
    assert not said or (said in remarks[0] and "'scan'" in remarks[0])


def test_a_display_threshold_is_told(a_scene):
    node = _node()
    node.GetDisplayNode().SetApplyThreshold(True)
    assert remarks_on(node) == ("A display threshold hides a part of 'scan'; the model gets all of it.",)


def test_colour_images_need_no_remark(a_scene):
    assert remarks_on(_node(colour=True)) == ()


def test_an_ordinary_volume_is_no_frame(a_scene):
    assert shown_frame(_node()) is None


def test_hounsfield_units_are_known_where_the_volume_says_so(a_scene):
    import slicer

    node = _node()
    assert in_hounsfield_units(node) is None
    for code, expected in (("[hnsf'U]", True), ("{SUVbw}g/ml", False)):
        units = slicer.vtkCodedEntry()
        units.SetValueSchemeMeaning(code, "UCUM", "unit")
        node.SetVoxelValueUnits(units)
        assert in_hounsfield_units(node) is expected
