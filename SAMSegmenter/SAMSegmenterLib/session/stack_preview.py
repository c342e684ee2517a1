"""Masks of many slices that are not in a segment yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, unpacked
from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.slicing import SliceImage, SlicePlane
from SAMSegmenterLib.session.prompt_book import SlicePrompts


@dataclass(frozen=True, eq=False)
class StackSlice:
    """The mask of one slice of a stack; kept in an eighth of its size.

    Args:
        grid: where its pixels lie.
        packed: the mask's bits.
        score: predicted IoU.
        record: everything needed to make it again, without the mask.
        prompts: of the slice, as they are at any time.
    """

    grid: SliceImage
    packed: np.ndarray
    score: float
    record: SlicePromptRecord
    prompts: SlicePrompts

    @property
    def mask(self) -> Mask:
        """(H, W) bool."""
        return unpacked(self.packed, self.grid.shape)

    def is_current(self, cleanup: Mapping[str, Any]) -> bool:
        """Whether marks, candidate, window and clean-up still ask for this mask, and it is not accepted yet.

        Args:
            cleanup: as `CleanUp.to_json` gives it.
        """
        prompts, record = self.prompts, self.record
        return (
            prompts.is_pending
            and prompts.marks is record.marks
            and prompts.candidate in (None, record.candidate)
            and prompts.window is not None
            and prompts.window.text == record.window
            and record.parameters["cleanup"] == cleanup
        )


@dataclass(eq=False)
class StackPreview:
    """Masks of many slices of one segment; nothing of them is in the segment yet.

    Attributes:
        segment_id: the segment.
        slices: by plane, as far as they are done.
        waiting: slices still to be done.
        total: all of them.
        skipped: slices on which the model found nothing.
    """

    segment_id: str
    waiting: deque[SlicePrompts]
    total: int
    slices: dict[SlicePlane, StackSlice] = field(default_factory=dict)
    skipped: int = 0

    @property
    def done(self) -> int:
        """How many slices are done."""
        return len(self.slices) + self.skipped

    @property
    def is_complete(self) -> bool:
        """Whether all slices are done."""
        return self.done == self.total
