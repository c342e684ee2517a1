"""Projection of a mask to its neighbours, and the overlap that ends it, as in micro-sam."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SAMBenchmarkLib.propagation.chain import Chain
from SAMBenchmarkLib.propagation.projection_prompts import (
    BOX,
    MODES,
    SINGLE_POINT,
    mask_logits,
    projected_prompts,
    uses_mask,
)
from SAMBenchmarkLib.propagation.slices import ModelSlices
from SAMSegmenterLib.core.arrays import Mask


@dataclass(frozen=True)
class Projection:
    """A set of micro-sam's parameters.

    Args:
        mode: how the mask becomes a prompt.
        overlap: intersection over union of neighbours below which a direction ends.
        extension: part of the box's side added on each side.
    """

    mode: str
    overlap: float
    extension: float

    @property
    def name(self) -> str:
        """For tables."""
        return f"projection {self.mode} {self.overlap:g} {self.extension:g}"


USER_INTERFACE = [Projection(mode, 0.5, 0.05) for mode in MODES]
"""The thresholds of micro-sam's annotation tool (which starts with `single_point`), for every mode."""

EVALUATION = [Projection(mode, 0.8, 0.025) for mode in MODES]
"""The thresholds of its light microscopy models (`box`) and of its evaluation (`mask`), for every mode."""

ELECTRON_MICROSCOPY = [Projection(mode, 0.6, 0.025) for mode in (BOX, SINGLE_POINT)]
"""The thresholds of its electron microscopy models (`single_point`)."""

PROJECTIONS = (*USER_INTERFACE, *EVALUATION, *ELECTRON_MICROSCOPY)


def projection_chain(slices: ModelSlices, start: int, seed: Mask, mode: str, extension: float) -> Chain:
    """Masks projected outwards from the seed; the model gives its single mask.

    An empty neighbour gives an empty mask: there is nothing left to ask with.

    Args:
        start: number of the seed's slice.
        seed: (H, W) bool.
        mode, extension: see `Projection`.
    """

    def carry(index: int, before: Mask) -> Mask:
        if not before.any():
            return np.zeros_like(before)
        logits = mask_logits(before, slices.mask_size) if uses_mask(mode) else None
        return slices.single_mask(index, projected_prompts(before, mode, extension), logits)

    return Chain(start, seed, carry)
