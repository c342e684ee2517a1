"""Batches: every sample comes in turn, and what is turned over is turned over as a whole."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.models.training.refining.batches import (
    batch_of,
    batch_of_step,
    changed,
    inverted,
    loss_weights,
    turned,
)
from SAMSegmenterLib.models.training.refining.samples import BOX, CLICKS, POINT
from support.refining_samples import disk_samples

SAMPLES = disk_samples(7)
PLANES = ("valid", "logits", "box", "clicked", "excluded")


def centre(planes):
    """(B, 2) row and column of the centre of what is above 0."""
    return torch.stack([torch.nonzero(plane > 0).float().mean(0) for plane in planes])


def test_every_sample_comes_once_before_any_comes_again():
    seen = [batch_of_step(SAMPLES, step, 3, 3, seed=1) for step in range(7)]
    overlaps = np.concatenate([batch.truth.sum((1, 2)).numpy() for batch in seen])
    turns = overlaps.reshape(3, 7)
    assert all(np.array_equal(np.sort(turn), np.sort(turns[0])) for turn in turns)
    assert not np.array_equal(turns[0], turns[1])


def test_a_batch_larger_than_all_samples_takes_some_again():
    assert len(batch_of_step(SAMPLES, 0, 16, 16, seed=1)) == 16


def test_a_step_is_drawn_alike_by_its_seed_and_its_part_is_its_beginning():
    one, again, other = (batch_of_step(SAMPLES, 2, 4, 4, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one.truth, again.truth) and torch.equal(one.look.colours, again.look.colours)
    assert not torch.equal(one.truth, other.truth)
    part = batch_of_step(SAMPLES, 2, 4, 2, seed=1)
    assert len(part) == 2 and torch.equal(part.truth, one.truth[:2])


@pytest.mark.parametrize(
    ("how", "place"),
    [
        ((True, False, False), lambda row, column: (row, 111 - column)),
        ((False, True, False), lambda row, column: (111 - row, column)),
        ((False, False, True), lambda row, column: (column, row)),
        ((True, True, True), lambda row, column: (111 - column, 111 - row)),
    ],
)
def test_clicks_box_answer_and_truth_move_along_with_the_picture(how, place):
    before = batch_of(SAMPLES, np.array([0, 1]))
    after = turned(before, *how)
    for name, row in (("box", 0), ("clicked", 1), ("excluded", 1), ("logits", 0), ("valid", 1)):
        old, new = (
            centre(getattr(before.look, name)[row : row + 1] - 0.5 * (name in ("clicked", "excluded"))),
            centre(getattr(after.look, name)[row : row + 1] - 0.5 * (name in ("clicked", "excluded"))),
        )
        expected = place(*old[0].tolist())
        assert new[0].tolist() == pytest.approx(expected, abs=0.01), name
    assert centre(after.truth)[0].tolist() == pytest.approx(place(*centre(before.truth)[0].tolist()), abs=0.01)
    bright = after.look.colours[:, 0] - 120
    assert centre(bright)[0].tolist() == pytest.approx(centre(after.truth)[0].tolist(), abs=1)
    assert torch.equal(after.look.has_box, before.look.has_box) and torch.equal(after.weights, before.weights)


def test_inversion_changes_the_brightness_of_the_chosen_windows_on_the_picture_alone():
    before = batch_of(SAMPLES, np.array([0, 1]))
    after = inverted(before, torch.tensor([False, True]))
    assert torch.equal(after.look.colours[0], before.look.colours[0])
    on = before.look.valid[1] > 0
    assert torch.allclose(after.look.colours[1, 0][on], 255 - before.look.colours[1, 0][on])
    assert not after.look.colours[1, :, ~on].any()
    assert torch.equal(after.look.colours[1, 1:], before.look.colours[1, 1:])


def test_changes_are_of_every_kind():
    batch = batch_of(SAMPLES, np.arange(7))
    found = [changed(batch, np.random.default_rng(seed)) for seed in range(40)]
    assert len({tuple(centre(one.truth)[0].round().tolist()) for one in found}) == 8
    darkened = [float((one.look.colours[:, 0].amax((1, 2)) > 200).float().mean()) for one in found]
    assert 0.2 < np.mean(darkened) < 0.8


def test_an_ambiguous_answer_that_is_another_object_does_not_count():
    kinds = [(0.9, POINT, 1, True), (0.3, POINT, 2, False), (0.5, POINT, 2, False), (0.3, BOX, 0, False)]
    kinds += [(0.3, BOX, 2, False), (0.05, CLICKS, 1, False), (0.05, POINT, 1, True)]
    columns = [np.array(column) for column in zip(*kinds, strict=True)]
    assert loss_weights(*columns).tolist() == pytest.approx([1, 0, 1, 0, 1, 0.3, 0.3])
