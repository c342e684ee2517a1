"""Choose the thresholds of everything mode for a model on labelled slices."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch

from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from SAMSegmenterLib.models.torchvision_stand_ins import nms
from SAMSegmenterLib.models.training.held_back import choose_objects, slice_image
from SAMSegmenterLib.models.training.sources import LabelledSlice

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

PRED_IOU_CHOICES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88)
STABILITY_CHOICES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
NMS_CHOICES = (0.5, 0.7)
COST_PER_MASK = 0.002
MOST_OBJECTS = 12


@dataclass(frozen=True)
class SliceProposals:
    """All masks of one slice before any threshold: M proposals with the Dice of each with each of G objects."""

    boxes: np.ndarray = field(repr=False)
    predicted_iou: np.ndarray = field(repr=False)
    stability: np.ndarray = field(repr=False)
    dice: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class ThresholdResult:
    """Thresholds with the mean best Dice over objects and the mean number of masks per slice they give."""

    parameters: EverythingParameters
    best_dice: float
    masks: float


@torch.inference_mode()
def propose(sam: Sam, item: LabelledSlice, points_per_side: int, seed: int = 1) -> SliceProposals:
    """Run the mask generator without thresholds and compare its masks with the slice's objects.

    Args:
        sam: the network in evaluation mode.
        item: slice with at least one object.
        points_per_side: side of the grid of points.
        seed: decides which objects of a crowded slice count.

    Returns:
        The proposals; may be none.
    """
    generator = load_segment_anything().SamAutomaticMaskGenerator(
        sam,
        points_per_side=points_per_side,
        pred_iou_thresh=-1.0,
        stability_score_thresh=-1.0,
        box_nms_thresh=0.95,
    )
    records = generator.generate(slice_image(item))
    objects = choose_objects(item, MOST_OBJECTS, seed).values()
    masks = np.array([record["segmentation"].ravel() for record in records], dtype=np.float32)
    wanted = np.array([mask.ravel() for mask in objects], dtype=np.float32)
    if len(masks) == 0 or len(wanted) == 0:
        return SliceProposals(np.zeros((0, 4)), np.zeros(0), np.zeros(0), np.zeros((0, len(wanted))))
    sizes = masks.sum(axis=1)[:, None] + wanted.sum(axis=1)[None]
    x, y, width, height = np.array([record["bbox"] for record in records], dtype=float).T
    return SliceProposals(
        boxes=np.stack([x, y, x + width, y + height], axis=1),
        predicted_iou=np.array([record["predicted_iou"] for record in records]),
        stability=np.array([record["stability_score"] for record in records]),
        dice=2 * masks @ wanted.T / sizes,
    )


def choose_thresholds(proposals: Sequence[SliceProposals], points_per_side: int) -> list[ThresholdResult]:
    """Rank all combinations of thresholds by the mean best Dice less a small cost per mask.

    Args:
        proposals: of validation slices.
        points_per_side: with which they were made.

    Returns:
        All combinations, the best first.
    """
    results = []
    for iou, stability, overlap in itertools.product(PRED_IOU_CHOICES, STABILITY_CHOICES, NMS_CHOICES):
        parameters = EverythingParameters(
            points_per_side=points_per_side,
            pred_iou_thresh=iou,
            stability_score_thresh=stability,
            box_nms_thresh=overlap,
        )
        kept = [_kept(slice_proposals, parameters) for slice_proposals in proposals]
        best = [
            slice_proposals.dice[keep].max(axis=0, initial=0.0)
            for slice_proposals, keep in zip(proposals, kept, strict=True)
        ]
        results.append(
            ThresholdResult(parameters, float(np.concatenate(best).mean()), float(np.mean([*map(len, kept)])))
        )
    return sorted(results, key=lambda result: COST_PER_MASK * result.masks - result.best_dice)


def _kept(proposals: SliceProposals, parameters: EverythingParameters) -> np.ndarray:
    passed = np.flatnonzero(
        (proposals.predicted_iou > parameters.pred_iou_thresh)
        & (proposals.stability >= parameters.stability_score_thresh)
    )
    boxes, scores = torch.from_numpy(proposals.boxes[passed]), torch.from_numpy(proposals.predicted_iou[passed])
    return passed[nms(boxes, scores, parameters.box_nms_thresh).numpy()]
