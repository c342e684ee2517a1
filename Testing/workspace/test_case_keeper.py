"""The case at hand is exchanged whole or not at all, and what was accepted on it is kept."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.opening import Opened
from support.phantoms import matrix, two_boxes_volume
from support.workspace_desk import IN_FIRST, a_keeper_desk

pytest.importorskip("slicer", reason="Slicer's Python package is not installed")


@pytest.fixture
def desk(tmp_path):
    desk = a_keeper_desk(tmp_path)
    yield desk
    desk.keeper.end()


def accept(desk):
    desk.controller.do(lambda: desk.controller.click("axial", IN_FIRST))
    desk.settle()
    desk.controller.do(desk.controller.accept)
    desk.settle()
    assert desk.voxels() > 0


def again(tmp_path):
    return a_keeper_desk(tmp_path)


def test_accepted_segments_are_offered_to_the_next_workspace_and_taken_over(desk, tmp_path):
    accept(desk)
    before = desk.controller.case.segmentation().layers[0] != 0
    desk.controller.case.rename_segment(desk.controller.case.segments()[0].id, "kidney")
    desk.keeper.end()
    later = again(tmp_path)
    assert later.keeper.offer is not None and later.voxels() == 0
    later.keeper.take_over()
    after = later.controller.case.segmentation().layers[0] != 0
    assert np.array_equal(before, after) and later.keeper.offer is None
    later.keeper.end()
    assert again(tmp_path).keeper.offer is not None  # it was not saved yet


def test_an_offer_that_is_not_wanted_is_gone(desk, tmp_path):
    accept(desk)
    desk.keeper.end()
    later = again(tmp_path)
    later.keeper.dismiss()
    later.keeper.end()
    assert again(tmp_path).keeper.offer is None


def test_what_was_saved_is_not_offered_unless_it_was_changed_since(desk, tmp_path):
    accept(desk)
    desk.keeper.was_saved(desk.controller.case.state())
    desk.keeper.end()
    later = again(tmp_path)
    assert later.keeper.offer is None
    accept(later)
    later.keeper.was_saved(later.controller.case.state())
    later.controller.do(later.controller.undo)
    later.controller.do(later.controller.redo)
    later.settle()
    later.keeper.end()
    assert again(tmp_path).keeper.offer is not None


def test_without_an_offer_there_is_nothing_to_take_over(desk):
    with pytest.raises(InputError, match="no segments of an earlier"):
        desk.keeper.take_over()


def test_another_volume_replaces_the_case_and_the_first_comes_back_with_its_segments_offered(desk):
    first = desk.controller.case.volume
    accept(desk)
    other, labels = two_boxes_volume(ijk_to_ras=matrix((1.0, 1.0, 4.0)))
    desk.keeper.exchange(Opened(other, labels, ("A note.",)))
    assert [row.name for row in desk.controller.case.segments()] == ["left box", "right box"]
    assert "A note." in desk.messages and desk.keeper.offer is None
    desk.keeper.exchange(Opened(first))
    assert desk.voxels() == 0 and desk.keeper.offer is not None
    desk.keeper.take_over()
    assert desk.voxels() > 0


def test_a_case_that_cannot_be_made_leaves_everything_as_it_is(desk, monkeypatch):
    accept(desk)
    before = desk.controller
    other, labels = two_boxes_volume(ijk_to_ras=matrix((1.0, 1.0, 4.0)))

    def fail(*_):
        raise InputError("no room")

    monkeypatch.setattr("SAMSegmenterLib.workspace.case_keeper.WorkspaceCase", fail)
    with pytest.raises(InputError, match="no room"):
        desk.keeper.exchange(Opened(other, labels))
    assert desk.controller is before and desk.voxels() > 0
    desk.controller.do(lambda: desk.controller.click("axial", IN_FIRST))
    desk.settle()


def test_structures_of_a_file_become_segments_beside_those_with_voxels(desk):
    _volume, labels = two_boxes_volume(ijk_to_ras=matrix(lps=True))
    assert desk.keeper.add_labels(labels) == 2
    names = [row.name for row in desk.controller.case.segments()]
    assert names == ["left box", "right box"]  # the empty segment gave way
    assert desk.keeper.add_labels(labels) == 2
    rows = desk.controller.case.segments()
    assert [row.name for row in rows] == ["left box", "right box", "left box 2", "right box 2"]
    assert len({row.id for row in rows}) == 4 and len({row.colour for row in rows}) == 4
    assert desk.voxels(0) == desk.voxels(2) == int(labels.mask(labels.structures[0]).sum())
    kept = desk.controller.case.kept()()
    assert [look.id for look in kept.looks] == [row.id for row in rows]
