"""Several slices in the panel: the region, and how far the slices are."""

from __future__ import annotations

import pytest

from SAMSegmenterLib.scene.regions import REGION_CLASS
from support.phantoms import two_boxes_volume


@pytest.fixture
def section(start_editing):
    from SAMSegmenterLib.desktop.stack_section import StackSection

    start_editing(two_boxes_volume()[0])
    actions, regions = [], []
    made = StackSection(regions.append, lambda name: lambda: actions.append(name))
    made.actions, made.regions = actions, regions
    yield made
    made.chooser.let_go()


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


def test_the_region_that_is_chosen_is_told(section):
    node = section.chooser.region.addNode(REGION_CLASS)
    assert section.regions == [node]


def test_it_begins_collapsed_and_opens(section, a_desktop):
    assert section.widget.collapsed
    section.widget.show()
    section.widget.collapsed = False
    a_desktop.processEvents()
    assert section.outline_region.isVisible() and section.progress.isHidden()
    section.widget.close()
