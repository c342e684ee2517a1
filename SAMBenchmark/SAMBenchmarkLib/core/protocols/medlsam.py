"""Boxes of slices from six extreme points of a structure in space. Source: Lei et al. 2023, MedLSAM, arXiv:2306.14752.

The reference's own extreme points stand in for those that a landmark model would find. One box around the whole
structure serves all its slices, or each slab of a few slices has a box of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.contract import Answer, Target, object_by_object
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMBenchmarkLib.core.simulated_prompts import tight_box
from SAMSegmenterLib.core.prompts import Prompts

NAME = "medlsam"
WHOLE = "all"
FRAME = 1024
"""Pixels along the longer side of the image that the margin is counted in."""


def with_margin(box: tuple[int, int, int, int], margin: float, shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    """A box with a margin on every side, clipped to the slice.

    Args:
        box: (x0, y0, x1, y1), inclusive maxima.
        margin: pixels of the slice enlarged, or reduced, to `FRAME` along its longer side.
        shape: (H, W) of the slice.
    """
    by = margin * max(shape) / FRAME
    grown = np.array(box, np.float64) + by * np.array([-1, -1, 1, 1])
    return np.clip(grown, 0, np.tile(np.array(shape[::-1]) - 1, 2))


def _answers(model: SliceModel, target: Target, options: BenchmarkOptions) -> Iterator[Answer]:
    settings = options.protocol_settings
    for thickness in (0, settings.medlsam_slab):
        box = tight_box(target.mask) if target.slab_box is None else target.slab_box(thickness)
        prompts = Prompts.of(box=with_margin(box, settings.medlsam_margin, model.shape))  # type: ignore[arg-type]
        yield Answer("S5", prompts, model.decode([prompts])[0], f"{NAME}:{thickness or WHOLE}")


evaluate = object_by_object(_answers)
