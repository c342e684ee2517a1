"""What a session accepted is made again without it, from the text of its prompt file, bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompt_file import (
    PromptFile,
    SegmentPrompts,
    SlicePromptRecord,
    VolumeIdentity,
    identity_of,
    read_prompt_file,
    write_prompt_file,
)
from SAMSegmenterLib.core.prompt_marks import MarkSet, PointMark
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windowing import LevelWidth
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.predictor import TorchPredictor
from SAMSegmenterLib.session.array_writer import ArraySegmentWriter
from SAMSegmenterLib.session.replay import replay
from support.editing import a_desk
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor
from support.phantoms import matrix, two_boxes_volume
from support.random_networks import randomised

INSIDE_ONE, INSIDE_TWO = (8, 8), (32, 20)


def replayed(desk, predictor=None, overwrite=False, **options):
    """Masks after a replay of the desk's own prompt file, by segment, and what the replay said."""
    text = write_prompt_file(desk.session.prompt_file())
    volume = desk.scene.source().volume
    writer = ArraySegmentWriter.for_volume(volume, ("one", "two"), overwrite)
    predictor = predictor if predictor is not None else type(desk.predictors["threshold"])()
    steps = list(replay(read_prompt_file(text), volume, predictor, writer, **options))
    return writer, steps


def assert_same_segments(desk, writer):
    for segment in ("one", "two"):
        np.testing.assert_array_equal(writer.mask(segment), desk.mask(segment))


def work(desk):
    """Some minutes of a busy user."""
    session = desk.session
    session.add_point(INSIDE_ONE)
    session.add_point((10, 12), label=0)
    desk.settle()
    session.accept()
    session.show(SlicePlane.lattice(2, 10))
    session.window = "minmax"
    session.cleanup = CleanUp(fill_holes=True, smooth_px=1.5)
    session.add_scribble(np.array([[8.0, 5.0], [12.0, 9.0]]))
    session.add_lasso(np.array([[5.0, 3.0], [18.0, 3.0], [18.0, 13.0], [5.0, 13.0]]))
    desk.settle()
    session.next_candidate()
    session.accept()
    session.select_segment("two")
    session.mode = "add"
    session.add_box([28, 8, 44, 36])
    desk.settle()
    session.accept()
    session.show(SlicePlane.lattice(0, 8))
    session.use_segment()
    session.add_point(INSIDE_TWO)
    desk.settle()
    session.accept()
    session.select_segment("one")
    session.mode = "remove"
    session.add_point((6, 6))
    desk.settle()
    session.accept()
    session.mode = "set"
    session.add_point((30, 30))  # left unaccepted
    desk.settle()


def test_a_whole_session_is_made_again_bit_for_bit():
    desk = a_desk()
    work(desk)
    assert desk.mask().any() and desk.mask("two").any()
    writer, steps = replayed(desk)
    assert_same_segments(desk, writer)
    assert all(step.same and step.remark == "" for step in steps)
    assert len(steps) == len(writer.undo_steps) == len(desk.writer.undo_steps) == 5


def test_a_session_with_a_network_is_made_again_bit_for_bit():
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    volume, _ = two_boxes_volume(shape_kji=(12, 90, 110), spacing_kji=(2.0, 0.7, 0.9))
    noise = np.random.default_rng(0).normal(0, 20, volume.array.shape)
    noisy = Volume((volume.array + noise).astype(np.float32), volume.ijk_to_ras)
    network = TorchPredictor(randomised("small"), blank_spec("threshold", "small", "0" * 64))
    desk = a_desk(noisy, network, plane=SlicePlane.lattice(0, 6))
    for axis in (0, 1):
        desk.session.show(SlicePlane.lattice(axis, 6))
        desk.session.add_point((20, 15))
        desk.session.add_box([10, 5, 60, 25])
        desk.settle()
        desk.session.next_candidate()
        assert desk.session.accept().changed > 0
    again = TorchPredictor(randomised("small"), blank_spec("threshold", "small", "0" * 64))
    writer, steps = replayed(desk, again)
    assert_same_segments(desk, writer)
    assert all(step.same and step.remark == "" for step in steps) and len(steps) == 2


def test_the_order_of_acceptances_counts_where_segments_take_from_each_other():
    volume, _ = two_boxes_volume()
    desk = a_desk(volume, writer=ArraySegmentWriter.for_volume(volume, ("one", "two"), overwrite=True))
    session = desk.session
    for segment, candidate in (("one", 2), ("two", 2), ("one", 0)):
        session.select_segment(segment)
        session.clear_marks()
        session.add_point(INSIDE_ONE)
        desk.settle()
        for _ in range(candidate):
            session.next_candidate()
        session.accept()
    writer, steps = replayed(desk, overwrite=True)
    assert [step.segment_id for step in steps] == ["one", "two", "one"]
    assert_same_segments(desk, writer)


@pytest.mark.parametrize("displayed", [LevelWidth(100, 300), LevelWidth(33.3333333, 77.7777777)])
def test_the_window_of_each_slice_is_the_one_it_was_frozen_with(displayed):
    volume, _ = two_boxes_volume()
    noisy = Volume(volume.array + np.random.default_rng(0).normal(0, 3, volume.array.shape), volume.ijk_to_ras)
    desk = a_desk(noisy, ThresholdPredictor(tolerance=9), displayed=displayed)
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.accept()
    desk.scene.change(displayed=LevelWidth(500, 10))
    desk.session.show(SlicePlane.lattice(0, 9))
    desk.session.window = "auto"
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.accept()
    writer, steps = replayed(desk, ThresholdPredictor(tolerance=9))
    assert_same_segments(desk, writer)
    assert all(step.same for step in steps)


def test_a_tilted_plane_is_made_again():
    plane = SlicePlane.oblique((0.1, 0.2, 3.3), (1, 0, 0), (0, 0.8, 0.6), (0.9, 0.9), (50, 20))
    desk = a_desk(predictor=ThresholdPredictor(tolerance=40), plane=plane)
    desk.session.add_point((9, 9))
    desk.settle()
    desk.session.accept()
    writer, steps = replayed(desk, ThresholdPredictor(tolerance=40))
    assert desk.mask().any() and all(step.same for step in steps)
    assert_same_segments(desk, writer)


def test_assigned_proposals_are_made_again():
    desk = a_desk()
    desk.session.find_proposals()
    desk.settle()
    desk.session.assign_proposal(INSIDE_ONE)
    desk.session.assign_proposal(INSIDE_TWO, "two")
    writer, steps = replayed(desk)
    assert desk.mask("two").any() and all(step.same for step in steps)
    assert_same_segments(desk, writer)


def test_a_model_without_prompts_is_replayed():
    desk = a_desk(predictor=PromptlessPredictor(name="threshold"))
    desk.session.segment_slice()
    desk.settle()
    desk.session.accept()
    writer, steps = replayed(desk, PromptlessPredictor(name="threshold"))
    assert desk.mask().any() and all(step.same for step in steps)
    assert_same_segments(desk, writer)


def test_an_acceptance_that_was_undone_is_not_made_again():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.accept()
    desk.session.show(SlicePlane.lattice(0, 9))
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.accept()
    desk.writer.undo()
    writer, steps = replayed(desk)
    assert len(steps) == 1
    assert_same_segments(desk, writer)
    desk.writer.redo()
    writer, steps = replayed(desk)
    assert len(steps) == 2
    assert_same_segments(desk, writer)


def test_a_file_without_acceptances_has_all_its_slices_done_in_its_order():
    volume, _ = two_boxes_volume()
    records = tuple(
        SlicePromptRecord(SlicePlane.lattice(0, index), MarkSet((PointMark("p1", INSIDE_ONE),))) for index in (8, 6)
    )
    prompts = PromptFile(identity_of(volume), segments=(SegmentPrompts("one", "One", records),))
    writer = ArraySegmentWriter.for_volume(volume, ["one"])
    steps = list(replay(prompts, volume, ThresholdPredictor(), writer))
    assert [step.plane.index for step in steps] == [8, 6] and all(step.same is None for step in steps)
    assert writer.mask("one").sum() == 2 * 15 * 12


def a_file(made_on, record=None, **changes):
    record = record or SlicePromptRecord(SlicePlane.lattice(0, 8), MarkSet((PointMark("p1", INSIDE_ONE),)))
    return replace(PromptFile(identity_of(made_on), segments=(SegmentPrompts("one", "One", (record,)),)), **changes)


def test_prompts_of_another_volume_are_refused():
    volume, _ = two_boxes_volume()
    other = Volume(volume.array + 1, volume.ijk_to_ras)
    moved = VolumeIdentity(volume.shape_kji, matrix((1, 1, 2)))
    for prompts, at in ((a_file(volume), other), (a_file(volume, volume=moved), volume)):
        with pytest.raises(InputError, match="another volume"):
            list(replay(prompts, at, ThresholdPredictor(), ArraySegmentWriter.for_volume(volume, ["one"])))


def test_a_segment_that_is_missing_is_named():
    volume, _ = two_boxes_volume()
    with pytest.raises(InputError, match="'one'"):
        list(replay(a_file(volume), volume, ThresholdPredictor(), ArraySegmentWriter.for_volume(volume, ["two"])))


def test_each_slice_is_made_with_the_model_it_was_made_with():
    volume, _ = two_boxes_volume()
    record = SlicePromptRecord(
        SlicePlane.lattice(0, 8), MarkSet((PointMark("p1", INSIDE_ONE),)), accepted=True, parameters={"model": "other"}
    )
    loaded = []

    def load(name):
        loaded.append(name)
        return ThresholdPredictor(tolerance=1000, name=name)

    writer = ArraySegmentWriter.for_volume(volume, ["one"])
    (step,) = replay(a_file(volume, record), volume, ThresholdPredictor(), writer, load=load)
    assert loaded == ["other"] and step.mask.all() and step.remark == ""
    (step,) = replay(a_file(volume, record), volume, ThresholdPredictor(), writer)
    assert "model other then, threshold now" in step.remark


def test_a_mask_that_differs_from_the_accepted_one_is_pointed_out():
    volume, _ = two_boxes_volume()
    record = SlicePromptRecord(
        SlicePlane.lattice(0, 8), MarkSet((PointMark("p1", INSIDE_ONE),)), accepted=True, mask=np.ones((40, 48), bool)
    )
    writer = ArraySegmentWriter.for_volume(volume, ["one"])
    (step,) = replay(a_file(volume, record), volume, ThresholdPredictor(), writer)
    assert step.same is False and "differs" in step.remark


def test_a_candidate_that_the_model_does_not_give_is_refused():
    volume, _ = two_boxes_volume()
    record = SlicePromptRecord(SlicePlane.lattice(0, 8), MarkSet((PointMark("p1", INSIDE_ONE),)), candidate=7)
    with pytest.raises(InputError, match="Candidate 7"):
        list(
            replay(a_file(volume, record), volume, ThresholdPredictor(), ArraySegmentWriter.for_volume(volume, ["one"]))
        )


def test_a_replay_is_followed_and_stopped_between_slices():
    desk = a_desk()
    work(desk)
    prompts, volume = desk.session.prompt_file(), desk.scene.source().volume
    writer, events, done = ArraySegmentWriter.for_volume(volume, ("one", "two")), [], []
    with pytest.raises(Cancelled):
        for step in replay(prompts, volume, ThresholdPredictor(), writer, events.append, lambda: len(done) == 2):
            done.append(step)
    assert len(done) == 2 and len(writer.undo_steps) == 2
    assert [event.done for event in events] == [1, 2] or [event.done for event in events] == [1]
