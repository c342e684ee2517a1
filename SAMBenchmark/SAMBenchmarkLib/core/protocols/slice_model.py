"""One slice as protocols see it: they ask for masks, and never meet the predictor, the cache or the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from SAMBenchmarkLib.core.stability import with_stability
from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.predictor import Candidates, Embedding, Predictor
from SAMSegmenterLib.core.progress import ShouldStop, never_stop
from SAMSegmenterLib.core.prompts import Prompts


def _untimed(work: Callable[[], Any]) -> Any:
    return work()


@dataclass(frozen=True, eq=False)
class SliceModel:
    """Asks a model about one slice.

    Args:
        image: (H, W, 3), what was encoded.
        look: the slice with other intensities: "ct" or "minmax" -> (H, W, 3).
        shape: (H, W) of the whole slice, which all masks have.
        offset: (x, y) of the image's first pixel in the slice; not 0 after a crop.
        timed: runs a call of the model and takes its time.
        modality: of the case, as its user named it.
    """

    predictor: Predictor
    embedding: Embedding
    image: Rgb8
    look: Callable[[str], Rgb8]
    shape: tuple[int, int]
    offset: tuple[int, int] = (0, 0)
    timed: Callable[[Callable[[], Any]], Any] = _untimed
    should_stop: ShouldStop = never_stop
    modality: str = ""

    def decode(
        self, prompts: Sequence[Prompts], previous: Sequence[np.ndarray | None] | None = None
    ) -> list[Candidates]:
        """Candidates for each set of prompts; positions are those of the whole slice.

        Raises:
            Cancelled: the user stopped.
        """
        self._go_on()
        said = [_moved(one, self.offset) for one in prompts]
        answers = self.timed(lambda: self.predictor.decode(self.embedding, said, True, previous))
        threshold, shape = self.predictor.spec.mask_threshold, self.embedding.original_size
        return [self._placed(with_stability(one, shape, threshold)) for one in answers]

    def everything(self, points_per_side: int) -> Candidates:
        """All masks that a grid of points finds, with the thresholds of the model.

        Raises:
            Cancelled: the user stopped.
        """
        self._go_on()
        parameters = replace(self.predictor.spec.s1_thresholds, points_per_side=points_per_side)
        return self._placed(self.timed(lambda: self.predictor.everything(self.embedding, parameters)))

    def shown(self, window: str) -> SliceModel:
        """The same slice encoded with other intensities; "run" is those of the run."""
        return self if window == "run" else self._encoded(self.look(window))

    def cropped(self, box: tuple[int, int, int, int]) -> SliceModel:
        """The part of the slice inside a box with inclusive maxima, encoded by itself; masks are empty outside it."""
        x0, y0, x1, y1 = box
        part = np.ascontiguousarray(self.image[y0 : y1 + 1, x0 : x1 + 1])
        return replace(self._encoded(part), offset=(x0, y0))

    def _encoded(self, image: Rgb8) -> SliceModel:
        self._go_on()
        embedding = self.timed(lambda: self.predictor.encode([image])[0])
        return replace(self, embedding=embedding, image=image)

    def _placed(self, candidates: Candidates) -> Candidates:
        if candidates.masks.shape[1:] == self.shape:
            return candidates
        (x, y), (height, width) = self.offset, candidates.masks.shape[1:]
        masks = np.zeros((len(candidates.masks), *self.shape), bool)
        masks[:, y : y + height, x : x + width] = candidates.masks
        return replace(candidates, masks=masks)

    def _go_on(self) -> None:
        if self.should_stop():
            raise Cancelled


def _moved(prompts: Prompts, offset: tuple[int, int]) -> Prompts:
    if offset == (0, 0):
        return prompts
    shift = np.array(offset, np.float64)
    box = None if prompts.box is None else prompts.box - np.tile(shift, 2)
    return Prompts(prompts.points - shift, prompts.labels, box)
