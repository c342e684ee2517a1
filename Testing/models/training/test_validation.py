"""Validation scores the network the way it is used, with baselines that can be worked out."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from SAMSegmenterLib.models.architectures import build
from SAMSegmenterLib.models.training.sources import CatalogueCase, LabelledSlice
from SAMSegmenterLib.models.training.validation import (
    baseline_dice,
    candidates,
    central_point,
    choose_slices,
    dice,
    iou,
    slice_image,
    slice_objects,
    tight_box,
    validate,
)


def labelled(labels, source="a", case="a/1", index=0):
    about = CatalogueCase(case, source, "s", "MR", Path("i"), Path("l"), "CC0", False, False, 0)
    return LabelledSlice(about, index, labels.astype(np.float32) * 10, labels, (0.0, 10.0))


def disk(size=64, radius=15):
    rows, columns = np.ogrid[:size, :size]
    return (rows - size // 2) ** 2 + (columns - size // 2) ** 2 <= radius**2


def test_dice_and_iou_by_hand():
    first, second = np.array([True, True, False, False]), np.array([True, False, True, True])
    assert dice(first, second) == pytest.approx(2 / 5) and iou(first, second) == pytest.approx(1 / 4)
    assert dice(~first & first, ~first & first) == 1.0 and iou(~first & first, ~first & first) == 1.0


def test_the_ellipse_of_a_disk_is_nearly_the_disk_and_a_coin_flip_is_far_off():
    ellipse, coin_flip = baseline_dice(disk(), np.random.default_rng(0))
    assert ellipse > 0.97
    assert coin_flip == pytest.approx(2 * 0.5 * np.pi / 4 / (0.5 + np.pi / 4), abs=0.05)


def test_the_central_point_of_a_ring_is_moved_onto_it():
    ring = disk() & ~disk(radius=8)
    assert ring[tuple(central_point(ring)[::-1])]
    assert central_point(disk()).tolist() == [32, 32]
    assert tight_box(disk()).tolist() == [17, 17, 47, 47]


def test_objects_are_label_values_with_more_than_50_pixels():
    labels = np.zeros((40, 40), dtype=np.int32)
    labels[:5, :10], labels[10:16, :10], labels[20:30, :10] = 1, 2, 3
    objects = slice_objects(labelled(labels), 6, np.random.default_rng(0))
    assert [int(mask.sum()) for mask in objects] == [60, 100]
    assert len(slice_objects(labelled(labels), 1, np.random.default_rng(0))) == 1


def test_slices_are_spread_over_cases():
    slices = [labelled(disk().astype(np.int32), case=f"a/{k % 3}", index=k) for k in range(30)]
    chosen = choose_slices(slices, 6, seed=1)
    assert sorted(item.case.case_id for item in chosen) == ["a/0", "a/0", "a/1", "a/1", "a/2", "a/2"]
    assert [item.index for item in chosen] == [item.index for item in choose_slices(slices, 6, seed=1)]


def test_intensities_become_8_bit_by_smallest_and_largest_value():
    image = slice_image(labelled(disk().astype(np.int32)))
    assert image.shape == (64, 64, 3) and image.dtype == np.uint8 and (image.min(), image.max()) == (0, 255)


def test_clicks_are_added_until_their_number_is_reached():
    asked = []

    def predict(multimask_output, point_coords=None, point_labels=None, box=None):
        asked.append((box, None if point_coords is None else point_coords.copy()))
        return np.stack([disk(), ~disk(), disk(radius=5)]), np.array([0.1, 0.2, 0.9]), None

    predictor = SimpleNamespace(predict=predict)
    masks, predicted = candidates(predictor, disk(), "5 clicks", np.random.default_rng(0))
    assert [len(points) for _, points in asked] == [1, 2, 3, 4, 5]
    assert all(disk()[int(y), int(x)] for x, y in asked[-1][1])
    assert masks.shape == (3, 64, 64) and predicted.argmax() == 2
    asked.clear()
    candidates(predictor, disk(), "box", np.random.default_rng(0))
    assert asked[0][0].tolist() == [17, 17, 47, 47] and asked[0][1] is None


def test_every_object_gets_one_score_per_prompt():
    torch.manual_seed(0)
    labels = disk().astype(np.int32)
    scores = validate(build("small"), [labelled(labels)], prompts=("box", "point"))
    assert [score.prompt for score in scores] == ["box", "point"]
    for score in scores:
        assert 0 <= score.chosen <= score.oracle <= 1 and score.pixels == disk().sum()
        assert score.chosen == pytest.approx(2 * score.true_iou / (1 + score.true_iou))
