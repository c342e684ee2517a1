"""What propagation says about a slice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.slicing import SlicePlane

KEYFRAME, CARRIED, REPAIRED, FUSED = "keyframe", "carried", "repaired", "fused"
"""How a slice's mask came about: given; carried from the neighbour; filled in from both sides; made of the passes from
two keyframes."""


class StopReason(StrEnum):
    """Why a direction ended."""

    EMPTY = "the model found nothing"
    TAKEN = "another segment is there"
    AREA = "the area changed too much"
    JUMP = "the structure jumped to another place"
    OVERLAP = "too little overlap with the slice before"
    SCORE = "the model is not sure of anything there"
    INTENSITY = "the intensities are those of something else"
    EVIDENCE = "several signs together say that the structure ended"
    MARK = "a stop mark"
    RANGE = "the end of the range"
    VOLUME = "the end of the volume"
    CANCELLED = "cancelled"


@dataclass(frozen=True, eq=False)
class SliceResult:
    """What propagation found on one slice.

    A slice may be reported more than once, for example first as rejected and later as repaired: the latest report
    holds (`latest`).

    Args:
        segment: name of the segment.
        plane: the slice.
        index: number of the slice in the stack.
        mask: (H, W) bool on the slice's grid.
        prompts: what was carried there, from the nearer keyframe where two passes met; None for a keyframe.
        slice_confidence: 0 to 1, an estimate of how well the mask fits; 1 for a keyframe.
        final: True when the slice counts; False for one that was rejected.
        stop_reason: why the direction ended here, else None.
        origin: `KEYFRAME`, `CARRIED`, `REPAIRED` or `FUSED`.
        direction: 1 upwards, -1 downwards, 0 for neither.
    """

    segment: str
    plane: SlicePlane
    index: int
    mask: Mask
    prompts: Prompts | None
    slice_confidence: float
    final: bool = True
    stop_reason: StopReason | None = None
    origin: str = CARRIED
    direction: int = 0


def latest(results: Iterable[SliceResult]) -> dict[str, dict[int, SliceResult]]:
    """The report that holds of every slice: segment -> slice index -> result, in order of the slices."""
    held: dict[str, dict[int, SliceResult]] = {}
    for result in results:
        held.setdefault(result.segment, {})[result.index] = result
    return {segment: dict(sorted(by_index.items())) for segment, by_index in held.items()}
