"""Everything mode (strategy S1) on the fast mask decoder, in little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters
from SAMSegmenterLib.models.enlarging import Enlarging, enlarging_for
from SAMSegmenterLib.models.fast_decoder import FastMaskDecoder, SharedImage
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from SAMSegmenterLib.models.several_at_once import several_at_once

_EMBEDDED_AT_ONCE = 4096
"""Points whose embeddings are made together."""


@dataclass(frozen=True, eq=False)
class Proposal:
    """One mask that passed the filters, as bits of the box around it.

    Args:
        score: predicted IoU.
        box: (x0, y0, x1, y1), inclusive; zeros for an empty mask.
        bits: of the mask inside the box, row by row.
        stability: how little the mask changes with the threshold, 0 to 1; NaN where nothing is near it.
    """

    score: torch.Tensor
    box: tuple[int, int, int, int]
    bits: np.ndarray
    stability: float = float("nan")

    def paste(self, mask: np.ndarray) -> None:
        """Set the mask's pixels in an empty (H, W) bool."""
        x0, y0, x1, y1 = self.box
        inside = mask[y0 : y1 + 1, x0 : x1 + 1]
        inside[...] = np.unpackbits(self.bits, count=inside.size).reshape(inside.shape)


def fast_everything(
    decoder: FastMaskDecoder,
    image: SharedImage,
    embedding: Embedding,
    parameters: EverythingParameters,
    thresholds: tuple[float, int],
    on_step: Callable[[], None],
) -> Candidates:
    """What `SamAutomaticMaskGenerator` finds, without crops.

    What changes nothing comes first: a mask whose predicted IoU is too low is never made, nor enlarged. Stability and
    box are the generator's, of the mask on the image's own grid; beyond the box that the logits near the threshold
    reach, nothing can change them, so that only this is enlarged, mask by mask. Overlaps are removed before masks are
    drawn. Kept until then: a bit for each pixel of a mask's box.

    Args:
        decoder: of the network.
        image: the embedding as the decoder shares it.
        embedding: the image's sizes are taken from it.
        parameters: grid and thresholds.
        thresholds: (logit above which a pixel is inside, the model's image size).
        on_step: called before each prompt.

    Returns:
        Masks by falling predicted IoU, possibly none.

    Source: Kirillov et al. 2023, arXiv:2304.02643, appendix B.
    """
    found = proposals(decoder, image, embedding, parameters, thresholds, on_step)
    return drawn(without_duplicates(found, parameters.box_nms_thresh), embedding.original_size)


def proposals(
    decoder: FastMaskDecoder,
    image: SharedImage,
    embedding: Embedding,
    parameters: EverythingParameters,
    thresholds: tuple[float, int],
    on_step: Callable[[], None],
) -> list[Proposal]:
    """Masks that are good and stable enough, in the order of the grid; see `fast_everything`."""
    mask_threshold, image_size = thresholds
    enlarging = enlarging_for(image_size, embedding.input_size, embedding.original_size)
    prompts = _grid(decoder, embedding, parameters.points_per_side, image_size, image.tokens.device)

    def answers(prompt: torch.Tensor) -> list[Proposal]:
        decoded = decoder.decode(image, prompt)
        which = [n for n in (1, 2, 3) if _passes(decoded.scores[n], parameters.pred_iou_thresh)]
        masks = zip(which, decoder.logits(decoded, which), strict=True) if which else ()
        made = [_proposal(one, decoded.scores[n], enlarging, parameters, mask_threshold) for n, one in masks]
        return [proposal for proposal in made if proposal is not None]

    found = several_at_once(answers, prompts, image.tokens.device.type, on_step)
    return [proposal for some in found for proposal in some]


def _grid(
    decoder: FastMaskDecoder, embedding: Embedding, side: int, image_size: int, device: torch.device
) -> Iterator[torch.Tensor]:
    """Embedded prompts of a single point each, as SAM's generator lays them."""
    height, width = embedding.original_size
    utils = load_segment_anything().utils
    places = utils.amg.build_point_grid(side) * np.array([[width, height]])
    moved = utils.transforms.ResizeLongestSide(image_size).apply_coords(places, embedding.original_size)
    points = torch.as_tensor(moved.astype(np.float32) if device.type == "mps" else moved, device=device)
    for some in points.split(_EMBEDDED_AT_ONCE):
        labels = torch.ones(len(some), 1, dtype=torch.int, device=device)
        yield from decoder.embed((some[:, None], labels), None)


def _passes(score: torch.Tensor, threshold: float) -> bool:
    return threshold <= 0.0 or bool(score > threshold)


def _proposal(
    logits: torch.Tensor,
    score: torch.Tensor,
    enlarging: Enlarging,
    parameters: EverythingParameters,
    mask_threshold: float,
) -> Proposal | None:
    """A mask that is stable enough, else None."""
    offset, least = parameters.stability_score_offset, parameters.stability_score_thresh
    large, (row, column) = enlarging.part_above(logits, mask_threshold - abs(offset))
    certain, possible = (torch.count_nonzero(large > mask_threshold + sign * offset) for sign in (1, -1))
    share = certain.float() / possible.float()
    if least > 0.0 and not bool(share >= least):  # 0 / 0 is not stable
        return None
    stability = float(share)
    mask = (large > mask_threshold).cpu().numpy()
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return Proposal(score, (0, 0, 0, 0), np.zeros(1, np.uint8), stability)
    tight = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    box = (column + columns[0], row + rows[0], column + columns[-1], row + rows[-1])
    return Proposal(score, tuple(int(value) for value in box), np.packbits(tight), stability)


def without_duplicates(found: list[Proposal], overlap: float, scores: torch.Tensor | None = None) -> list[Proposal]:
    """Proposals by falling score, without those whose box overlaps that of a better one by more than a share.

    Args:
        scores: (N,), their predicted IoU when None.
    """
    if not found:
        return []
    boxes = torch.tensor([one.box for one in found], dtype=torch.float32)
    scores = torch.stack([one.score for one in found]).cpu() if scores is None else scores
    suppress = load_segment_anything().automatic_mask_generator.batched_nms
    return [found[index] for index in suppress(boxes, scores, torch.zeros(len(boxes)), iou_threshold=overlap).tolist()]


def drawn(kept: list[Proposal], size: tuple[int, int]) -> Candidates:
    """The masks (N, H, W) of proposals."""
    masks = np.zeros((len(kept), *size), np.bool_)
    for mask, one in zip(masks, kept, strict=True):
        one.paste(mask)
    scores = np.array([float(one.score) for one in kept], np.float32)
    return Candidates(masks, scores, stability=np.array([one.stability for one in kept], np.float32))
