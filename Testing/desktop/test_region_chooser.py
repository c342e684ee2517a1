"""A region in space is chosen and placed."""

from __future__ import annotations

import pytest

from SAMSegmenterLib.scene.regions import POINTS_CLASS, REGION_CLASS
from support.phantoms import two_boxes_volume


@pytest.fixture
def chooser(start_editing):
    from SAMSegmenterLib.desktop.region_chooser import RegionChooser

    start_editing(two_boxes_volume()[0])
    regions = []
    made = RegionChooser(regions.append)
    made.regions = regions
    yield made
    made.let_go()


def test_regions_and_point_lists_can_be_chosen_and_created(chooser, a_scene):
    a_scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", "a line")
    region = a_scene.AddNewNodeByClass(REGION_CLASS, "a region")
    assert chooser.node is None and chooser.regions == []
    chooser.region.setCurrentNode(region)
    points = chooser.region.addNode(POINTS_CLASS)
    assert chooser.node is points and chooser.regions == [region, points]
    assert chooser.region.addEnabled and chooser.region.noneEnabled and chooser.region.renameEnabled
    assert list(chooser.region.nodeTypes) == [REGION_CLASS, POINTS_CLASS]


def test_a_region_is_placed_once_and_points_one_after_the_other(chooser):
    place = chooser.place
    for kind, persistent in ((REGION_CLASS, 0), (POINTS_CLASS, 1)):
        node = chooser.region.addNode(kind)
        assert place.currentNode() is node
        place.placeButton().click()
        assert place.placeModeEnabled
        assert place._interaction.GetPlaceModePersistence() == persistent
        chooser.stop_placing()
        assert not place.placeModeEnabled and not place.placeButton().checked


def test_choosing_another_region_ends_placing(chooser, a_scene):
    chooser.region.addNode(REGION_CLASS)
    chooser.place.placeButton().click()
    chooser.region.setCurrentNode(None)
    assert chooser.place._interaction.GetCurrentInteractionMode() == chooser.place._interaction.ViewTransform
    assert chooser.regions[-1] is None


def test_a_region_that_is_removed_is_not_chosen_any_more(chooser, a_scene):
    node = chooser.region.addNode(REGION_CLASS)
    a_scene.RemoveNode(node)
    assert chooser.node is None and chooser.regions[-1] is None


def test_showing_a_node_that_is_shown_already_tells_nobody(chooser):
    node = chooser.region.addNode(REGION_CLASS)
    heard = list(chooser.regions)
    chooser.show_node(node)
    assert chooser.regions == heard
    chooser.show_node(None)
    assert chooser.node is None


def test_after_the_end_the_scene_is_left_alone(chooser, a_scene):
    chooser.let_go()
    a_scene.AddNewNodeByClass(REGION_CLASS)
    assert chooser.regions == [] and chooser.node is None
    chooser.region.connect("currentNodeChanged(vtkMRMLNode*)", chooser._region_chosen)
