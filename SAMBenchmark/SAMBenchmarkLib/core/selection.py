"""Which of the model's candidate masks is scored: the one a user would get, or the one closest to the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.regions import as_boolean, bounding_region
from SAMSegmenterLib.core.arrays import Mask, same_shape
from SAMSegmenterLib.core.errors import InputError

DICE_SMOOTHING = 0.1
"""Added to both parts of the Dice fraction during the choice, as in Huang et al.'s released code."""


def select(
    candidate_masks: Sequence[Mask] | npt.NDArray[np.bool_],
    scores: npt.ArrayLike,
    reference: Mask,
    rule: str = "predicted_iou",
) -> int | None:
    """Index of the candidate to score.

    Masks are read one after the other, so hundreds of candidates take no more memory than they have already.

    Args:
        candidate_masks: (N, H, W) boolean.
        scores: (N,) the model's own estimate of each mask's IoU.
        reference: (H, W) boolean; looked at by the oracle rules only.
        rule: `oracle_dice`, in short `oracle` (largest smoothed Dice with the reference, first of equals);
            `oracle_iou` (largest IoU, first of equals, the last candidate when none touches the reference);
            `predicted_iou` or `confidence` (largest score, first of equals; what a user gets); `first`.

    Returns:
        0 to N - 1; None when there is no candidate.

    Raises:
        InputError: the rule is unknown, or the shapes do not fit together.

    Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061 (oracle_dice); Mazurowski et al. 2023,
        doi:10.1016/j.media.2023.102918 (oracle_iou, first).
    """
    if rule not in RULES:
        raise InputError(f"Unknown mask selection '{rule}'.", f"Choose one of {', '.join(RULES)}.")
    values = np.asarray(scores, np.float64).reshape(-1)
    if len(values) != len(candidate_masks):
        raise InputError(f"{len(candidate_masks)} candidate masks came with {len(values)} scores.")
    return RULES[rule](candidate_masks, values, reference) if len(values) else None


def _by_dice(masks: Sequence[Mask], _scores: npt.NDArray[np.float64], reference: Any) -> int:
    smooth = DICE_SMOOTHING
    return int(np.argmax([(2 * i + smooth) / (a + b + smooth) for i, a, b in _overlaps(masks, reference)]))


def _by_iou(masks: Sequence[Mask], _scores: npt.NDArray[np.float64], reference: Any) -> int:
    values = [i / (a + b - i) if a + b else 0.0 for i, a, b in _overlaps(masks, reference)]
    return int(np.argmax(values)) if max(values) > 0 else len(values) - 1


def _by_score(_masks: Sequence[Mask], scores: npt.NDArray[np.float64], _reference: Any) -> int:
    return int(np.argmax(np.where(np.isnan(scores), -np.inf, scores)))


def _first(_masks: Sequence[Mask], _scores: npt.NDArray[np.float64], _reference: Any) -> int:
    return 0


RULES: dict[str, Callable[[Sequence[Mask], npt.NDArray[np.float64], Any], int]] = {
    "oracle": _by_dice,
    "oracle_dice": _by_dice,
    "oracle_iou": _by_iou,
    "predicted_iou": _by_score,
    "confidence": _by_score,
    "first": _first,
}


def _overlaps(masks: Sequence[Mask], reference: Any) -> Iterator[tuple[int, int, int]]:
    """Intersection, candidate area and reference area, in pixels, per candidate."""
    reference = as_boolean(reference)
    region = bounding_region(reference)
    inside = None if region is None else reference[region]
    reference_area = int(np.count_nonzero(reference))
    for index, candidate in enumerate(masks):
        mask = as_boolean(candidate)
        same_shape(mask, reference, f"candidate {index} and reference")
        shared = 0 if inside is None else int(np.count_nonzero(mask[region] & inside))
        yield shared, int(np.count_nonzero(mask)), reference_area
