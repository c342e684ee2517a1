"""How long an evaluation with several models will take, before it begins."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.case_loading import LoadedCase
from SAMBenchmarkLib.session.case_sources import CaseSource, MemorySource
from SAMBenchmarkLib.session.model_runs import options_for_model
from SAMBenchmarkLib.session.time_estimate import CaseSize, estimate, size_of
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop


@dataclass(frozen=True)
class ModelsEstimate:
    """How long an evaluation will take.

    Args:
        seconds: for all cases with all models; `NOT_COUNTED` says what is left out.
        slices: of all cases; those of files that were not read are taken to be as many as in the one that was.
        models: how many there are.
    """

    seconds: float
    slices: int
    models: int


def estimate_models(
    sources: Sequence[CaseSource],
    models: Sequence[str],
    options: BenchmarkOptions,
    load: Callable[[str], Predictor],
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> ModelsEstimate:
    """Time every model on a slice of the first case that can be used; of files only that one is read.

    Raises:
        InputError: no case can be used, or a model does not suit the options.
        ModelError, DependencyError: a model cannot be loaded.
        Cancelled: the user stopped.

    Thread: any.
    """
    if not sources or not models:
        raise InputError("There is nothing to estimate.", "Choose at least one case and one model.")
    seconds, slices = 0.0, 0
    for number, model in enumerate(models):
        if should_stop():
            raise Cancelled
        on_progress(ProgressEvent("timing the model", number, len(models), None, model))
        predictor = load(model)
        suited = options_for_model(options, predictor.spec)
        _sizes, found = estimate(_sizes_of(sources, suited), len(sources), predictor, suited)
        seconds, slices = seconds + found.seconds, found.slices
    return ModelsEstimate(seconds, slices, len(models))


def _sizes_of(sources: Sequence[CaseSource], options: BenchmarkOptions) -> Iterator[tuple[CaseSize, LoadedCase | None]]:
    """Sizes of cases in memory, and of the first file that can be used."""
    for source in sources:
        start = time.perf_counter()
        try:
            loaded = source.load(options)
        except InputError as error:
            yield CaseSize(source.case.name, problem=str(error)), None
            continue
        yield size_of(loaded, options, time.perf_counter() - start), loaded
        if not isinstance(source, MemorySource):
            return
