"""Proposals and uncertainty belong to the slice they were asked for, and cost nothing until they are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.uncertainty import JITTERED_PROMPTS
from support.editing import a_desk
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor

INSIDE_ONE, INSIDE_TWO = (8, 8), (32, 20)


def proposing():
    desk = a_desk()
    desk.session.find_proposals()
    desk.settle()
    return desk


def slice_of(desk, value):
    return desk.scene.source().volume.array[8] == value


def test_everything_on_the_slice_is_proposed_and_found_under_the_mouse():
    desk = proposing()
    assert len(desk.session.proposals) == 3
    for xy, value in ((INSIDE_ONE, 200), (INSIDE_TWO, 120), ((1, 1), 50)):
        index = desk.session.proposal_under(xy)
        np.testing.assert_array_equal(desk.session.proposals.mask(index), slice_of(desk, value))
    assert desk.session.proposal_under((-3, 5)) is None


def test_a_click_assigns_a_proposal_to_the_selected_segment_in_one_step_and_adds_to_it():
    desk = proposing()
    desk.mask()[8, 35:, :3] = 1
    before = desk.mask().copy()
    result = desk.session.assign_proposal(INSIDE_ONE)
    assert result.changed == 15 * 12 and len(desk.writer.undo_steps) == 1
    expected = before.astype(bool)
    expected[8] |= slice_of(desk, 200)
    np.testing.assert_array_equal(desk.mask().astype(bool), expected)
    desk.session.assign_proposal(INSIDE_TWO)
    expected[8] |= slice_of(desk, 120)
    np.testing.assert_array_equal(desk.mask().astype(bool), expected)
    assert desk.session.proposals is not None


def test_a_proposal_goes_to_another_or_to_a_new_segment():
    desk = proposing()
    desk.session.assign_proposal(INSIDE_ONE, "two")
    desk.session.assign_proposal(INSIDE_TWO, new_name="Liver")
    assert not desk.mask().any() and desk.mask("two").sum() == 180 and desk.mask("Liver").sum() == 20 * 12 + 60
    assert desk.writer.tags["Liver"]["model"] == "threshold"


def test_a_new_segment_says_so_and_is_gone_again_when_nothing_was_written_into_it():
    desk = proposing()
    desk.session.assign_proposal(INSIDE_ONE, new_name="Liver")
    assert "New segment 'Liver': 180 voxels changed." in desk.messages
    desk.writer._editable = np.zeros(desk.mask().shape, bool)
    result = desk.session.assign_proposal(INSIDE_TWO, new_name="Spleen")
    assert result.changed == 0 and "Nothing was written" in result.message
    assert desk.writer.segment_name("Spleen") is None and desk.writer.segment_name("Liver") == "Liver"


def test_an_assigned_proposal_is_cleaned_like_any_mask():
    desk = a_desk()
    desk.scene.source().volume.array[8, 10:13, 9:12] = 50
    desk.session.cleanup = CleanUp(fill_holes=True)
    desk.session.find_proposals()
    desk.settle()
    desk.session.assign_proposal((6, 6))
    assert desk.mask()[8, 11, 10] == 1


def test_a_click_beside_all_proposals_says_so():
    desk = a_desk()
    assert desk.session.assign_proposal(INSIDE_ONE).changed == 0
    assert "no proposal" in desk.messages


@pytest.mark.parametrize(
    "move",
    [
        lambda desk: desk.session.show(SlicePlane.lattice(0, 5)),
        lambda desk: desk.scene.paint(np.s_[8, :3, :3], 99),
        lambda desk: desk.scene.remove(),
        lambda desk: desk.session.choose_model("threshold", "cuda"),
        lambda desk: desk.session.reject(),
    ],
)
@pytest.mark.parametrize("ready", [False, True])
def test_proposals_never_outlive_slice_voxels_or_model(move, ready):
    desk = a_desk()
    desk.session.find_proposals()
    if ready:
        desk.settle()
        assert desk.session.proposals is not None
    move(desk)
    desk.settle()
    assert desk.session.proposals is None and desk.session.proposal_under(INSIDE_ONE) is None


def test_a_click_does_not_wait_for_proposals_that_are_being_made():
    desk = a_desk()
    desk.session.find_proposals()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert desk.session.preview is not None and desk.session.proposals is None
    assert desk.predictors["threshold"].everything_calls == 0


def test_proposals_that_are_there_stay_beside_a_preview():
    desk = proposing()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    assert desk.session.preview is not None and desk.session.proposals is not None


def test_a_model_without_prompts_proposes_nothing_and_says_why():
    desk = a_desk(predictor=PromptlessPredictor(name="threshold"))
    desk.session.find_proposals()
    desk.settle()
    assert "takes no prompts" in desk.messages and desk.session.proposals is None


def test_a_slice_without_structures_is_said():
    desk = a_desk(predictor=ThresholdPredictor(min_pixels=10_000))
    desk.session.find_proposals()
    desk.settle()
    assert "proposes nothing" in desk.messages


def uncertain():
    desk = a_desk()
    desk.session.add_point((6, 5))  # at the corner: some of the varied points fall beside the structure
    desk.settle()
    desk.session.find_uncertainty()
    desk.settle()
    return desk


def test_uncertainty_shows_where_varied_prompts_disagree():
    desk = uncertain()
    values = desk.session.uncertainty.values
    assert values.shape == (40, 48) and values.dtype == np.float32
    assert values.min() >= 0 and values.max() <= 1 and values.max() > 0
    assert (
        desk.session.uncertainty.count == JITTERED_PROMPTS
        and desk.session.uncertainty.image.plane == desk.session.plane
    )
    again = uncertain()
    np.testing.assert_array_equal(again.session.uncertainty.values, values)


def test_a_mask_that_all_agree_on_is_certain():
    desk = a_desk()
    desk.session.add_box([2, 2, 22, 24])
    desk.settle()
    desk.session.find_uncertainty(4)
    desk.settle()
    assert not desk.session.uncertainty.values.any() and desk.session.uncertainty.count == 4


@pytest.mark.parametrize(
    "move",
    [
        lambda desk: desk.session.show(SlicePlane.lattice(0, 5)),
        lambda desk: desk.session.add_point((9, 9)),
        lambda desk: desk.session.next_candidate(),
        lambda desk: setattr(desk.session, "window", "minmax"),
        lambda desk: desk.session.reject(),
        lambda desk: desk.session.accept(),
        lambda desk: desk.session.select_segment("two"),
        lambda desk: desk.scene.remove(),
    ],
)
def test_uncertainty_never_outlives_its_mask(move):
    desk = uncertain()
    move(desk)
    desk.settle()
    assert desk.session.uncertainty is None
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.find_uncertainty()
    move(desk)
    desk.settle()
    assert desk.session.uncertainty is None


def test_uncertainty_without_a_preview_says_so():
    desk = a_desk()
    desk.session.find_uncertainty()
    assert "no preview" in desk.messages


def test_a_proposal_is_not_written_when_the_volume_changed_a_moment_ago():
    desk = proposing()
    desk.scene.paint(np.s_[8, :3, :3], 99)
    assert desk.session.assign_proposal(INSIDE_ONE).changed == 0
    assert "no proposal" in desk.messages and not desk.mask().any()
