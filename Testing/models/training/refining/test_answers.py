"""Samples are what the model answers: the window where the object is, the truth right side up in it."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.models.refining.window import LARGEST_SIDE, SIDE
from SAMSegmenterLib.models.training.batches import Batch
from SAMSegmenterLib.models.training.refining.answers import PICTURE_SIDE, PICTURES, answered
from SAMSegmenterLib.models.training.refining.samples import BOX, CLICKS, NAMES, POINT


def picture_of(mask, height=PICTURE_SIDE):
    """Bright object on dark grey, padded below a height; red where it is bright."""
    shade = np.where(mask, 200.0, 60.0).astype(np.float32)
    channels = np.stack([shade, shade - 20 * mask, shade - 20 * mask]).astype(np.float32)
    channels[:, height:] = PICTURES.pad_value
    return Batch(torch.from_numpy(channels[None]), mask[None], torch.tensor([0]))


def wedge():
    """A right triangle, unlike itself turned over in any way: its right angle is below at the left."""
    rows, columns = np.ogrid[:PICTURE_SIDE, :PICTURE_SIDE]
    return (columns >= 150) & (rows <= 300) & (rows >= 120 + 2 * (columns - 150))


@pytest.fixture(scope="module")
def samples(the_bundled_network):
    return answered(the_bundled_network, picture_of(wedge(), 340), np.random.default_rng(0))


def in_picture(sample, rows, columns):
    """Pixels of the picture that lie under pixels of a window."""
    x, y, side = sample["window"]
    across, down = (
        (middle + ((places + 0.5) / SIDE - 0.5) * side) * PICTURE_SIDE for places, middle in ((columns, x), (rows, y))
    )
    return np.floor(down).astype(int), np.floor(across).astype(int)


def test_every_prompt_is_answered_and_the_best_candidate_is_always_among_the_samples(samples):
    assert all(set(sample) == set(NAMES) for sample in samples)
    for kind in (BOX, POINT, CLICKS):
        found = [sample for sample in samples if sample["prompt"] == kind]
        assert sum(sample["best"] for sample in found) == 1 and len(found) in (1, 2)
        assert all(0 <= sample["candidate"] <= 3 and 0 <= sample["overlap"] <= 1 for sample in found)
        best = max(sample["overlap"] for sample in found if sample["candidate"] > 0)
        assert next(sample["overlap"] for sample in found if sample["best"]) == best


def test_truth_and_colours_lie_in_the_window_as_in_the_picture(samples):
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for sample in samples:
        picture_rows, picture_columns = in_picture(sample, rows, columns)
        expected = wedge()[picture_rows, picture_columns]
        assert ((sample["truth"] > 127) == expected).mean() > 0.98
        sure = (sample["truth"] == 255) & sample["valid"]
        assert (
            np.abs(sample["colours"][0][sure] - 187).max() <= 1 and np.abs(sample["colours"][1][sure] - 20).max() <= 1
        )
        assert np.abs(sample["colours"][2][sure]).max() <= 1
        assert (sample["valid"] == (picture_rows < 340)).mean() > 0.98
        assert not sample["colours"][:, ~sample["valid"]].any()


def test_the_answer_to_a_box_is_the_object_and_the_window_lies_around_it(samples):
    sample = next(sample for sample in samples if sample["prompt"] == BOX and sample["best"])
    assert sample["overlap"] > 0.7
    answer, truth = sample["logits"] > 0, sample["truth"] > 127
    assert (answer & truth).sum() / (answer | truth).sum() == pytest.approx(sample["overlap"], abs=0.05)
    assert not np.isnan(sample["box"]).any() and np.isnan(sample["clicked"]).all()
    x0, y0, x1, y1 = sample["box"] * SIDE
    inside = np.argwhere(truth)
    assert np.abs(inside.min(0) - [y0, x0]).max() < 8 and np.abs(inside.max(0) + 1 - [y1, x1]).max() < 8


def test_points_lie_on_the_object_and_clicks_on_what_they_say(samples):
    point = next(sample for sample in samples if sample["prompt"] == POINT)
    assert np.isnan(point["box"]).all() and np.isnan(point["excluded"]).all()
    (place,) = point["clicked"][~np.isnan(point["clicked"][:, 0])]
    column, row = (place * SIDE).astype(int)
    assert point["truth"][row, column] > 0
    clicks = next(sample for sample in samples if sample["prompt"] == CLICKS)
    assert (~np.isnan(np.concatenate([clicks["clicked"], clicks["excluded"]])[:, 0])).sum() >= 1


def test_the_same_random_numbers_give_the_same_samples(the_bundled_network, samples):
    again = answered(the_bundled_network, picture_of(wedge(), 340), np.random.default_rng(0))
    assert len(again) == len(samples)
    for one, two in zip(samples, again, strict=True):
        assert all(np.array_equal(one[name], two[name], equal_nan=name not in ("valid",)) for name in NAMES)


def test_windows_that_are_never_refined_and_tiny_objects_give_no_samples(the_bundled_network):
    large = np.zeros((PICTURE_SIDE, PICTURE_SIDE), bool)
    large[10:500, 10:500] = True
    found = answered(the_bundled_network, picture_of(large), np.random.default_rng(0))
    assert not [sample for sample in found if sample["prompt"] == BOX]
    assert all(sample["window"][2] <= LARGEST_SIDE for sample in found)
    tiny = np.zeros_like(large)
    tiny[100:106, 100:106] = True
    assert answered(the_bundled_network, picture_of(tiny), np.random.default_rng(0)) == []
