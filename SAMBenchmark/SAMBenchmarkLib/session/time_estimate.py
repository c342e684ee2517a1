"""How long a run will take: counted, and timed by a few calls of the model on one slice."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.evaluation import SliceTask, model_image, slice_targets
from SAMBenchmarkLib.core.object_metrics import measure
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.run_cost import Speed, Work, work_of
from SAMBenchmarkLib.core.simulated_prompts import tight_box
from SAMBenchmarkLib.session.case_loading import LoadedCase, load_case
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ignore_progress
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.slicing import SlicePlane, extract

REPEATS = 3
_TRIAL_GRID = 8
"""Points along a side of the grid that is timed; times grow with the number of points."""


@dataclass(frozen=True)
class CaseSize:
    """What is to be evaluated of a case, or why nothing is."""

    name: str
    slices: int = 0
    objects: int = 0
    problem: str = ""


@dataclass(frozen=True)
class TimeEstimate:
    """How long a run will take.

    Args:
        cases: how many there are.
        slices, objects: of all cases; those that were not read are taken to be as large as those that were.
        read: how many cases were read.
        work, speed: what the seconds come from.
        seconds: with the workers asked for; loading the model, reading files and classical methods are left out.
    """

    cases: int
    slices: int
    objects: int
    read: int
    work: Work
    speed: Speed
    seconds: float


def case_sizes(
    cases: Sequence[Case], options: BenchmarkOptions, on_progress: OnProgress = ignore_progress
) -> Iterator[tuple[CaseSize, LoadedCase | None]]:
    """Read cases one after the other and count what is to be evaluated; those that cannot be read say why."""
    for number, case in enumerate(cases):
        on_progress(ProgressEvent("counting slices", number, len(cases), None, case.name))
        try:
            loaded = load_case(case, options)
        except SAMError as error:
            yield CaseSize(case.name, problem=str(error)), None
        else:
            yield size_of(loaded, options), loaded
    on_progress(ProgressEvent("counting slices", len(cases), len(cases), 0.0))


def estimate(
    sizes: Iterable[tuple[CaseSize, LoadedCase | None]],
    cases: int,
    predictor: Predictor,
    options: BenchmarkOptions,
    workers: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[list[CaseSize], TimeEstimate]:
    """Time the model on the first case that can be used, and multiply.

    Args:
        sizes: of all cases, or of the first ones.
        cases: how many there are in all.
        predictor: with a cache in front what is encoded here is not encoded again by the run.
        options: with the strategies chosen for the model.

    Raises:
        InputError: no case can be used.
    """
    known: list[CaseSize] = []
    speed: Speed | None = None
    for size, loaded in sizes:
        known.append(size)
        if speed is None and loaded is not None:
            speed = measure_speed(loaded, predictor, options, clock)
    usable = [size for size in known if not size.problem]
    if speed is None:
        raise InputError("None of the cases can be evaluated.", known[0].problem if known else "Name a case.")
    remaining = cases - len(known)
    slices, objects = (
        round(sum(counts) * (1 + remaining / len(usable)))
        for counts in ([size.slices for size in usable], [size.objects for size in usable])
    )
    work = work_of(options, slices, objects)
    busy = max(1, min(workers, len(usable) + remaining))
    return known, TimeEstimate(cases, slices, objects, len(known), work, speed, speed.seconds(work) / busy)


def measure_speed(
    loaded: LoadedCase,
    predictor: Predictor,
    options: BenchmarkOptions,
    clock: Callable[[], float] = time.perf_counter,
) -> Speed:
    """Seconds of each step on the middle slice of a case: the image once, all else by the median of a few calls."""
    frame, task = loaded.slices[len(loaded.slices) // 2]
    volume, target = loaded.frames[frame], _first_target(loaded, frame, task, options)
    image = extract(volume, SlicePlane.lattice(task.axis, task.index), square_pixels=False)
    rgb8 = model_image(volume, image, options)

    def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
        taken = []
        for _ in range(repeats):
            start = clock()
            work()
            predictor.synchronise()
            taken.append(clock() - start)
        return statistics.median(taken)

    start = clock()
    embedding = predictor.encode([rgb8])[0]
    predictor.synchronise()
    encoding = clock() - start
    measure(target, target, image.spacing_yx)  # the first call imports what it needs
    score = seconds(lambda: measure(target, target, image.spacing_yx))
    if predictor.spec.promptless:
        return Speed(encoding, 0.0, 0.0, score)
    said = Prompts(box=tight_box(target))
    prompt = seconds(lambda: predictor.decode(embedding, [said]), REPEATS + 1)
    grid = replace(predictor.spec.s1_thresholds, points_per_side=_TRIAL_GRID)
    wanted = "S1" in options.strategies or "huang-grid" in options.protocols
    points = seconds(lambda: predictor.everything(embedding, grid), 1) / _TRIAL_GRID**2 if wanted else 0.0
    return Speed(encoding, prompt, points, score)


def duration(seconds: float) -> str:
    """A duration as rough as an estimate is: "about 12 min"."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min"
    if seconds < 48 * 3600:
        return f"about {seconds / 3600:.1f} h"
    return f"about {seconds / 86400:.1f} days"


def size_of(loaded: LoadedCase, options: BenchmarkOptions) -> CaseSize:
    """What is to be evaluated of a case that is in memory."""
    objects = sum(len(slice_targets(loaded.segmentations[frame], task, options)) for frame, task in loaded.slices)
    return CaseSize(loaded.case.name, len(loaded.slices), objects)


def _first_target(loaded: LoadedCase, frame: int, task: SliceTask, options: BenchmarkOptions) -> Mask:
    return slice_targets(loaded.segmentations[frame], task, options)[0][1].mask
