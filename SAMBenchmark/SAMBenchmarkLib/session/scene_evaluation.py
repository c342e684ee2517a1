"""The evaluation that belongs to a scene: started, watched, stopped, published, looked at and exported.

All methods are for the main thread; the work itself is done on the worker.
"""

from __future__ import annotations

import functools
import logging
import tempfile
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.scene.folders import put_into_folder, remove_node
from SAMBenchmarkLib.scene.node_pairs import OWN_NODE, NodePair
from SAMBenchmarkLib.scene.result_nodes import FOLDER, remove_groups
from SAMBenchmarkLib.scene.shown_object import ObjectView
from SAMBenchmarkLib.session.case_sources import CaseSource, FileSource
from SAMBenchmarkLib.session.evaluate_nodes import PreparedNodes, Published, load_model, prepare, publish
from SAMBenchmarkLib.session.exporting import export_files, export_scenes
from SAMBenchmarkLib.session.folder_cases import cases_in_folder
from SAMBenchmarkLib.session.model_runs import RunPlan, RunsOutcome, evaluate_models
from SAMBenchmarkLib.session.output_folder import RESULTS, OutputFolder, check_output_folder, discard_if_empty
from SAMBenchmarkLib.session.run_results import ModelResults, results_of
from SAMBenchmarkLib.session.stepped_job import Clock, SteppedJob
from SAMBenchmarkLib.session.stored_objects import StoredObjects
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop
from SAMSegmenterLib.scene.volumes import node_from_volume
from SAMSegmenterLib.session.worker import Job, shared_worker

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Inputs:
    """Cases to evaluate.

    Args:
        prepared: those that come from nodes; None for files.
        notes: what the user should know about the choice of cases.
    """

    sources: Sequence[CaseSource]
    prepared: PreparedNodes | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Finished:
    """What an evaluation left in the scene."""

    outcome: RunsOutcome
    published: Sequence[Published]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Evaluated:
    inputs: Inputs
    store: Path
    results: Sequence[ModelResults]
    cases: Sequence[str]
    objects: StoredObjects


def inputs_from_nodes(pairs: Sequence[NodePair], modality: str = "") -> Inputs:
    """Copies of the nodes; pairs that cannot be used are told of in the notes.

    Raises:
        InputError: none can be used.
    """
    prepared = prepare(pairs, modality)
    notes = tuple(f"Left out {name}: {problem}" for name, problem in prepared.problems.items())
    return Inputs(prepared.sources, prepared, notes)


def inputs_from_folder(folder: Path, modality: str = "") -> Inputs:
    """Cases of a folder; no file is read yet.

    Args:
        modality: of those whose modality a table of cases does not tell.

    Raises:
        InputError: there is none.
    """
    found = cases_in_folder(folder)
    notes = (f"{len(found.alone)} file(s) without a partner: {', '.join(found.alone[:5])}",) if found.alone else ()
    cases = [replace(case, modality=case.modality or modality) for case in found.cases]
    return Inputs([FileSource(case) for case in cases], None, notes)


class SceneEvaluation:
    """At most one evaluation at a time, and the results of the last one."""

    def __init__(self) -> None:
        self.job: SteppedJob[Any] | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._running: tuple[Inputs, Path] | None = None
        self._created: tuple[OutputFolder, list[Path]] | None = None  # to be removed when nothing comes of it
        self._evaluated: _Evaluated | None = None
        self._scene_closed = False
        self._view: ObjectView | None = None
        self._case_node: tuple[str, Any] | None = None

    @property
    def has_results(self) -> bool:
        """Whether something can be looked at and exported."""
        return self._evaluated is not None and bool(self._evaluated.results)

    def start(
        self,
        inputs: Inputs,
        options: BenchmarkOptions,
        models: Sequence[str],
        results_folder: Path | None = None,
        load: Callable[[str], Predictor] = load_model,
    ) -> SteppedJob[Any]:
        """Begin; call `finish` when the job that this returns is done.

        Args:
            results_folder: keeps the rows and what is needed to go on; None keeps them as long as the scene is open.

        Raises:
            InputError: something is missing, or the folder cannot be used.
        """
        if self.job is not None:
            raise InputError("An evaluation is under way.", "Wait for its end, or cancel it.")
        store = self._store(results_folder)
        plan = RunPlan(inputs.sources, tuple(models), options, store, load)
        self._created = None
        if results_folder is not None:
            folder = check_output_folder(results_folder)
            fresh = not folder.results.exists()
            created = folder.create()
            self._created = (folder, created) if fresh else None
        self.hide()
        self._running, self._evaluated, self._scene_closed = (inputs, store), None, False
        self.job = SteppedJob(shared_worker(), functools.partial(_work, plan))
        return self.job

    def finish(self) -> Finished:
        """Write what the job that has ended found into the scene.

        Raises:
            Whatever went wrong during the work; InputError when the nodes were changed or removed meanwhile.
        """
        assert self.job is not None and self._running is not None
        job, (inputs, store) = self.job, self._running
        self.job = self._running = None
        try:
            outcome, results = job.result()
        except BaseException:
            self._discard_if_empty()
            if not self._scene_closed:
                raise
        if self._scene_closed:
            self._discard_if_empty()
            self._forget_store()
            raise InputError(
                "The scene was closed while the evaluation was under way, so its results belong to nothing.",
                "Load the volumes and run again.",
            )
        if not results:
            self._discard_if_empty()
        published = publish(inputs.prepared, results, functools.partial(results_of, store, outcome))
        if published:
            remove_groups(FOLDER, [one.results.run.model for one in published])
        shown = [one.results for one in published]
        cases = sorted({case for result in shown for case in result.cases})
        self._evaluated = _Evaluated(inputs, store, shown, cases, StoredObjects(store, inputs.sources))
        lost = [source.case.name for source in inputs.sources if source.case.name not in cases]
        return Finished(outcome, published, (*inputs.notes, *_lost(inputs, lost, outcome), *outcome.notes))

    # Looking at results

    def show(self, row: ResultRow, options: BenchmarkOptions) -> None:
        """Show a result in the slice views.

        Raises:
            InputError: its case is gone or has changed.
            StoreError: its mask cannot be read.
        """
        if self._evaluated is None:
            raise InputError("The evaluation is not at hand any more.", "Run it again.")
        shown = self._evaluated.objects.find(row, options)
        volume_node, reference_node = self._nodes_of(row, options)
        if self._view is None:
            self._view = ObjectView()
        self._view.show(shown, volume_node, reference_node)

    def hide(self) -> None:
        """Show no result any more."""
        if self._view is not None:
            self._view.hide()
            self._view = None
        if self._case_node is not None:
            remove_node(self._case_node[1])
            self._case_node = None

    def _nodes_of(self, row: ResultRow, options: BenchmarkOptions) -> tuple[Any, Any]:
        """Volume and reference behind a row; of a file, a node that is made for it."""
        assert self._evaluated is not None
        prepared = self._evaluated.inputs.prepared
        if prepared is not None and row.case_id in prepared.states:
            volume, reference = prepared.states[row.case_id]
            if volume.is_current:  # else it may lie elsewhere by now, and what was predicted beside it
                return volume.node, reference.node if reference.exists else None
        name = f"{row.case_id}, volume {row.frame}" if row.frame else row.case_id
        if self._case_node is not None and self._case_node[0] == name and self._case_node[1].GetScene() is not None:
            return self._case_node[1], None
        if self._case_node is not None:
            remove_node(self._case_node[1])
        node = node_from_volume(self._evaluated.objects.loaded(row.case_id, options).frames[row.frame], name)
        node.SetAttribute(OWN_NODE, "1")
        for made in filter(None, (node, node.GetDisplayNode())):
            made.SetSaveWithScene(False)
        put_into_folder(node, (FOLDER, "Shown object"))
        self._case_node = name, node
        return node, None

    # Export

    def export(self, target: Path) -> Job[Any]:
        """Begin to write tables, report and rows on the worker; the result is paths and notices.

        Raises:
            InputError: there are no results, or the folder cannot be used.
        """
        if self._evaluated is None or self.job is not None:
            raise InputError("There are no results to export.", "Run an evaluation first.")
        check_output_folder(target)
        done = self._evaluated
        about = (target, done.store, done.results, done.cases, done.objects)
        return shared_worker().submit(functools.partial(export_files, *about))

    def export_scenes(self, target: Path) -> list[Path]:
        """Write scene files; the application waits.

        Raises:
            StoreError: one cannot be written.
        """
        done = self._evaluated
        return list(export_scenes(target, done.store, done.results, done.cases, done.objects)) if done else []

    # The end

    def scene_closing(self) -> None:
        """The nodes go: what is under way on them is stopped, and results are forgotten."""
        self._view = self._case_node = self._evaluated = None
        if self.job is None:
            self._forget_store()
        elif self._running is not None and self._running[0].prepared is not None:
            self._scene_closed = True
            self.job.stop()

    def close(self) -> None:
        """The module goes: what is under way is stopped."""
        if self.job is not None:
            self.job.stop()
            return  # the worker still writes; the folder goes with the process
        self.hide()
        self._evaluated = None
        self._forget_store()

    def _store(self, folder: Path | None) -> Path:
        if folder is not None:
            return check_output_folder(folder).results
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="sam-benchmark-", ignore_cleanup_errors=True)
        return Path(self._scratch.name, RESULTS)

    def _forget_store(self) -> None:
        """Remove the rows; when something is still read from them, as by an export, after that."""
        scratch, self._scratch = self._scratch, None
        if scratch is not None and shared_worker().is_idle:
            scratch.cleanup()
        elif scratch is not None:
            shared_worker().submit(lambda *_: scratch.cleanup())

    def _discard_if_empty(self) -> None:
        """Remove a new folder for results in which there are none."""
        created, self._created = self._created, None
        if created is not None:
            discard_if_empty(*created)


def _work(
    plan: RunPlan, on_progress: OnProgress, should_stop: ShouldStop, clock: Clock
) -> Generator[None, None, tuple[RunsOutcome, Sequence[ModelResults]]]:
    outcome = yield from evaluate_models(plan, on_progress, should_stop, clock)
    on_progress(ProgressEvent("making tables", 0))
    return outcome, results_of(plan.store, outcome, [source.case.name for source in plan.sources])


def _lost(inputs: Inputs, names: Sequence[str], outcome: RunsOutcome) -> list[str]:
    """Cases that have no results, though nothing is said to have failed: their nodes were changed."""
    if inputs.prepared is None or outcome.stopped:
        return []
    failed = {name for name in names for said in outcome.failed if said == name or said.startswith(f"{name} (")}
    return [f"{name} was changed or removed meanwhile and is left out." for name in names if name not in failed]
