"""Previews show the model's answer for what is on the screen now, and for nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import DeviceMemoryError, ModelError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windowing import LevelWidth
from support.editing import a_desk
from support.fake_predictor import SCORES, PromptlessPredictor, ThresholdPredictor
from support.faulty_predictors import BuggyPredictor
from support.phantoms import matrix, two_boxes_volume

INSIDE_ONE, INSIDE_TWO = (8, 8), (32, 20)


def slice_of(label_value):
    volume, _ = two_boxes_volume()
    return volume.array[8] == label_value


def test_a_point_shows_exactly_its_structure_outside_the_segment():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    assert desk.session.preview is None and not desk.session.preview_is_current
    desk.settle()
    preview = desk.session.preview
    np.testing.assert_array_equal(preview.mask, slice_of(200))
    assert preview.segment_id == "one" and preview.plane == desk.session.plane and desk.session.preview_is_current
    assert preview.image.pixels[8, 8] == 200 and not desk.mask().any()


def test_three_candidates_come_with_scores_and_are_stepped_through_both_ways():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    np.testing.assert_allclose(desk.session.preview.scores, SCORES)
    areas = []
    for _ in range(3):
        areas.append((desk.session.preview.chosen, int(desk.session.preview.mask.sum())))
        desk.session.next_candidate()
    assert [chosen for chosen, _ in areas] == [0, 1, 2] and desk.session.preview.chosen == 0
    desk.session.previous_candidate()
    assert desk.session.preview.chosen == 2
    assert not desk.worker.waiting, "stepping asks nothing of the model"


def test_a_candidate_is_chosen_by_its_number_and_one_that_is_not_there_is_not():
    desk = a_desk()
    desk.session.choose_candidate(1)
    assert desk.session.preview is None and desk.session.notices == ()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    for wanted, chosen in ((2, 2), (0, 0), (7, 0), (-1, 0), (1, 1)):
        desk.session.choose_candidate(wanted)
        assert desk.session.preview.chosen == chosen


def test_a_candidate_that_was_stepped_to_stays_chosen_when_marks_are_added():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.next_candidate()
    desk.session.add_point((9, 9))
    desk.settle()
    assert desk.session.preview.chosen == 1
    desk.session.clear_marks()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert desk.session.preview.chosen == 0


def test_stepping_without_a_preview_says_so():
    desk = a_desk()
    desk.session.next_candidate()
    assert "no preview" in desk.messages


def test_the_preview_on_the_slice_stays_until_the_newer_one_is_there():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    first = desk.session.preview
    desk.session.add_point((9, 9))
    assert desk.session.preview is first and not desk.session.preview_is_current
    desk.settle()
    assert desk.session.preview is not first and desk.session.preview_is_current


def test_of_many_quick_clicks_only_the_last_is_worked_on():
    desk = a_desk()
    predictor = desk.predictors["threshold"]
    for number in range(10):
        desk.session.add_point((6 + number, 8))
    desk.settle()
    assert predictor.decode_calls == 1 and len(desk.session.preview.marks) == 10


MOVES = {
    "segment": lambda desk: desk.session.select_segment("two"),
    "no segment": lambda desk: desk.session.select_segment(None),
    "slice": lambda desk: desk.session.show(SlicePlane.lattice(0, 5)),
    "view": lambda desk: desk.session.show(SlicePlane.lattice(2, 10)),
    "no slice": lambda desk: desk.session.show(None),
    "volume": lambda desk: desk.scene.show(Volume(np.full((16, 40, 48), 7, np.int16), matrix()), "other"),
    "smaller volume": lambda desk: desk.scene.show(Volume(np.full((3, 4, 5), 7, np.int16), matrix()), "other"),
    "scene closed": lambda desk: desk.scene.remove(),
    "segment removed": lambda desk: desk.writer.remove_segment("one"),
    "marks cleared": lambda desk: desk.session.clear_marks(),
    "undone": lambda desk: desk.session.undo_mark(),
    "rejected": lambda desk: desk.session.reject(),
    "cancelled": lambda desk: desk.session.cancel(),
}


@pytest.mark.parametrize("moment", ["waiting", "finished", "shown"])
@pytest.mark.parametrize("move", MOVES)
def test_no_mask_appears_on_anything_else_whenever_something_changes(move, moment):
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    if moment == "finished":
        desk.worker.run_next()
    if moment == "shown":
        desk.settle()
        if move == "cancelled":
            return  # nothing is under way
    MOVES[move](desk)
    desk.settle()
    assert desk.session.preview is None
    assert not desk.mask("two").any()
    assert "Traceback" not in desk.messages


@pytest.mark.parametrize("moment", ["waiting", "finished", "shown"])
def test_when_voxels_change_the_preview_is_made_of_the_new_ones(moment):
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    if moment == "finished":
        desk.worker.run_next()
    if moment == "shown":
        desk.settle()
    desk.scene.paint(np.s_[8, 5:20, 6:10], 77)
    desk.settle()
    expected = np.zeros((40, 48), bool)
    expected[5:20, 6:10] = True
    np.testing.assert_array_equal(desk.session.preview.mask, expected)


def test_a_cached_embedding_of_other_voxels_is_never_used():
    desk = a_desk()
    desk.rest()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.reject()
    desk.scene.paint(np.s_[8, 5:20, 6:10], 77)
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert desk.session.preview.mask.sum() == 15 * 4


def two_models():
    predictors = {"threshold": ThresholdPredictor(), "rough": ThresholdPredictor(tolerance=1000, name="rough")}
    predictors["rough"].spec = type(predictors["rough"].spec)("rough", "small", "a" * 64, 256, mask_size=64)
    return predictors, lambda name, device, precision: predictors[name]


@pytest.mark.parametrize("moment", ["waiting", "finished", "shown"])
def test_another_model_makes_the_preview_anew_and_keeps_the_marks(moment):
    _predictors, load = two_models()
    desk = a_desk(load=load)
    desk.session.add_point(INSIDE_ONE)
    if moment == "finished":
        desk.worker.run_next()
    if moment == "shown":
        desk.settle()
    desk.session.choose_model("rough", "cpu")
    if moment == "shown":
        assert desk.session.preview is None, "a mask of the model before is not shown as the new one's"
    desk.settle()
    assert desk.session.preview.made_with.model == "rough" and desk.session.preview.mask.all()
    assert len(desk.session.marks) == 1


def test_a_model_that_another_session_chose_counts_here_too():
    _predictors, load = two_models()
    desk = a_desk(load=load)
    other = a_desk(service=desk.service, worker=desk.worker)
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    other.session.choose_model("rough", "cpu")
    desk.settle()
    assert desk.session.preview.made_with.model == "rough"


def test_two_sessions_do_not_see_each_others_previews():
    desk = a_desk()
    other = a_desk(service=desk.service, worker=desk.worker)
    desk.session.add_point(INSIDE_ONE)
    other.session.add_point(INSIDE_TWO)
    desk.settle()
    other.settle()
    np.testing.assert_array_equal(desk.session.preview.mask, slice_of(200))
    np.testing.assert_array_equal(other.session.preview.mask, slice_of(120))


def test_the_window_is_frozen_with_the_first_prompt_on_a_slice():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert desk.session.frozen_window == "limits:0.0,255.0"
    desk.scene.change(displayed=LevelWidth(1000, 10))  # all black
    desk.session.add_point((9, 9))
    desk.settle()
    np.testing.assert_array_equal(desk.session.preview.mask, slice_of(200))
    assert desk.session.preview.window == "limits:0.0,255.0"
    desk.session.show(SlicePlane.lattice(0, 9))
    assert desk.session.frozen_window is None
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert desk.session.preview.window == "limits:995.0,1005.0" and desk.session.preview.mask.all()


def test_the_window_is_that_of_the_click_even_if_it_moves_before_the_model_answers():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.scene.change(displayed=LevelWidth(1000, 10))
    desk.session.add_point((9, 9))
    desk.settle()
    assert desk.session.preview.window == "limits:0.0,255.0"


def test_clearing_the_marks_lets_the_window_go():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.clear_marks()
    assert desk.session.frozen_window is None
    desk.scene.change(displayed=LevelWidth(100, 400))
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert desk.session.preview.window == "limits:-100.0,300.0"


def test_the_window_can_be_frozen_anew():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.scene.change(displayed=LevelWidth(100, 400))
    desk.session.use_window_now()
    desk.settle()
    assert desk.session.preview.window == "limits:-100.0,300.0"


def test_a_chosen_window_counts_at_once_on_the_slice_at_hand():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.window = "minmax"
    desk.settle()
    assert desk.session.preview.window == "limits:50.0,200.0"
    desk.session.window = "no such window"
    assert desk.session.window == "minmax" and "no such window" in desk.messages


class BestInDark(ThresholdPredictor):
    """Rates its masks by how dark the picture is."""

    def decode(self, embedding, prompts, multimask=True, previous=None):
        answers = super().decode(embedding, prompts, multimask, previous)
        return [type(a)(a.masks, a.scores - embedding.features.astype(float).mean() / 1000, a.low_res) for a in answers]


def test_auto_tries_several_windows_and_keeps_the_best_scored_one():
    volume, _ = two_boxes_volume()
    ct = Volume(np.where(volume.array == 50, -900, volume.array).astype(np.int16), volume.ijk_to_ras)
    desk = a_desk(ct, BestInDark(), displayed=LevelWidth(-600, 1500), hounsfield=True)
    desk.session.window = "auto"
    desk.session.add_point(INSIDE_ONE)
    assert desk.session.frozen_window == "auto"
    desk.settle()
    preview = desk.session.preview
    assert desk.predictors["threshold"].encoded_images >= 3
    pictures = {"displayed": LevelWidth(-600, 1500), "abdomen": LevelWidth(50, 400), "bone": LevelWidth(400, 1800)}
    darkness = {name: np.clip((ct.array[8] - w.limits(0)[0]) / w.width, 0, 1).mean() for name, w in pictures.items()}
    low, high = pictures[min(darkness, key=darkness.get)].limits(0)
    assert preview.window == f"limits:{low!r},{high!r}" == desk.session.frozen_window
    decoded = desk.predictors["threshold"].decoded_prompts
    desk.session.add_point((9, 9))
    desk.settle()
    assert desk.predictors["threshold"].decoded_prompts == decoded + 1, "the window is frozen, one is enough"


def test_clean_up_shows_in_the_preview_and_leaves_the_candidates():
    volume, _ = two_boxes_volume()
    volume.array[8, 10:13, 9:12] = 50
    desk = a_desk(volume)
    desk.session.add_point((6, 6))
    desk.settle()
    assert not desk.session.preview.mask[11, 10]
    desk.session.cleanup = CleanUp(fill_holes=True)
    desk.settle()
    assert desk.session.preview.mask[11, 10] and not desk.session.preview.candidates.masks[0][11, 10]


def test_only_the_part_under_the_click_is_kept_when_asked_for():
    volume, _ = two_boxes_volume()
    volume.array[volume.array == 120] = 200
    desk = a_desk(volume)
    desk.session.cleanup = CleanUp(keep="clicked")
    desk.session.add_point(INSIDE_TWO)
    desk.settle()
    desk.session.next_candidate()
    np.testing.assert_array_equal(desk.session.preview.mask, slice_of(120))


def test_a_model_without_prompts_segments_the_slice_and_refuses_prompts():
    desk = a_desk(predictor=PromptlessPredictor(name="threshold"))
    desk.session.segment_slice()
    desk.settle()
    np.testing.assert_array_equal(desk.session.preview.mask, slice_of(200))
    assert len(desk.session.preview.scores) == 1
    assert desk.session.accept().changed == slice_of(200).sum()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert "takes no prompts" in desk.messages and desk.session.preview is None and len(desk.session.marks) == 1
    desk.session.segment_slice()
    assert "Clear them first" in desk.messages


def test_a_model_with_prompts_asks_for_one():
    desk = a_desk()
    desk.session.segment_slice()
    desk.settle()
    assert "without a prompt" in desk.messages and desk.session.preview is None


def test_a_model_that_fails_says_why_keeps_the_marks_and_can_be_asked_again():
    failing = [True]

    class Flaky(ThresholdPredictor):
        def decode(self, *arguments, **options):
            if failing:
                raise ModelError("The graphics card is gone.", "Use the device 'cpu'.")
            return super().decode(*arguments, **options)

    desk = a_desk(predictor=Flaky())
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert desk.session.preview is None and len(desk.session.marks) == 1
    assert [str(notice) for notice in desk.session.notices if notice.kind == "error"] == [
        "The graphics card is gone. Use the device 'cpu'."
    ]
    failing.clear()
    desk.session.use_window_now()
    desk.session.add_point((9, 9))
    desk.settle()
    assert desk.session.preview is not None


def test_running_out_of_memory_steps_down_with_a_notice_and_the_preview_comes_all_the_same():
    class OnDevice(ThresholdPredictor):
        def __init__(self, device, precision):
            super().__init__()
            self.device, self.precision = device, precision

        def decode(self, *arguments, **options):
            if self.device == "cuda":
                raise DeviceMemoryError("The memory of 'cuda' does not suffice for this model.")
            return super().decode(*arguments, **options)

    desk = a_desk(load=lambda name, device, precision: OnDevice(device, precision))
    desk.session.choose_model("threshold", "cuda")
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    np.testing.assert_array_equal(desk.session.preview.mask, slice_of(200))
    assert "16-bit" in desk.messages and "CPU" in desk.messages and "prompts are kept" in desk.messages
    assert desk.session.preview.made_with.device == desk.session.status.device == "cpu"
    assert len(desk.session.marks) == 1 and desk.session.status.error is None


def test_a_fault_of_the_model_is_a_message_and_a_log_entry_not_a_traceback(caplog):
    desk = a_desk(predictor=BuggyPredictor())
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert "fault in the program" in desk.messages and "Traceback" not in desk.messages
    assert "a fault of the test" in caplog.text


def test_a_model_that_cannot_be_loaded_is_said_and_nothing_is_lost():
    def load(name, device, precision):
        raise ModelError("The weights of 'threshold' are not on this computer.", "Download them.")

    desk = a_desk(load=load)
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert "Download them" in desk.messages and len(desk.session.marks) == 1
    assert desk.session.status.error is not None and not desk.session.status.is_loaded


def test_a_structure_too_small_for_the_model_is_warned_about():
    volume = Volume(np.full((1, 600, 600), 50, np.int16), matrix())
    volume.array[0, 300:306, 300:306] = 200
    desk = a_desk(volume, plane=SlicePlane.lattice(0, 0))
    desk.session.add_point((303, 303))
    desk.settle()
    assert "6 pixels wide" in desk.messages and desk.session.preview.mask.sum() == 36


def test_an_empty_answer_is_said():
    desk = a_desk()
    desk.session.add_scribble(np.array([[30.0, 30.0]]), label=0)
    desk.settle()
    assert "found nothing" in desk.messages


def test_after_a_failure_another_model_makes_the_preview_of_the_marks_there_are():
    def load(name, device, precision):
        if name == "broken":
            raise ModelError("The file of the model is damaged.")
        return ThresholdPredictor()

    desk = a_desk(load=load)
    desk.session.choose_model("broken", "cpu")
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert desk.session.preview is None
    desk.session.choose_model("threshold", "cpu")
    desk.settle()
    np.testing.assert_array_equal(desk.session.preview.mask, slice_of(200))


def test_a_chosen_window_counts_for_a_model_without_prompts():
    desk = a_desk(predictor=PromptlessPredictor(name="threshold"))
    desk.session.segment_slice()
    desk.settle()
    desk.session.window = "limits:0,1000"
    desk.settle()
    assert desk.session.preview.window == "limits:0.0,1000.0"
