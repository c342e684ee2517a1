"""Boxes drawn carelessly: every side is off by up to a share of the box. Source: Roy et al. 2023 (SAM.MD),
arXiv:2304.05396; the levels are theirs, the distribution is not stated and is ours (even, each side by itself)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.contract import Answer, Target, object_by_object
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMBenchmarkLib.core.simulated_prompts import tight_box
from SAMSegmenterLib.core.prompts import Prompts

NAME = "sam-md-jitter"


def jittered_box(
    box: npt.ArrayLike, share: float, shape: tuple[int, int], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """A box whose sides are moved in or out, each by up to a share of the box's width or height in pixels.

    Args:
        box: [x0, y0, x1, y1], inclusive maxima.
        share: 0 to 1.
        shape: (H, W) of the image; the box is kept inside.

    Returns:
        [x0, y0, x1, y1]; sides that passed each other are swapped.
    """
    x0, y0, x1, y1 = np.asarray(box, np.float64)
    reach = share * np.tile([x1 - x0 + 1, y1 - y0 + 1], 2)
    moved = np.array([x0, y0, x1, y1]) + rng.uniform(-1, 1, 4) * reach
    moved = np.clip(moved, 0, np.tile(np.array(shape[::-1]) - 1, 2))
    return np.concatenate([np.minimum(moved[:2], moved[2:]), np.maximum(moved[:2], moved[2:])])


def _answers(model: SliceModel, target: Target, options: BenchmarkOptions) -> Iterator[Answer]:
    settings, box = options.protocol_settings, tight_box(target.mask)
    for share in settings.relative_jitter:
        for repeat in range(1, settings.relative_repeats + 1):
            rng = target.rng(NAME, share, repeat)
            prompts = Prompts.of(box=jittered_box(box, share, target.mask.shape, rng))  # type: ignore[arg-type]
            yield Answer("S5", prompts, model.decode([prompts])[0], f"{NAME}:{share:g}", repeat=repeat)


evaluate = object_by_object(_answers)
