"""What the model answers on a slice: which of its candidates is taken, and its logits on the slice's pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.predictor import Candidates, ModelSpec
from SAMSegmenterLib.core.propagation.interpolation import linear
from SAMSegmenterLib.core.propagation.shape import Region
from SAMSegmenterLib.core.propagation.views import SliceView

_MOST = 6.0
"""Logits beyond this say no more than that the model is sure."""

_REFINED = 1.0
"""How far a refined mask moves the logits of the pixels that it takes or leaves; measured, 3 carried worse."""

_FAR = 1e6
"""In place of infinity, which no mean survives."""


@dataclass(frozen=True, eq=False)
class Answer:
    """The candidate that is taken.

    Args:
        mask: (H, W) bool.
        logits: (h, w) float32 from -6 to 6 on the region.
        score: predicted IoU, 0 to 1.
        overlap: with the moved neighbour, 0 to 1.
        separation: mean likelihood of the intensities on the right side of the outline, -3 to 3.
    """

    mask: Mask
    logits: np.ndarray
    score: float
    overlap: float
    separation: float


def best_answer(
    candidates: Candidates,
    view: SliceView,
    spec: ModelSpec,
    inside: Mask,
    likelihood: np.ndarray,
    zone: Mask,
    region: Region,
) -> Answer:
    """The candidate with the highest predicted IoU x overlap with the moved neighbour x intensity likelihood.

    Args:
        inside: (h, w) the moved neighbour on the region.
        likelihood: (h, w) on the region, as `Appearance.likelihood` gives it.
        zone: (h, w) pixels of the region in and beside the moved neighbour.
    """
    found = []
    for number, mask in enumerate(candidates.masks):
        score = float(np.clip(np.nan_to_num(candidates.scores[number]), 0.01, 1))
        beyond = np.count_nonzero(mask) - np.count_nonzero(mask[region])
        union = np.count_nonzero(mask[region] | inside) + beyond
        overlap = float(np.count_nonzero(mask[region] & inside) / union) if union else 0.0
        separation = _separation(mask[region], likelihood, zone)
        found.append((score * overlap / (1 + np.exp(-2 * separation)), -number, score, overlap, separation))
    _worth, number, score, overlap, separation = max(found)
    logits = logits_on(candidates, -number, view, spec, region)
    return Answer(candidates.masks[-number], logits, score, overlap, separation)


def logits_on(candidates: Candidates, number: int, view: SliceView, spec: ModelSpec, region: Region) -> np.ndarray:
    """A candidate's logits on the pixels of a region, above 0 inside, -6 to 6; -6 where the model was shown nothing.

    They are those of the network; where its masks are refined, the mask moves them a little.
    """
    if candidates.low_res is None:
        return np.where(candidates.masks[number][region], _MOST, -_MOST).astype(np.float32)
    low, embedding = candidates.low_res[number], view.embedding
    low = np.nan_to_num(low - spec.mask_threshold, posinf=_FAR, neginf=-_FAR)
    logits = np.full([axis.stop - axis.start for axis in region], -_MOST, np.float32)
    seen = tuple(_overlap(axis, shown) for axis, shown in zip(region, view.part, strict=True))
    at = (
        (np.arange(axis.start - shown.start, axis.stop - shown.start) + 0.5) * inner / outer * cells / spec.image_size
        - 0.5
        for axis, shown, inner, outer, cells in zip(
            seen, view.part, embedding.input_size, embedding.original_size, low.shape, strict=True
        )
    )
    inside = tuple(
        slice(axis.start - all_.start, axis.stop - all_.start) for axis, all_ in zip(seen, region, strict=True)
    )
    logits[inside] = np.clip(linear(low, *at), -_MOST, _MOST)
    if embedding.picture is not None:
        moved = np.where(candidates.masks[number][seen], _REFINED, -_REFINED)
        logits[inside] = np.clip(logits[inside] + moved, -_MOST, _MOST)
    return logits


def _overlap(first: slice, second: slice) -> slice:
    start = max(first.start, second.start)
    return slice(start, max(start, min(first.stop, second.stop)))


def _separation(mask: Mask, likelihood: np.ndarray, zone: Mask) -> float:
    where = zone | mask
    return float(np.where(mask, likelihood, -likelihood)[where].mean()) if where.any() else -3.0
