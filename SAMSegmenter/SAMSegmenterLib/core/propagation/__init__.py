"""Step from accepted slices to the whole structure: masks travel from slice to slice and stop where it ends.

Arrays only. `propagate` is the door; one file per question: what is carried to the next slice, which answer of the
model is taken, how far it can be trusted, when a direction ends, how two directions become one mask.
"""

from SAMSegmenterLib.core.propagation.parameters import PropagationParameters
from SAMSegmenterLib.core.propagation.propagate import propagate, propagate_stack
from SAMSegmenterLib.core.propagation.results import (
    CARRIED,
    FUSED,
    KEYFRAME,
    REPAIRED,
    SliceResult,
    StopReason,
    latest,
)
from SAMSegmenterLib.core.propagation.stacks import SliceStack, VolumeStack

__all__ = [
    "CARRIED",
    "FUSED",
    "KEYFRAME",
    "REPAIRED",
    "PropagationParameters",
    "SliceResult",
    "SliceStack",
    "StopReason",
    "VolumeStack",
    "latest",
    "propagate",
    "propagate_stack",
]
