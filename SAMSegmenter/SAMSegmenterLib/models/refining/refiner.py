"""Masks drawn anew at the picture's own resolution, around what a network with few pixels answered."""

from __future__ import annotations

import numpy as np
import torch

from SAMSegmenterLib.core.predictor import Embedding
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.refining.appearance import Look, described
from SAMSegmenterLib.models.refining.marks import FINER, Marks, planes_of
from SAMSegmenterLib.models.refining.network import RefiningNetwork
from SAMSegmenterLib.models.refining.window import LARGEST_SIDE, Pyramid, draw, window_around

_DOUBT = -0.2
"""What a predicted IoU lacks of 1 falls with this power of the number of points; chosen on held-back images."""


def refined_scores(scores: np.ndarray, points: int) -> np.ndarray:
    """Predicted IoU of refined masks.

    What the network predicts is meant for its own mask. Clicks that correct one bring a refined mask further, so the
    more there are, the more a prediction of the network alone would fall short.

    Args:
        scores: (N,) float32 of the network.
        points: that were set.

    Returns:
        (N,) float32 in the same order of size.
    """
    return scores + (1 - scores) * np.float32(1 - max(1, points) ** _DOUBT)


class MaskRefiner:
    """Refines answers on pictures that embeddings keep.

    Args:
        network: in evaluation mode, on the CPU.
        image_size: side of the square that the model sees, pixels.
    """

    def __init__(self, network: RefiningNetwork, image_size: int) -> None:
        self._network, self._image_size = network, image_size
        self._last: tuple[np.ndarray | None, Pyramid | None] = (None, None)

    def refine(self, masks: np.ndarray, embedding: Embedding, prompts: Prompts, logits: torch.Tensor) -> None:
        """Draw masks again inside their windows; what lies beyond stays.

        Args:
            masks: (N, H, W) bool on the slice's grid; changed in place.
            embedding: with the picture.
            prompts: that were answered, in pixels of the slice.
            logits: (N, h, h) float32 on the CPU, above 0 inside.
        """
        scale = self._scale(embedding)
        marks = Marks.of(prompts, scale)
        windows = [window_around(one, marks.box, marks.clicked) for one in logits]
        chosen = [number for number, window in enumerate(windows) if window.side <= LARGEST_SIDE]
        if not chosen:
            return
        planes = self._planes(embedding.picture)
        look = Look.together(marks.look(planes, logits[number], windows[number]) for number in chosen)
        for number, fine in zip(chosen, self._network(described(look), look.logits), strict=True):
            draw(masks[number], windows[number], fine, scale)

    def _scale(self, embedding: Embedding) -> tuple[float, float]:
        (height, width), (rows, columns) = embedding.original_size, embedding.input_size
        return columns / width / self._image_size, rows / height / self._image_size

    def _planes(self, picture: np.ndarray) -> Pyramid:
        """Made once for a picture: its prompts come one after the other."""
        held, planes = self._last
        if planes is None or held is not picture:
            planes = planes_of(picture, FINER * self._image_size)
            self._last = picture, planes
        return planes
