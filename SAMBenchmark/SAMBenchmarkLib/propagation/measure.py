"""Measure all chosen structures, case by case, keeping what is finished."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.pseudonyms import without_paths
from SAMBenchmarkLib.propagation.cases import PreparedCase, VolumeCase, prepared_case, read_case
from SAMBenchmarkLib.propagation.choosing import ChosenPart
from SAMBenchmarkLib.propagation.journal import Journal, files_state
from SAMBenchmarkLib.propagation.measure_part import Measured, measure_part
from SAMBenchmarkLib.propagation.metering import MeteredPredictor
from SAMBenchmarkLib.propagation.record import About, Record
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.core.propagation import PropagationParameters

logger = logging.getLogger(__name__)

OnMeasured = Callable[[Measured], None]


@dataclass(frozen=True)
class MeasureOptions:
    """How structures are measured.

    Args:
        parameters: of propagation.
        every: keep every so many slices.
        with_baselines: run the other methods, too.
    """

    parameters: PropagationParameters = field(default_factory=PropagationParameters)
    every: int = 1
    with_baselines: bool = True


@dataclass(frozen=True, eq=False)
class Measurement:
    """What was measured.

    Args:
        records: of the chosen structures that are finished, in their order.
        planned: how many were chosen.
    """

    records: list[Record]
    planned: int

    @property
    def complete(self) -> bool:
        """False when the user stopped."""
        return len(self.records) == self.planned


def measure(
    chosen: Sequence[ChosenPart],
    predictor: Predictor,
    options: MeasureOptions,
    journal: Journal,
    on_measured: OnMeasured = lambda measured: None,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> Measurement:
    """Measure structures that the journal does not have yet.

    Args:
        chosen: from `choose_parts`, those of a case together.
        on_measured: told of each structure before it is kept, to draw it.
        should_stop: asked before each structure; what is finished is kept.

    Raises:
        StoreError: the journal cannot be written.
    """
    keys = [_key(one) for one in chosen]
    known = sum(key in journal.records for key in keys)
    meter = ProgressMeter("measuring structures", len(chosen), on_progress, skipped=known)
    metered = MeteredPredictor(predictor)
    missing = [one for one, key in zip(chosen, keys, strict=True) if key not in journal.records]
    for (case, axis), parts in groupby(missing, key=lambda one: (one.case, one.axis)):
        if should_stop():
            break
        _measure_case(case, axis, list(parts), metered, options, journal, on_measured, meter, should_stop)
    return Measurement([journal.records[key] for key in keys if key in journal.records], len(chosen))


def _measure_case(
    case: VolumeCase,
    axis: int,
    parts: Sequence[ChosenPart],
    predictor: MeteredPredictor,
    options: MeasureOptions,
    journal: Journal,
    on_measured: OnMeasured,
    meter: ProgressMeter,
    should_stop: ShouldStop,
) -> None:
    predictor.forget_images()
    try:
        ready = prepared_case(case, *read_case(case), axis, options.every)
    except InputError as error:  # it could be read a moment ago
        logger.warning("%s is left out: %s", case.name, error)
        for one in parts:
            reason = without_paths(str(error), Case(case.name, case.volume, case.labels))
            journal.add(case, Record(About.of(one), failure=reason))
        return
    for one in parts:
        if should_stop():
            return
        meter.note(f"{case.name}: {one.part.name}")
        measured = _measured(ready, one, predictor, options)
        on_measured(measured)
        journal.add(case, measured.record)
        meter.advance(case.dataset)


def _measured(ready: PreparedCase, one: ChosenPart, predictor: MeteredPredictor, options: MeasureOptions) -> Measured:
    return measure_part(ready, one, predictor, options.parameters, options.with_baselines)


def _key(one: ChosenPart) -> str:
    return f"{About.of(one).key}|{files_state(one.case)}"
