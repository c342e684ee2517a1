"""The same prompt on every slice."""

from __future__ import annotations

from SAMBenchmarkLib.propagation.chain import Chain
from SAMBenchmarkLib.propagation.slices import ModelSlices
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompts import Prompts


def same_prompt(slices: ModelSlices, start: int, seed: Mask, prompts: Prompts) -> Chain:
    """Repeat the seed's prompts on every slice; of three candidates the one of highest predicted IoU is taken.

    Nothing stops it: the range is the whole volume.

    Args:
        start: number of the seed's slice, which keeps its mask.
        seed: (H, W) bool.
        prompts: that the seed was made of.

    Source: SAMM 1.2, its modes without a video model (best of 3 masks by score, range of the view or region).
    """

    def carry(index: int, before: Mask) -> Mask:
        answer = slices.candidates(index, prompts)
        return answer.masks[answer.best]

    return Chain(start, seed, carry)
