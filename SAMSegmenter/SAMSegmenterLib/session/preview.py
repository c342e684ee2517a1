"""What a session shows before anything is written: masks of one slice, of the whole stack, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.mask_box import Box
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.prompt_marks import MarkSet
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.slicing import SliceImage, SlicePlane
from SAMSegmenterLib.session.slice_prediction import MadeWith, SliceAnswer


@dataclass(frozen=True, eq=False)
class Preview:
    """Masks proposed for one segment on one slice; nothing of it is in the segment yet.

    Args:
        segment_id: the segment.
        image: the slice.
        marks: what the masks are made from.
        prompts: what the model was told.
        candidates: masks as the model gave them.
        masks: (N, H, W) bool, after clean-up.
        boxes: around each of them.
        chosen: index of the mask that `accept` would write.
        window: text of the window the model was shown.
        made_with: model and arithmetic.
        notices: what the user should know about it.
    """

    segment_id: str
    image: SliceImage
    marks: MarkSet
    prompts: Prompts
    candidates: Candidates
    masks: np.ndarray
    boxes: tuple[Box, ...]
    chosen: int
    window: str
    made_with: MadeWith
    notices: tuple[str, ...] = ()

    @classmethod
    def of(cls, answer: SliceAnswer, segment_id: str, marks: MarkSet, candidate: int | None) -> Preview:
        """From the model's answer; `candidate` None chooses the best-scored mask."""
        best = answer.candidates.best
        chosen = candidate if candidate is not None and candidate < len(answer.candidates) else best
        return cls(
            segment_id,
            answer.image,
            marks,
            answer.prompts,
            answer.candidates,
            answer.masks,
            answer.boxes,
            chosen,
            answer.window,
            answer.made_with,
            answer.notices,
        )

    @property
    def plane(self) -> SlicePlane:
        """Where the slice lies."""
        return self.image.plane

    @property
    def mask(self) -> Mask:
        """(H, W) bool, the chosen mask after clean-up."""
        return self.masks[self.chosen]

    @property
    def scores(self) -> np.ndarray:
        """(N,) float32, predicted IoU of each candidate."""
        return self.candidates.scores

    def choosing(self, candidate: int) -> Preview:
        """The same with another mask chosen."""
        return replace(self, chosen=candidate % len(self.masks))


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """How much the mask depends on the exact place of the prompts.

    Args:
        image: the slice.
        values: (H, W) float32, 0 where all varied prompts agree, 1 where half of them say inside.
        count: how many varied prompts there were.
    """

    image: SliceImage
    values: np.ndarray
    count: int


@dataclass(frozen=True, eq=False)
class AcceptResult:
    """What became of a preview.

    Args:
        changed: voxels of the segmentation that differ now; 0 when nothing was written.
        message: in words.
    """

    changed: int
    message: str
