"""Slices as propagation looks at them: brightness and embedding, made once and kept within a limit."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np

from SAMSegmenterLib.core.predictor import Candidates, Embedding, Predictor
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.propagation.appearance import grey_of
from SAMSegmenterLib.core.propagation.shape import Region
from SAMSegmenterLib.core.propagation.stacks import SliceStack
from SAMSegmenterLib.core.propagation.zoom import part_shown, whole
from SAMSegmenterLib.core.windowing import Window, to_rgb8

_MOST_BYTES = 256 << 20
_MOST_KEYFRAMES = 8


@dataclass(frozen=True, eq=False)
class SliceView:
    """A slice, ready to be asked about.

    Args:
        grey: (H, W) uint8, the image that the model is shown.
        embedding: what the model made of a part of it.
        part: that part.
    """

    grey: np.ndarray
    embedding: Embedding
    part: Region

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.grey.nbytes + self.embedding.nbytes

    def ask(self, predictor: Predictor, prompts: Prompts, multimask: bool) -> Candidates:
        """Candidates for prompts on the slice's pixels; masks (N, H, W) are empty outside the part."""
        if self.part == whole(self.grey.shape):
            return predictor.decode(self.embedding, [prompts], multimask=multimask)[0]
        candidates = predictor.decode(self.embedding, [self._inside(prompts)], multimask=multimask)[0]
        masks = np.zeros((len(candidates), *self.grey.shape), bool)
        masks[:, *self.part] = candidates.masks
        return replace(candidates, masks=masks)

    def _inside(self, prompts: Prompts) -> Prompts:
        """The same prompts on the part's own pixels."""
        corner = np.array([self.part[1].start, self.part[0].start], float)
        last = np.array([self.part[1].stop, self.part[0].stop], float) - corner - 1
        points = np.clip(prompts.points - corner, 0, last)
        box = None if prompts.box is None else np.clip(prompts.box - np.tile(corner, 2), 0, np.tile(last, 2))
        prior = None if prompts.mask_prior is None else prompts.mask_prior[self.part]
        return Prompts(points, prompts.labels, box, prior)


class SliceViews:
    """Makes views of the slices of a stack; two directions that meet a slice encode it once.

    Args:
        stack: where slices come from.
        window: intensities shown to the model.
        zoom: as for `part_shown`.
    """

    def __init__(self, stack: SliceStack, predictor: Predictor, window: Window, zoom: float = 0.0) -> None:
        self._stack, self._predictor, self._window, self._zoom = stack, predictor, window, zoom
        self._kept: OrderedDict[tuple, SliceView] = OrderedDict()
        self._greys: dict[int, np.ndarray] = {}
        self._part: Region | None = None

    def view(self, index: int, structure: Region) -> SliceView:
        """A slice with its embedding.

        Args:
            structure: rows and columns where the structures are looked for.
        """
        self._part = part_shown(structure, self._stack.grid(index).shape, self._zoom, self._part)
        return self.view_of(index, self._part)

    def view_of(self, index: int, part: Region) -> SliceView:
        """A slice with the embedding of a given part of it."""
        key = (index, *((axis.start, axis.stop) for axis in part))
        if key not in self._kept:
            rgb8 = to_rgb8(self._stack.image(index).pixels, self._window)
            embedding = self._predictor.encode([np.ascontiguousarray(rgb8[part])])[0]
            self._kept[key] = SliceView(grey_of(rgb8), embedding, part)
            while len(self._kept) > 1 and sum(view.nbytes for view in self._kept.values()) > _MOST_BYTES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def begin(self) -> None:
        """A new way begins: the part that was shown last is no measure for it."""
        self._part = None

    def grey(self, index: int) -> np.ndarray:
        """(H, W) uint8 of a keyframe, which the model need not see."""
        if index not in self._greys:
            if len(self._greys) == _MOST_KEYFRAMES:
                self._greys.pop(next(iter(self._greys)))
            self._greys[index] = grey_of(to_rgb8(self._stack.image(index).pixels, self._window))
        return self._greys[index]
