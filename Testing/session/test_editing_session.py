"""A session as a whole: prompts saved and loaded with a scene, offered again after a crash, and closed cleanly."""

from __future__ import annotations

import gc
import threading
import time

import numpy as np
import pytest

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompt_file import identity_of, read_prompt_file, write_prompt_file
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.autosave import Autosave
from SAMSegmenterLib.session.collection import COLLECTION
from SAMSegmenterLib.session.notices import INFO, Notice
from SAMSegmenterLib.session.worker import Worker
from support.crashes import end_without_a_word
from support.editing import a_desk
from support.fake_predictor import ThresholdPredictor
from support.phantoms import matrix, two_boxes_volume

INSIDE_ONE, INSIDE_TWO = (8, 8), (32, 20)
SOON = 30


def saved_and_loaded(desk):
    """Another desk that opened what was saved, with the segments as they were."""
    prompts = read_prompt_file(write_prompt_file(desk.session.prompt_file()))
    other = a_desk()
    for segment in ("one", "two"):
        other.mask(segment)[:] = desk.mask(segment)
    other.session.load_prompts(prompts)
    other.settle()
    return other


def test_prompts_are_saved_with_their_volume_model_and_segments():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.accept()
    prompts = desk.session.prompt_file()
    assert prompts.volume.difference(identity_of(desk.scene.source().volume)) is None and prompts.volume.sha256
    assert prompts.model == "threshold" and [segment.id for segment in prompts.segments] == ["one"]
    (record,) = prompts.segments[0].slices
    assert record.accepted and record.window == "limits:0.0,255.0" and record.mode == "set" and record.mask.sum() == 180
    assert desk.session.prompt_file(with_checksum=False).volume.sha256 == ""


def test_unaccepted_prompts_come_back_with_their_preview():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.next_candidate()
    other = saved_and_loaded(desk)
    assert other.session.preview.chosen == 1
    np.testing.assert_array_equal(other.session.preview.mask, desk.session.preview.mask)
    assert other.session.frozen_window == desk.session.frozen_window


def test_accepted_prompts_come_back_as_accepted():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.accept()
    other = saved_and_loaded(desk)
    assert len(other.session.marks) == 1 and other.session.preview is None
    assert len(other.session.prompt_file().segments[0].slices) == 1
    third = saved_and_loaded(other)
    assert len(third.session.prompt_file().segments[0].slices) == 1


def test_marks_made_after_loading_have_ids_of_their_own():
    desk = a_desk()
    for _ in range(3):
        desk.session.add_point(INSIDE_ONE)
    other = saved_and_loaded(desk)
    other.session.add_point(INSIDE_TWO)
    assert len({mark.id for mark in other.session.marks}) == 4


def test_loading_twice_changes_nothing_and_keeps_what_was_marked_meanwhile():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.accept()
    prompts = desk.session.prompt_file()
    other = a_desk()
    other.session.add_point(INSIDE_TWO)
    own = other.session.marks
    other.session.load_prompts(prompts)
    other.session.load_prompts(prompts)
    assert other.session.marks is own and len(other.session.book.accepted) == 1


def test_prompts_of_another_volume_are_not_loaded():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    other = a_desk(Volume(np.zeros((16, 40, 47), np.int16), matrix()))
    assert other.session.load_prompts(desk.session.prompt_file()) == 0
    assert "another volume" in other.messages and len(other.session.marks) == 0


def test_a_segment_that_is_gone_is_not_saved():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.writer.remove_segment("one")
    assert desk.session.prompt_file().segments == ()


def test_without_a_volume_there_is_nothing_to_save():
    desk = a_desk()
    desk.scene.remove()
    assert desk.session.prompt_file() is None and desk.session.load_prompts(a_desk().session.prompt_file()) == 0


def at_work(folder):
    """A session with unaccepted prompts on two slices."""
    desk = a_desk(autosave=Autosave(folder))
    desk.session._autosave._clock = desk.clock
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.show(SlicePlane.lattice(0, 7))
    desk.session.add_box([4, 4, 20, 22])
    desk.settle()
    desk.rest()
    return desk


def crashed(folder):
    """A session that had unaccepted prompts when its process ended."""
    desk = at_work(folder)
    end_without_a_word(desk.session._autosave)


def test_unaccepted_prompts_survive_a_crash_and_are_offered_again(tmp_path):
    crashed(tmp_path)
    desk = a_desk(autosave=Autosave(tmp_path))
    desk.rest()
    recovery = desk.session.recovery
    assert recovery.slices == 2 and any("recovery" in names for names in desk.heard)
    assert desk.session.recover() == 2 and desk.session.recovery is None
    desk.settle()
    assert desk.session.preview.mask.sum() == 180
    desk.session.show(SlicePlane.lattice(0, 7))
    desk.settle()
    assert desk.session.preview.mask.sum() == 180
    assert a_desk(autosave=Autosave(tmp_path)).session.recovery is None


def test_an_offer_that_is_dismissed_is_gone(tmp_path):
    crashed(tmp_path)
    desk = a_desk(autosave=Autosave(tmp_path))
    desk.rest()
    desk.session.dismiss_recovery()
    assert desk.session.recovery is None and desk.session.recover() == 0
    assert list(tmp_path.glob("*.json")) == []


def test_an_offer_that_does_not_fit_the_volume_any_more_is_kept(tmp_path):
    crashed(tmp_path)
    desk = a_desk(autosave=Autosave(tmp_path))
    desk.rest()
    volume = desk.scene.source().volume
    desk.scene.change(volume=Volume(volume.array, matrix((3, 3, 3))), token=1)
    assert desk.session.recover() == 0 and "another volume" in desk.messages
    assert desk.session.recovery is not None and len(list(tmp_path.glob("*.json"))) == 1


def test_an_offer_ends_with_its_volume_and_comes_back_with_it(tmp_path):
    crashed(tmp_path)
    desk = a_desk(autosave=Autosave(tmp_path))
    desk.rest()
    volume = desk.scene.source().volume
    for show, offered in (
        (desk.scene.remove, False),
        (lambda: desk.scene.show(volume, "volume"), True),
        (lambda: desk.scene.show(Volume(volume.array[:, :30], volume.ijk_to_ras), "other"), False),
    ):
        show()
        desk.heard.clear()
        assert not (desk.session.source is None and desk.session.recover())
        desk.settle()
        assert (desk.session.recovery is not None) == offered
        assert any("recovery" in names for names in desk.heard)


def test_nothing_is_offered_for_another_volume(tmp_path):
    crashed(tmp_path)
    desk = a_desk(
        Volume(np.zeros((3, 4, 5), np.int16), matrix()), autosave=Autosave(tmp_path), plane=SlicePlane.lattice(0, 1)
    )
    desk.rest()
    assert desk.session.recovery is None


def test_another_session_at_work_is_offered_nothing_although_it_has_the_same_volume(tmp_path):
    first = at_work(tmp_path)
    second = a_desk(autosave=Autosave(tmp_path))
    second.rest()
    assert second.session.recovery is None and first.session.preview is not None


def test_prompts_made_just_before_another_volume_was_chosen_are_kept_and_offered_for_their_own(tmp_path):
    desk = a_desk(autosave=Autosave(tmp_path))
    desk.session._autosave._clock = desk.clock
    desk.session.add_point(INSIDE_ONE)
    other = two_boxes_volume()[0]
    other.array[:] += 1  # same place, other voxels
    desk.scene.show(other, "other")
    desk.rest()
    end_without_a_word(desk.session._autosave)
    on_the_other = a_desk(other, autosave=Autosave(tmp_path))
    on_the_other.rest()
    assert on_the_other.session.recovery is None
    again = a_desk(autosave=Autosave(tmp_path))
    again.rest()
    assert again.session.recovery.slices == 1


def test_the_prompts_of_all_volumes_are_there_to_be_kept():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.accept()
    first = desk.session.source.volume_id
    desk.scene.show(two_boxes_volume()[0], "other")
    desk.session.tick()
    desk.session.add_point(INSIDE_TWO)
    desk.settle()
    desk.session.accept()
    files = desk.session.prompt_files()
    assert list(files) == [first, "other"]
    (one,), (two,) = (files[name].segments[0].slices for name in files)
    assert (one.parameters["order"], two.parameters["order"]) == (1, 2), "both wrote into the same segment"
    desk.session.count_orders_from(8)
    desk.session.show(SlicePlane.lattice(0, 7))
    desk.session.add_point(INSIDE_TWO)
    desk.settle()
    desk.session.accept()
    assert [one.record.parameters["order"] for one in desk.session.book.accepted] == [2, 9]


def test_undoing_is_noticed_for_a_volume_that_is_not_at_hand():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.accept()
    first = desk.session.source.volume_id
    desk.scene.show(two_boxes_volume()[0], "other")
    desk.session.tick()
    desk.writer.undo()
    desk.heard.clear()
    desk.session.segmentation_changed(for_all_volumes=False)
    assert desk.session.prompt_files()[first].segments[0].slices[0].accepted
    desk.session.segmentation_changed()
    assert any("kept prompts" in names for names in desk.heard)
    (record,) = desk.session.prompt_files()[first].segments[0].slices
    assert not record.accepted and len(record.marks) == 1


def test_when_all_is_accepted_nothing_is_kept(tmp_path):
    desk = at_work(tmp_path)
    assert len(list(tmp_path.glob("*.json"))) == 1
    for index in (7, 8):
        desk.session.show(SlicePlane.lattice(0, index))
        desk.settle()
        desk.session.accept()
    desk.rest()
    assert list(tmp_path.glob("*.json")) == []


def test_closing_stops_everything_and_leaves_nothing_behind(tmp_path):
    desk = at_work(tmp_path)
    desk.session.add_point((9, 9))
    desk.heard.clear()
    desk.session.close()
    assert list(tmp_path.glob("*.json")) == [] and desk.session.preview is None
    assert not COLLECTION.is_held and gc.isenabled()
    desk.heard.clear()
    while desk.worker.run_next():
        pass
    desk.clock.now += 10
    assert not desk.session.tick() and desk.heard == [] and desk.worker.is_idle


class Slow(ThresholdPredictor):
    """Takes its time, on a thread whose identity it remembers."""

    def encode(self, images):
        time.sleep(0.05)
        self.thread = threading.get_ident()
        return super().encode(images)


@pytest.fixture
def a_real_worker():
    worker = Worker("test worker")
    yield worker
    worker.close(SOON)


def until(desk, condition):
    for _ in range(SOON * 100):
        desk.session.tick(0.01)
        if condition():
            return
        time.sleep(0.001)
    raise AssertionError(f"nothing happened: {desk.messages}")


def test_on_a_real_worker_the_mask_comes_with_a_tick_and_the_model_runs_elsewhere(a_real_worker):
    predictor = Slow()
    desk = a_desk(predictor=predictor, worker=a_real_worker)
    desk.session.add_point(INSIDE_ONE)
    assert desk.session.preview is None
    until(desk, lambda: desk.session.preview is not None)
    assert desk.session.accept().changed == 180 and predictor.thread != threading.get_ident()
    until(desk, lambda: not COLLECTION.is_held)
    assert gc.isenabled()


def test_on_a_real_worker_restless_users_never_see_a_mask_of_another_slice(a_real_worker):
    volume, _ = two_boxes_volume()
    volume.array[:] += np.arange(16, dtype=np.int16)[:, None, None]  # every slice has values of its own
    desk = a_desk(volume, worker=a_real_worker)
    rng = np.random.default_rng(0)
    seen = 0
    for _ in range(150):
        action = rng.integers(6)
        if action == 0:
            desk.session.show(SlicePlane.lattice(0, int(rng.integers(4, 12))))
        elif action == 1:
            desk.session.select_segment(str(rng.choice(["one", "two"])))
        elif action == 2:
            desk.session.add_point((float(rng.integers(48)), float(rng.integers(40))), int(rng.integers(2)))
        elif action == 3:
            desk.session.undo_mark()
        elif action == 4:
            desk.scene.paint(np.s_[int(rng.integers(16)), 0, 0], int(rng.integers(100)))
        desk.session.tick(float(rng.choice([0, 0.002, 0.02])))
        preview = desk.session.preview
        if preview is not None:
            seen += 1
            assert preview.plane == desk.session.plane and preview.segment_id == desk.session.segment_id
            np.testing.assert_array_equal(preview.image.pixels, desk.scene.source().volume.array[preview.plane.index])
            if desk.session.preview_is_current:
                assert preview.marks is desk.session.marks
    assert seen > 20 and "fault" not in desk.messages
    desk.session.close()


def test_a_face_can_add_what_it_found_out_to_the_notices():
    desk = a_desk()
    desk.session.accept()
    desk.session.tell(Notice(INFO, "Kept.", "Look at it."))
    assert "nothing to accept" in desk.messages and "Kept. Look at it." in desk.messages
    assert any("notices" in names for names in desk.heard)
    desk.session.clear_marks()
    assert desk.messages == ""
