"""SAM's own predictor as the reference for the project's, and prompts to compare them with."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything


def reference_predictor(network: Any, image: np.ndarray) -> Any:
    """A `SamPredictor` with an image set, its features rounded as the cache rounds them."""
    predictor = load_segment_anything().SamPredictor(network)
    predictor.set_image(image)
    predictor.features = predictor.features.half().float()
    return predictor


def prompt_sets(height: int, width: int) -> list[Prompts]:
    """Points, a box, and both, in an image of a size."""
    x, y = (width - 1) * 0.4, (height - 1) * 0.6
    box = [x * 0.2, y * 0.3, width - 1, height - 1]
    return [
        Prompts.of([[x, y]]),
        Prompts.of([[x, y], [x / 2, y]], [[0, 0]]),
        Prompts.of(box=box),
        Prompts.of([[x, y]], [[0, height - 1]], box),
        Prompts.of([], [[x, y]]),
    ]


def predict_by_reference(
    predictor: Any, prompts: Prompts, multimask: bool, low_res: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Masks, predicted IoUs and logits of a `SamPredictor`."""
    some = len(prompts.points) > 0
    return predictor.predict(
        prompts.points if some else None,
        prompts.labels if some else None,
        prompts.box,
        None if low_res is None else low_res[None],
        multimask,
    )


def assert_same(candidates: Candidates, reference: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """Masks, predicted IoUs and logits agree bit for bit."""
    masks, scores, low_res = reference
    np.testing.assert_array_equal(candidates.masks, masks)
    np.testing.assert_array_equal(candidates.scores, scores)
    np.testing.assert_array_equal(candidates.low_res, low_res)


def assert_close(candidates: Candidates, reference: Candidates) -> None:
    """Masks agree but for ties at the threshold, predicted IoUs and logits but for rounding."""
    assert candidates.masks.shape == reference.masks.shape and candidates.masks.dtype == reference.masks.dtype
    assert np.count_nonzero(candidates.masks != reference.masks) <= 1e-4 * reference.masks.size
    np.testing.assert_allclose(candidates.scores, reference.scores, rtol=0, atol=1e-5)
    np.testing.assert_allclose(candidates.low_res, reference.low_res, rtol=0, atol=1e-3)
