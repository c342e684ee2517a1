"""How long a measurement of propagation will take: the model's calls, counted, and timed on one slice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from SAMBenchmarkLib.core.run_cost import Speed, Work
from SAMBenchmarkLib.propagation.cases import PreparedCase, prepared_case, read_case
from SAMBenchmarkLib.propagation.choosing import ChosenPart
from SAMBenchmarkLib.propagation.measure import MeasureOptions
from SAMBenchmarkLib.propagation.projection import PROJECTIONS
from SAMBenchmarkLib.propagation.slices import ModelSlices
from SAMBenchmarkLib.propagation.structures import StructurePart, part_stack
from SAMBenchmarkLib.propagation.windows import with_one_window
from SAMSegmenterLib.core.arrays import Mask, Rgb8
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.windowing import Window

_ENDLESS = 3
"""The same prompt and two chains of boxes go through the whole volume."""

_BEYOND = 2
"""Slices beyond each end of a structure that a method which stops by itself may look at."""


def propagation_seconds(
    chosen: Sequence[ChosenPart],
    predictor: Predictor,
    options: MeasureOptions,
    model_speed: Callable[[Predictor, Rgb8, Mask], Speed],
) -> float:
    """Seconds that structures take; the volumes are taken to be as long as the first.

    Args:
        chosen: from `choose_parts`, at least one.
        model_speed: times the model on a slice and an object of it.

    Raises:
        InputError: the first case cannot be read.
    """
    first = chosen[0]
    ready = prepared_case(first.case, *read_case(first.case), first.axis, options.every)
    beside = [one.part for one in chosen if (one.case, one.axis) == (first.case, first.axis)]
    windows = [_window_of(ready, part, options) for part in beside]
    shown = ModelSlices(ready.volume, ready.axis, predictor, windows[0]).image(first.part.start)
    target = part_stack(ready.segmentation, first.part, ready.axis)[first.part.start]
    spans = [one.part.slices for one in chosen]
    times_seen = len(set(map(repr, windows))) / len(windows)
    slices = ready.volume.shape_kji[ready.axis]
    work = propagation_work(spans, slices, times_seen, options.with_baselines)
    return model_speed(predictor, shown, target).seconds(work)


def propagation_work(spans: Sequence[int], slices: int, times_seen: float, with_baselines: bool) -> Work:
    """What the model is asked for.

    Args:
        spans: slices of each structure.
        slices: of a volume.
        times_seen: how often a volume is encoded per structure: 1, or less where structures share a window.
    """
    reached = sum(min(slices, span + 2 * _BEYOND) for span in spans)
    own = 2 * reached + sum(spans)  # alone and from more keyframes, then told the ends
    if not with_baselines:
        return Work(encodings=reached, prompts=own)
    chains = len({(one.mode, one.extension) for one in PROJECTIONS})
    whole = slices * len(spans)
    prompts = own + chains * reached + _ENDLESS * whole
    return Work(encodings=round(whole * times_seen), prompts=prompts)


def _window_of(ready: PreparedCase, part: StructurePart, options: MeasureOptions) -> Window:
    start = ready.volume.array.take(part.start, axis=ready.axis)
    return with_one_window(options.parameters, ready.volume.array, start, ready.case.modality).window
