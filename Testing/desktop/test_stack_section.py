"""Several slices in the panel: the region, and how far the slices are."""

from __future__ import annotations

import pytest

from SAMSegmenterLib.scene.regions import POINTS_CLASS, REGION_CLASS
from support.phantoms import two_boxes_volume


@pytest.fixture
def section(start_editing):
    from SAMSegmenterLib.desktop.stack_section import StackSection

    start_editing(two_boxes_volume()[0])
    actions, regions = [], []
    made = StackSection(regions.append, lambda name: lambda: actions.append(name))
    made.actions, made.regions = actions, regions
    yield made
    made.let_go()


def test_regions_and_point_lists_can_be_chosen_and_created(section, a_scene):
    a_scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", "a line")
    region = a_scene.AddNewNodeByClass(REGION_CLASS, "a region")
    assert section.node is None and section.regions == []
    section.region.setCurrentNode(region)
    points = section.region.addNode(POINTS_CLASS)
    assert section.node is points and section.regions == [region, points]
    assert section.region.addEnabled and section.region.noneEnabled and section.region.renameEnabled
    assert list(section.region.nodeTypes) == [REGION_CLASS, POINTS_CLASS]


def test_a_region_is_placed_once_and_points_one_after_the_other(section):
    place = section.place
    for kind, persistent in ((REGION_CLASS, 0), (POINTS_CLASS, 1)):
        node = section.region.addNode(kind)
        assert place.currentNode() is node
        place.placeButton().click()
        assert place.placeModeEnabled
        assert place._interaction.GetPlaceModePersistence() == persistent
        section.stop_placing()
        assert not place.placeModeEnabled and not place.placeButton().checked


def test_choosing_another_region_ends_placing(section, a_scene):
    section.region.addNode(REGION_CLASS)
    section.place.placeButton().click()
    section.region.setCurrentNode(None)
    assert section.place._interaction.GetCurrentInteractionMode() == section.place._interaction.ViewTransform
    assert section.regions[-1] is None


def test_a_region_that_is_removed_is_not_chosen_any_more(section, a_scene):
    node = section.region.addNode(REGION_CLASS)
    a_scene.RemoveNode(node)
    assert section.node is None and section.regions[-1] is None


def test_showing_a_node_that_is_shown_already_tells_nobody(section):
    node = section.region.addNode(REGION_CLASS)
    heard = list(section.regions)
    section.show_node(node)
    assert section.regions == heard
    section.show_node(None)
    assert section.node is None


def test_progress_is_there_while_there_is_a_stack(section):
    assert section.progress.isHidden() and not section.accept.enabled and not section.reject.enabled
    section.show_stack((0, 30), 0)
    assert not section.progress.isHidden() and not section.accept.enabled and section.reject.enabled
    section.show_stack((12, 30), 11)
    assert (section.progress.value, section.progress.maximum, section.progress.text) == (12, 30, "12 of 30 slices")
    assert section.accept.enabled
    section.show_stack(None)
    assert section.progress.isHidden() and not section.accept.enabled


def test_buttons_do_their_actions(section):
    section.show_stack((1, 1), 1)
    for one in (section.outline_region, section.outline_marked, section.accept, section.reject):
        one.click()
    assert section.actions == ["outline_region", "outline_marked", "accept_stack", "reject_stack"]


def test_it_begins_collapsed_and_opens(section, a_desktop):
    assert section.widget.collapsed
    section.widget.show()
    section.widget.collapsed = False
    a_desktop.processEvents()
    assert section.outline_region.isVisible() and section.progress.isHidden()
    section.widget.close()


def test_after_the_end_the_scene_is_left_alone(section, a_scene):
    section.let_go()
    a_scene.AddNewNodeByClass(REGION_CLASS)
    assert section.regions == [] and section.node is None
    section.region.connect("currentNodeChanged(vtkMRMLNode*)", section._region_chosen)
