"""Prompts of a file, done at once and written in one step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.core.marks import BoxMark, PointMark
from SAMSegmenterLib.core.prompt_file import PromptFile, SegmentPrompts, SlicePromptRecord, VolumeIdentity, identity_of
from SAMSegmenterLib.core.prompt_marks import MarkSet
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.replay import replay
from SAMSegmenterLib.session.worker import Worker
from support.editing import a_desk
from support.fake_predictor import ThresholdPredictor


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.close()


@pytest.fixture
def desk(worker):
    return a_desk(worker=worker)


def point(xy, k=8, **facts):
    return SlicePromptRecord(SlicePlane.lattice(0, k), MarkSet((PointMark("p1", xy),)), **facts)


def prompts_for(desk, *records, segment="one", **facts):
    volume = desk.scene.source().volume
    identity = VolumeIdentity(volume.shape_kji, volume.ijk_to_ras)
    return PromptFile(identity, "threshold", segments=(SegmentPrompts(segment, "Liver", records),), **facts)


def expected(desk, value, slices):
    array = desk.scene.source().volume.array
    wanted = np.zeros(array.shape, bool)
    wanted[slices] = array[slices] == value
    return wanted


def test_all_slices_are_written_in_one_step(desk):
    result = desk.session.run_prompts(prompts_for(desk, point((8, 8)), point((8, 8), 6)))
    np.testing.assert_array_equal(desk.mask().astype(bool), expected(desk, 200, [6, 8]))
    assert result.changed == 360 and "360 voxels changed" in desk.messages
    assert len(desk.writer.undo_steps) == 1
    desk.writer.undo()
    assert not desk.mask().any()


def test_modes_segments_and_windows_are_those_of_the_file(desk):
    first = prompts_for(desk, point((8, 8)), point((34, 20), mode="add"))
    other = SegmentPrompts("two", "Spleen", (point((8, 8), 5, window="minmax"),))
    desk.session.run_prompts(replace(first, segments=(*first.segments, other)))
    both = expected(desk, 200, [8]) | expected(desk, 120, [8])
    np.testing.assert_array_equal(desk.mask().astype(bool), both)
    np.testing.assert_array_equal(desk.mask("two").astype(bool), expected(desk, 200, [5]))


def test_marks_of_the_file_appear_as_accepted_and_can_be_done_again_elsewhere(desk):
    cleanup = CleanUp(fill_holes=True)
    prompts = prompts_for(desk, point((8, 8)), parameters={"cleanup": cleanup.to_json()})
    desk.session.run_prompts(prompts)
    assert len(desk.session.marks) == 1 and not desk.session.prompts.is_pending
    kept = desk.session.prompt_file()
    record = kept.segments[0].slices[0]
    assert record.accepted and record.parameters["cleanup"] == cleanup.to_json()
    assert record.parameters["model"] == "threshold"
    other = a_desk()
    done = list(replay(kept, other.scene.source().volume, ThresholdPredictor(), other.writer))
    assert [one.same for one in done] == [True]
    np.testing.assert_array_equal(other.mask(), desk.mask())


def test_marks_that_are_there_already_stay(desk):
    desk.session.add_point((34, 20))
    before = desk.session.marks
    desk.session.run_prompts(prompts_for(desk, point((8, 8))))
    assert desk.session.marks is before


def test_a_single_segment_goes_to_the_selected_one_when_its_id_is_unknown(desk):
    desk.session.select_segment("two")
    desk.session.run_prompts(prompts_for(desk, point((8, 8)), segment="liver"))
    assert desk.mask("two").sum() == 180 and not desk.mask().any()


def test_several_unknown_segments_are_refused(desk):
    first = prompts_for(desk, point((8, 8)), segment="liver")
    both = replace(first, segments=(*first.segments, SegmentPrompts("one", "One", (point((8, 8)),))))
    assert desk.session.run_prompts(both).changed == 0
    assert "no segments 'Liver' (liver)" in desk.messages and not desk.mask().any()


def test_another_volume_is_refused(desk):
    prompts = prompts_for(desk, point((8, 8)))
    elsewhere = VolumeIdentity((1, 2, 3), np.eye(4))
    assert desk.session.run_prompts(replace(prompts, volume=elsewhere)).changed == 0
    assert "another volume" in desk.messages
    exact = replace(prompts, volume=identity_of(desk.scene.source().volume))
    assert desk.session.run_prompts(exact).changed == 180
    desk.scene.source().volume.array[0, 0, 0] += 1
    assert desk.session.run_prompts(exact).changed == 0 and "other values" in desk.messages


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ((), "holds no prompts"),
        ((point((8, 8), 99),), "outside the volume"),
        ((SlicePromptRecord(SlicePlane.lattice(0, 8), MarkSet((BoxMark("b1", (900, 900, 910, 910)),))),), ""),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(desk, records, message):
    assert desk.session.run_prompts(prompts_for(desk, *records)).changed == 0
    assert message in desk.messages and desk.messages
    assert not desk.mask().any() and not desk.writer.undo_steps


def test_without_a_volume_or_with_a_broken_model_there_is_a_message(worker):
    def load(name, device, precision):
        raise ModelError("The file of the model is damaged.", "Download it again.")

    desk = a_desk(worker=worker, load=load)
    prompts = prompts_for(desk, point((8, 8)))
    assert desk.session.run_prompts(prompts).changed == 0 and "damaged" in desk.messages
    desk.scene.remove()
    assert desk.session.run_prompts(prompts).changed == 0 and "no volume" in desk.messages
