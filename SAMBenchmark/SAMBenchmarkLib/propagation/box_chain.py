"""A chain of boxes: the box of each mask, a little larger, is the prompt of the next slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from SAMBenchmarkLib.core.simulated_prompts import tight_box
from SAMBenchmarkLib.propagation.chain import Chain
from SAMBenchmarkLib.propagation.slices import ModelSlices
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompts import Prompts

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class BoxMargin:
    """How the box grows from slice to slice.

    Args:
        pixels: added on each side, counted on a slice whose longest side has `image_size` pixels.
        image_size: size that `pixels` belongs to.
        back_to_seed: after an empty mask the seed's box is used; otherwise the box of a single pixel in the first
            corner, grown like any other.
    """

    pixels: float
    image_size: int
    back_to_seed: bool


MEDSAM = BoxMargin(5, 1024, back_to_seed=True)
"""MedSAM on volumes: 1024 px + 5 px; after an empty mask the box of the slice it began with (MedSAM2, FLARE22)."""

MEDSAM_LITE = BoxMargin(3, 256, back_to_seed=False)
"""LiteMedSAM as MedSAMSlicer runs it: 256 px + 3 px; an empty mask gives the box (0, 0, 3, 3)."""


def box_chain(slices: ModelSlices, start: int, seed: Mask, prompts: Prompts, margin: BoxMargin) -> Chain:
    """Carry the box outwards from the seed, slice by slice; the model gives its single mask.

    Nothing stops it: the range is the whole volume.

    Args:
        start: number of the seed's slice.
        seed: (H, W) bool, not empty.
        prompts: that the seed was made of, with a box.
        margin: how the box grows.
    """
    height, width = slices.shape
    grown_by = margin.pixels * max(height, width) / margin.image_size

    def carry(index: int, before: Mask) -> Mask:
        return slices.single_mask(index, Prompts.of(box=next_box(before)))

    def next_box(before: Mask) -> Sequence[float]:
        if before.any():
            return grown(tight_box(before), grown_by, slices.shape)
        if margin.back_to_seed and prompts.box is not None:
            return prompts.box.tolist()
        return grown((0, 0, 0, 0), grown_by, slices.shape)

    return Chain(start, seed, carry)


def grown(box: Box, pixels: float, shape: tuple[int, int]) -> Box:
    """A box with a margin on every side, within the slice.

    Args:
        box: (x0, y0, x1, y1), inclusive.
        shape: (H, W).
    """
    height, width = shape
    return (
        max(0.0, box[0] - pixels),
        max(0.0, box[1] - pixels),
        min(width - 1.0, box[2] + pixels),
        min(height - 1.0, box[3] + pixels),
    )
