"""The five torchvision functions that `segment_anything` uses, on torch and PIL alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image


def box_area(boxes: torch.Tensor) -> torch.Tensor:
    """Compute the area of boxes as the product of their sides.

    Args:
        boxes: (N, 4) `x0, y0, x1, y1`; sides are differences of coordinates, as in torchvision.

    Returns:
        (N,) areas, empty for no boxes.
    """
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def nms(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Keep the boxes that no better-scored kept box overlaps by more than a threshold.

    Args:
        boxes: (N, 4) `x0, y0, x1, y1`.
        scores: (N,) higher is better.
        iou_threshold: intersection over union above which the lower-scored box is dropped, in [0, 1].

    Returns:
        (M,) int64 indices of the kept boxes by falling score, empty for no boxes.
    """
    order = torch.argsort(scores, descending=True, stable=True)
    areas = box_area(boxes)
    kept: list[int] = []
    while order.numel() > 0:
        best, rest = order[0], order[1:]
        kept.append(int(best))
        corner_min = torch.maximum(boxes[best, :2], boxes[rest, :2])
        corner_max = torch.minimum(boxes[best, 2:], boxes[rest, 2:])
        intersection = (corner_max - corner_min).clamp(min=0).prod(dim=1)
        overlap = intersection / (areas[best] + areas[rest] - intersection)
        order = rest[~(overlap > iou_threshold)]
    return torch.tensor(kept, dtype=torch.int64, device=boxes.device)


def batched_nms(boxes: torch.Tensor, scores: torch.Tensor, idxs: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Apply `nms` within each category; boxes of different categories never suppress each other.

    Args:
        boxes: (N, 4) `x0, y0, x1, y1`.
        scores: (N,) higher is better.
        idxs: (N,) category of each box.
        iou_threshold: as in `nms`.

    Returns:
        (M,) int64 indices of the kept boxes by falling score over all categories, empty for no boxes.
    """
    idxs = idxs.to(boxes.device)  # SAM's generator leaves them on the CPU
    keep = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    for category in torch.unique(idxs):
        members = torch.nonzero(idxs == category).flatten()
        keep[members[nms(boxes[members], scores[members], iou_threshold)]] = True
    kept = torch.nonzero(keep).flatten()
    return kept[torch.argsort(scores[kept], descending=True, stable=True)]


def to_pil_image(image: np.ndarray) -> Image.Image:
    """Wrap an 8-bit array as a PIL image.

    Args:
        image: (H, W) or (H, W, 3) uint8.

    Returns:
        The image, mode "L" or "RGB".
    """
    return Image.fromarray(np.ascontiguousarray(image))


def resize(image: Image.Image, size: Sequence[int]) -> Image.Image:
    """Resize a PIL image with PIL's bilinear filter, which averages when it shrinks.

    Args:
        image: any PIL image.
        size: (height, width) in pixels.

    Returns:
        The resized image.
    """
    return image.resize((int(size[1]), int(size[0])), Image.Resampling.BILINEAR)
