"""Prompts shifted at random, by so many pixels. Source: Huang et al. 2024, Table 8,
doi:10.1016/j.media.2023.103061; how they are drawn is not stated there and is ours.

A point moves in any direction, by a distance drawn evenly from the level. A box either grows, each side by a number of
pixels of its own, or moves as a whole, along each axis by a number of pixels of its own. All strategies share the same
shifted centre and box.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.contract import Answer, Target, object_by_object
from SAMBenchmarkLib.core.protocols.settings import PROMPTED
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMBenchmarkLib.core.simulated_prompts import ObjectPrompts, prompt_rules
from SAMSegmenterLib.core.prompts import Prompts

NAME = "huang-shift"

Box = npt.NDArray[np.float64]


def shifted_points(
    points: npt.ArrayLike, level: tuple[int, int], shape: tuple[int, int], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Points moved by at least `level[0]` and at most `level[1]` pixels, each in a direction of its own.

    Args:
        points: (N, 2), (x, y).
        shape: (H, W) of the image; points are kept inside, so they may move less at its edge.

    Returns:
        (N, 2).
    """
    start = np.asarray(points, np.float64).reshape(-1, 2)
    angle = rng.uniform(0, 2 * np.pi, len(start))
    radius = rng.uniform(*level, len(start))
    moved = start + radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.clip(moved, 0, np.array(shape[::-1]) - 1)


def shifted_box(
    box: npt.ArrayLike, level: tuple[int, int], shape: tuple[int, int], rule: str, rng: np.random.Generator
) -> Box:
    """A box enlarged or moved by whole pixels from `level[0]` to `level[1]` on each side, or along each axis.

    Args:
        box: [x0, y0, x1, y1], inclusive maxima.
        shape: (H, W) of the image; boxes are kept inside.
        rule: `enlarge`, `move`, or `mixed`, which draws one of the two.

    Returns:
        [x0, y0, x1, y1].
    """
    start = np.asarray(box, np.float64)
    enlarge = bool(rng.integers(2))  # drawn under every rule, so that the shifts are the same
    by = rng.integers(level[0], level[1] + 1, 4)
    if rule == "enlarge" or (rule == "mixed" and enlarge):
        moved = start + np.array([-1, -1, 1, 1]) * by
    else:
        moved = start + np.tile(by[:2] * rng.choice((-1, 1), 2), 2)
    edge = np.tile(np.array(shape[::-1]) - 1, 2)
    return np.clip(moved, 0, edge)


def _answers(model: SliceModel, target: Target, options: BenchmarkOptions) -> Iterator[Answer]:
    settings = options.protocol_settings
    rules = prompt_rules(options.preset, options.com_must_be_inside, options.s2_outside)
    simulated = ObjectPrompts.of(target.mask, rules)
    strategies = [name for name in options.strategies or () if name in PROMPTED]
    for level in pairwise(settings.shift_edges):
        for repeat in range(1, settings.shift_repeats + 1):
            variant = f"{NAME}:{level[0]}-{level[1]}"
            for strategy in strategies:
                prompts = _shifted(simulated.prompts(strategy), level, target, options, repeat)
                yield Answer(strategy, prompts, model.decode([prompts])[0], variant, repeat=repeat)


def _shifted(
    prompts: Prompts, level: tuple[int, int], target: Target, options: BenchmarkOptions, repeat: int
) -> Prompts:
    """The centre is the first point of every strategy, and draws first."""
    settings, shape = options.protocol_settings, target.mask.shape
    points, box = prompts.points.copy(), prompts.box
    if len(points):
        centre_rng, rest_rng = (target.rng(NAME, part, *level, repeat) for part in ("centre", "points"))
        points[:1] = shifted_points(points[:1], level, shape, centre_rng)
        if settings.jitter_points == "all":
            points[1:] = shifted_points(points[1:], level, shape, rest_rng)
    if box is not None:
        box = shifted_box(box, level, shape, settings.box_jitter, target.rng(NAME, "box", *level, repeat))
    return Prompts(points, prompts.labels, box)


evaluate = object_by_object(_answers)
