"""All classical methods by name, and which prompt each starts from."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from SAMBenchmarkLib.baselines.flood_fill import flood_fill
from SAMBenchmarkLib.baselines.grabcut import grabcut
from SAMBenchmarkLib.baselines.inscribed_ellipse import inscribed_ellipse
from SAMBenchmarkLib.baselines.otsu_in_box import otsu_in_box
from SAMBenchmarkLib.baselines.random_walker import random_walker
from SAMBenchmarkLib.baselines.region_growing import region_growing
from SAMBenchmarkLib.imaging.packages import opencv, scikit_image
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompts import Prompts

Method = Callable[[Any, Prompts], Mask]


@dataclass(frozen=True)
class Baseline:
    """A classical method.

    Args:
        name: in files.
        title: in tables.
        prompt: what it starts from: `box`, `point` (one), or `points` (several, positive and negative).
        segment: image (H, W) or (H, W, 3) and prompts to mask (H, W).
    """

    name: str
    title: str
    prompt: str
    segment: Method


BASELINES = (
    Baseline("ellipse", "ellipse", "box", inscribed_ellipse),
    Baseline("otsu", "Otsu", "box", otsu_in_box),
    Baseline("grabcut", "GrabCut", "box", grabcut),
    Baseline("region_growing", "region growing", "point", region_growing),
    Baseline("flood_fill", "flood fill", "point", flood_fill),
    Baseline("random_walker", "random walker", "points", random_walker),
)


def baselines_for(prompt: str) -> tuple[Baseline, ...]:
    """The methods that start from `box`, `point` or `points`, in the order of tables."""
    return tuple(baseline for baseline in BASELINES if baseline.prompt == prompt)


def check_packages(titles: Collection[str] | None = None) -> None:
    """Import what the methods need, before any work is done.

    Args:
        titles: of some methods; None for all.

    Raises:
        DependencyError: a package is missing.
    """
    if titles is None or "GrabCut" in titles:
        opencv()
    if titles is None or "random walker" in titles:
        scikit_image("segmentation")
