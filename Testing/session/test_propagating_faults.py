"""What goes wrong or is unusual while accepted slices are carried through a volume."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import DeviceMemoryError, ModelError
from SAMSegmenterLib.core.extents import window
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice, rasterise
from SAMSegmenterLib.core.slicing import SlicePlane, extract, slice_grid
from SAMSegmenterLib.scene.slice_views import SliceView, plane_shown
from SAMSegmenterLib.session import propagation
from SAMSegmenterLib.session.array_writer import ArraySegmentWriter
from SAMSegmenterLib.session.worker import Worker
from support.editing import Desk, a_desk
from support.fake_predictor import ThresholdPredictor
from support.phantoms import matrix, two_boxes_volume
from support.propagating import (
    AREA_ONE,
    FIRST,
    IN_ONE,
    IN_TWO,
    LAST,
    accept_at,
    accepted_desk,
    box,
    propagated_desk,
    step,
    until_results,
)


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
