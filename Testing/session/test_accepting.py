"""What is accepted is exactly what was shown, in one undo step; everything else stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.array_writer import ArraySegmentWriter
from support.editing import a_desk
from support.phantoms import FIRST, SECOND, matrix, oblique_matrix, sphere_volume, two_boxes_volume

INSIDE_ONE, INSIDE_TWO = (8, 8), (32, 20)


def labels_of(number=1, **options):
    """Voxels of a structure of the two boxes."""
    volume, _ = two_boxes_volume(**options)
    return volume.array == (FIRST, SECOND)[number - 1]


def on_slice(mask, axis, index):
    """The same, on one slice alone."""
    kept = np.zeros_like(mask)
    np.moveaxis(kept, axis, 0)[index] = np.moveaxis(mask, axis, 0)[index]
    return kept


def prompted(desk, xy=INSIDE_ONE):
    desk.session.add_point(xy)
    desk.settle()
    return desk


def test_set_makes_the_segment_equal_to_the_mask_on_this_slice_and_nowhere_else():
    desk = a_desk()
    desk.mask()[:] = 1
    desk.mask("two")[:] = 1
    result = prompted(desk).session.accept()
    expected = np.ones_like(desk.mask())
    expected[8] = labels_of()[8]
    np.testing.assert_array_equal(desk.mask(), expected)
    assert desk.mask("two").all()
    assert result.changed == int((1 - expected).sum())


def test_add_adds_and_removes_nothing():
    desk = a_desk()
    desk.mask()[8, 30:, :4] = 1
    before = desk.mask().copy()
    desk.session.mode = "add"
    result = prompted(desk).session.accept()
    expected = on_slice(labels_of(), 0, 8)
    np.testing.assert_array_equal(desk.mask(), before | expected)
    assert result.changed == int(expected.sum())


def test_remove_takes_away_and_adds_nothing():
    desk = a_desk()
    desk.mask()[:, :12] = 1
    before = desk.mask().copy()
    desk.session.mode = "remove"
    result = prompted(desk).session.accept()
    taken = before.astype(bool) & on_slice(labels_of(), 0, 8)
    np.testing.assert_array_equal(desk.mask().astype(bool), before.astype(bool) & ~taken)
    assert result.changed == int(taken.sum()) > 0


PLACES = {
    "RAS": matrix((1, 1, 1)),
    "LPS": matrix((1, 1, 1), lps=True),
    "anisotropic": matrix((2.5, 0.7, 0.7)),
    "three sides": matrix((3.0, 1.0, 0.5)),
    "oblique": oblique_matrix((2, 1, 1)),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("axis", "index"), [(0, 8), (1, 12), (2, 10)])
def test_the_voxels_written_are_those_of_the_structure_in_every_orientation(place, axis, index):
    volume, _ = two_boxes_volume(ijk_to_ras=PLACES[place])
    desk = a_desk(volume, plane=SlicePlane.lattice(axis, index))
    layer = np.moveaxis(labels_of(), axis, 0)[index]
    rows, columns = np.nonzero(layer)
    ijk = np.zeros(3)
    others = [a for a in (0, 1, 2) if a != axis]
    ijk[2 - axis], ijk[2 - others[0]], ijk[2 - others[1]] = index, np.median(rows), np.median(columns)
    grid = desk.session.grid
    xy = (np.linalg.inv(grid.pixel_to_ijk) @ [*ijk, 1])[:2]
    desk.session.add_box([0, 0, grid.shape[1] - 1, grid.shape[0] - 1])
    desk.session.add_point(xy)
    desk.settle()
    desk.session.accept()
    expected = on_slice(labels_of(), axis, index)
    differing = desk.mask().astype(bool) ^ expected
    ring = on_slice(_border(expected), axis, index)
    assert not (differing & ~ring).any(), "only where interpolation mixes two values may a voxel differ"
    if np.allclose(np.diff([s for a, s in enumerate(volume.spacing_kji) if a != axis]), 0):
        assert not differing.any()


def _border(mask):
    from scipy import ndimage

    return ndimage.binary_dilation(mask, iterations=1) & ~ndimage.binary_erosion(mask, iterations=1)


def test_a_finer_lattice_of_the_segmentation_is_written_at_every_voxel():
    volume, _ = two_boxes_volume()
    fine = volume.ijk_to_ras @ np.diag([0.5, 0.5, 0.5, 1])
    fine[:3, 3] = (volume.ijk_to_ras @ [-0.25, -0.25, -0.25, 1])[:3]
    k, j, i = volume.shape_kji
    writer = ArraySegmentWriter(Lattice(fine, (0, 2 * i - 1, 0, 2 * j - 1, 0, 2 * k - 1)), ["one", "two"])
    desk = prompted(a_desk(volume, writer=writer))
    desk.session.accept()
    expected = np.repeat(np.repeat(np.repeat(on_slice(labels_of(), 0, 8), 2, 0), 2, 1), 2, 2)
    np.testing.assert_array_equal(desk.mask().astype(bool), expected)


def test_a_cropped_lattice_takes_what_lies_in_it():
    volume, _ = two_boxes_volume()
    writer = ArraySegmentWriter(Lattice(volume.ijk_to_ras, (8, 47, 0, 10, 0, 15)), ["one", "two"])
    desk = prompted(a_desk(volume, writer=writer))
    result = desk.session.accept()
    expected = on_slice(labels_of(), 0, 8)[:, :11, 8:]
    np.testing.assert_array_equal(desk.mask().astype(bool), expected)
    assert result.changed == int(expected.sum())


@pytest.mark.parametrize("curved", [False, True])
def test_parent_transforms_between_volume_and_segmentation_are_respected(curved):
    volume, _ = two_boxes_volume()
    shift = np.array([3.0, -2.0, 1.0])
    away = volume.ijk_to_ras.copy()
    away[:3, 3] += shift
    writer = ArraySegmentWriter(Lattice(away, (0, 47, 0, 39, 0, 15)), ["one", "two"])
    forth, back = np.eye(4), np.eye(4)
    forth[:3, 3], back[:3, 3] = -shift, shift
    if curved:
        facts = {"segmentation_to_volume": lambda p: p - shift, "volume_to_segmentation": lambda p: p + shift}
    else:
        facts = {"segmentation_to_volume": forth, "volume_to_segmentation": back}
    desk = prompted(a_desk(volume, writer=writer, **facts))
    desk.session.accept()
    np.testing.assert_array_equal(desk.mask().astype(bool), on_slice(labels_of(), 0, 8))


def test_a_tilted_plane_is_written_where_it_cuts_the_structure_and_only_there():
    volume, _ = sphere_volume((32, 32, 32), (1, 1, 1), 10)
    angle = np.radians(30)
    x, y = (np.cos(angle), 0.0, np.sin(angle)), (0.0, 1.0, 0.0)
    centre = np.full(3, 15.5)
    origin = centre - 15 * np.array(x) - 15 * np.array(y)
    plane = SlicePlane.oblique(origin, x, y, (1, 1), (31, 31))
    desk = a_desk(volume, plane=plane)
    desk.session.window = "limits:199,200"  # interpolation makes greys in between, the model shall see two values
    desk.session.add_point((15, 15))
    desk.settle()
    desk.session.accept()
    ball, written = volume.array == 200, desk.mask().astype(bool)
    k, j, i = np.nonzero(written)
    normal = np.cross(x, y)
    assert np.abs((np.stack([i, j, k], 1) - centre) @ normal).max() < 0.9
    k, j, i = np.meshgrid(*map(np.arange, ball.shape), indexing="ij")
    through = np.abs((np.stack([i, j, k], -1) - centre) @ normal) < 0.4
    inner = np.linalg.norm(np.stack([i, j, k], -1) - centre, axis=-1) < 8
    assert written[through & inner].all() and not written[~ball & (np.abs(k - 15.5) > 11)].any()


def test_one_acceptance_is_one_undo_step_and_undo_restores_exactly():
    desk = a_desk()
    desk.mask()[5:11, 3:9, 2:40] = 1
    before = {name: desk.mask(name).copy() for name in ("one", "two")}
    prompted(desk).session.accept()
    after = desk.mask().copy()
    assert len(desk.writer.undo_steps) == 1
    desk.writer.undo()
    np.testing.assert_array_equal(desk.mask(), before["one"])
    np.testing.assert_array_equal(desk.mask("two"), before["two"])
    desk.writer.redo()
    np.testing.assert_array_equal(desk.mask(), after)


def test_rejecting_leaves_the_segment_and_takes_the_new_marks_back():
    desk = a_desk()
    desk.mask()[8, :4] = 1
    before = desk.mask().copy()
    prompted(desk)
    assert desk.session.reject()
    assert desk.session.preview is None and len(desk.session.marks) == 0 and not desk.writer.undo_steps
    np.testing.assert_array_equal(desk.mask(), before)
    assert not desk.session.reject()
    assert desk.session.undo_mark() and len(desk.session.marks) == 1


def test_rejecting_goes_back_to_the_marks_that_were_accepted():
    desk = prompted(a_desk())
    desk.session.accept()
    accepted = desk.session.marks
    prompted(desk, INSIDE_TWO)
    assert len(desk.session.marks) == 2
    desk.session.reject()
    assert desk.session.marks is accepted and desk.session.preview is None


def test_rejecting_while_the_model_works_shows_nothing_afterwards():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.session.reject()
    desk.settle()
    assert desk.session.preview is None and not desk.mask().any()


def test_after_setting_a_slice_its_marks_stay_and_refining_replaces_the_mask():
    desk = prompted(a_desk())
    desk.session.accept()
    assert len(desk.session.marks) == 1 and desk.session.preview is None
    desk.session.add_point((10, 12), label=0)
    desk.settle()
    desk.session.accept()
    expected = labels_of()[8]
    expected[10:15, 8:13] = False  # what the predictor cuts out for a negative point
    np.testing.assert_array_equal(desk.mask()[8].astype(bool), expected)
    assert len(desk.writer.undo_steps) == 2


@pytest.mark.parametrize("mode", ["add", "remove"])
def test_after_adding_or_removing_the_marks_have_done_their_work_and_can_be_brought_back(mode):
    desk = a_desk()
    desk.mask()[:] = mode == "remove"
    desk.session.mode = mode
    prompted(desk).session.accept()
    assert len(desk.session.marks) == 0
    assert desk.session.undo_mark() and len(desk.session.marks) == 1


def test_the_chosen_candidate_is_written_cleaned_as_shown():
    volume, _ = two_boxes_volume()
    volume.array[volume.array == SECOND] = FIRST
    desk = a_desk(volume)
    desk.session.cleanup = CleanUp(keep="largest")
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.next_candidate()
    shown = desk.session.preview.mask.copy()
    assert not np.array_equal(shown, desk.session.preview.candidates.masks[1])
    desk.session.accept()
    np.testing.assert_array_equal(desk.mask()[8].astype(bool), shown)


def test_accepting_at_once_waits_for_a_preview_that_is_about_to_come():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.worker.run_next()  # done, but no tick has published it
    assert desk.session.accept().changed == int(labels_of()[8].sum())


def test_accepting_before_the_preview_is_there_says_so_and_writes_nothing():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    result = desk.session.accept()
    assert result.changed == 0 and "not up to date" in desk.messages and not desk.mask().any()
    desk.settle()
    assert desk.session.accept().changed > 0


def test_accepting_nothing_says_so():
    desk = a_desk()
    assert desk.session.accept().changed == 0
    assert "nothing to accept" in desk.messages


def test_an_empty_mask_is_not_accepted_and_erases_nothing():
    desk = a_desk()
    desk.mask()[8] = 1
    desk.session.add_scribble(np.array([[1.0, 1.0]]), label=0)
    desk.settle()
    desk.session.accept()
    assert desk.mask()[8].all() and "empty" in desk.messages and not desk.writer.undo_steps


def protected_desk(editable):
    volume, _ = two_boxes_volume()
    writer = ArraySegmentWriter(Lattice(volume.ijk_to_ras, (0, 47, 0, 39, 0, 15)), ["one", "two"], editable=editable)
    return a_desk(volume, writer=writer)


def test_protected_voxels_stay_and_are_counted_in_the_message():
    editable = np.ones((16, 40, 48), bool)
    editable[:, :10] = False
    desk = prompted(protected_desk(editable), (8, 15))
    result = desk.session.accept()
    expected = on_slice(labels_of(), 0, 8) & editable
    np.testing.assert_array_equal(desk.mask().astype(bool), expected)
    protected = int((on_slice(labels_of(), 0, 8) & ~editable).sum())
    assert f"{protected} of" in result.message and "protected" in result.message
    assert "protected" not in desk.messages.replace(result.message, "")


def test_a_click_on_a_protected_place_says_so_at_once():
    desk = protected_desk(np.zeros((16, 40, 48), bool))
    desk.session.add_point(INSIDE_ONE)
    assert "protected" in desk.messages
    desk.settle()
    result = desk.session.accept()
    assert result.changed == 0 and "all" in result.message and not desk.writer.undo_steps
    assert "section Masking of the Segment Editor" in result.message
    assert desk.session.preview is not None, "it can be accepted once the mask is lifted"


def test_a_segment_that_is_like_the_mask_already_is_left_alone():
    desk = a_desk()
    desk.mask()[:] = on_slice(labels_of(), 0, 8)
    result = prompted(desk).session.accept()
    assert result.changed == 0 and "already" in result.message and not desk.writer.undo_steps


def test_a_writer_that_refuses_leaves_the_preview_and_says_why():
    desk = prompted(a_desk())

    def refuse(edits, label):
        raise InputError("The segment 'one' is locked.", "Unlock it.")

    desk.writer.commit = refuse
    assert desk.session.accept().changed == 0
    assert "locked" in desk.messages and desk.session.preview is not None
    assert not desk.session.book.accepted


def test_a_fault_in_the_writer_is_a_message_not_a_traceback(caplog):
    desk = prompted(a_desk())
    desk.writer.commit = lambda edits, label: 1 // 0
    assert desk.session.accept().changed == 0
    assert "ZeroDivisionError" in desk.messages and "Traceback" not in desk.messages
    assert "ZeroDivisionError" in caplog.text


def test_a_segment_that_is_removed_before_accepting_is_not_written():
    desk = prompted(a_desk())
    desk.writer.remove_segment("one")
    assert desk.session.accept().changed == 0
    assert "not there any more" in desk.messages and desk.session.segment_id is None
    assert not desk.mask("two").any()


def test_a_volume_that_changes_before_accepting_is_not_written_with_the_old_mask():
    desk = prompted(a_desk())
    desk.scene.paint(np.s_[8, :, :], 50)
    assert desk.session.accept().changed == 0 and not desk.mask().any()


def test_what_was_accepted_is_tagged_with_its_model():
    desk = prompted(a_desk())
    desk.session.accept()
    tags = desk.writer.tags["one"]
    assert tags["model"] == "threshold" and tags["sha256"] == "f" * 64 and "hand" in tags["origin"]


def test_other_segments_give_way_only_if_the_writer_is_set_so():
    volume, _ = two_boxes_volume()
    for overwrite in (False, True):
        writer = ArraySegmentWriter.for_volume(volume, ["one", "two"], overwrite)
        desk = a_desk(volume, writer=writer)
        desk.mask("two")[:] = 1
        prompted(desk).session.accept()
        lost = desk.mask("two") == 0
        np.testing.assert_array_equal(lost, on_slice(labels_of(), 0, 8) if overwrite else np.zeros_like(lost))
        desk.writer.undo()
        assert desk.mask("two").all()


def test_a_mode_that_does_not_exist_is_refused():
    desk = a_desk()
    desk.session.mode = "erase"
    assert desk.session.mode == "set" and "erase" in desk.messages


def test_a_two_dimensional_colour_image_is_segmented():
    picture = np.full((1, 40, 60, 3), 50, np.uint8)
    picture[0, 10:20, 15:30] = (200, 40, 120)
    volume = Volume(picture, has_spacing=False)
    desk = prompted(a_desk(volume, plane=SlicePlane.lattice(0, 0), displayed=None), (20, 15))
    desk.session.accept()
    expected = np.zeros((1, 40, 60), bool)
    expected[0, 10:20, 15:30] = True
    np.testing.assert_array_equal(desk.mask().astype(bool), expected)
