"""Slices as propagation looks at them: brightness and embedding, made once and kept within a limit."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.predictor import Embedding, Predictor
from SAMSegmenterLib.core.propagation.appearance import grey_of
from SAMSegmenterLib.core.propagation.stacks import SliceStack
from SAMSegmenterLib.core.windowing import Window, to_rgb8

_MOST_BYTES = 256 << 20


@dataclass(frozen=True, eq=False)
class SliceView:
    """A slice, ready to be asked about.

    Args:
        grey: (H, W) uint8, the image that the model is shown.
        embedding: what the model made of it.
    """

    grey: np.ndarray
    embedding: Embedding

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.grey.nbytes + self.embedding.features.nbytes


class SliceViews:
    """Makes views of the slices of a stack; two directions that meet a slice encode it once.

    Args:
        stack: where slices come from.
        window: intensities shown to the model.
    """

    def __init__(self, stack: SliceStack, predictor: Predictor, window: Window) -> None:
        self._stack, self._predictor, self._window = stack, predictor, window
        self._kept: OrderedDict[int, SliceView] = OrderedDict()
        self._greys: dict[int, np.ndarray] = {}

    def view(self, index: int) -> SliceView:
        """A slice with its embedding."""
        if index not in self._kept:
            rgb8 = to_rgb8(self._stack.image(index).pixels, self._window)
            self._kept[index] = SliceView(grey_of(rgb8), self._predictor.encode([rgb8])[0])
            while len(self._kept) > 1 and sum(view.nbytes for view in self._kept.values()) > _MOST_BYTES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(index)
        return self._kept[index]

    def grey(self, index: int) -> np.ndarray:
        """(H, W) uint8 of a slice that the model need not see: a keyframe."""
        if index in self._kept:
            return self._kept[index].grey
        if index not in self._greys:
            self._greys[index] = grey_of(to_rgb8(self._stack.image(index).pixels, self._window))
        return self._greys[index]
