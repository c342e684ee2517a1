"""The project's own propagation, run and metered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from SAMBenchmarkLib.propagation.metering import MeteredPredictor, Usage
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.propagation import PropagationParameters, SliceResult, latest, propagate

SEGMENT = "structure"

NEVER_STOP = {"min_evidence": 0.0, "patience": 1 << 30}
"""Values with which no evidence ends a direction; the ends of the range still do."""


@dataclass(frozen=True, eq=False)
class OwnRun:
    """What propagation found.

    Args:
        results: by slice, in order; the report that holds of each.
        reasons: why a direction ended, by the slice where it did.
        usage: what it asked of the model.
    """

    results: dict[int, SliceResult]
    reasons: dict[int, str]
    usage: Usage

    @property
    def masks(self) -> dict[int, Mask]:
        """Masks of the slices that count and hold something."""
        return {index: result.mask for index, result in self.results.items() if result.final and result.mask.any()}


def run_own(
    volume: Volume, keyframes: Mapping[int, Mask], predictor: MeteredPredictor, parameters: PropagationParameters
) -> OwnRun:
    """Propagate from keyframes.

    Args:
        keyframes: (H, W) bool by number of the slice.

    Raises:
        InputError: a keyframe is empty or fills its slice.
    """
    given = {index: {SEGMENT: mask} for index, mask in keyframes.items()}
    with predictor.metering() as usage:
        reported = list(propagate(volume, given, predictor, parameters))
    reasons = {one.index: str(one.stop_reason) for one in reported if one.stop_reason is not None}
    return OwnRun(latest(reported).get(SEGMENT, {}), reasons, usage)


def told_the_ends(parameters: PropagationParameters, first: int, last: int) -> PropagationParameters:
    """Parameters that never stop within a range, and never leave it."""
    return replace(parameters, first=first, last=last, **NEVER_STOP)
