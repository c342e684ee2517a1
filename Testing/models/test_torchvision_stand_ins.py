"""The stand-ins for torchvision against brute force, OpenCV and PIL."""

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from SAMSegmenterLib.models.torchvision_stand_ins import batched_nms, box_area, nms, resize, to_pil_image


def random_boxes(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 80, (count, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(5, 40, (count, 2))], axis=1)
    return torch.tensor(boxes, dtype=torch.float32), torch.tensor(
        (1 + rng.permutation(count)) / count, dtype=torch.float32
    )


def brute_force_nms(boxes: np.ndarray, scores: np.ndarray, threshold: float) -> list[int]:
    def overlap(a, b):
        width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
        height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
        shared = width * height
        return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)

    kept: list[int] = []
    for index in np.argsort(-scores):
        if all(overlap(boxes[index], boxes[other]) <= threshold for other in kept):
            kept.append(int(index))
    return kept


@pytest.mark.parametrize("threshold", [0.1, 0.5, 0.7])
def test_nms_equals_brute_force_and_opencv(threshold):
    boxes, scores = random_boxes(120, seed=3)
    kept = nms(boxes, scores, threshold).tolist()
    assert kept == brute_force_nms(boxes.numpy().astype(float), scores.numpy(), threshold)
    wanted = cv2.dnn.NMSBoxes(
        [(x0, y0, x1 - x0, y1 - y0) for x0, y0, x1, y1 in boxes.tolist()], scores.tolist(), 0.0, threshold
    )
    assert kept == list(np.ravel(wanted))


def test_nms_drops_the_lower_of_two_equal_boxes_and_keeps_a_distant_one():
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10], [50, 50, 60, 60]])
    assert nms(boxes, torch.tensor([0.5, 0.9, 0.1]), 0.7).tolist() == [1, 2]


def test_nms_of_no_boxes_is_empty():
    kept = nms(torch.zeros(0, 4), torch.zeros(0), 0.5)
    assert kept.shape == (0,) and kept.dtype == torch.int64


def test_batched_nms_suppresses_within_a_category_only():
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]])
    scores = torch.tensor([0.2, 0.9, 0.5])
    assert batched_nms(boxes, scores, torch.tensor([0, 1, 0]), 0.5).tolist() == [1, 2]


def test_batched_nms_of_one_category_equals_nms():
    boxes, scores = random_boxes(60, seed=8)
    assert batched_nms(boxes, scores, torch.zeros(60), 0.4).tolist() == nms(boxes, scores, 0.4).tolist()


def test_box_area_is_the_product_of_the_sides():
    assert box_area(torch.tensor([[1.0, 2, 4, 8], [0, 0, 0, 5]])).tolist() == [18.0, 0.0]


def test_resize_is_pils_bilinear_filter_and_size_is_height_then_width():
    image = np.random.default_rng(0).integers(0, 256, (30, 50, 3), dtype=np.uint8)
    out = np.array(resize(to_pil_image(image), (60, 100)))
    assert out.shape == (60, 100, 3)
    assert np.array_equal(out, np.array(Image.fromarray(image).resize((100, 60), Image.Resampling.BILINEAR)))


def test_resize_averages_when_it_shrinks():
    checkerboard = (np.indices((40, 40)).sum(axis=0) % 2 * 255).astype(np.uint8)
    out = np.array(resize(to_pil_image(checkerboard), (10, 10))).astype(int)
    assert np.abs(out[2:-2, 2:-2] - 127).max() <= 3
