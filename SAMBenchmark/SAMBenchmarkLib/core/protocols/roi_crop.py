"""The strategies on an image cropped to a region of interest. Source: Shi et al. 2023, section 3.3.2,
doi:10.3390/diagnostics13111947; the margin is ours."""

from __future__ import annotations

import math
from collections.abc import Iterator

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.contract import Answer, Target, object_by_object
from SAMBenchmarkLib.core.protocols.settings import PROMPTED
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMBenchmarkLib.core.simulated_prompts import ObjectPrompts, prompt_rules, tight_box
from SAMSegmenterLib.core.prompts import Prompts

NAME = "roi-crop"


def region_of_interest(
    box: tuple[int, int, int, int], margin: float, shape: tuple[int, int]
) -> tuple[int, int, int, int]:
    """A box with a margin on each side, as a share of its width or height rounded up to whole pixels, in the image.

    Args:
        box: (x0, y0, x1, y1), inclusive maxima.
        margin: 0 or more.
        shape: (H, W) of the image.
    """
    x0, y0, x1, y1 = box
    across, down = (math.ceil(margin * side) for side in (x1 - x0 + 1, y1 - y0 + 1))
    return max(0, x0 - across), max(0, y0 - down), min(shape[1] - 1, x1 + across), min(shape[0] - 1, y1 + down)


def _answers(model: SliceModel, target: Target, options: BenchmarkOptions) -> Iterator[Answer]:
    margin = options.protocol_settings.roi_margin
    region = region_of_interest(tight_box(target.mask), margin, target.mask.shape)  # type: ignore[arg-type]
    rules = prompt_rules(options.preset, options.com_must_be_inside, options.s2_outside)
    simulated = ObjectPrompts.of(target.mask, rules)
    cropped = model.cropped(region)
    for strategy in options.strategies or ():
        if strategy in PROMPTED:
            prompts = _inside(simulated.prompts(strategy), region)
            yield Answer(strategy, prompts, cropped.decode([prompts])[0], f"{NAME}:{margin:g}")


def _inside(prompts: Prompts, region: tuple[int, int, int, int]) -> Prompts:
    """Points that the crop still shows."""
    x0, y0, x1, y1 = region
    x, y = prompts.points.T
    kept = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
    return Prompts(prompts.points[kept], prompts.labels[kept], prompts.box)


evaluate = object_by_object(_answers)
