"""Evaluations of nodes of a scene: read them, work on arrays, write tables and charts.

The three phases may lie on two threads. *prepare* (main thread) copies the nodes into arrays, the work (any thread)
stores what it finds, *publish* (main thread) writes nodes for the cases whose nodes are still what was read.
"""

from __future__ import annotations

import functools
import json
import logging
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.scene.node_pairs import NodePair
from SAMBenchmarkLib.scene.result_nodes import FOLDER, ResultGroup
from SAMBenchmarkLib.session.case_sources import MemorySource
from SAMBenchmarkLib.session.model_runs import RunPlan, evaluate_models
from SAMBenchmarkLib.session.predictor_loader import PredictorLoader
from SAMBenchmarkLib.session.run_results import ModelResults, results_of
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.scene.node_state import NodeState
from SAMSegmenterLib.scene.segmentations import segmentation_on_volume
from SAMSegmenterLib.scene.volumes import volume_from_node

logger = logging.getLogger(__name__)

DEFAULT_MODEL = "sam-small"
RESAMPLED = "The segmentation lay on another lattice and was resampled (nearest neighbour)."
LoadModel = Callable[[str], Predictor]


@dataclass(frozen=True, eq=False)
class PreparedNodes:
    """Copies of nodes, and the nodes as they were then; the latter stay on the main thread.

    Args:
        sources: what the work needs.
        states: volume and reference by the name of the case.
        problems: why pairs cannot be used, by the name of the volume.
    """

    sources: tuple[MemorySource, ...]
    states: Mapping[str, tuple[NodeState, NodeState]]
    problems: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Published:
    """The nodes of one model's results.

    Args:
        tables: `vtkMRMLTableNode`s, the worst objects first.
        charts: `vtkMRMLPlotChartNode`s.
    """

    results: ModelResults
    tables: list[Any]
    charts: list[Any]


def evaluate(
    volume_node: Any,
    segmentation_node: Any,
    options: BenchmarkOptions | None = None,
    model: str = DEFAULT_MODEL,
    predictor: Predictor | None = None,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> list[Any]:
    """Evaluate a model on a loaded volume against a loaded reference.

    Args:
        volume_node: `vtkMRMLScalarVolumeNode` or `vtkMRMLVectorVolumeNode`.
        segmentation_node: `vtkMRMLSegmentationNode` or `vtkMRMLLabelMapVolumeNode`.
        options: what to evaluate; the defaults when None.
        model: a name of the registry; not used when a predictor is given.
        predictor: a loaded model.

    Returns:
        `vtkMRMLTableNode`s, see `publish`; those of an earlier evaluation of the same volume and model are renewed.
        Empty when it was stopped before the first slice.

    Raises:
        InputError: the nodes cannot be used, or no object is large enough.
        ModelError, DependencyError: the model cannot be loaded.

    Thread: main; it is busy until the end.
    """
    prepared = prepare([NodePair(volume_node, segmentation_node)])
    name = predictor.spec.name if predictor is not None else model
    load = (lambda _name: predictor) if predictor is not None else load_model
    with tempfile.TemporaryDirectory(prefix="sam-benchmark-") as folder:
        store = Path(folder, "results.sqlite")
        plan = RunPlan(prepared.sources, (name,), options or BenchmarkOptions(), store, load)
        outcome = _to_the_end(evaluate_models(plan, on_progress, should_stop, time.monotonic))
        results = results_of(store, outcome, list(prepared.states))
        case = prepared.sources[0].case.name
        published = publish(prepared, results, functools.partial(results_of, store, outcome), f"{FOLDER}: {case}")
    return published[0].tables if published else []


def load_model(name: str) -> Predictor:
    """A model of the registry."""
    return PredictorLoader(name)()


def prepare(pairs: Sequence[NodePair], modality: str = "") -> PreparedNodes:
    """Copy what is to be evaluated out of the scene; pairs that cannot be used are noted.

    Args:
        modality: of all of them, such as CT; may be empty.

    Raises:
        InputError: none of the pairs can be used.

    Thread: main.
    """
    sources: list[MemorySource] = []
    states: dict[str, tuple[NodeState, NodeState]] = {}
    problems: dict[str, str] = {}
    for pair in pairs:
        name = _unused((pair.volume.GetName() if pair.volume is not None else "") or "volume", states)
        try:
            source = _source(pair, name, modality)
        except InputError as error:
            if len(pairs) == 1:
                raise
            problems[name] = str(error)
            continue
        sources.append(source)
        states[name] = NodeState.of(pair.volume), NodeState.of(pair.reference)
    if not sources:
        said = " ".join(f"{name}: {problem}" for name, problem in problems.items())
        raise InputError(f"No volume can be evaluated. {said}".strip(), "Choose volumes with their references.")
    return PreparedNodes(tuple(sources), states, problems)


def publish(
    prepared: PreparedNodes | None,
    results: Sequence[ModelResults],
    again: Callable[[Sequence[str]], Sequence[ModelResults]],
    folder: str = FOLDER,
    scene: Any = None,
) -> list[Published]:
    """Write what was measured into table and chart nodes.

    Args:
        prepared: the nodes that were evaluated; None when the cases came from files.
        again: results of some of the cases alone, for when the nodes of others were changed meanwhile.
        folder: of the subject hierarchy.
        scene: where the nodes are; the open scene when None.

    Returns:
        For each model its nodes: the worst objects, for each mask selection the long table and one table per figure,
        then timings, protocols, statistics and options. Their attributes SAMBenchmark.Case, .Model, .OptionHash and
        .Options say what they belong to. Empty when no slice was finished.

    Raises:
        InputError: the nodes of every case were changed or removed since they were read; nothing is written.

    Thread: main.
    """
    cases: Sequence[str] = []
    if prepared is not None and results:
        cases = unchanged_cases(prepared)
        if len(cases) < len(prepared.states):
            results = again(cases)
    published = []
    for result in results:
        group = ResultGroup(folder, result.run.model, _attributes(result, cases), scene)
        published.append(Published(result, *group.show(result.tables, result.plotted)))
    return published


def unchanged_cases(prepared: PreparedNodes) -> list[str]:
    """Names of the cases whose nodes are still what was read.

    Raises:
        InputError: there is none; it tells of the first one.
    """
    kept, first = [], None
    for name, states in prepared.states.items():
        try:
            for state in states:
                state.check_unchanged()
            kept.append(name)
        except InputError as error:
            first = first or error
    if not kept and first is not None:
        raise first
    return kept


def _source(pair: NodePair, name: str, modality: str) -> MemorySource:
    volume = volume_from_node(pair.volume)
    segmentation, resampled = segmentation_on_volume(pair.reference, pair.volume)
    case = Case(name, Path(), Path(), modality=modality)
    return MemorySource(case, volume, segmentation, (RESAMPLED,) if resampled else ())


def _unused(name: str, known: Mapping[str, Any]) -> str:
    """The name, with a number where it is taken."""
    number, found = 2, name
    while found in known:
        number, found = number + 1, f"{name} ({number})"
    return found


def _attributes(result: ModelResults, cases: Sequence[str]) -> dict[str, str]:
    return {
        "SAMBenchmark.Case": ", ".join(cases),
        "SAMBenchmark.Model": result.run.model,
        "SAMBenchmark.OptionHash": result.run.option_hash,
        "SAMBenchmark.Options": json.dumps(result.run.options.to_json(), sort_keys=True),
    }


def _to_the_end(steps: Any) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
