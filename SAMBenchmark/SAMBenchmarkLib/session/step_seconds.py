"""Seconds of each step of a run, from a few calls on the middle slice of a case."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from SAMBenchmarkLib.core.attributes import aspect_ratio, fourier_order, intensity_difference
from SAMBenchmarkLib.core.classical import CLASSICAL
from SAMBenchmarkLib.core.evaluation import SliceTask, model_image, slice_targets
from SAMBenchmarkLib.core.metrics import BorderPair
from SAMBenchmarkLib.core.object_metrics import measure
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.run_cost import Speed, Work, work_of
from SAMBenchmarkLib.core.selection import select
from SAMBenchmarkLib.core.simulated_prompts import ObjectPrompts, next_click, prompt_rules, tight_box
from SAMBenchmarkLib.core.stability import with_stability
from SAMBenchmarkLib.session.adapters import adapters_for
from SAMBenchmarkLib.session.case_loading import LoadedCase
from SAMSegmenterLib.core.arrays import Mask, Rgb8
from SAMSegmenterLib.core.predictor import Candidates, Embedding, Predictor
from SAMSegmenterLib.core.promptless import segment_slice
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.reference import Structure
from SAMSegmenterLib.core.slicing import SlicePlane, extract

REPEATS = 3
_TRIAL_GRID = 8
"""Points along a side of the grid that is timed; times grow with the number of points."""


@dataclass(frozen=True)
class _Watch:
    predictor: Predictor
    clock: Callable[[], float]

    def once(self, work: Callable[[], Any]) -> tuple[Any, float]:
        """What some work gives, and the seconds that it took."""
        start = self.clock()
        found = work()
        self.predictor.synchronise()
        return found, self.clock() - start

    def median(self, work: Callable[[], Any], repeats: int = REPEATS) -> float:
        return statistics.median(self.once(work)[1] for _ in range(repeats))

    def warm(self, work: Callable[[], Any]) -> float:
        """Of slow work: seconds of the second call; the first one imports what it needs."""
        work()
        return self.once(work)[1]


@dataclass(frozen=True, eq=False)
class _Trial:
    """The middle slice of a case, as a run sees it."""

    loaded: LoadedCase
    options: BenchmarkOptions
    frame: int
    task: SliceTask
    structure: Structure
    target: Mask
    rgb8: Rgb8
    spacing_yx: tuple[float, float] | None

    @classmethod
    def of(cls, loaded: LoadedCase, options: BenchmarkOptions) -> _Trial:
        frame, task = loaded.slices[len(loaded.slices) // 2]
        structure, target = slice_targets(loaded.segmentations[frame], task, options)[0]
        image = extract(loaded.frames[frame], SlicePlane.lattice(task.axis, task.index), square_pixels=False)
        rgb8 = model_image(loaded.frames[frame], image, options)
        return cls(loaded, options, frame, task, structure, target.mask, rgb8, image.spacing_yx)


def measure_speed(
    loaded: LoadedCase,
    predictor: Predictor,
    options: BenchmarkOptions,
    clock: Callable[[], float] = time.perf_counter,
) -> Speed:
    """Seconds of each step that the options ask for; reading a case is timed where it is read.

    The image is encoded once, all else is the median of a few calls.

    Args:
        options: with the strategies chosen for the model.

    Raises:
        DependencyError: a classical method, or the correction effort, lacks a package.
    """
    trial, watch = _Trial.of(loaded, options), _Watch(predictor, clock)
    wanted = work_of(options, 1, 1, 1, 1)
    speed, found = _asked(watch, trial.rgb8, trial.target, bool(wanted.grid_points))
    return _with_measuring(speed, wanted, trial, found, watch)


def model_speed(
    predictor: Predictor,
    rgb8: Rgb8,
    target: Mask,
    with_grid: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> Speed:
    """Seconds of what the model does alone, from one slice: an encoding, a set of prompts, a point of everything mode.

    Args:
        rgb8: (H, W, 3) the slice.
        target: (H, W) bool, an object on it, not empty.
        with_grid: whether everything mode is asked.
    """
    return _asked(_Watch(predictor, clock), rgb8, target, with_grid)[0]


def _asked(watch: _Watch, rgb8: Rgb8, target: Mask, with_grid: bool) -> tuple[Speed, Candidates]:
    """What the model takes, and what it answers to the object's box."""
    predictor = watch.predictor
    embedding, encodings = watch.once(lambda: predictor.encode([rgb8])[0])
    ask = _question(predictor, embedding, target)
    found = ask()
    speed = Speed(encodings=encodings, prompts=watch.median(ask))
    if with_grid and not predictor.spec.promptless:
        grid = replace(predictor.spec.s1_thresholds, points_per_side=_TRIAL_GRID)
        seconds = watch.median(lambda: predictor.everything(embedding, grid), 1)
        speed = replace(speed, grid_points=seconds / _TRIAL_GRID**2)
    return speed, found


def _question(predictor: Predictor, embedding: Embedding, target: Mask) -> Callable[[], Candidates]:
    if predictor.spec.promptless:
        return lambda: segment_slice(predictor, embedding)
    said, threshold = Prompts(box=tight_box(target)), predictor.spec.mask_threshold
    return lambda: with_stability(predictor.decode(embedding, [said])[0], embedding.original_size, threshold)


def _with_measuring(speed: Speed, wanted: Work, trial: _Trial, found: Candidates, watch: _Watch) -> Speed:
    """What is done beside the model."""
    target, options = trial.target, trial.options
    mask = found.masks[found.best] if len(found) and found.masks[found.best].any() else target
    measured = lambda: (  # noqa: E731 - timed below
        select(found.masks, found.scores, target, "oracle_dice"),
        measure(mask, target, trial.spacing_yx, tolerance_mm=options.surface_tolerance_mm),
    )
    measured()  # imports what it needs
    more = {"scored": watch.median(measured), "described": watch.median(lambda: _describe(trial))}
    if wanted.clicks:
        nothing = np.zeros_like(target)
        more["clicks"] = watch.median(lambda: next_click(target, nothing, "huang"))
    if wanted.classical:
        more["classical"] = watch.warm(lambda: _classical(trial))
    if wanted.corrected:
        effort = adapters_for(options).correction_effort
        more["corrected"] = watch.warm(lambda: effort(mask, target))  # type: ignore[misc]
    if wanted.stacked and has_space(trial.loaded, trial.frame, trial.task.axis):
        more["stacked"] = watch.once(lambda: _measure_stack(trial))[1]
    return replace(speed, **more)


def has_space(loaded: LoadedCase, frame: int, axis: int) -> bool:
    """Whether whole structures of a frame are measured in space: several slices of a known size."""
    volume = loaded.frames[frame]
    return volume.has_spacing and volume.shape_kji[axis] > 1


def _describe(trial: _Trial) -> None:
    fourier_order(trial.target, trial.options.fourier_patience)
    aspect_ratio(trial.target)
    intensity_difference(trial.rgb8.mean(axis=2), trial.target)


def _classical(trial: _Trial) -> None:
    options = trial.options.resolved()
    rules = prompt_rules(options.preset, options.com_must_be_inside, options.s2_outside)
    simulated = ObjectPrompts.of(trial.target, rules)
    for name, method in adapters_for(options).methods.items():
        method(trial.rgb8, simulated.prompts(CLASSICAL[name]))


def _measure_stack(trial: _Trial) -> None:
    """The structure against itself a pixel aside: as far off as a fair answer."""
    reference = trial.loaded.segmentations[trial.frame].mask(trial.structure)
    predicted = np.roll(reference, 1, axis=0 if trial.task.axis == 2 else 2)
    BorderPair.of(predicted, reference).distances(trial.loaded.frames[trial.frame].spacing_kji)
