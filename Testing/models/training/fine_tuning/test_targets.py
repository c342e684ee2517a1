"""Prompts and targets lie where the network looks for them."""

import numpy as np
import pytest

from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.training.fine_tuning.recipes import HUANG, SHI
from SAMSegmenterLib.models.training.fine_tuning.samples import ObjectMask, Sample
from SAMSegmenterLib.models.training.fine_tuning.targets import draw_objects, make_task

SPEC = blank_spec("small", "small")  # 256 px, logits of 128


def a_sample(shape=(64, 128)):
    masks = []
    for number in range(3):
        mask = np.zeros(shape, bool)
        mask[8:24, 16 + 32 * number : 40 + 32 * number] = True
        masks.append(ObjectMask.of(f"box {number}", mask))
    return Sample(np.zeros((*shape, 3), np.uint8), tuple(masks), "p")


def rng(seed=0):
    return np.random.default_rng(seed)


def test_targets_cover_the_objects_place_among_the_logits():
    sample = a_sample()
    task = make_task(sample, sample.objects[:1], SPEC, SHI, rng())
    target = task.targets[0].numpy()
    assert target.shape == (128, 128)
    assert (target[10:22, 18:38] == 1).all()  # the image's 128 columns are the logits' 128 columns
    assert target.sum() == pytest.approx(16 * 24, rel=0.02)
    assert task.boxes is None and len(task) == 1


def test_only_the_image_counts_not_its_padding():
    task = make_task(a_sample(), a_sample().objects, SPEC, SHI, rng())
    assert task.content[0, :64].min() == 1 and task.content[0, 64:].max() == 0


def test_tight_boxes_are_scaled_to_the_models_input():
    sample = a_sample()
    boxes = [make_task(sample, sample.objects, SPEC, HUANG, rng(seed)).boxes.numpy() for seed in range(40)]
    tight = np.array([[32, 16, 78, 46], [96, 16, 142, 46], [160, 16, 206, 46]], np.float32)
    exact = [np.array_equal(box, true) for drawn in boxes for box, true in zip(drawn, tight, strict=True)]
    assert 0.3 < np.mean(exact) < 0.7  # the others are jittered
    assert max(np.abs(drawn - tight).max() for drawn in boxes) < 20


def test_the_same_random_numbers_give_the_same_task():
    sample = a_sample()
    first, second = (make_task(sample, sample.objects, SPEC, HUANG, rng(3)).boxes for _ in range(2))
    assert (first == second).all()


def test_objects_are_drawn_anew_and_keep_their_order():
    sample = a_sample()
    assert draw_objects(sample, 3, rng()) == list(sample.objects)
    drawn = [[item.structure for item in draw_objects(sample, 2, rng(seed))] for seed in range(20)]
    assert all(names == sorted(names) and len(names) == 2 for names in drawn)
    assert len({tuple(names) for names in drawn}) == 3


def test_a_task_can_be_taken_in_parts():
    sample = a_sample()
    task = make_task(sample, sample.objects, SPEC, HUANG, rng())
    parts = task.parts(2)
    assert [len(part) for part in parts] == [2, 1]
    assert (parts[1].boxes == task.boxes[2:]).all() and (parts[1].targets == task.targets[2:]).all()
    assert (parts[0].content == task.content[:2]).all()
    assert [part.boxes for part in make_task(sample, sample.objects, SPEC, SHI, rng()).parts(2)] == [None, None]
