"""How long an evaluation will take, from a trial on one slice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from SAMBenchmarkLib.core.evaluation import evaluate_case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.adapters import adapters_for
from SAMBenchmarkLib.session.case_loading import LoadedCase
from SAMBenchmarkLib.session.case_sources import CaseSource, MemorySource
from SAMBenchmarkLib.session.model_runs import options_for_model
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop


@dataclass(frozen=True)
class TrialEstimate:
    """What a trial says.

    Args:
        seconds: for all slices of all cases with all models; loading models and reading files are left out.
        slices: of all cases; those of files that were not read are taken to be as many as in the one that was.
        by_model: seconds per slice.
    """

    seconds: float
    slices: int
    by_model: dict[str, float]


def estimate_by_trial(
    sources: Sequence[CaseSource],
    models: Sequence[str],
    options: BenchmarkOptions,
    load: Callable[[str], Predictor],
    on_progress: OnProgress,
    should_stop: ShouldStop,
    clock: Callable[[], float] = time.perf_counter,
) -> TrialEstimate:
    """Evaluate the middle slice of the first case that can be used with every model.

    Raises:
        InputError: no case can be used, or a model does not suit the options.
        ModelError, DependencyError: a model cannot be loaded.
        Cancelled: the user stopped.

    Thread: any.
    """
    if not sources or not models:
        raise InputError("There is nothing to estimate.", "Choose at least one case and one model.")
    by_model: dict[str, float] = {}
    slices = 0
    for number, model in enumerate(models):
        on_progress(ProgressEvent("trying one slice", number, len(models), None, model))
        predictor = load(model)
        suited = options_for_model(options, predictor.spec)
        loaded = list(_loaded(sources, suited))
        if not loaded:
            raise InputError("None of the cases can be evaluated.", "Run to read why.")
        first = next(one for one in loaded if one is not None)
        read = [len(one.slices) for one in loaded if one is not None]
        slices = round(sum(read) / len(read) * len(loaded))
        by_model[model] = _seconds_of_one_slice(first, predictor, suited, should_stop, clock)
    return TrialEstimate(slices * sum(by_model.values()), slices, by_model)


def _loaded(sources: Sequence[CaseSource], options: BenchmarkOptions) -> Iterator[LoadedCase | None]:
    """Cases in memory, and the first of the files; None for files that need not be read; no cases that fail."""
    read = False
    for source in sources:
        if read and not isinstance(source, MemorySource):
            yield None
            continue
        try:
            loaded = source.load(options)
        except InputError:
            continue
        read = True
        yield loaded


def _seconds_of_one_slice(
    case: LoadedCase,
    predictor: Predictor,
    options: BenchmarkOptions,
    should_stop: ShouldStop,
    clock: Callable[[], float],
) -> float:
    chosen = case.slices[len(case.slices) // 2]
    others = {(frame, task.plane, task.index) for frame, task in case.slices if (frame, task) != chosen}
    more = {"finished": others, "should_stop": should_stop, "modality": case.case.modality}
    start = clock()
    done = evaluate_case(
        "trial", case.frames, case.segmentations, predictor, options, "", adapters=adapters_for(options), **more
    )
    for _outcome in done:
        return clock() - start
    raise Cancelled
