"""Accepted slices are carried through a volume; nothing of it is in a segment before it is accepted in one step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import DeviceMemoryError, ModelError
from SAMSegmenterLib.core.extents import window
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice, rasterise
from SAMSegmenterLib.core.propagation import KEYFRAME, StopReason
from SAMSegmenterLib.core.slicing import SlicePlane, extract, slice_grid
from SAMSegmenterLib.scene.slice_views import SliceView, plane_shown
from SAMSegmenterLib.session import propagation
from SAMSegmenterLib.session.array_writer import ArraySegmentWriter
from SAMSegmenterLib.session.replay import replay
from SAMSegmenterLib.session.worker import Worker
from support.editing import Desk, a_desk
from support.fake_predictor import ThresholdPredictor
from support.phantoms import matrix, two_boxes_volume

IN_ONE, IN_TWO = (10, 12), (34, 20)
FIRST, LAST = 4, 11
"""Slices along k that both boxes fill."""

AREA_ONE, AREA_TWO = 180, 300


def accepted_desk(**options) -> Desk:
    """A desk where slice 8 of the first box is accepted."""
    desk = a_desk(**options)
    accept_at(desk, IN_ONE)
    return desk


def accept_at(desk: Desk, xy: tuple[float, float]) -> None:
    """Mark the structure at a place on the slice shown, and accept."""
    desk.session.add_point(xy)
    desk.settle()
    desk.session.accept()
    desk.settle()


def propagated_desk(**options) -> Desk:
    """A desk where the first box is propagated through all of its slices, and nothing is accepted."""
    desk = accepted_desk(**options)
    assert desk.session.propagate(FIRST, LAST)
    desk.settle()
    return desk


def step(desk: Desk) -> None:
    """One job and one tick."""
    desk.worker.run_next()
    desk.session.tick()


def until_results(desk: Desk, count: int) -> None:
    """Work until so many slices are held."""
    for _ in range(100):
        if len(desk.session.propagation.held("one")) >= count:
            return
        step(desk)
    raise AssertionError("there are too few results")


def box(desk: Desk, value: int, slices: slice) -> np.ndarray:
    """(K, J, I) bool of the voxels of one intensity in some slices."""
    volume = desk.scene.source().volume.array
    wanted = np.zeros(volume.shape, bool)
    wanted[slices] = volume[slices] == value
    return wanted


def test_results_stream_in_and_are_not_in_the_segment():
    desk = accepted_desk()
    before = desk.mask().copy()
    assert desk.session.propagate(FIRST, LAST)
    propagation, seen = desk.session.propagation, [0]
    for _ in range(60):
        desk.heard.clear()
        step(desk)
        count = len(propagation.held("one"))
        if count > seen[-1]:
            assert any("propagation" in names for names in desk.heard)
            seen.append(count)
        if not propagation.is_running:
            break
    assert seen[-1] == LAST - FIRST and len(seen) == LAST - FIRST + 1, "slice by slice"
    assert propagation.has_results and not propagation.is_running and propagation.progress is None
    np.testing.assert_array_equal(desk.mask(), before)
    assert desk.writer.undo_steps == ("SAM: one",)


def test_accepting_all_is_one_undo_step():
    desk = propagated_desk()
    before = desk.mask().copy()
    result = desk.session.accept_propagation()
    assert result.changed == (LAST - FIRST) * AREA_ONE
    np.testing.assert_array_equal(desk.mask() != 0, box(desk, 200, slice(FIRST, LAST + 1)))
    assert len(desk.writer.undo_steps) == 2
    assert not desk.session.propagation.has_results and not desk.session.propagation.segments
    assert desk.writer.tags["one"]["origin"] == "accepted by hand and propagated"
    desk.writer.undo()
    np.testing.assert_array_equal(desk.mask(), before)


def test_a_range_is_accepted_and_the_rest_waits():
    desk = propagated_desk()
    desk.session.accept_propagation(5, 6)
    assert desk.mask().sum(axis=(1, 2)).nonzero()[0].tolist() == [5, 6, 8]
    propagation = desk.session.propagation
    assert list(propagation.held("one")) == [4, 7, 9, 10, 11]
    strip = {one.index: one for one in propagation.strip("one")}
    assert [index for index, one in strip.items() if one.is_accepted] == [5, 6, 8]
    assert strip[8].origin == KEYFRAME and strip[8].confidence == 1
    desk.session.accept_propagation()
    np.testing.assert_array_equal(desk.mask() != 0, box(desk, 200, slice(FIRST, LAST + 1)))
    assert len(desk.writer.undo_steps) == 3


def test_what_was_accepted_in_part_waits_again_when_it_is_undone():
    desk = propagated_desk()
    desk.session.accept_propagation(5, 6)
    desk.writer.undo()
    desk.session.segmentation_changed()
    assert list(desk.session.propagation.held("one")) == [4, 5, 6, 7, 9, 10, 11]
    desk.writer.redo()
    desk.session.segmentation_changed()
    assert list(desk.session.propagation.held("one")) == [4, 7, 9, 10, 11]


def test_a_keyframe_whose_acceptance_is_undone_is_written_with_the_results():
    desk = propagated_desk()
    desk.writer.undo()
    assert not desk.mask().any()
    desk.session.accept_propagation()
    np.testing.assert_array_equal(desk.mask() != 0, box(desk, 200, slice(FIRST, LAST + 1)))
    assert len(desk.writer.undo_steps) == 1


def test_keyframes_stay_as_they_are_even_when_they_were_painted_over():
    desk = accepted_desk()
    desk.mask()[8, 30:34, 2:6] = 1
    painted = desk.mask()[8].copy()
    desk.session.propagate(FIRST, LAST)
    desk.settle()
    assert desk.session.propagation.results.keyframes["one"][8].mask.sum() == painted.sum()
    desk.session.accept_propagation()
    np.testing.assert_array_equal(desk.mask()[8], painted)


def test_cancelling_keeps_what_is_there_and_it_can_be_accepted():
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 3)
    desk.session.cancel()
    desk.settle()
    propagation = desk.session.propagation
    held = list(propagation.held("one"))
    assert len(held) == 3 and not propagation.is_running and "stopped" in desk.messages
    assert StopReason.CANCELLED in [end.reason for end in propagation.ends]
    assert desk.session.accept_propagation().changed == 3 * AREA_ONE


def test_cancelling_before_the_first_result_leaves_nothing():
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    desk.session.cancel()
    desk.settle()
    assert not desk.session.propagation.segments and not desk.session.propagation.has_results


def test_rejecting_leaves_segment_and_marks():
    desk = propagated_desk()
    before, marks = desk.mask().copy(), desk.session.marks
    assert desk.session.reject_propagation()
    assert not desk.session.propagation.segments and desk.session.marks is marks
    np.testing.assert_array_equal(desk.mask(), before)
    assert not desk.session.reject_propagation()
    assert desk.session.accept_propagation().changed == 0 and "nothing to accept" in desk.messages


def test_a_click_gets_its_preview_between_two_results():
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 2)
    desk.session.show(SlicePlane.lattice(0, 9))
    desk.session.add_point(IN_TWO)
    for _ in range(2):
        step(desk)
    assert desk.session.preview is not None and desk.session.preview.mask.sum() == AREA_TWO
    assert desk.session.propagation.is_running
    desk.settle()
    assert len(desk.session.propagation.held("one")) == LAST - FIRST


def test_another_segment_can_be_selected_meanwhile():
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    desk.session.select_segment("two")
    desk.settle()
    desk.session.accept_propagation()
    np.testing.assert_array_equal(desk.mask() != 0, box(desk, 200, slice(FIRST, LAST + 1)))
    assert not desk.mask("two").any()


def test_several_segments_travel_in_one_pass_and_do_not_overlap():
    desk = accepted_desk()
    desk.session.select_segment("two")
    accept_at(desk, IN_TWO)
    assert desk.session.propagate(FIRST, LAST)
    desk.settle()
    assert set(desk.session.propagation.segments) == {"one", "two"}
    result = desk.session.accept_propagation()
    assert result.changed == (LAST - FIRST) * (AREA_ONE + AREA_TWO)
    assert not (desk.mask() & desk.mask("two")).any()
    np.testing.assert_array_equal(desk.mask("two") != 0, box(desk, 120, slice(FIRST, LAST + 1)))
    assert len(desk.writer.undo_steps) == 3, "two slices by hand and one step for all results"


def test_only_the_segments_asked_for_travel():
    desk = accepted_desk()
    desk.session.select_segment("two")
    accept_at(desk, IN_TWO)
    desk.session.propagate(FIRST, LAST, segments=["two"])
    desk.settle()
    assert desk.session.propagation.segments == ("two",)


@pytest.mark.parametrize("while_running", [True, False])
@pytest.mark.parametrize(
    "move",
    [
        lambda desk: desk.scene.paint(np.s_[3, 0, 0], 1),
        lambda desk: desk.scene.remove(),
        lambda desk: desk.scene.show(two_boxes_volume()[0], "another"),
    ],
)
def test_a_volume_that_changes_ends_propagation_and_nothing_is_written(move, while_running):
    desk = accepted_desk()
    before = desk.mask().copy()
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 2)
    if not while_running:
        desk.settle()
    move(desk)
    desk.settle()
    propagation = desk.session.propagation
    assert not propagation.segments and not propagation.is_running and "propagation ended" in desk.messages
    assert desk.session.accept_propagation().changed == 0
    np.testing.assert_array_equal(desk.mask(), before)


def test_a_volume_that_changes_right_before_acceptance_is_noticed():
    desk = propagated_desk()
    before = desk.mask().copy()
    desk.scene.paint(np.s_[3, 0, 0], 1)
    assert desk.session.accept_propagation().changed == 0
    np.testing.assert_array_equal(desk.mask(), before)


def test_a_segment_that_is_removed_takes_its_results_along():
    desk = accepted_desk()
    desk.session.select_segment("two")
    accept_at(desk, IN_TWO)
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 2)
    desk.writer.remove_segment("one")
    desk.settle()
    assert desk.session.propagation.segments == ("two",) and "removed" in desk.messages
    assert list(desk.session.propagation.held("two")) == [4, 5, 6, 7, 9, 10, 11]
    desk.writer.remove_segment("two")
    desk.settle()
    assert not desk.session.propagation.segments


def test_another_model_stops_the_pass_and_keeps_what_was_found():
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 2)
    desk.session.choose_model("threshold", "cuda")
    desk.settle()
    propagation = desk.session.propagation
    assert not propagation.is_running and len(propagation.held("one")) == 2 and "Another model" in desk.messages


def test_two_runs_give_identical_voxels():
    masks = []
    for pause in (False, True):
        desk = accepted_desk()
        desk.session.propagate()
        if pause:
            until_results(desk, 2)
            desk.session.show(SlicePlane.lattice(0, 5))
            desk.rest()
        desk.settle()
        desk.session.accept_propagation()
        masks.append(desk.mask().copy())
    np.testing.assert_array_equal(*masks)


def test_a_preview_is_carried_where_nothing_is_accepted_and_is_written_with_the_results():
    desk = a_desk()
    desk.session.add_point(IN_ONE)
    desk.settle()
    assert desk.session.propagate(FIRST, LAST)
    desk.settle()
    strip = {one.index: one for one in desk.session.propagation.strip("one")}
    assert not strip[8].is_accepted and desk.session.propagation.keyframes("one") == (8,)
    assert desk.session.accept_propagation().changed == (LAST - FIRST + 1) * AREA_ONE
    assert len(desk.writer.undo_steps) == 1 and desk.session.preview is None
    assert desk.session.prompts.accepted is desk.session.marks


def test_a_preview_that_is_on_its_way_is_waited_for():
    desk = a_desk()
    desk.session.add_point(IN_ONE)
    assert not desk.session.propagate(FIRST, LAST) and "to start from" in desk.messages


def test_voxels_that_somebody_else_made_are_carried_and_not_written_again():
    desk = a_desk()
    desk.mask()[8] = box(desk, 200, slice(8, 9))[8]
    assert desk.session.propagate(FIRST, LAST)
    desk.settle()
    assert desk.session.propagation.keyframes("one") == (8,)
    assert desk.session.accept_propagation().changed == (LAST - FIRST) * AREA_ONE


def test_nothing_to_start_from_is_said_and_keeps_what_there_is():
    desk = propagated_desk()
    desk.session.select_segment("two")
    assert not desk.session.propagate(FIRST, LAST, segments=["two"])
    assert "no slice of 'two' to start from" in desk.messages
    assert len(desk.session.propagation.held("one")) == LAST - FIRST


def test_one_slice_is_carried_up_or_down_and_joins_the_results():
    desk = accepted_desk()
    assert desk.session.propagate_one(1)
    desk.settle()
    assert list(desk.session.propagation.held("one")) == [9]
    desk.session.show(SlicePlane.lattice(0, 9))
    assert desk.session.propagate_one(1)
    desk.settle()
    desk.session.show(SlicePlane.lattice(0, 8))
    assert desk.session.propagate_one(-1)
    desk.settle()
    assert list(desk.session.propagation.held("one")) == [7, 9, 10]
    assert desk.session.accept_propagation().changed == 3 * AREA_ONE


def test_one_slice_is_not_carried_onto_an_accepted_one_nor_out_of_the_volume():
    desk = accepted_desk()
    desk.session.show(SlicePlane.lattice(0, 9))
    accept_at(desk, IN_ONE)
    assert not desk.session.propagate_one(-1) and "accepted already" in desk.messages
    desk.mask()[15, 5:10, 5:10] = 1
    desk.session.show(SlicePlane.lattice(0, 15))
    assert not desk.session.propagate_one(1) and "last slice" in desk.messages


def test_results_of_another_direction_are_not_lost_to_a_single_slice():
    desk = propagated_desk()
    desk.session.show(SlicePlane.lattice(1, 12))
    assert not desk.session.propagate_one(1) and "another direction" in desk.messages
    assert len(desk.session.propagation.held("one")) == LAST - FIRST


def test_a_region_of_interest_limits_the_slices():
    desk = accepted_desk()
    volume = desk.scene.source().volume
    ijk = np.array([[i, j, k] for i in (2, 30) for j in (2, 30) for k in (6, 9)], float)
    assert desk.session.propagate_within_roi(ijk @ volume.ijk_to_ras[:3, :3].T + volume.ijk_to_ras[:3, 3])
    desk.settle()
    assert list(desk.session.propagation.held("one")) == [6, 7, 9]
    assert not desk.session.propagate_within_roi(ijk + 1000) and "outside the volume" in desk.messages


def test_a_range_without_a_keyframe_starts_from_the_nearest_one():
    desk = accepted_desk()
    desk.session.propagate(11, 10)
    desk.settle()
    assert list(desk.session.propagation.held("one")) == [10, 11]
    assert not desk.session.propagate(40, 50) and "outside the volume" in desk.messages


def test_a_stop_mark_takes_away_what_lies_beyond_it_and_can_be_taken_away():
    desk = propagated_desk()
    desk.session.show(SlicePlane.lattice(0, 10))
    assert desk.session.toggle_stop_mark()
    propagation = desk.session.propagation
    assert list(propagation.held("one")) == [4, 5, 6, 7, 9] and propagation.stop_marks("one") == (10,)
    desk.session.show(SlicePlane.lattice(0, 5))
    desk.session.toggle_stop_mark()
    assert list(propagation.held("one")) == [6, 7, 9]
    assert not desk.session.toggle_stop_mark()
    assert propagation.stop_marks("one") == (10,) and propagation.stop_marks("two") == ()


def test_carried_prompts_become_marks_whose_mask_makes_the_slice_a_keyframe():
    desk = accepted_desk()
    desk.session.propagate(8, 10)
    desk.settle()
    desk.session.show(SlicePlane.lattice(0, 9))
    assert desk.session.edit_carried_prompts()
    assert len(desk.session.marks) > 0
    desk.settle()
    propagation = desk.session.propagation
    np.testing.assert_array_equal(desk.session.preview.mask, propagation.held("one")[9].mask)
    assert desk.session.accept().changed == AREA_ONE
    desk.settle()
    assert propagation.keyframes("one") == (8, 9) and list(propagation.held("one")) == [10]


def test_where_no_prompts_were_carried_there_are_none_to_edit():
    desk = propagated_desk()
    assert not desk.session.edit_carried_prompts() and "No prompts were carried" in desk.messages


def test_accepted_masks_are_replayed_from_the_prompt_file():
    desk = propagated_desk()
    desk.session.accept_propagation()
    volume = desk.scene.source().volume
    writer = ArraySegmentWriter.for_volume(volume, ("one", "two"))
    steps = list(replay(desk.session.prompt_file(), volume, ThresholdPredictor(), writer))
    assert len(steps) == LAST - FIRST + 1 and all(one.same for one in steps)
    np.testing.assert_array_equal(writer.mask("one"), desk.mask())


@pytest.fixture
def threaded():
    """A desk with a worker that has a thread of its own, and slice 8 of the first box accepted."""
    worker = Worker()
    desk = a_desk(worker=worker)
    desk.session.add_point(IN_ONE)
    tick_until(desk, lambda: desk.session.preview is not None)
    desk.session.accept()
    yield desk
    desk.session.close()
    worker.close()


def tick_until(desk: Desk, is_reached: Callable[[], bool]) -> None:
    for _ in range(5000):
        if is_reached():
            return
        desk.session.tick(0.01)
    raise AssertionError("it does not come")


def test_a_worker_on_its_own_thread_gets_its_slices_from_ticks(threaded):
    threaded.session.propagate(FIRST, LAST)
    tick_until(threaded, lambda: not threaded.session.propagation.is_running)
    assert threaded.session.accept_propagation().changed == (LAST - FIRST) * AREA_ONE


def test_running_prompts_stops_the_pass_since_nobody_copies_slices_for_it_then(threaded):
    prompts = threaded.session.prompt_file()
    threaded.session.propagate(FIRST, LAST)
    tick_until(threaded, lambda: threaded.session.propagation.held("one"))
    threaded.mask()[8] = 0
    assert threaded.session.run_prompts(prompts).changed == AREA_ONE
    assert not threaded.session.propagation.is_running


def test_results_are_added_when_the_mode_says_so():
    desk = propagated_desk()
    desk.mask()[6, 30:, :3] = 1
    desk.session.mode = "add"
    desk.session.accept_propagation()
    assert desk.mask()[6, 30:, :3].all() and desk.mask()[6].sum() == AREA_ONE + 30


def test_protected_voxels_stay_as_they_are():
    volume, _ = two_boxes_volume()
    editable = np.ones(volume.shape_kji, bool)
    editable[6] = False
    writer = ArraySegmentWriter(ArraySegmentWriter.for_volume(volume).lattice(), ("one",), editable=editable)
    desk = propagated_desk(volume=volume, writer=writer)
    desk.session.accept_propagation()
    assert not desk.mask()[6].any() and desk.mask()[5].sum() == AREA_ONE and "protected" in desk.messages


def test_a_model_that_fails_ends_the_pass_and_keeps_what_was_found():
    class Failing(ThresholdPredictor):
        def decode(self, *arguments, **options):
            if self.decode_calls >= 4:
                raise ModelError("The graphics card is gone.")
            return super().decode(*arguments, **options)

    desk = accepted_desk(predictor=Failing())
    desk.session.propagate(FIRST, LAST)
    desk.settle()
    propagation = desk.session.propagation
    assert "graphics card is gone" in desk.messages and not propagation.is_running
    assert 0 < len(propagation.held("one")) < LAST - FIRST


def test_a_device_without_memory_makes_the_pass_begin_anew_elsewhere():
    class Small(ThresholdPredictor):
        device = "cuda"

        def encode(self, images):
            if self.encode_calls >= 3:
                raise DeviceMemoryError("The graphics card has no memory left.")
            return super().encode(images)

    def load(name, device, precision):
        return ThresholdPredictor() if device == "cpu" or precision == "float16" else Small()

    desk = a_desk(load=load)
    desk.service.choose("threshold", "cuda")
    accept_at(desk, IN_ONE)
    desk.session.propagate(FIRST, LAST)
    desk.settle()
    held = desk.session.propagation.held("one")
    assert list(held) == [4, 5, 6, 7, 9, 10, 11] and len({one.made_with.device for one in held.values()}) == 1


def test_clean_up_is_done_to_results_but_not_across_segments():
    volume, _ = two_boxes_volume()
    volume.array[:, 10:12, 9:11] = 50
    desk = a_desk(volume=volume)
    desk.session.cleanup = CleanUp(fill_holes=True)
    accept_at(desk, (14, 16))
    desk.session.propagate(FIRST, LAST)
    desk.settle()
    assert {one.mask.sum() for one in desk.session.propagation.held("one").values()} == {AREA_ONE}


@pytest.mark.parametrize(("axis", "shown", "first", "last"), [(1, 12, 5, 19), (2, 10, 6, 17)])
def test_every_axis_of_a_volume_of_unequal_spacing_works(axis, shown, first, last):
    volume, _ = two_boxes_volume(ijk_to_ras=matrix((2, 1, 1), lps=True))
    desk = a_desk(volume=volume, plane=SlicePlane.lattice(axis, shown))
    accept_at(desk, (10, 16) if axis == 1 else (12, 16))
    desk.session.propagate(first, last)
    desk.settle()
    assert desk.session.propagation.axis == axis
    desk.session.accept_propagation()
    np.testing.assert_array_equal(desk.mask() != 0, box(desk, 200, slice(None)))


def test_a_tilted_view_is_propagated_along_its_normal():
    plane = SlicePlane.oblique((0, 0, 8), (1, 0, 0), (0, 1, 0), (1, 1), (48, 40))
    desk = a_desk(plane=plane)
    accept_at(desk, IN_ONE)
    assert desk.session.propagate(-4, 3)
    desk.settle()
    propagation = desk.session.propagation
    assert propagation.axis is None and propagation.keyframes("one") == (0,)
    assert list(propagation.held("one")) == [-4, -3, -2, -1, 1, 2, 3]
    assert propagation.index_of(propagation.plane_of(2)) == 2
    desk.session.accept_propagation()
    np.testing.assert_array_equal(desk.mask() != 0, box(desk, 200, slice(FIRST, LAST + 1)))


def test_progress_counts_the_slices_of_a_range():
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 2)
    desk.clock.now += 4
    progress = desk.session.progress
    event = desk.session.propagation.progress
    assert (event.stage, event.done, event.total) == ("propagating", 2, LAST - FIRST)
    assert event.seconds_left == pytest.approx(4 / 2 * 5) and progress.stage == "propagating"


def test_closing_in_the_middle_stops_everything():
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 1)
    desk.session.close()
    while desk.worker.run_next():
        pass
    assert not desk.session.propagation.segments and not desk.session.tick()


def a_ball() -> Volume:
    k, j, i = np.mgrid[:40, :40, :40] - 20
    return Volume(np.where(k**2 + j**2 + i**2 < 100, 200, 20).astype(np.uint8))


def test_tilted_slices_change_no_voxel_of_a_keyframe_that_they_share_with_it():
    down = np.array([0, np.sqrt(0.5), np.sqrt(0.5)])
    origin = np.array([20, 20, 20]) - 27 * np.array([1, 0, 0]) - 27 * down
    plane = SlicePlane.oblique(tuple(origin), (1, 0, 0), tuple(down), (1, 1), (55, 55))
    volume = a_ball()
    desk = a_desk(volume=volume, predictor=ThresholdPredictor(tolerance=60), plane=plane)
    accept_at(desk, (27, 27))
    before = desk.mask().copy()
    desk.session.propagate(-6, 6)
    desk.settle()
    assert desk.session.accept_propagation().changed > 1000
    grid = slice_grid(volume, plane)
    everything = np.ones(grid.shape, bool)
    extent, block = rasterise(everything, grid, volume.ijk_to_ras, desk.writer.lattice())
    here = window(extent, (0, 39, 0, 39, 0, 39))
    np.testing.assert_array_equal(desk.mask()[here][block != 0], before[here][block != 0])


def test_a_segmentation_of_thicker_slices_keeps_its_keyframes_too():
    volume, _ = two_boxes_volume()
    thick = np.diag([1.0, 1.0, 3.0, 1.0]) + np.array([[0.0] * 4, [0.0] * 4, [0, 0, 0, 1.0], [0.0] * 4])
    lattice = Lattice(volume.ijk_to_ras @ thick, (0, 47, 0, 39, 0, 4))
    desk = a_desk(volume=volume, writer=ArraySegmentWriter(lattice, ("one", "two")))
    accept_at(desk, IN_ONE)
    desk.mask()[2, 30:34, 2:6] = 1
    painted = desk.mask()[2].copy()
    desk.session.propagate(FIRST, LAST)
    desk.settle()
    desk.session.accept_propagation()
    np.testing.assert_array_equal(desk.mask()[2], painted)
    assert desk.mask()[1].sum() == desk.mask()[3].sum() == AREA_ONE
    assert not desk.session.propagation.segments


def test_results_outside_the_segmentation_do_not_wait_for_ever():
    volume, _ = two_boxes_volume()
    lattice = Lattice(volume.ijk_to_ras, (0, 47, 0, 39, 6, 15))
    desk = propagated_desk(volume=volume, writer=ArraySegmentWriter(lattice, ("one", "two")))
    assert desk.session.accept_propagation().changed == (LAST - 6) * AREA_ONE
    assert not desk.session.propagation.segments and not desk.session.propagation.has_results


def test_cancelling_a_single_slice_keeps_what_was_found_there_before():
    desk = propagated_desk()
    desk.session.propagate_one(1)
    desk.session.cancel()
    desk.settle()
    assert list(desk.session.propagation.held("one")) == [4, 5, 6, 7, 9, 10, 11]


def test_a_stop_mark_on_the_slice_that_is_being_made_ends_that():
    desk = propagated_desk()
    desk.session.propagate_one(1)
    desk.session.show(SlicePlane.lattice(0, 9))
    desk.session.toggle_stop_mark()
    desk.settle()
    assert list(desk.session.propagation.held("one")) == [4, 5, 6, 7]
    assert not desk.session.propagation.is_running


def test_a_slice_that_cannot_be_copied_ends_the_pass_and_the_session_goes_on(monkeypatch):
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 1)

    def failing(*arguments):
        raise MemoryError

    monkeypatch.setattr(propagation, "cut", failing)
    desk.settle()
    assert not desk.session.propagation.is_running and desk.session.propagation.has_results
    desk.session.show(SlicePlane.lattice(0, 9))
    desk.session.add_point(IN_TWO)
    desk.settle()
    assert desk.session.preview is not None


def test_progress_counts_no_slice_twice():
    desk = accepted_desk()
    desk.session.show(SlicePlane.lattice(0, 10))
    accept_at(desk, IN_ONE)
    desk.session.propagate(8, 10)
    desk.settle()
    desk.session.propagate(7, 11)
    done = []
    while desk.session.propagation.is_running:
        step(desk)
        if desk.session.propagation.progress is not None:
            done.append(desk.session.propagation.progress)
    assert max(event.done for event in done) == 3 and {event.total for event in done if event.done} == {3}


@pytest.mark.parametrize(("last", "words"), [(9, "found 1 slice."), (10, "found 2 slices.")])
def test_one_slice_is_not_called_slices(last, words):
    desk = accepted_desk()
    desk.session.propagate(8, last)
    desk.settle()
    assert words in desk.messages


def test_finding_nothing_is_said():
    desk = a_desk()
    desk.session.show(SlicePlane.lattice(0, LAST))
    accept_at(desk, IN_ONE)
    desk.session.propagate(LAST, LAST + 2)
    desk.settle()
    assert "no further slice" in desk.messages
    assert desk.session.propagation.ends


def tilted(offset: float, volume: Volume) -> SlicePlane:
    """What a viewer shows of a volume in a tilted slice: as much as the volume reaches."""
    across, down = np.array([1.0, 0, 0]), np.array([0, np.sqrt(0.5), np.sqrt(0.5)])
    to_ras = np.eye(4)
    to_ras[:3, 0], to_ras[:3, 1], to_ras[:3, 2] = across, -down, np.cross(across, down)
    to_ras[:3, 3] = np.array([20, 20, 20]) + offset * to_ras[:3, 2]
    return plane_shown(SliceView("", to_ras, to_ras, (1, 1)), volume)


def test_tilted_slices_of_other_sizes_belong_to_one_stack():
    volume = a_ball()
    planes = {offset: tilted(offset, volume) for offset in (-14, 0, 2)}
    assert planes[-14].size != planes[0].size
    desk = a_desk(volume=volume, predictor=ThresholdPredictor(tolerance=60), plane=planes[-14])
    propagation = desk.session.propagation
    assert (propagation.index_of(planes[-14]), propagation.index_of(planes[0])) == (0, 14)
    desk.session.show(planes[0])
    assert propagation.index_of(planes[0]) == 14, "numbers stay while the view is scrolled"
    desk.session.add_point(tuple(np.array(planes[0].size) // 2))
    desk.settle()
    assert desk.session.preview.mask.sum() > 250
    desk.session.propagate(10, 18)
    desk.settle()
    assert list(propagation.held("one")) == [10, 11, 12, 13, 15, 16, 17, 18]
    desk.session.show(planes[2])
    assert desk.session.edit_carried_prompts()
    desk.settle()
    assert np.array_equal(desk.session.preview.mask, a_ball_on(planes[2], volume))
    desk.session.accept()
    desk.settle()
    assert propagation.keyframes("one") == (14, 16) and desk.mask().any()
    desk.session.accept_propagation()
    truth = volume.array == 200
    assert (desk.mask() != 0)[~truth].sum() <= 0.05 * truth.sum()
    assert (desk.mask() != 0)[truth].mean() > 0.4, "nine of twenty slices, the largest ones"


def a_ball_on(plane: SlicePlane, volume: Volume) -> np.ndarray:
    """(H, W) bool of the ball on a slice, as the predictor sees it."""
    return extract(volume, plane).pixels >= 140
