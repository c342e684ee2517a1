"""The session keeps up with viewer, volume, segments and model, and can always be stopped."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windowing import LevelWidth
from support.editing import a_desk
from support.phantoms import matrix

INSIDE_ONE = (8, 8)


def test_showing_the_same_slice_again_changes_nothing():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    preview = desk.session.preview
    desk.session.show(SlicePlane.lattice(0, 8))
    assert desk.session.preview is preview


def test_a_slice_outside_the_volume_is_said_and_not_taken():
    desk = a_desk()
    desk.session.show(SlicePlane.lattice(0, 99))
    assert desk.session.plane is None and "0 to 15" in desk.messages
    assert desk.session.grid is None


def test_the_grid_of_the_slice_says_where_its_pixels_lie():
    desk = a_desk()
    grid = desk.session.grid
    assert grid.shape == (40, 48) and not grid.pixels.any()
    np.testing.assert_array_equal(grid.pixel_to_ijk @ [3, 5, 0, 1], [3, 5, 8, 1])


def test_a_removed_volume_is_said_once_and_ends_everything_under_way():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.scene.remove()
    desk.session.tick()
    assert desk.messages.count("not there any more") == 1
    desk.settle()
    desk.session.tick()
    assert desk.messages.count("not there any more") == 1
    assert desk.session.preview is None and desk.session.source is None and len(desk.session.marks) == 0


def test_a_volume_that_comes_back_has_its_marks():
    desk = a_desk()
    mark = desk.session.add_point(INSIDE_ONE)
    volume = desk.scene.source().volume
    desk.scene.show(Volume(np.zeros((16, 40, 48), np.int16), matrix()), "other")
    desk.session.tick()
    assert len(desk.session.marks) == 0
    desk.scene.show(volume, "volume")
    desk.settle()
    assert [one.id for one in desk.session.marks] == [mark] and desk.session.preview is not None


def test_a_volume_that_cannot_be_used_is_said_once():
    desk = a_desk()
    desk.scene.error = InputError("The volume 'x' has 4 values per voxel.", "Choose another.")
    for _ in range(3):
        desk.session.tick()
    assert desk.messages.count("4 values per voxel") == 1
    assert desk.session.add_point(INSIDE_ONE) is None and "4 values per voxel" in desk.messages
    desk.scene.error = None
    desk.session.tick()
    assert desk.session.add_point(INSIDE_ONE) is not None


def test_what_is_odd_about_the_view_is_said():
    desk = a_desk(remarks=("The view shows 'PET' over 'CT'; 'CT' is segmented.",))
    assert "'CT' is segmented" in desk.messages
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert "'CT' is segmented" in desk.messages, "for as long as it holds"
    desk.scene.change(remarks=("The colour table is inverted; the model sees it upright.",))
    desk.heard.clear()
    desk.session.tick()
    assert "inverted" in desk.messages and "PET" not in desk.messages
    assert any("notices" in changed for changed in desk.heard)
    desk.scene.change(remarks=())
    desk.session.tick()
    assert "inverted" not in desk.messages


def test_a_removed_segment_is_noticed_and_its_marks_come_back_with_it():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.writer.remove_segment("one")
    desk.session.tick()
    assert desk.session.segment_id is None and desk.session.preview is None
    desk.writer.add_segment("one")
    desk.session.select_segment("one")
    assert len(desk.session.marks) == 1


def test_everything_under_way_can_be_cancelled_and_asked_again():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.session.cancel()
    assert "Stopped" in desk.messages and len(desk.session.marks) == 1
    desk.settle()
    assert desk.session.preview is None and desk.predictors["threshold"].encode_calls == 0
    desk.session.add_point((9, 9))
    desk.settle()
    assert desk.session.preview is not None


def test_cancelling_nothing_says_nothing():
    desk = a_desk()
    desk.session.cancel()
    assert desk.messages == ""


def test_the_status_says_model_device_latency_and_cache():
    desk = a_desk()
    assert desk.session.status.model == "threshold" and not desk.session.status.is_loaded
    desk.session.add_point(INSIDE_ONE)
    assert desk.session.status.is_busy
    desk.settle()
    status = desk.session.status
    assert status.is_loaded and status.device == "cpu" and not status.is_busy and status.error is None
    assert status.latency_seconds > 0 and status.encode_seconds > 0
    assert (status.cache_entries, status.cache_bytes) == (1, 2 * 40 * 48)


def test_progress_is_there_while_something_runs_and_gone_afterwards():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.session.tick()
    assert any("progress" in names for names in desk.heard)
    desk.settle()
    assert desk.session.progress is None


def test_a_tick_without_anything_to_do_changes_nothing_and_calls_nobody():
    desk = a_desk()
    desk.rest()
    desk.heard.clear()
    assert not desk.session.tick() and desk.heard == []


def test_listeners_that_change_the_session_do_not_hang_it():
    desk = a_desk()
    desk.session.on_change(lambda names: desk.session.set_keyframe(True))
    assert desk.session.add_point(INSIDE_ONE) is not None
    desk.session.tick()


@pytest.mark.parametrize("index", [0, 15])
def test_marks_on_the_first_and_last_slice_work(index):
    desk = a_desk(plane=SlicePlane.lattice(0, index))
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert desk.session.accept().changed > 0
    assert desk.mask()[index].any() and desk.mask().sum() == desk.mask()[index].sum()


def test_a_moved_window_is_told_to_listeners():
    desk = a_desk()
    desk.session.tick()
    desk.heard.clear()
    desk.scene.change(displayed=LevelWidth(10, 20))
    desk.session.tick()
    assert any("source" in names for names in desk.heard)


def test_a_segment_that_does_not_exist_cannot_be_selected():
    desk = a_desk()
    desk.session.select_segment("never")
    assert desk.session.segment_id is None
    desk.heard.clear()
    for _ in range(3):
        desk.session.select_segment("never")
        desk.session.tick()
    assert desk.heard == []


def test_why_the_slice_is_gone_stays_to_be_read_and_a_scroll_clears_it():
    desk = a_desk()
    plane = desk.session.plane
    desk.scene.remove()
    desk.session.tick()
    desk.session.show(None)
    assert "volume is not there" in desk.messages
    desk.session.show(plane)
    assert "volume is not there" not in desk.messages
