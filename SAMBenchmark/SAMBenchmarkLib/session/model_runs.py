"""Evaluates cases with one model after the other into one store, slice by slice."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions, option_hash, suiting_strategies
from SAMBenchmarkLib.core.pseudonyms import without_paths
from SAMBenchmarkLib.core.store import FAILED, FINISHED, ResultStore, RunRecord
from SAMBenchmarkLib.session.batch_progress import BatchProgress
from SAMBenchmarkLib.session.case_run import CaseRunner, Job, new_record
from SAMBenchmarkLib.session.case_sources import CaseSource
from SAMBenchmarkLib.session.predictor_loader import arithmetic_of
from SAMBenchmarkLib.session.run_lock import run_lock
from SAMBenchmarkLib.session.stepped_job import Clock
from SAMBenchmarkLib.session.versions import run_versions
from SAMSegmenterLib.core.errors import Cancelled, InputError, SAMError, StoreError
from SAMSegmenterLib.core.predictor import ModelSpec, Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop


@dataclass(frozen=True, eq=False)
class RunPlan:
    """What is to be evaluated.

    Args:
        sources: cases with different names.
        models: names of the registry.
        options: for all models; strategies that do not suit one are left out for it.
        store: file of results; cases that are in it with the same options are not computed again.
        load: gives the model of a name.
    """

    sources: Sequence[CaseSource]
    models: Sequence[str]
    options: BenchmarkOptions
    store: Path
    load: Callable[[str], Predictor]

    def __post_init__(self) -> None:
        if not self.sources:
            raise InputError("There is no case to evaluate.", "Choose at least one volume with a reference.")
        if not self.models:
            raise InputError("No model is chosen.", "Choose at least one model.")


@dataclass(frozen=True)
class ModelRun:
    """What one model was run with."""

    model: str
    option_hash: str
    options: BenchmarkOptions


@dataclass
class RunsOutcome:
    """What was done, also when it was stopped.

    Args:
        runs: models that were evaluated, in their order; at least in part.
        failed: reason by "case" or "case (model)", and by the name of a model that could not be loaded.
        notes: what the user should know about the cases.
        slices: that are finished, over all models.
        stopped: the user stopped before the last one.
    """

    runs: list[ModelRun] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    slices: int = 0
    stopped: bool = False


def options_for_model(options: BenchmarkOptions, spec: ModelSpec) -> BenchmarkOptions:
    """The options as far as they suit a model, resolved.

    Raises:
        InputError: nothing of what is chosen can be evaluated with it.
    """
    strategies = options.strategies
    if strategies is not None:
        strategies = tuple(name for name in strategies if name in suiting_strategies(spec))
    protocols = () if spec.promptless else options.protocols
    if strategies == () and not protocols:
        raise InputError(
            f"None of the chosen strategies suits the model '{spec.name}'.",
            f"Choose from {', '.join(suiting_strategies(spec))}, or leave this model out.",
        )
    return replace(options, strategies=strategies, protocols=protocols).for_model(spec)


def evaluate_models(
    plan: RunPlan, on_progress: OnProgress, should_stop: ShouldStop, clock: Clock
) -> Generator[None, None, RunsOutcome]:
    """Evaluate all cases with all models; what fails is noted and the rest goes on.

    Yields:
        After every slice: a place to pause.

    Returns:
        What was done; what is finished when the user stops is kept.

    Raises:
        SAMError and others: the only case or the only model failed with it.
        StoreError: results cannot be stored, or another run writes the same ones there.

    Thread: any, the same for all steps.
    """
    outcome = RunsOutcome()
    with closing(ResultStore(plan.store)) as store:
        progress = BatchProgress(len(plan.sources) * len(plan.models), on_progress, {}, clock)
        try:
            for model in plan.models:
                yield from _ModelEvaluation(plan, store, model, outcome, progress, on_progress, should_stop).steps()
        except Cancelled:
            outcome.stopped = True
    return outcome


class _ModelEvaluation:
    """All cases with one model."""

    def __init__(
        self,
        plan: RunPlan,
        store: ResultStore,
        model: str,
        outcome: RunsOutcome,
        progress: BatchProgress,
        on_progress: OnProgress,
        should_stop: ShouldStop,
    ) -> None:
        self.plan, self.store, self.model, self.outcome = plan, store, model, outcome
        self.progress, self.on_progress, self.should_stop = progress, on_progress, should_stop

    def steps(self) -> Iterator[None]:
        if self.should_stop():
            raise Cancelled
        self.on_progress(ProgressEvent("loading the model", 0, None, message=self.model))
        try:
            predictor = self.plan.load(self.model)
            options = options_for_model(self.plan.options, predictor.spec)
        except SAMError as error:
            if len(self.plan.models) == 1:
                raise
            self._model_failed(error)
            return
        arithmetic = arithmetic_of(predictor)
        run = ModelRun(self.model, option_hash(options, arithmetic), options)
        described = {"options": options.to_json(), "arithmetic": asdict(arithmetic)}
        record = RunRecord(run.option_hash, described, run_versions(predictor.spec))
        self.store.register_run(record.option_hash, record.options, record.versions)
        self.outcome.runs.append(run)
        runner = CaseRunner(
            self.store,
            predictor,
            options,
            run.option_hash,
            self.should_stop,
            lambda case, slices: self.progress.planned(self._name(case), slices),
            lambda done: self.progress.slice_done(self._name(done.case_id), f"{done.case_id}, slice {done.slice}"),
            self.progress.report,
        )
        with run_lock(self.plan.store.parent, run.option_hash):
            for source in self.plan.sources:
                yield from self._case(source, runner)

    def _case(self, source: CaseSource, runner: CaseRunner) -> Iterator[None]:
        """One case; its failure is noted, unless it is the only one."""
        name = source.case.name
        try:
            yield from self._case_steps(source, runner)
        except (Cancelled, StoreError):
            raise
        except Exception as error:
            reason = str(error) if isinstance(error, SAMError) else f"{type(error).__name__}: {error}"
            known = self.store.case(runner.option_hash, name)
            record = known or new_record(Job(source.case, source.fingerprint()), runner.option_hash)
            self.store.finish_case(replace(record, status=FAILED, reason=without_paths(reason, source.case)))
            if len(self.plan.sources) * len(self.plan.models) == 1:
                raise
            self.outcome.failed[name if len(self.plan.models) == 1 else f"{name} ({self.model})"] = reason
            self.progress.case_failed(self._name(name))

    def _case_steps(self, source: CaseSource, runner: CaseRunner) -> Iterator[None]:
        mark = source.fingerprint()
        self._forget_other_versions(source.case, mark)
        loaded = source.load(runner.options)
        known = self.store.case(runner.option_hash, source.case.name)
        finished = self.store.count_finished_slices(runner.option_hash).get(source.case.name, 0)
        self.outcome.slices += finished
        self.progress.resumed(self._name(source.case.name), finished)
        self.outcome.notes += [f"{source.case.name}: {note}" for note in loaded.notes]
        if known is not None and known.status == FINISHED:
            self.progress.planned(self._name(source.case.name), len(loaded.slices))
            return
        for _outcome in runner.steps(Job(source.case, mark), loaded):
            self.outcome.slices += 1
            yield

    def _forget_other_versions(self, case: Case, mark: str) -> None:
        """Drop results, of any options, of something else that was called the same: they must not be compared.

        Nor those of another modality: windows are chosen by it.
        """
        for run in self.store.runs():
            known = self.store.case(run.option_hash, case.name)
            if known is not None and (known.fingerprint, known.modality) != (mark, case.modality):
                self.store.forget_case(run.option_hash, case.name)

    def _model_failed(self, error: SAMError) -> None:
        if len(self.outcome.failed) + 1 == len(self.plan.models) and not self.outcome.runs:
            raise error  # none of them could be used
        self.outcome.failed[self.model] = str(error)
        for source in self.plan.sources:
            self.progress.case_failed(self._name(source.case.name))

    def _name(self, case: str) -> str:
        return f"{case}, {self.model}"
