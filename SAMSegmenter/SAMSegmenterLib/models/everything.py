"""Everything mode (strategy S1): SAM's own mask generator, fed with an embedding instead of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

if TYPE_CHECKING:
    import torch
    from segment_anything.modeling import Sam


def generate_everything(
    sam: Sam, embedding: Embedding, features: torch.Tensor, parameters: EverythingParameters
) -> Candidates:
    """Masks of a grid of points over the whole image, without crops.

    Source: Kirillov et al. 2023, arXiv:2304.02643, appendix B; points at ((i + 0.5) / m) of each side, kept when the
    predicted IoU is above its threshold and the stability at least its own, then thinned by the overlap of boxes in
    the order of predicted IoU.

    Args:
        sam: the network.
        embedding: the image's sizes are taken from it.
        features: (1, C, h', w') float32 of it, on the network's device.
        parameters: grid and thresholds.

    Returns:
        Masks by falling predicted IoU, possibly none. Between batches of points they are kept run-length encoded.
    """
    generator = load_segment_anything().SamAutomaticMaskGenerator(
        sam,
        points_per_side=parameters.points_per_side,
        points_per_batch=parameters.points_per_batch,
        pred_iou_thresh=parameters.pred_iou_thresh,
        stability_score_thresh=parameters.stability_score_thresh,
        stability_score_offset=parameters.stability_score_offset,
        box_nms_thresh=parameters.box_nms_thresh,
    )
    _install(generator.predictor, embedding, features)
    height, width = embedding.original_size
    records = generator.generate(np.broadcast_to(np.uint8(0), (height, width, 3)))
    masks = np.zeros((len(records), height, width), bool)
    for index, record in enumerate(records):
        masks[index] = record.pop("segmentation")
    scores, stability = (
        np.array([record[name] for record in records], np.float32) for name in ("predicted_iou", "stability_score")
    )
    return Candidates(masks, scores, stability=stability)


def _install(predictor: Any, embedding: Embedding, features: torch.Tensor) -> None:
    """Make the generator's `set_image` take the embedding at hand."""

    def set_image(image: np.ndarray) -> None:
        predictor.features = features
        predictor.original_size, predictor.input_size = embedding.original_size, embedding.input_size
        predictor.is_image_set = True

    predictor.set_image = set_image
    if features.device.type == "mps":  # it has no 64-bit floating point numbers, which coordinates come in
        apply_coords = predictor.transform.apply_coords
        predictor.transform.apply_coords = lambda xy, size: apply_coords(xy, size).astype(np.float32)
