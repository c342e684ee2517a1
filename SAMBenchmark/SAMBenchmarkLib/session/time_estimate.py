"""How long a run will take: counted, and timed by a few calls of the model on one slice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.evaluation import slice_targets
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.run_cost import Speed, Work, work_of
from SAMBenchmarkLib.session.case_loading import LoadedCase, load_case
from SAMBenchmarkLib.session.step_seconds import has_space, measure_speed
from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ignore_progress

NOT_COUNTED = (
    "Not counted: loading the model, waiting for the disk, tables, report and scene. Slices in the cache take less, "
    "and measuring partly runs beside the model."
)


@dataclass(frozen=True)
class CaseSize:
    """What is to be evaluated of a case, or why nothing is.

    Args:
        structures: that are measured in space.
        seconds: that it took to read.
    """

    name: str
    slices: int = 0
    objects: int = 0
    structures: int = 0
    seconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class TimeEstimate:
    """How long a run will take.

    Args:
        cases: how many there are.
        slices, objects: of all cases; those that were not read are taken to be as large as those that were.
        read: how many cases were read.
        work, speed: what the seconds come from.
        seconds: with the workers asked for, if each has cores of its own; `NOT_COUNTED` says what is left out.
    """

    cases: int
    slices: int
    objects: int
    read: int
    work: Work
    speed: Speed
    seconds: float


def case_sizes(
    cases: Sequence[Case],
    options: BenchmarkOptions,
    on_progress: OnProgress = ignore_progress,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[tuple[CaseSize, LoadedCase | None]]:
    """Read cases one after the other and count what is to be evaluated; those that cannot be read say why."""
    for number, case in enumerate(cases):
        on_progress(ProgressEvent("counting slices", number, len(cases), None, case.name))
        start = clock()
        try:
            loaded = load_case(case, options)
        except SAMError as error:
            yield CaseSize(case.name, problem=str(error)), None
        else:
            yield size_of(loaded, options, clock() - start), loaded
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
    slices, objects, structures = (
        round(sum(getattr(size, name) for size in usable) * (1 + remaining / len(usable)))
        for name in ("slices", "objects", "structures")
    )
    speed = replace(speed, read=sum(size.seconds for size in usable) / len(usable))
    work = work_of(options, slices, objects, len(usable) + remaining, structures)
    busy = max(1, min(workers, work.read))
    return known, TimeEstimate(cases, slices, objects, len(known), work, speed, speed.seconds(work) / busy)


def duration(seconds: float) -> str:
    """A duration as rough as an estimate is: "about 12 min"."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min"
    if seconds < 48 * 3600:
        return f"about {seconds / 3600:.1f} h"
    return f"about {seconds / 86400:.1f} days"


def size_of(loaded: LoadedCase, options: BenchmarkOptions, seconds: float = 0.0) -> CaseSize:
    """What is to be evaluated of a case that is in memory.

    Args:
        seconds: that it took to read.
    """
    objects = sum(len(slice_targets(loaded.segmentations[frame], task, options)) for frame, task in loaded.slices)
    axes = {frame: task.axis for frame, task in loaded.slices}
    whole = [frame for frame, axis in axes.items() if has_space(loaded, frame, axis)]
    structures = sum(len(loaded.segmentations[frame].structures) for frame in whole)
    return CaseSize(loaded.case.name, len(loaded.slices), objects, structures, seconds)
