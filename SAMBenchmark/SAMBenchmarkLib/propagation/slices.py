"""The slices of a case with their embeddings, which all methods share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, Rgb8
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import Candidates, Predictor
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.core.windowing import Window, to_rgb8


class ModelSlices:
    """Asks a model about the slices of a volume along one axis.

    Args:
        volume: with square pixels in its slices.
        axis: array axis that slices are stacked along.
        predictor: keeps embeddings, so that every slice is encoded once.
        window: intensities shown to the model.

    Attributes:
        first, last: numbers of the outermost slices.
        shape: (H, W) of a slice.
    """

    def __init__(self, volume: Volume, axis: int, predictor: Predictor, window: Window) -> None:
        self._volume, self._axis, self._predictor, self._window = volume, axis, predictor, window
        self.first, self.last = 0, volume.shape_kji[axis] - 1
        height, width = (count for other, count in enumerate(volume.shape_kji) if other != axis)
        self.shape = height, width

    @property
    def mask_size(self) -> int:
        """Side of the model's low-resolution logits."""
        return self._predictor.spec.mask_size

    def image(self, index: int) -> Rgb8:
        """A slice as the model sees it."""
        pixels = extract(self._volume, SlicePlane.lattice(self._axis, index), square_pixels=False).pixels
        return to_rgb8(pixels, self._window)

    def candidates(self, index: int, prompts: Prompts) -> Candidates:
        """The three candidates for prompts on a slice."""
        return self._decode(index, prompts, True, None)

    def single_mask(self, index: int, prompts: Prompts, previous: np.ndarray | None = None) -> Mask:
        """The one mask that the model gives when it is asked for one.

        Args:
            previous: (mask_size, mask_size) logits of an earlier answer, or None.
        """
        return self._decode(index, prompts, False, None if previous is None else [previous]).masks[0]

    def _decode(
        self, index: int, prompts: Prompts, multimask: bool, previous: Sequence[np.ndarray | None] | None
    ) -> Candidates:
        embedding = self._predictor.encode([self.image(index)])[0]
        return self._predictor.decode(embedding, [prompts], multimask, previous)[0]
