"""Runs the evaluation of one case or many: resumes what an earlier run left, and writes tables, report and scene."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import option_hash
from SAMBenchmarkLib.core.rows import TimingRow
from SAMBenchmarkLib.core.store import CASES_ASKED_FOR, FAILED, FINISHED, CaseRecord, ResultStore, RunRecord
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.core.timing import measure_timings
from SAMBenchmarkLib.session import outputs
from SAMBenchmarkLib.session.adapters import adapters_for
from SAMBenchmarkLib.session.batch_progress import BatchProgress
from SAMBenchmarkLib.session.case_loading import LoadedCase, load_case
from SAMBenchmarkLib.session.case_run import CaseRunner, Job, new_record
from SAMBenchmarkLib.session.executors.cluster import evaluate_on_cluster
from SAMBenchmarkLib.session.fingerprint import fingerprint
from SAMBenchmarkLib.session.output_folder import OutputFolder, check_output_folder, discard_if_empty, remove_empty
from SAMBenchmarkLib.session.outputs import Extras
from SAMBenchmarkLib.session.predictor_loader import ModelInUse, arithmetic_of, with_cache
from SAMBenchmarkLib.session.run_lock import others_run, run_lock
from SAMBenchmarkLib.session.run_request import RunRequest, RunResult
from SAMBenchmarkLib.session.stores import check_parquet, is_parquet, open_store
from SAMBenchmarkLib.session.versions import run_versions
from SAMBenchmarkLib.session.worker_pool import DIED, evaluate_in_processes
from SAMBenchmarkLib.session.worker_process import WorkerSetup
from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop, ignore_progress, never_stop


def run_benchmark(
    request: RunRequest, on_progress: OnProgress = ignore_progress, should_stop: ShouldStop = never_stop
) -> RunResult:
    """Evaluate all cases that are not finished, then write tables, report and scene.

    What is finished is stored slice by slice and never computed again: the same request goes on where an earlier one
    ended, however it ended. Files that changed since are evaluated anew. Other options are kept apart.

    Args:
        on_progress: slices of all cases, with the time left.

    Raises:
        InputError: the folder, a case or a strategy cannot be used; nothing is left behind.
        ModelError, DependencyError: the model cannot be loaded; nothing is left behind.
        StoreError: results cannot be written; what was stored before is intact.
        Cancelled: the user stopped; finished slices are kept.

    Thread: main (the scene is written at the end).
    """
    folder = check_output_folder(request.output, request.store)
    if is_parquet(folder.results):
        check_parquet()
    adapters_for(request.options)  # a missing package is told before the model is loaded
    model = ModelInUse(request.load_predictor)
    arithmetic = arithmetic_of(model.get())
    request = replace(request, options=request.options.for_model(model.get().spec))
    fresh, first = not folder.results.exists(), None
    if fresh and not request.keep_going:
        first = load_case(request.cases[0], request.options)  # fails before anything is written
    options = {"options": request.options.to_json(), "arithmetic": asdict(arithmetic)}
    run = RunRecord(option_hash(request.options, arithmetic), options, run_versions(model.get().spec))
    created = folder.create()
    try:
        with run_lock(folder.path, run.option_hash):
            try:
                with open_store(folder.results) as store:
                    names = {record.case_id for record in store.cases(run.option_hash)}
                    run.versions[CASES_ASKED_FOR] = len(names | {case.name for case in request.cases})
                    store.register_run(run.option_hash, run.options, run.versions)
                    return _Run(request, folder, store, run, model, on_progress, should_stop).execute(first)
            except BaseException:
                if fresh and not others_run(folder.path, run.option_hash):
                    discard_if_empty(folder, [])
                raise
    finally:
        if not folder.results.exists():
            remove_empty(created)


_LOOKING_SHARE = 20
"""The time between two looks at the store, as a multiple of what one takes."""


class _Run:
    """One execution of a request on an open store."""

    def __init__(
        self,
        request: RunRequest,
        folder: OutputFolder,
        store: ResultStore,
        run: RunRecord,
        model: ModelInUse,
        on_progress: OnProgress,
        should_stop: ShouldStop,
    ) -> None:
        self.request, self.folder, self.store, self.run, self.model = request, folder, store, run, model
        self.key, self.on_progress, self.should_stop = run.option_hash, on_progress, should_stop
        self.notices: list[str] = []
        self.loaded: LoadedCase | None = None  # the case that is in memory
        self._next_look = 0.0
        counts = store.count_finished_slices(self.key)
        finished = {case.name: counts.get(case.name, 0) for case in request.cases}
        self.progress = BatchProgress(len(request.cases), on_progress, finished)

    def execute(self, first: LoadedCase | None) -> RunResult:
        self.loaded = first
        known = {record.case_id: record for record in self.store.cases(self.key)}
        jobs = [job for case in self.request.cases if (job := self._job(case, known.get(case.name))) is not None]
        self._mention_other_cases()
        if jobs and (self.request.scheduler or (self.request.workers > 1 and len(jobs) > 1)):
            self.model.release()  # each worker has its own
            self._elsewhere(jobs)
        else:
            self._in_this_process(jobs)
        self._merge_parts()
        self._measure_times()
        return self._write(up_to_date=not jobs and outputs.shown_run(self.folder) == self.key)

    def _job(self, case: Case, known: CaseRecord | None) -> Job | None:
        """What is to do for a case; None when it is finished and its files are as they were."""
        mark = fingerprint(case)
        if known is not None and known.slices is not None:
            self.progress.planned(case.name, known.slices)
        if known is None or known.fingerprint != mark:
            if known is not None:
                self._notice(f"{case.name}: its files changed; what was stored of them is dropped and computed again.")
                self.progress.dropped(case.name)
            return Job(case, mark, changed=known is not None)
        return None if known.status == FINISHED else Job(case, mark)

    def _mention_other_cases(self) -> None:
        names = {case.name for case in self.request.cases}
        others = [case.case_id for case in self.store.cases(self.key) if case.case_id not in names]
        if others:
            listed = ", ".join(others[:5]) + (" ..." if len(others) > 5 else "")
            self._notice(f"The tables also hold {len(others)} case(s) of earlier runs with these options: {listed}.")

    def _in_this_process(self, jobs: Sequence[Job]) -> None:
        runner = CaseRunner(
            self.store,
            with_cache(self.model.get(), self.request.cache_directory),
            self.request.options,
            self.key,
            self.should_stop,
            self.progress.planned,
            lambda done: self.progress.slice_done(done.case_id, f"{done.case_id}, {done.plane} slice {done.slice}"),
            self.progress.report,
        )
        for job in jobs:
            if not self.request.keep_going:
                runner.run(job, self._in_memory(job.case))
            elif runner.run_and_record(job).status == FAILED:
                self.progress.case_failed(job.case.name)

    def _elsewhere(self, jobs: Sequence[Job]) -> None:
        request = self.request
        results = self.folder.results.absolute()
        setup = WorkerSetup(results, self.key, request.options, request.load_predictor, request.cache_directory)
        with_callbacks = (self._ended, self._look_for_progress, self.should_stop)
        if request.scheduler:
            evaluate_on_cluster(jobs, setup, request.scheduler, *with_callbacks)
        else:
            evaluate_in_processes(jobs, setup, min(request.workers, len(jobs)), *with_callbacks)
        self._count_finished()

    def _ended(self, job: Job, record: CaseRecord | None) -> None:
        record = record or self._died(job)
        if record.status == FAILED:
            self.progress.case_failed(job.case.name)

    def _died(self, job: Job) -> CaseRecord:
        """Note a case whose workers died; what is stored counts if they came to its end, and of other files never."""
        known = self.store.case(self.key, job.case.name)
        if known is not None and known.fingerprint != job.fingerprint:
            self.store.forget_case(self.key, job.case.name)
            known = None
        if known is not None and known.status == FINISHED:
            return known
        record = replace(known or new_record(job, self.key), status=FAILED, reason=DIED)
        self.store.finish_case(record)
        return record

    def _look_for_progress(self) -> None:
        """Workers report through the store: what counts is what is stored. A large store is looked at less often."""
        start = time.monotonic()
        if start < self._next_look:
            return
        self._merge_parts()
        self._count_finished()
        self._next_look = time.monotonic() + _LOOKING_SHARE * (time.monotonic() - start)

    def _merge_parts(self) -> None:
        if is_parquet(self.folder.results):
            from SAMBenchmarkLib.session.parquet.merging import merge_if_due

            merge_if_due(self.folder.results, self.key)

    def _count_finished(self) -> None:
        counts = self.store.count_finished_slices(self.key)
        for case in self.store.cases(self.key):
            if case.case_id in self.progress.finished:
                self.progress.finished[case.case_id] = counts.get(case.case_id, 0)
                if case.slices is not None and case.status != FAILED:
                    self.progress.planned(case.case_id, case.slices)
        self.progress.report("on the cluster" if self.request.scheduler else f"{self.request.workers} cases at a time")

    def _measure_times(self) -> None:
        """Fill the timing table, unless it is there: on the middle slice of the first case that is complete."""
        options = self.request.options
        repeats = max(2, options.timing_repeats)
        known = ("embedding", repeats) in self.store.timing_seconds(self.key)
        names = self._finished()
        if not options.timing_repeats or known or not names:
            return
        loaded = self._in_memory(next(case for case in self.request.cases if case.name == names[0]))
        frame, task = loaded.slices[len(loaded.slices) // 2]
        pair = loaded.frames[frame], loaded.segmentations[frame]
        rows: list[TimingRow] = []
        self._tell_timing(rows)
        for row in measure_timings(names[0], frame, *pair, task, self.model.get(), options, self.key):
            rows.append(row)
            self._tell_timing(rows)
            if self.should_stop():
                raise Cancelled
        self.store.save_timings(rows)

    def _tell_timing(self, rows: Sequence[TimingRow]) -> None:
        stages = len(self.request.options.strategies) + 1
        self.on_progress(ProgressEvent("measuring times", len(rows), stages, None, rows[-1].stage if rows else ""))

    def _write(self, up_to_date: bool) -> RunResult:
        """Write what was asked for; the options table comes last and tells that everything is there.

        Args:
            up_to_date: nothing was computed and the outputs are of this run: a scene that exists is left as it is.
        """
        request, folder = self.request, self.folder
        alone = request.cases[0] if len(request.cases) == 1 and self._finished() else None
        self.on_progress(ProgressEvent("writing tables and report", 0))
        outputs.forget_shown_run(folder)
        extras = Extras()
        if alone and request.extend is not None:
            extras = request.extend(self._in_memory(alone), self.model.get())
        tables = outputs.run_tables(self.store, self.run, extras.tables)
        paths = [folder.results]
        if tables and request.report:
            cases = {case.name: case for case in request.cases}
            notes = (*request.notes, *extras.notes)
            paths += outputs.write_run_report(folder, self.store, self.run, self._notice, cases, self.loaded, notes)
        if tables and request.scene and alone:
            if up_to_date and folder.scene.exists() and request.extend is None:
                paths.append(folder.scene)
            else:
                loaded = self._in_memory(alone)
                paths += outputs.write_run_scene(folder, self.store, self.run, loaded, tables, extras, self._notice)
        paths += outputs.write_tables(folder, tables) if tables else []
        return self._result(tables, paths)

    def _result(self, tables: Sequence[Table], paths: Sequence[Path]) -> RunResult:
        names = {case.name for case in self.request.cases}
        records = [record for record in self.store.cases(self.key) if record.case_id in names]
        failed = {record.case_id: record.reason for record in records if record.status == FAILED}
        notes = [f"{record.case_id}: {note}" for record in records for note in record.notes]
        notices = (*self.notices, *notes)
        return RunResult(self.key, tuple(self._finished()), failed, tuple(tables), tuple(paths), notices)

    def _finished(self) -> list[str]:
        done = {record.case_id for record in self.store.cases(self.key) if record.status == FINISHED}
        return [case.name for case in self.request.cases if case.name in done]

    def _in_memory(self, case: Case) -> LoadedCase:
        if self.loaded is not None and self.loaded.case.name == case.name:
            return self.loaded
        self.loaded = None  # one case at a time
        self.loaded = load_case(case, self.request.options)
        return self.loaded

    def _notice(self, text: str) -> None:
        self.notices.append(text)
        self.progress.report(text)
