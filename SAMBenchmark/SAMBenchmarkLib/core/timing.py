"""The timing table: seconds per stage on one slice, measured by repetition.

Embedding is resizing and the image encoder; a strategy is prompt encoder, mask decoder, upscaling and threshold, for S0
without prompts, for S1 the whole generator. Source: Huang et al. 2024, Table 4; warm-up, synchronisation and medians
are ours.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from SAMBenchmarkLib.core.evaluation import SliceTask, model_image, slice_targets
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.rows import TimingRow
from SAMBenchmarkLib.core.simulated_prompts import ObjectPrompts, prompt_rules
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.core.slicing import SlicePlane, extract

WARM_UP = 3
EVERYTHING_REPEATS = 3
"""Everything mode takes seconds, not milliseconds: a few repetitions tell as much, without a warm-up of its own."""


def measure_timings(
    case_id: str,
    frame: int,
    volume: Volume,
    segmentation: Segmentation,
    task: SliceTask,
    predictor: Predictor,
    options: BenchmarkOptions,
    option_hash: str,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[TimingRow]:
    """Median seconds of each stage on the first object of a slice.

    Args:
        predictor: without a cache in front, else the embedding's figure is that of a look-up.
        clock: seconds (injected in tests).

    Yields:
        Rows with `repeats` larger than 1, the embedding first, then the strategies.
    """
    options = options.for_model(predictor.spec)
    if not options.timing_repeats:
        return
    image = extract(volume, SlicePlane.lattice(task.axis, task.index), square_pixels=False)
    rgb8 = model_image(volume, image, options)
    embedding = predictor.encode([rgb8])[0]
    rules = prompt_rules(options.preset, options.com_must_be_inside, options.s2_outside)
    simulated = ObjectPrompts.of(slice_targets(segmentation, task, options)[0][1].mask, rules)
    everything = replace(predictor.spec.s1_thresholds, points_per_side=options.points_per_side)

    def row(stage: str, work: Callable[[], object], repeats: int, warm_up: int = WARM_UP) -> TimingRow:
        seconds = _median_seconds(work, predictor, repeats, warm_up, clock)
        return TimingRow(option_hash, case_id, frame, task.plane, task.index, stage, repeats, seconds)

    repeats = max(2, options.timing_repeats)
    yield row("embedding", lambda: predictor.encode([rgb8]), repeats)
    for strategy in options.strategies:
        if strategy == "S1":
            few = min(repeats, EVERYTHING_REPEATS)
            yield row(strategy, lambda: predictor.everything(embedding, everything), few, warm_up=0)
        else:
            said = [simulated.prompts(strategy)]
            yield row(strategy, lambda said=said: predictor.decode(embedding, said), repeats)


def _median_seconds(
    work: Callable[[], object], predictor: Predictor, repeats: int, warm_up: int, clock: Callable[[], float]
) -> float:
    taken = []
    for count in range(warm_up + repeats):
        predictor.synchronise()
        start = clock()
        work()
        predictor.synchronise()
        if count >= warm_up:
            taken.append(clock() - start)
    return statistics.median(taken)
